//! Traffic with a service, recorded once and replayed as often as wanted: a replay serves what the service said, and insists
//! that it is asked exactly as it was asked then.
//!
//! No header of a request is recorded, and of an answer only those that mean something to a client.

use std::collections::{BTreeMap, VecDeque};
use std::future::IntoFuture;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Headers of an answer that are recorded.
const MEANING: [&str; 2] = ["content-type", "retry-after"];

/// A request and what was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    pub method: String,
    /// Below the base of the API.
    pub path: String,
    pub request: Value,
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    /// The pieces of the body, in the order and the size in which they came.
    pub body: Vec<String>,
}

enum Tape {
    /// Forwards to this address, and keeps what went by.
    Recording { upstream: String, client: reqwest::Client, kept: Vec<Exchange> },
    /// What is still to be played, and what was asked otherwise than recorded.
    Playing { left: VecDeque<Exchange>, wrong: Vec<String> },
}

type Shared = Arc<Mutex<Tape>>;

/// A server on this machine that records or replays.
pub struct Cassette {
    /// Where it is reached, such as `http://127.0.0.1:41234`.
    pub base: String,
    tape: Shared,
    server: JoinHandle<std::io::Result<()>>,
}

impl Cassette {
    /// Forwards everything to the API at `upstream`.
    pub async fn record(upstream: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self::start(Tape::Recording { upstream: upstream.into(), client, kept: Vec::new() }).await
    }

    /// Plays the recording in `file`.
    pub async fn play(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_else(|cause| panic!("{}: {cause}", file.display()));
        Self::start(Tape::Playing { left: serde_json::from_str(&text).unwrap(), wrong: Vec::new() }).await
    }

    async fn start(tape: Tape) -> Self {
        let tape = Arc::new(Mutex::new(tape));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(handle).with_state(tape.clone());
        Self { base, tape, server: tokio::spawn(axum::serve(listener, router).into_future()) }
    }

    /// Writes down what was recorded.
    pub fn save(self, file: &Path) {
        let Tape::Recording { kept, .. } = &*self.tape.lock().unwrap() else { panic!("nothing was recorded") };
        std::fs::write(file, serde_json::to_string_pretty(kept).unwrap() + "\n").unwrap();
    }

    /// What was asked otherwise than it was recorded, and what was not asked at all.
    pub fn differences(self) -> Vec<String> {
        let Tape::Playing { left, wrong } = &*self.tape.lock().unwrap() else { panic!("nothing was played") };
        let unasked = left.iter().map(|exchange| format!("{} {} was not asked", exchange.method, exchange.path));
        wrong.iter().cloned().chain(unasked).collect()
    }
}

impl Drop for Cassette {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(State(tape): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let asked = Exchange {
        method: method.to_string(),
        path: uri.path_and_query().map_or_else(String::new, ToString::to_string),
        request: serde_json::from_slice(&body).unwrap_or_default(),
        status: 0,
        headers: BTreeMap::new(),
        body: Vec::new(),
    };
    let forward = match &mut *tape.lock().unwrap() {
        Tape::Playing { left, wrong } => return replay(left, wrong, &asked),
        Tape::Recording { upstream, client, .. } => {
            let request = client.request(method, format!("{upstream}{}", asked.path)).body(body);
            let passed = ["authorization", "content-type"].into_iter();
            passed
                .filter_map(|name| headers.get(name).map(|value| (name, value)))
                .fold(request, |request, (name, value)| request.header(name, value))
        }
    };
    let exchange = answered(asked, forward).await;
    if let Tape::Recording { kept, .. } = &mut *tape.lock().unwrap() {
        kept.push(exchange.clone());
    }
    said(exchange)
}

/// The exchange with what the service answers.
async fn answered(asked: Exchange, request: reqwest::RequestBuilder) -> Exchange {
    let response = request.send().await.expect("the service answers");
    let status = response.status().as_u16();
    let header = |name: &str| Some((name.to_owned(), response.headers().get(name)?.to_str().ok()?.to_owned()));
    let headers = MEANING.iter().filter_map(|name| header(name)).collect();
    let pieces: Vec<_> = response.bytes_stream().collect().await;
    let text = |piece: reqwest::Result<Bytes>| String::from_utf8(piece.expect("a piece").to_vec()).expect("text");
    Exchange { status, headers, body: pieces.into_iter().map(text).collect(), ..asked }
}

fn replay(left: &mut VecDeque<Exchange>, wrong: &mut Vec<String>, asked: &Exchange) -> Response {
    let same = |exchange: &&Exchange| {
        (&exchange.method, &exchange.path, &exchange.request) == (&asked.method, &asked.path, &asked.request)
    };
    match left.front().filter(same).cloned() {
        Some(exchange) => {
            left.pop_front();
            said(exchange)
        }
        None => {
            wrong.push(format!("recorded: {:#?}\nasked: {asked:#?}", left.front()));
            (StatusCode::NOT_IMPLEMENTED, "this was not recorded").into_response()
        }
    }
}

fn said(exchange: Exchange) -> Response {
    let pieces = exchange.body.into_iter().map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
    let mut response = Response::new(Body::from_stream(stream::iter(pieces)));
    *response.status_mut() = StatusCode::from_u16(exchange.status).unwrap();
    for name in MEANING {
        if let Some(value) = exchange.headers.get(name) {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
    }
    response
}
