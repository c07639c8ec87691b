//! The wire of OpenAI's chat completions, spoken by a server of ours: as strict as the real one, with every fault on demand.
//!
//! A module of the tests, and the program `openai-double`. `doubles/certify_openai.py` checks it with OpenAI's Python client.

#[path = "openai/answer.rs"]
mod answer;
#[path = "openai/body.rs"]
mod body;
#[path = "openai/knobs.rs"]
mod knobs;
#[path = "openai/rules.rs"]
mod rules;

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use answer::Answer;
pub use knobs::{Knobs, Refusing};

/// The key that the double takes.
pub const KEY: &str = "sk-double-0123456789";
/// The models that it serves.
pub const MODELS: [&str; 2] = ["gpt-4o-mini", "gpt-5.4-nano"];

/// What the double has seen, and how it behaves now. Shared by all calls.
#[derive(Debug, Default)]
pub struct Record {
    /// How the next call is answered.
    pub knobs: Knobs,
    /// Completions that were asked for, refused ones too.
    pub calls: u64,
    /// Streams that the client left before their end.
    pub abandoned: u64,
    /// The body of the last call.
    pub last_request: Value,
    /// The `authorization` of the last request of any kind.
    pub last_key: Option<String>,
}

/// What is shared by all calls.
pub type Shared = Arc<Mutex<Record>>;

/// A double that listens.
pub struct Double {
    /// The base of its API, such as `http://127.0.0.1:9330/v1`.
    pub base: String,
    record: Shared,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Double {
    /// Listens on `address` (port 0: any free one) and behaves by `knobs`.
    pub async fn start(address: &str, knobs: Knobs) -> std::io::Result<Self> {
        let record = Shared::new(Mutex::new(Record { knobs, ..Record::default() }));
        let listener = TcpListener::bind(address).await?;
        let base = format!("http://{}/v1", listener.local_addr()?);
        let server = tokio::spawn(axum::serve(listener, router(record.clone())).into_future());
        Ok(Self { base, record, server })
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
        .route("/v1/chat/completions", post(complete))
        .route("/v1/models", get(models))
        .route("/_double", post(turn))
        .with_state(record)
}

/// What the body leaves out is as it is without any knob turned.
async fn turn(State(record): State<Shared>, Json(knobs): Json<Knobs>) -> StatusCode {
    record.lock().unwrap().knobs = knobs;
    StatusCode::NO_CONTENT
}

async fn models(State(record): State<Shared>, headers: HeaderMap) -> Response {
    let mut record = record.lock().unwrap();
    if let Some(refused) = unknown(&mut record, &headers).or_else(|| record.knobs.take_refusal()) {
        return refused.response();
    }
    let card = |id: &str| json!({"id": id, "object": "model", "created": 1_700_000_000, "owned_by": "openai"});
    Json(json!({"object": "list", "data": MODELS.map(card)})).into_response()
}

async fn complete(State(record): State<Shared>, headers: HeaderMap, request: axum::body::Bytes) -> Response {
    let (request, knobs) = {
        let mut seen = record.lock().unwrap();
        seen.calls += 1;
        seen.last_request = serde_json::from_slice(&request).unwrap_or_default();
        let refused = unknown(&mut seen, &headers).or_else(|| seen.knobs.take_refusal());
        if let Some(refused) = refused.or_else(|| rules::broken(&seen.last_request)) {
            return refused.response();
        }
        (seen.last_request.clone(), seen.knobs.clone())
    };
    let answer = Answer::to(&request, &knobs);
    if request["stream"] == true {
        let counted = request["stream_options"]["include_usage"] == true && !knobs.no_usage;
        body::streamed(answer, knobs, counted, record).await
    } else {
        body::whole(&answer, &knobs).await
    }
}

/// The refusal of a request without the right key.
fn unknown(record: &mut Record, headers: &HeaderMap) -> Option<Refusing> {
    let key = headers.get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
    record.last_key.clone_from(&key);
    let known = key.as_deref().and_then(|key| key.strip_prefix("Bearer ")) == Some(KEY);
    // The real service repeats the key with its middle struck out. The double repeats it whole: nobody may log that.
    let message = format!("Incorrect API key provided: {}.", key.unwrap_or_default());
    (!known).then(|| Refusing::new(401, "invalid_request_error", "invalid_api_key", &message))
}
