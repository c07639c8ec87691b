//! Amazon Bedrock's wire, spoken by a program of ours: Converse and ConverseStream, with every fault on demand.
//!
//! A module of the tests, and the program `bedrock-double`. `doubles/certify.py` checks it with Amazon's Python client.

#[path = "bedrock/abilities.rs"]
mod abilities;
#[path = "bedrock/answer.rs"]
mod answer;
#[path = "bedrock/body.rs"]
mod body;
#[path = "bedrock/knobs.rs"]
mod knobs;
#[path = "bedrock/rules.rs"]
mod rules;
#[path = "bedrock/wire.rs"]
mod wire;

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use answer::Answer;
pub use knobs::{Failing, Knobs};
use wire::refusal;

/// What the double has seen, and how it behaves now. Shared by all calls.
#[derive(Debug, Default)]
pub struct Record {
    /// How the next call is answered.
    pub knobs: Knobs,
    /// What `POST /_double` goes back to.
    flags: Knobs,
    /// Calls of either operation, refused ones too.
    pub calls: u64,
    /// Calls that were refused with an error.
    pub refused: u64,
    /// Streams that the client left before their end.
    pub abandoned: u64,
    /// The ports that clients called from: one a connection.
    pub connections: std::collections::BTreeSet<u16>,
    /// The model id of the last call.
    pub last_model: String,
    /// `converse` or `converse-stream`, of the last call.
    pub last_operation: String,
    /// The body of the last call.
    pub last_request: Value,
}

/// What is shared by all calls.
pub type Shared = Arc<Mutex<Record>>;

/// A double that listens.
pub struct Double {
    /// Where it is reached, such as `http://127.0.0.1:9210`.
    pub url: String,
    record: Shared,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Double {
    /// Listens on `address` (port 0: any free one) and behaves by `knobs`.
    pub async fn start(address: &str, knobs: Knobs) -> std::io::Result<Self> {
        let record = Shared::new(Mutex::new(Record { flags: knobs.clone(), knobs, ..Record::default() }));
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let service = router(record.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(axum::serve(listener.tap_io(at_once), service).into_future());
        Ok(Self { url, record, server })
    }

    /// Behaves otherwise from the next call on.
    pub fn turn(&self, knobs: Knobs) {
        self.record.lock().unwrap().knobs = knobs;
    }

    /// Looks at what was seen.
    pub fn seen<T>(&self, look: impl FnOnce(&Record) -> T) -> T {
        look(&self.record.lock().unwrap())
    }

    /// Serves until the process ends.
    pub async fn serve(mut self) -> std::io::Result<()> {
        (&mut self.server).await.unwrap_or_else(|stopped| Err(stopped.into()))
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(record: Shared) -> Router {
    Router::new()
        .route("/model/{model}/converse", post(converse))
        .route("/model/{model}/converse-stream", post(converse_stream))
        .route("/_double", get(report).post(turn))
        .with_state(record)
}

async fn report(State(record): State<Shared>) -> Json<Value> {
    let record = record.lock().unwrap();
    Json(json!({
        "knobs": record.knobs, "calls": record.calls, "refused": record.refused, "abandoned": record.abandoned,
        "connections": record.connections.len(), "last_model": record.last_model,
        "last_operation": record.last_operation, "last_request": record.last_request,
    }))
}

/// What the body leaves out goes back to what the command line said.
async fn turn(State(record): State<Shared>, Json(wanted): Json<Value>) -> Response {
    let mut record = record.lock().unwrap();
    match record.flags.with(&wanted) {
        Ok(knobs) => {
            record.knobs = knobs;
            Json(json!({"knobs": record.knobs})).into_response()
        }
        Err(problem) => (axum::http::StatusCode::BAD_REQUEST, problem).into_response(),
    }
}

async fn converse(
    State(record): State<Shared>,
    Path(model): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    request: axum::body::Bytes,
) -> Response {
    let call = Call { model, operation: "converse", peer, headers, request };
    match admit(&record, &call) {
        Ok((answer, knobs)) => body::whole(answer, &knobs).await,
        Err(refused) => refused,
    }
}

async fn converse_stream(
    State(record): State<Shared>,
    Path(model): Path<String>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    request: axum::body::Bytes,
) -> Response {
    let call = Call { model, operation: "converse-stream", peer, headers, request };
    match admit(&record, &call) {
        Ok((answer, knobs)) => body::streamed(answer, knobs, record).await,
        Err(refused) => refused,
    }
}

struct Call {
    model: String,
    operation: &'static str,
    peer: SocketAddr,
    headers: HeaderMap,
    request: axum::body::Bytes,
}

/// Writes a call down, and refuses it where the service would or where a knob says so.
fn admit(record: &Shared, call: &Call) -> Result<(Answer, Knobs), Response> {
    let mut record = record.lock().unwrap();
    record.calls += 1;
    record.connections.insert(call.peer.port());
    record.last_model = call.model.clone();
    record.last_operation = call.operation.into();
    record.last_request = serde_json::from_slice(&call.request).unwrap_or_default();
    let refused = refused(&mut record, call);
    if let Some((error, message)) = refused {
        record.refused += 1;
        return Err(refusal(&error, &message));
    }
    let knobs = record.knobs.clone();
    Ok((Answer::to(&record.last_request, &knobs), knobs))
}

fn refused(record: &mut Record, call: &Call) -> Option<(String, String)> {
    if let Some(error) = record.knobs.take_failure(record.calls) {
        return Some((error, "planted by the double".into()));
    }
    let signed = call.headers.get("authorization").and_then(|value| value.to_str().ok());
    if !signed.is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=")) {
        return Some(("AccessDeniedException".into(), "the request is not signed".into()));
    }
    let request = &record.last_request;
    let beyond = || abilities::beyond(&call.model, request);
    let broken = rules::broken(request).or_else(|| abilities::malformed(request)).or_else(beyond)?;
    Some(("ValidationException".into(), broken))
}

/// Sends each frame when it is made: small packets must not wait for each other's acknowledgement.
fn at_once(connection: &mut tokio::net::TcpStream) {
    // A connection that is gone needs no option.
    let _ = connection.set_nodelay(true);
}
