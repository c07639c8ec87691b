//! Runs programs as Lambda functions: serves the runtime API to each, and measures how soon it asks and how soon it answers.
//!
//! `lambda-emulator --event turn.json --runs 20 motorline=./bootstrap node="node function.mjs"` starts the programs in turn, so
//! that a slow moment of the machine is shared by all, and prints medians. It is no load test: one event at a time.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool that prints, and may be blunt"
)]

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use clap::Parser;
use contract::ports::Entropy;
use futures::StreamExt;
use local::SystemEntropy;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc};

/// The longest that any step of a function may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs programs as Lambda functions and measures them.
#[derive(Parser)]
struct Arguments {
    /// The event to send, a JSON file. `{n}` in it becomes the number of the event, so that each can be one of its own.
    #[arg(long)]
    event: std::path::PathBuf,
    /// How often each program is started.
    #[arg(long, default_value_t = 1)]
    runs: usize,
    /// How many events a program gets after its first.
    #[arg(long, default_value_t = 0)]
    warm: usize,
    /// Print the first answer of each program, and when its pieces came.
    #[arg(long)]
    show: bool,
    /// The programs, as name=command.
    programs: Vec<String>,
}

/// What one started program took.
#[derive(Default, Clone, Debug)]
struct Taken {
    first_poll_ms: f64,
    first_answer_ms: f64,
    warm_ms: Vec<f64>,
    warm_first_piece_ms: Vec<f64>,
    resident_kb: u64,
}

/// The runtime API of one program.
struct Runtime {
    event: String,
    polled: Mutex<Option<Instant>>,
    next: Notify,
    number: Mutex<usize>,
    answers: mpsc::UnboundedSender<Answer>,
}

/// What a program answered, as it came.
struct Answer {
    kind: String,
    pieces: Vec<(Instant, Bytes)>,
}

impl Answer {
    fn text(&self) -> String {
        let whole: Vec<u8> = self.pieces.iter().flat_map(|(_, piece)| piece.to_vec()).collect();
        String::from_utf8_lossy(&whole).replace('\0', "")
    }

    fn first(&self) -> Instant {
        self.pieces.first().expect("an answer has a piece").0
    }

    fn last(&self) -> Instant {
        self.pieces.last().expect("an answer has a piece").0
    }

    fn show(&self, name: &str, sent: Instant) {
        let pieces: Vec<String> = self
            .pieces
            .iter()
            .map(|(at, piece)| format!("{:.1} ms: {} bytes", milliseconds(*at - sent), piece.len()))
            .collect();
        println!("{name} → {}\n{}\n{}\n", self.kind, pieces.join("\n"), self.text());
    }
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let event = std::fs::read_to_string(&arguments.event).expect("the event can be read");
    let programs: Vec<(&str, &str)> =
        arguments.programs.iter().map(|program| program.split_once('=').expect("name=command")).collect();
    let mut taken: Vec<Vec<Taken>> = vec![Vec::new(); programs.len()];
    for run in 0..arguments.runs {
        for (index, (name, command)) in programs.iter().enumerate() {
            let show = (arguments.show && run == 0).then_some(*name);
            taken[index].push(start(command, &event, arguments.warm, show).await);
        }
    }
    println!(
        "| program | starts | first poll ms (p10–p90) | first answer ms (p10–p90) | warm ms p50 / p99 | warm first piece ms p50 | resident MB |"
    );
    println!("|---|---|---|---|---|---|---|");
    for ((name, _), taken) in programs.iter().zip(&taken) {
        println!("{}", row(name, taken));
    }
}

async fn start(command: &str, event: &str, warm: usize, show: Option<&str>) -> Taken {
    let first = (SystemEntropy.random() as u64 >> 12) as usize;
    let (answers, mut heard) = mpsc::unbounded_channel();
    let runtime = Arc::new(Runtime {
        event: event.to_owned(),
        polled: Mutex::default(),
        next: Notify::new(),
        // Numbers of no other run, since what an earlier one stored under them would be repeated.
        number: Mutex::new(first),
        answers,
    });
    let address = serve(runtime.clone()).await;
    runtime.next.notify_one();
    let began = Instant::now();
    let mut program = spawn(command, address);
    let answered = answer(&mut heard, command).await;
    let polled = runtime.polled.lock().unwrap().expect("it asked before it answered");
    if let Some(name) = show {
        answered.show(name, polled);
    }
    let mut taken = Taken {
        first_poll_ms: milliseconds(polled - began),
        first_answer_ms: milliseconds(answered.last() - began),
        resident_kb: resident_kb(&program),
        ..Taken::default()
    };
    for _ in 0..warm {
        let sent = Instant::now();
        runtime.next.notify_one();
        let answered = answer(&mut heard, command).await;
        assert_eq!(answered.kind, "response", "{}", answered.text());
        taken.warm_ms.push(milliseconds(answered.last() - sent));
        taken.warm_first_piece_ms.push(milliseconds(answered.first() - sent));
    }
    if warm > 0 {
        taken.resident_kb = resident_kb(&program);
    }
    program.kill().await.expect("it can be ended");
    taken
}

async fn answer(heard: &mut mpsc::UnboundedReceiver<Answer>, command: &str) -> Answer {
    tokio::time::timeout(PATIENCE, heard.recv()).await.unwrap_or_else(|_| panic!("{command} does not answer")).unwrap()
}

fn spawn(command: &str, runtime: SocketAddr) -> Child {
    let mut words = command.split_whitespace();
    Command::new(words.next().expect("a command"))
        .args(words)
        .env("AWS_LAMBDA_RUNTIME_API", runtime.to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "motorline")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "emulator")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "emulator")
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the program starts")
}

async fn serve(runtime: Arc<Runtime>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(answered))
        .route("/2018-06-01/runtime/init/error", post(failed))
        .route("/2020-01-01/extension/register", post(registered))
        .route("/2020-01-01/extension/event/next", get(std::future::pending::<()>))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(runtime);
    tokio::spawn(
        async move { axum::serve(listener.tap_io(|connection| drop(connection.set_nodelay(true))), router).await },
    );
    address
}

async fn next(State(runtime): State<Arc<Runtime>>) -> Response {
    runtime.polled.lock().unwrap().get_or_insert_with(Instant::now);
    runtime.next.notified().await;
    let number = {
        let mut number = runtime.number.lock().unwrap();
        *number += 1;
        *number
    };
    let headers = [
        ("lambda-runtime-aws-request-id", format!("event-{number}")),
        ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:motorline".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (axum::response::AppendHeaders(headers), runtime.event.replace("{n}", &number.to_string())).into_response()
}

async fn answered(
    State(runtime): State<Arc<Runtime>>,
    axum::extract::Path((_, kind)): axum::extract::Path<(String, String)>,
    body: Body,
) -> StatusCode {
    let mut pieces = Vec::new();
    let mut body = body.into_data_stream();
    while let Some(piece) = body.next().await {
        pieces.push((Instant::now(), piece.expect("a whole answer")));
    }
    runtime.answers.send(Answer { kind, pieces }).unwrap();
    StatusCode::ACCEPTED
}

async fn failed(State(runtime): State<Arc<Runtime>>, body: Bytes) -> StatusCode {
    runtime.answers.send(Answer { kind: "init error".into(), pieces: vec![(Instant::now(), body)] }).unwrap();
    StatusCode::ACCEPTED
}

async fn registered(_headers: HeaderMap) -> impl IntoResponse {
    ([("lambda-extension-identifier", "emulator")], "{}")
}

fn resident_kb(program: &Child) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", program.id().unwrap_or_default())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn row(name: &str, taken: &[Taken]) -> String {
    let of = |pick: fn(&Taken) -> f64| spread(taken.iter().map(pick).collect());
    let warm: Vec<f64> = taken.iter().flat_map(|taken| taken.warm_ms.clone()).collect();
    let pieces: Vec<f64> = taken.iter().flat_map(|taken| taken.warm_first_piece_ms.clone()).collect();
    let (warm, piece) = match warm.is_empty() {
        true => ("–".to_owned(), "–".to_owned()),
        false => (format!("{:.1} / {:.1}", at(&warm, 0.5), at(&warm, 0.99)), format!("{:.1}", at(&pieces, 0.5))),
    };
    let resident: Vec<f64> = taken.iter().map(|taken| taken.resident_kb as f64 / 1024.0).collect();
    let (poll, answer) = (of(|taken| taken.first_poll_ms), of(|taken| taken.first_answer_ms));
    format!("| {name} | {} | {poll} | {answer} | {warm} | {piece} | {:.1} |", taken.len(), at(&resident, 0.5))
}

fn spread(values: Vec<f64>) -> String {
    format!("{:.1} ({:.1}–{:.1})", at(&values, 0.5), at(&values, 0.1), at(&values, 0.9))
}

/// The value below which this share of all values lies.
fn at(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
