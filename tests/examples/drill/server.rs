//! A server that is started and killed, and one request to it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// Until a started server must answer, and a key must be free again.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What is asked of a server.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// Who asks, by the demonstration's names; empty: a visitor.
    pub customer: &'a str,
    /// The idempotency key; empty: none.
    pub key: &'a str,
    pub body: &'a str,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Nobody listens there.
    Absent,
    /// The server died over it.
    Died,
}

/// An address of this machine at which nobody listens.
pub async fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Starts the server there, and returns once it answers.
pub async fn start(command: &[String], address: &str) -> Child {
    let mut server = Command::new(&command[0]);
    server.args(&command[1..]).args(["--listen", address]).stdout(Stdio::null()).kill_on_drop(true);
    let server = server.spawn().expect("the server starts");
    let began = Instant::now();
    while send(address, Request { method: "GET", path: "/health", ..Request::default() }).await.is_err() {
        assert!(began.elapsed() < PATIENCE, "the server does not start");
        sleep(Duration::from_millis(5)).await;
    }
    server
}

/// Kills the server: it gets no chance to tidy up.
pub async fn end(mut server: Child) {
    server.kill().await.unwrap();
}

/// One request on a connection of its own.
pub async fn send(address: &str, request: Request<'_>) -> Result<(u16, Value), Lost> {
    let mut connection = TcpStream::connect(address).await.map_err(|_| Lost::Absent)?;
    timeout(PATIENCE, exchange(&mut connection, address, request)).await.ok().flatten().ok_or(Lost::Died)
}

async fn exchange(connection: &mut TcpStream, address: &str, request: Request<'_>) -> Option<(u16, Value)> {
    let Request { method, path, customer, key, body } = request;
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n",
        body.len()
    );
    if !customer.is_empty() {
        head.push_str(&format!("Authorization: Bearer demo-{customer}\r\n"));
    }
    if !key.is_empty() {
        head.push_str(&format!("Idempotency-Key: {key}\r\n"));
    }
    connection.write_all(format!("{head}\r\n{body}").as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split_whitespace().nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}
