//! The clients of the tests: one turn through each of the doors, with everything that was told of it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tower::ServiceExt;

use crate::house::House;

/// A way to a turn.
#[derive(Debug, Clone, Copy)]
pub enum Door {
    Rest,
    Events,
    Socket(SocketAddr),
}

impl Door {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Events => "events",
            Self::Socket(_) => "socket",
        }
    }

    /// Takes a turn and returns its status and the reply, or the problem.
    pub async fn turn(self, house: &House, customer: Option<&str>, body: &Value) -> (StatusCode, Value) {
        let told = match self {
            Self::Rest => return house.turn(customer, None, body).await,
            Self::Events => match events(house, customer, &[], body).await {
                Ok(told) => told,
                Err(refused) => return refused,
            },
            Self::Socket(address) => Socket::open(address, customer).await.unwrap().turn(body).await,
        };
        assert_consistent(&told);
        let last = told.last().unwrap();
        match last.kind.as_str() {
            "closed" => (StatusCode::OK, last.data.clone()),
            _ => (StatusCode::from_u16(last.data["status"].as_u64().unwrap() as u16).unwrap(), last.data.clone()),
        }
    }
}

/// A message of a turn, as a client read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub kind: String,
    pub seq: u64,
    pub data: Value,
}

/// What holds for everything that is told of a turn from its beginning: growing numbers, one end, and deltas that add up
/// to the reply.
pub fn assert_consistent(told: &[Told]) {
    assert!(told.windows(2).all(|pair| pair[0].seq < pair[1].seq), "{told:?}");
    let ends = told.iter().filter(|message| matches!(message.kind.as_str(), "closed" | "error")).count();
    assert_eq!(ends, 1, "{told:?}");
    let last = told.last().unwrap();
    if last.kind == "closed" {
        assert_eq!(words(told), last.data["reply"].as_str().unwrap(), "the deltas are the reply");
    }
}

/// All words told, joined.
pub fn words(told: &[Told]) -> String {
    told.iter()
        .filter(|message| message.kind == "delta")
        .map(|message| message.data["text"].as_str().unwrap())
        .collect()
}

/// Takes a turn over server-sent events; or the problem it was refused with.
pub async fn events(
    house: &House,
    customer: Option<&str>,
    headers: &[(&str, &str)],
    body: &Value,
) -> Result<Vec<Told>, (StatusCode, Value)> {
    let mut request = Request::post("/v1/turns").header("content-type", "application/json");
    request = request.header("accept", "text/event-stream");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(customer) = customer {
        request = request.header("authorization", format!("Bearer demo-{customer}"));
    }
    let request = request.body(Body::from(body.to_string())).unwrap();
    let response = house.router.clone().oneshot(request).await.unwrap();
    let (status, kind) = (response.status(), response.headers()["content-type"].to_str().unwrap().to_owned());
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    if status != StatusCode::OK {
        return Err((status, serde_json::from_slice(&bytes).unwrap()));
    }
    assert_eq!(kind, "text/event-stream");
    Ok(read_events(std::str::from_utf8(&bytes).unwrap()))
}

/// Reads a stream of events.
pub fn read_events(text: &str) -> Vec<Told> {
    let blocks = text.split("\n\n").filter(|block| !block.is_empty() && !block.starts_with(':'));
    let field = |block: &str, name: &str| {
        block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned)).unwrap()
    };
    let told = |block| Told {
        kind: field(block, "event"),
        seq: field(block, "id").parse().unwrap(),
        data: serde_json::from_str(&field(block, "data")).unwrap(),
    };
    blocks.map(told).collect()
}

/// An open WebSocket.
pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open(address: SocketAddr, customer: Option<&str>) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/v1/socket").into_client_request()?;
        if let Some(customer) = customer {
            request.headers_mut().insert("authorization", format!("Bearer demo-{customer}").parse().unwrap());
        }
        connect_async(request).await.map(|(socket, _)| Self(socket))
    }

    pub async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Begins a turn under `key`, or goes on with it behind message `seen`.
    pub async fn begin(&mut self, key: &str, seen: u64, body: &Value) {
        let mut message = body.clone();
        message.as_object_mut().unwrap().extend([
            ("type".to_owned(), json!("turn")),
            ("key".to_owned(), json!(key)),
            ("last_seq".to_owned(), json!(seen)),
        ]);
        self.send(&message).await;
    }

    /// The next message, its parts joined.
    pub async fn receive(&mut self) -> Value {
        let mut whole = String::new();
        loop {
            let value: Value = match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => serde_json::from_str(&text).unwrap(),
                Message::Ping(_) => continue,
                other => panic!("unexpected {other:?}"),
            };
            if value["type"] != "part" {
                return value;
            }
            whole.push_str(value["data"].as_str().unwrap());
            if value["part"] == value["parts"] {
                return serde_json::from_str(&whole).unwrap();
            }
        }
    }

    /// The next message of the turn under `key`.
    pub async fn told(&mut self, key: &str) -> Told {
        let message = self.receive().await;
        assert_eq!(message["key"], key, "{message}");
        Told {
            kind: message["type"].as_str().unwrap().into(),
            seq: message["seq"].as_u64().unwrap(),
            data: message["data"].clone(),
        }
    }

    /// A whole turn under a key of its own.
    pub async fn turn(&mut self, body: &Value) -> Vec<Told> {
        static TURNS: AtomicU64 = AtomicU64::new(0);
        let key = format!("socket-turn-{}", TURNS.fetch_add(1, Ordering::Relaxed));
        self.begin(&key, 0, body).await;
        self.rest(&key).await
    }

    /// What is told of the turn under `key` from here to its end.
    pub async fn rest(&mut self, key: &str) -> Vec<Told> {
        let mut told = Vec::new();
        loop {
            told.push(self.told(key).await);
            if matches!(told.last().unwrap().kind.as_str(), "closed" | "error") {
                return told;
            }
        }
    }

    /// How the server ends the socket, whatever it sends before.
    pub async fn end(&mut self) -> Option<CloseFrame> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(frame))) => return frame,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
