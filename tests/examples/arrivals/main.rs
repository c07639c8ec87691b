//! Plays conversations against a running server, at the times at which real requests arrived.
//!
//! `arrivals --trace TIMES.csv --turns 1000 --conversations tests/conversations` sends a turn at each time of the trace, whether
//! or not earlier ones are answered: like customers, and unlike most load generators, it does not wait for a slow server. A
//! person at the desk settles cases meanwhile, and some replies get feedback. It writes down every turn as the client saw it
//! (`--log`), so that what boards and reports say can be held against it, and ends with a summary; its exit code is 1 when a turn
//! got no reply.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a program that reports to a person, and shares a file with the tests"
)]

mod customers;
mod desk;
mod times;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Parser;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use customers::{Customers, Talk};

/// Every so many replies get feedback; one in three of these is a thumb down.
const FEEDBACK: usize = 5;

#[derive(Parser)]
#[command(about = "Plays conversations at the times at which real requests arrived.")]
struct Arguments {
    /// Where the server is.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// A CSV file with a column TIMESTAMP.
    #[arg(long)]
    trace: PathBuf,
    /// So many turns.
    #[arg(long, default_value_t = 1_000)]
    turns: usize,
    /// How many times faster than they came.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// The folder of conversation files.
    #[arg(long, default_value = "tests/conversations")]
    conversations: PathBuf,
    /// The person at the desk; left out: nobody.
    #[arg(long)]
    operator: Option<String>,
    /// Where every turn is written down, one JSON object a line.
    #[arg(long)]
    log: Option<PathBuf>,
}

/// What the clients share.
struct Shared {
    client: Client,
    server: String,
    customers: Mutex<Customers>,
    seen: Mutex<Vec<Value>>,
}

#[tokio::main]
async fn main() -> ExitCode {
    // The HTTP client is built without a TLS provider of its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match play(Arguments::parse()).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(lost) => {
            eprintln!("arrivals: {lost} turns got no reply");
            ExitCode::FAILURE
        }
        Err(problem) => {
            eprintln!("arrivals: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn play(arguments: Arguments) -> Result<usize, String> {
    let times = times::read(&arguments.trace, arguments.turns)?;
    let shared = Arc::new(Shared {
        client: Client::new(),
        server: arguments.server.trim_end_matches('/').to_owned(),
        customers: Mutex::new(Customers::of(&arguments.conversations)?),
        seen: Mutex::default(),
    });
    let person =
        arguments.operator.map(|person| tokio::spawn(desk::work(shared.client.clone(), shared.server.clone(), person)));
    let (began, mut under_way) = (Instant::now(), JoinSet::new());
    for (number, time) in times.into_iter().enumerate() {
        sleep_until(began + time.div_f64(arguments.speed.max(0.001))).await;
        under_way.spawn(arrive(shared.clone(), number));
    }
    while let Some(done) = under_way.join_next().await {
        done.map_err(|cause| cause.to_string())??;
    }
    if let Some(person) = person {
        person.abort();
    }
    report(&shared, began.elapsed(), arguments.log.as_deref())
}

/// One turn, from whoever speaks now.
async fn arrive(shared: Arc<Shared>, number: usize) -> Result<(), String> {
    let (mut talk, body) = loop {
        let mut talk = shared.customers.lock().unwrap_or_else(PoisonError::into_inner).speak()?;
        if let Some(body) = talk.next() {
            break (talk, body);
        }
    };
    let mut post = shared.client.post(format!("{}/v1/turns", shared.server)).json(&body);
    if let Some(customer) = &talk.customer {
        post = post.bearer_auth(format!("demo-{customer}"));
    }
    let sent = Instant::now();
    let (status, reply) = match post.send().await {
        Ok(answer) => (answer.status().as_u16(), answer.json::<Value>().await.unwrap_or_default()),
        Err(cause) => (0, json!({"detail": cause.to_string()})),
    };
    let took_ms = sent.elapsed().as_secs_f64() * 1_000.0;
    if status == 200 && number.is_multiple_of(FEEDBACK) {
        judge(&shared, &talk, &reply, if number.is_multiple_of(3 * FEEDBACK) { "down" } else { "up" }).await;
    }
    let line =
        json!({"number": number, "status": status, "took_ms": took_ms, "customer": talk.customer, "reply": reply});
    shared.seen.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    if status == 200 && talk.hear(reply) {
        shared.customers.lock().unwrap_or_else(PoisonError::into_inner).wait(talk);
    }
    Ok(())
}

/// Says what the customer thinks of a reply. That it is not heard is no turn without a reply.
async fn judge(shared: &Shared, talk: &Talk, reply: &Value, rating: &str) {
    let turn = reply["turn_id"].as_str().unwrap_or_default();
    let body = json!({"session_id": reply["session_id"], "rating": rating});
    let mut post = shared.client.post(format!("{}/v1/turns/{turn}/feedback", shared.server)).json(&body);
    if let Some(customer) = &talk.customer {
        post = post.bearer_auth(format!("demo-{customer}"));
    }
    if !post.send().await.is_ok_and(|answer| answer.status().is_success()) {
        eprintln!("arrivals: the feedback on {turn} was not taken");
    }
}

fn report(shared: &Shared, lasted: Duration, log: Option<&std::path::Path>) -> Result<usize, String> {
    let mut seen = std::mem::take(&mut *shared.seen.lock().unwrap_or_else(PoisonError::into_inner));
    seen.sort_by_key(|line| line["number"].as_u64());
    if let Some(path) = log {
        let named = |cause: std::io::Error| format!("{}: {cause}", path.display());
        let mut file = std::io::BufWriter::new(std::fs::File::create(path).map_err(named)?);
        seen.iter().try_for_each(|line| writeln!(file, "{line}")).map_err(named)?;
    }
    let answered: Vec<&Value> = seen.iter().filter(|line| line["status"] == 200).collect();
    let sum = |pointer: &str| answered.iter().filter_map(|line| line["reply"].pointer(pointer)?.as_f64()).sum::<f64>();
    let mut times: Vec<f64> = answered.iter().filter_map(|line| line["took_ms"].as_f64()).collect();
    times.sort_by(f64::total_cmp);
    let percentile = |share: f64| times.get(((times.len() as f64 * share).ceil() as usize).saturating_sub(1));
    let begun = shared.customers.lock().unwrap_or_else(PoisonError::into_inner).begun();
    println!(
        "{} turns of {begun} conversations in {:.0} s, {} answered",
        seen.len(),
        lasted.as_secs_f64(),
        answered.len()
    );
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| percentile(share).copied().unwrap_or_default());
    println!("as the client saw them: p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms");
    let degraded = answered.iter().filter(|line| line["reply"]["degraded"] != json!([])).count();
    let human = answered.iter().filter(|line| line["reply"]["route"]["target"] == "human").count();
    println!("{degraded} degraded, {human} for a person");
    let (read, wrote) = (sum("/usage/input_tokens"), sum("/usage/output_tokens"));
    println!("{read:.0} tokens read, {wrote:.0} written, {:.6} USD", sum("/usage/cost_usd"));
    Ok(seen.len() - answered.len())
}
