//! A car that loses its connection, comes back, and finds that nothing was lost and nothing doubled.
//!
//! `cargo run -p system-tests --example car -- http://127.0.0.1:8080` plays it against a running server with demonstration
//! identities: REST in JSON and in CBOR, then the WebSocket; each time it hangs up in the middle of a turn and comes back with
//! the same key. It prints what its voice says and what went over the air, and exits with 1 when a promise is broken.
#![allow(clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "a program that reports to a person")]

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often a turn that is still under way is asked for again.
const PATIENCE: u32 = 20;

#[derive(Parser)]
#[command(about = "Plays a car that loses its connection.")]
struct Arguments {
    /// Where the server is.
    #[arg(default_value = "http://127.0.0.1:8080")]
    server: String,
    /// The bearer token of who sits in the car.
    #[arg(long, default_value = "demo-ben")]
    token: String,
}

struct Car {
    server: String,
    token: String,
    http: reqwest::Client,
    session: String,
}

/// One body as it goes over the air.
#[derive(Clone, Copy)]
enum Format {
    Json,
    Cbor,
}

#[tokio::main]
async fn main() -> ExitCode {
    // The HTTP client is built without a TLS provider of its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Arguments { server, token } = Arguments::parse();
    let session = format!("car-{}", jiff::Timestamp::now().as_millisecond());
    let http = reqwest::Client::new();
    let car = Car { server: server.trim_end_matches('/').to_owned(), token, http, session };
    match drive(&car).await {
        Ok(turns) => {
            println!("{turns} turns, 4 lost connections: every turn stored once, every reply heard whole.");
            ExitCode::SUCCESS
        }
        Err(cause) => {
            eprintln!("broken promise: {cause}");
            ExitCode::FAILURE
        }
    }
}

/// The whole journey. Returns how many turns it took.
async fn drive(car: &Car) -> Outcome<usize> {
    let mut replies = vec![car.compare_formats().await?];
    for (format, text) in
        [(Format::Json, "How do I change a flat tyre?"), (Format::Cbor, "What does the red oil pressure light mean?")]
    {
        replies.push(car.ask_and_hang_up(format, text).await?);
    }
    for heard in [1, 6] {
        let text = format!("What tyre pressure does my car need for {heard} passengers?");
        replies.push(car.ask_over_socket(&text, heard).await?);
    }
    car.check_transcript(&replies).await?;
    Ok(replies.len())
}

impl Car {
    fn turn(&self, text: &str) -> Value {
        let vehicle = json!({"speed_kph": 62.5, "battery_pct": 54, "odometer_km": 74_100, "warnings": ["P0301"],
            "location": {"lat": 51.50736, "lon": -0.12776}});
        json!({"session_id": self.session, "channel": "vehicle", "text": text, "vehicle": vehicle})
    }

    /// Sends one turn in JSON and again in CBOR, with one key: the second must be the stored reply of the first.
    async fn compare_formats(&self) -> Outcome<Value> {
        let turn = self.turn("The engine warning light is on, what is wrong?");
        let (json, json_bytes) = self.post("formats", &turn, Format::Json).await?;
        let (cbor, cbor_bytes) = self.post("formats", &turn, Format::Cbor).await?;
        for field in ["turn_id", "reply", "speech"] {
            require(json[field] == cbor[field], format!("{field} differs: {} and {}", json[field], cbor[field]))?;
        }
        speak(&json)?;
        let sent = [bytes(&turn, Format::Json)?.len(), bytes(&turn, Format::Cbor)?.len()];
        println!(
            "  over the air: {} B sent and {json_bytes} B back in JSON, {} and {cbor_bytes} in CBOR",
            sent[0], sent[1]
        );
        Ok(json)
    }

    /// Sends a turn, drops the connection before the answer, and asks again with the same key.
    async fn ask_and_hang_up(&self, format: Format, text: &str) -> Outcome<Value> {
        let (turn, key) = (self.turn(text), format!("lost-{}", format.media_type()).replace('/', "-"));
        let body = bytes(&turn, format)?;
        let head = format!(
            "POST /v1/turns HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nidempotency-key: {}\r\n\
             content-type: {}\r\ncontent-length: {}\r\n\r\n",
            self.authority(),
            self.token,
            self.key(&key),
            format.media_type(),
            body.len()
        );
        let mut link = TcpStream::connect(self.authority()).await?;
        link.write_all(head.as_bytes()).await?;
        link.write_all(&body).await?;
        link.flush().await?;
        drop(link);
        println!("(the connection is lost before the answer)");
        let (reply, _) = self.post(&key, &turn, format).await?;
        speak(&reply)?;
        Ok(reply)
    }

    /// Asks over a WebSocket, loses it after `heard` events, comes back and hears the rest.
    async fn ask_over_socket(&self, text: &str, heard: u64) -> Outcome<Value> {
        let mut message = self.turn(text);
        message["type"] = json!("turn");
        message["key"] = json!(self.key(&format!("socket-{heard}")));
        let mut ear = Ear::default();
        let mut socket = self.socket().await?;
        socket.send(Message::text(message.to_string())).await?;
        while ear.last_seq < heard && ear.closed.is_none() {
            ear.hear(&next(&mut socket).await?)?;
        }
        drop(socket);
        println!("(the connection is lost after event {})", ear.last_seq);
        let mut socket = self.socket().await?;
        message["last_seq"] = json!(ear.last_seq);
        socket.send(Message::text(message.to_string())).await?;
        while ear.closed.is_none() {
            ear.hear(&next(&mut socket).await?)?;
        }
        let reply = ear.closed.ok_or("no closed event")?;
        let stored = reply["reply"].as_str().unwrap_or_default();
        require(stored.starts_with(&ear.said), format!("heard {:?}, stored {stored:?}", ear.said))?;
        speak(&reply)?;
        Ok(reply)
    }

    async fn socket(&self) -> Outcome<WebSocketStream<TcpStream>> {
        let mut request = format!("ws://{}/v1/socket", self.authority()).into_client_request()?;
        request.headers_mut().insert("authorization", format!("Bearer {}", self.token).parse()?);
        let link = TcpStream::connect(self.authority()).await?;
        Ok(client_async(request, link).await?.0)
    }

    /// Posts a turn, patient while it is under way elsewhere. Returns the reply, and how many bytes it was.
    async fn post(&self, key: &str, turn: &Value, format: Format) -> Outcome<(Value, usize)> {
        for _ in 0..PATIENCE {
            let request = self.http.post(format!("{}/v1/turns", self.server)).bearer_auth(&self.token);
            let request = request.header("idempotency-key", self.key(key)).header("accept", format.media_type());
            let request = request.header("content-type", format.media_type()).body(bytes(turn, format)?);
            let answer = request.send().await?;
            let status = answer.status();
            let body = answer.bytes().await?;
            if status == reqwest::StatusCode::CONFLICT {
                tokio::time::sleep(Duration::from_millis(500)).await;
                continue;
            }
            let reply = read(&body, format)?;
            require(status.is_success(), format!("{status}: {reply}"))?;
            return Ok((reply, body.len()));
        }
        Err("the turn is still under way".into())
    }

    /// Every turn stands in the transcript once, in order, with the reply that was heard.
    async fn check_transcript(&self, replies: &[Value]) -> Outcome<()> {
        let page = format!("{}/v1/sessions/{}", self.server, self.session);
        let transcript: Value = self.http.get(page).bearer_auth(&self.token).send().await?.json().await?;
        let kept = transcript["turns"].as_array().ok_or(format!("no transcript: {transcript}"))?;
        require(kept.len() == replies.len(), format!("{} turns were taken, {} kept", replies.len(), kept.len()))?;
        for (kept, heard) in kept.iter().zip(replies) {
            for field in ["turn_id", "reply", "speech"] {
                require(kept[field] == heard[field], format!("kept {}, heard {}", kept[field], heard[field]))?;
            }
        }
        Ok(())
    }

    fn authority(&self) -> &str {
        self.server.trim_start_matches("http://")
    }

    fn key(&self, name: &str) -> String {
        format!("{}-{name}", self.session)
    }
}

/// What was heard of one turn, over however many connections.
#[derive(Default)]
struct Ear {
    last_seq: u64,
    said: String,
    closed: Option<Value>,
    parts: String,
}

impl Ear {
    fn hear(&mut self, message: &Value) -> Outcome<()> {
        let seq = message["seq"].as_u64().ok_or(format!("an event without a number: {message}"))?;
        if seq <= self.last_seq && message["type"] != "part" {
            // The turn is told from its beginning again: what was heard of it is replaced.
            self.said.clear();
        }
        match message["type"].as_str().unwrap_or_default() {
            "part" => {
                self.parts.push_str(message["data"].as_str().unwrap_or_default());
                if message["part"].as_u64().map(|part| part + 1) == message["parts"].as_u64() {
                    let whole: Value = serde_json::from_str(&std::mem::take(&mut self.parts))?;
                    return self.hear(&whole);
                }
                return Ok(());
            }
            "delta" => self.said.push_str(message["data"]["text"].as_str().unwrap_or_default()),
            "closed" => self.closed = Some(message["data"].clone()),
            "report" => {}
            _ => return Err(format!("unexpected: {message}").into()),
        }
        self.last_seq = seq;
        Ok(())
    }
}

async fn next(socket: &mut WebSocketStream<TcpStream>) -> Outcome<Value> {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(30), socket.next()).await?;
        if let Message::Text(text) = message.ok_or("the server hung up")?? {
            return Ok(serde_json::from_str(&text)?);
        }
    }
}

impl Format {
    fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Cbor => "application/cbor",
        }
    }
}

fn bytes(value: &Value, format: Format) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    match format {
        Format::Json => bytes = serde_json::to_vec(value)?,
        Format::Cbor => ciborium::into_writer(value, &mut bytes)?,
    }
    Ok(bytes)
}

fn read(body: &[u8], format: Format) -> Outcome<Value> {
    Ok(match format {
        Format::Json => serde_json::from_slice(body)?,
        Format::Cbor => ciborium::from_reader(body)?,
    })
}

/// The car's voice.
fn speak(reply: &Value) -> Outcome<()> {
    let words = reply["speech"]["text"].as_str().ok_or(format!("nothing to say in {reply}"))?;
    println!("\u{201c}{words}\u{201d}");
    Ok(())
}

fn require(holds: bool, otherwise: String) -> Outcome<()> {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
