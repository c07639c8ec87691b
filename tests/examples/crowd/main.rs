//! A crowd at the doors: many clients at once over server-sent events or WebSocket, with and without clients that misbehave.
//!
//! `crowd --over sse --clients 1000 -- target/release/motorline` starts the server with the settings of the environment, connects
//! all clients, lets each ask one question, and checks what each hears: its turn is closed once, the words that came one by one
//! are the reply, and the server has stored it once. `--bad 50` does it again beside 50 clients that never read, 50 that send a
//! byte a second and 50 that hang up while they are answered. `--idle 1000` also holds sockets on which nothing is said.
//! More than 500 clients need more open files than some shells allow: `ulimit -n 20000`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a tool that prints, and may be blunt"
)]

mod bad;
mod readers;
mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use contract::ports::Entropy;
use futures::future::join_all;
use local::SystemEntropy;
use tokio::sync::Barrier;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use self::readers::{Door, Heard, Reader};
use self::server::Server;

/// Who asks, in turn: customers of the demonstration, and visitors.
const CALLERS: [Option<&str>; 4] = [Some("ada"), Some("ben"), Some("chloe"), None];
/// Turns that a new server takes before anything is measured.
const WARM_UP: usize = 50;

/// Measures a server under a crowd.
#[derive(Parser)]
struct Arguments {
    /// The door that the clients use.
    #[arg(long, value_enum)]
    over: Door,
    /// Clients at once.
    #[arg(long, default_value_t = 1_000)]
    clients: usize,
    /// Milliseconds over which their questions are spread; 0: all at the same moment. The server closes connections that say
    /// nothing for ten seconds.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(..=8_000))]
    spread_ms: u64,
    /// Misbehaving clients of each kind, in a second run.
    #[arg(long, default_value_t = 0)]
    bad: usize,
    /// Sockets on which nothing is said, in a run of their own.
    #[arg(long, default_value_t = 0)]
    idle: usize,
    /// Address to serve on; 0 takes a free port of this machine.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The server and its arguments.
    #[arg(required = true)]
    command: Vec<String>,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    println!(
        "{} clients over {:?}, questions spread over {} ms\n",
        arguments.clients, arguments.over, arguments.spread_ms
    );
    println!(
        "| run | closed | degraded | failed | lost or doubled | first word p50 / p95 / p99 ms | closed p50 / p95 / p99 ms | RSS before / connected / peak / after MB | KB per connection: open, at peak |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut wrong = run(&arguments, 0).await;
    if arguments.bad > 0 {
        wrong += run(&arguments, arguments.bad).await;
    }
    if arguments.idle > 0 {
        idle(&arguments).await;
    }
    assert_eq!(wrong, 0, "turns failed, or were lost or doubled");
}

/// One crowd at a server of its own; returns how many of its clients did not hear what they should.
async fn run(arguments: &Arguments, bad: usize) -> usize {
    let server = Server::start(&arguments.command, arguments.port).await;
    let spread = Duration::from_millis(arguments.spread_ms);
    crowd(&server, Door::Sse, WARM_UP, Duration::ZERO, &Server::memory_kb).await;
    let before = server.memory_kb();
    let misbehaving = bad::clients(&server, arguments.over, bad);
    if bad > 0 {
        // They are at it before the others come.
        sleep(Duration::from_secs(3)).await;
    }
    let sampled = server.sample();
    let (heard, connected) = crowd(&server, arguments.over, arguments.clients, spread, &Server::memory_kb).await;
    let peak = sampled.peak_kb();
    drop(misbehaving);
    // What was freed is given back a little later.
    sleep(Duration::from_secs(3)).await;
    let after = server.memory_kb();
    let name = if bad == 0 { "alone".to_owned() } else { format!("beside 3 × {bad} bad clients") };
    let memory = [before, connected, peak, after].map(|kb| format!("{:.0}", kb as f64 / 1024.0)).join(" / ");
    let each = |kb: u64| kb.saturating_sub(before) as f64 / arguments.clients as f64;
    let wrong = heard.iter().filter(|heard| heard.is_err()).count();
    let unsound = stored(&server, &heard).await;
    let heard: Vec<&Heard> = heard.iter().flatten().collect();
    println!(
        "| {name} | {} | {} | {wrong} | {unsound} | {} | {} | {memory} | {:.1}, {:.1} |",
        heard.len(),
        heard.iter().filter(|heard| heard.degraded).count(),
        percentiles(heard.iter().filter_map(|heard| heard.first_word)),
        percentiles(heard.iter().map(|heard| heard.closed)),
        each(connected),
        each(peak),
    );
    server.end().await;
    wrong + unsound
}

/// Connects `count` clients, lets them ask, and returns what each heard and the memory when all were connected.
async fn crowd(
    server: &Server,
    door: Door,
    count: usize,
    spread: Duration,
    memory: &dyn Fn(&Server) -> u64,
) -> (Vec<Result<Heard, String>>, u64) {
    let run = format!("{:016x}", SystemEntropy.random() as u64);
    let (connected, ask) = (Arc::new(Barrier::new(count + 1)), Arc::new(Barrier::new(count + 1)));
    let clients = (0..count).map(|n| {
        let reader = Reader::new(server.address(), door, CALLERS[n % CALLERS.len()], format!("crowd-{run}-{n}"));
        let (connected, ask) = (connected.clone(), ask.clone());
        let moment = spread.mul_f64(n as f64 / count as f64);
        AbortOnDropHandle::new(tokio::spawn(async move {
            let line = reader.connect().await;
            connected.wait().await;
            ask.wait().await;
            sleep(moment).await;
            reader.ask(line?).await
        }))
    });
    let clients: Vec<_> = clients.collect();
    connected.wait().await;
    let at_rest = memory(server);
    ask.wait().await;
    let heard = join_all(clients).await.into_iter().map(|heard| heard.unwrap_or_else(|cause| Err(cause.to_string())));
    let heard: Vec<_> = heard.collect();
    for problem in heard.iter().filter_map(|heard| heard.as_ref().err()).take(3) {
        println!("a client failed: {problem}");
    }
    (heard, at_rest)
}

/// How many of the turns that were closed are not stored exactly once, or came in pieces that are not the reply.
async fn stored(server: &Server, heard: &[Result<Heard, String>]) -> usize {
    let mut wrong = 0;
    for heard in heard.iter().flatten() {
        let turns = server.turns(heard.caller, &heard.session).await;
        if !heard.whole || turns != [heard.turn.clone()] {
            println!("{}: heard {}, whole: {}, stored {turns:?}", heard.session, heard.turn, heard.whole);
            wrong += 1;
        }
    }
    wrong
}

/// Sockets on which nothing is said.
async fn idle(arguments: &Arguments) {
    let server = Server::start(&arguments.command, arguments.port).await;
    crowd(&server, Door::Sse, WARM_UP, Duration::ZERO, &Server::memory_kb).await;
    let before = server.memory_kb();
    let readers = (0..arguments.idle).map(|n| async move { (n, CALLERS[n % CALLERS.len()]) });
    let mut held = Vec::new();
    for (n, caller) in join_all(readers).await {
        let reader = Reader::new(server.address(), Door::Websocket, caller, format!("idle-{n}"));
        held.push(reader.connect().await.expect("a socket opens"));
    }
    let began = Instant::now();
    sleep(Duration::from_secs(20)).await;
    let open = server.memory_kb();
    let mut alive = 0;
    for line in &mut held {
        alive += usize::from(line.is_alive().await);
    }
    println!(
        "\n{alive} of {} idle sockets open after {:.0} s: {:.1} KB each",
        arguments.idle,
        began.elapsed().as_secs_f64(),
        open.saturating_sub(before) as f64 / arguments.idle as f64
    );
    server.end().await;
}

fn percentiles(times: impl Iterator<Item = Duration>) -> String {
    let mut times: Vec<f64> = times.map(|time| time.as_secs_f64() * 1_000.0).collect();
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times.get(((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1))).copied();
    [0.50, 0.95, 0.99].map(|part| at(part).map_or_else(|| "–".into(), |time| format!("{time:.0}"))).join(" / ")
}
