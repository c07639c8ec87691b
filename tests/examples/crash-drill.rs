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
    missing_docs,
    unreachable_pub,
    reason = "a tool that prints, and may be blunt; it shares its parts with another"
)]

#[path = "drill/server.rs"]
mod server;

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use clap::Parser;
use contract::ports::Entropy;
use local::SystemEntropy;
use serde_json::{Value, json};
use tokio::time::sleep;

use server::{PATIENCE, Request, end, free_address, start};

/// Sessions that are spoken in at once.
const SESSIONS: usize = 4;
/// Turns of each round.
const TURNS: usize = 12;

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
        let address = free_address().await;
        let server = start(&arguments.command, &address).await;
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
        let address = free_address().await;
        let server = start(&arguments.command, &address).await;
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
        let (status, transcript) = server::send(
            address,
            Request { method: "GET", path: &format!("/v1/sessions/{session}"), ..Request::default() },
        )
        .await
        .unwrap();
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

async fn send(address: String, session: String, key: String) -> Option<(u16, Value)> {
    let body = json!({"session_id": session, "text": format!("What does P0301 mean? {key}")}).to_string();
    server::send(&address, Request { method: "POST", path: "/v1/turns", key: &key, body: &body, ..Request::default() })
        .await
        .ok()
}
