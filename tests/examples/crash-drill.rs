//! Kills a server over and over while it takes turns, and checks what it had promised: every acknowledged turn is there, once.
//!
//! `crash-drill --kills 200 -- target/release/motorline` starts the server with the settings of the environment and `listen` set to
//! a free port of this machine, sends turns of several sessions at once, kills the server (SIGKILL) at a random moment,
//! starts it again, and sends every key again until it is answered.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool that prints, and may be blunt"
)]

use std::collections::{HashMap, HashSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use clap::Parser;
use contract::ports::Entropy;
use local::SystemEntropy;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// Sessions that are spoken in at once.
const SESSIONS: usize = 4;
/// Turns of each round.
const TURNS: usize = 12;
/// Until a started server must answer, and a key must be free again.
const PATIENCE: Duration = Duration::from_secs(60);

/// Kills a server over and over and checks that it keeps its promises.
#[derive(Parser)]
struct Arguments {
    /// How often it is killed.
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// The longest that it lives after turns were sent, in milliseconds.
    #[arg(long, default_value_t = 60)]
    longest_ms: u64,
    /// The server and its arguments.
    command: Vec<String>,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let run = format!("{:08x}", SystemEntropy.random() as u32);
    let (mut acknowledged, mut killed_in_flight) = (0, 0);
    for kill in 0..arguments.kills {
        let (server, address) = start(&arguments.command).await;
        let keys: Vec<(String, String)> =
            (0..TURNS).map(|n| (format!("crash-{run}-{kill}-{}", n % SESSIONS), format!("{run}-{kill}-{n}"))).collect();
        let sent = keys.clone().into_iter().map(|(session, key)| tokio::spawn(send(address.clone(), session, key)));
        let sent: Vec<_> = sent.collect();
        let lives = SystemEntropy.random() as u64 % (arguments.longest_ms * 1_000);
        sleep(Duration::from_micros(lives)).await;
        end(server).await;
        let mut first = HashMap::new();
        for ((_, key), answer) in keys.iter().zip(sent) {
            if let Some((200, reply)) = answer.await.unwrap() {
                first.insert(key.clone(), reply);
            }
        }
        acknowledged += first.len();
        killed_in_flight += keys.len() - first.len();
        let (server, address) = start(&arguments.command).await;
        check(&address, &keys, &first).await;
        end(server).await;
    }
    println!(
        "{} kills: {acknowledged} turns were acknowledged before, {killed_in_flight} were not; every key was answered once",
        arguments.kills
    );
}

/// Sends every key again, and reads the sessions: what was acknowledged is the same, and everything is there once.
async fn check(address: &str, keys: &[(String, String)], first: &HashMap<String, Value>) {
    let mut turns: HashMap<&str, Vec<String>> = HashMap::new();
    for (session, key) in keys {
        let reply = until_answered(address, session, key).await;
        if let Some(before) = first.get(key) {
            assert_eq!(before, &reply, "{key}: the answer changed");
        }
        turns.entry(session).or_default().push(reply["turn_id"].as_str().unwrap().to_owned());
    }
    for (session, answered) in turns {
        let (status, transcript) = request(address, "GET", &format!("/v1/sessions/{session}"), "", "").await.unwrap();
        assert_eq!(status, 200, "{transcript}");
        let stored =
            transcript["turns"].as_array().unwrap().iter().map(|turn| turn["turn_id"].as_str().unwrap().to_owned());
        let stored: Vec<String> = stored.collect();
        let (once, expected): (HashSet<_>, HashSet<_>) =
            (stored.iter().cloned().collect(), answered.into_iter().collect());
        assert_eq!(once.len(), stored.len(), "{session}: a turn is stored twice");
        assert_eq!(once, expected, "{session}: stored and answered differ");
    }
}

async fn until_answered(address: &str, session: &str, key: &str) -> Value {
    let began = Instant::now();
    loop {
        match send(address.to_owned(), session.to_owned(), key.to_owned()).await {
            Some((200, reply)) => return reply,
            // The lease of the killed server is still running.
            Some((409, _)) => {}
            other => panic!("{key}: {other:?}"),
        }
        assert!(began.elapsed() < PATIENCE, "{key} is never answered");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn start(command: &[String]) -> (Child, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let mut server = Command::new(&command[0]);
    server.args(&command[1..]).args(["--listen", &address]).stdout(Stdio::null()).kill_on_drop(true);
    let server = server.spawn().expect("the server starts");
    let began = Instant::now();
    while request(&address, "GET", "/health", "", "").await.is_none() {
        assert!(began.elapsed() < PATIENCE, "the server does not start");
        sleep(Duration::from_millis(5)).await;
    }
    (server, address)
}

async fn end(mut server: Child) {
    // SIGKILL: it gets no chance to tidy up.
    server.kill().await.unwrap();
}

async fn send(address: String, session: String, key: String) -> Option<(u16, Value)> {
    let body = json!({"session_id": session, "text": format!("What does P0301 mean? {key}")}).to_string();
    request(&address, "POST", "/v1/turns", &key, &body).await
}

/// One request on a connection of its own; nothing when the server is not there or dies.
async fn request(address: &str, method: &str, path: &str, key: &str, body: &str) -> Option<(u16, Value)> {
    let exchange = async {
        let mut connection = TcpStream::connect(address).await.ok()?;
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n",
            body.len()
        );
        let key = if key.is_empty() { String::new() } else { format!("Idempotency-Key: {key}\r\n") };
        connection.write_all(format!("{head}{key}\r\n{body}").as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await.ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split_whitespace().nth(1)?.parse().ok()?;
        Some((status, serde_json::from_str(body).ok()?))
    };
    timeout(PATIENCE, exchange).await.ok()?
}
