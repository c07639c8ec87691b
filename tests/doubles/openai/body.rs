//! An answer as a body: one piece of JSON, or a stream of events with the faults that the knobs ask for.

use std::io;
use std::sync::PoisonError;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::{Value, json};

use super::answer::Answer;
use super::{Knobs, Shared};

/// The reply in one piece.
pub async fn whole(answer: &Answer, knobs: &Knobs) -> Response {
    tokio::time::sleep(Duration::from_millis(knobs.first_token_ms)).await;
    if let Some((_, garbage)) = &knobs.garbage_after {
        return garbage.clone().into_response();
    }
    let text = answer.pieces.concat();
    let (content, refusal) = if knobs.refusal { (Value::Null, json!(text)) } else { (json!(text), Value::Null) };
    let mut reply = json!({
        "id": "chatcmpl-double", "object": "chat.completion", "created": 1_700_000_000, "model": answer.model,
        "choices": [{
            "index": 0, "logprobs": null, "finish_reason": answer.finish_reason,
            "message": {"role": "assistant", "content": content, "refusal": refusal},
        }],
    });
    if !knobs.no_usage {
        reply["usage"] = answer.counted();
    }
    Json(reply).into_response()
}

/// The reply as a stream.
pub async fn streamed(answer: Answer, knobs: Knobs, counted: bool, record: Shared) -> Response {
    tokio::time::sleep(Duration::from_millis(knobs.first_token_ms)).await;
    let steps = steps(&answer, &knobs, counted);
    let watch = Watch { record, left: steps.len() };
    let pace = Duration::from_millis(knobs.pace_ms);
    let body = stream::unfold((steps.into_iter(), watch), move |(mut steps, mut watch)| async move {
        let sent = match steps.next()? {
            Step::Send(data) => {
                tokio::time::sleep(pace).await;
                Ok(Bytes::from(format!("data: {data}\n\n")))
            }
            Step::Cut => {
                // What was sent before leaves first: the server drops what it has not yet flushed.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            }
            Step::Stall => std::future::pending().await,
        };
        watch.left -= 1;
        Some((sent, (steps, watch)))
    });
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(body)).into_response()
}

/// One thing that a stream does.
enum Step {
    Send(String),
    Cut,
    Stall,
}

/// Notices when a client leaves before the end.
struct Watch {
    record: Shared,
    left: usize,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.left > 0 {
            self.record.lock().unwrap_or_else(PoisonError::into_inner).abandoned += 1;
        }
    }
}

/// All that a stream does, up to its end or its fault.
fn steps(answer: &Answer, knobs: &Knobs, counted: bool) -> Vec<Step> {
    let chunk = |delta: Value, reason: Value, usage: Value| {
        let choices =
            if delta.is_null() { json!([]) } else { json!([{"index": 0, "delta": delta, "finish_reason": reason}]) };
        let mut chunk = json!({
            "id": "chatcmpl-double", "object": "chat.completion.chunk", "created": 1_700_000_000,
            "model": answer.model, "choices": choices,
        });
        if counted {
            chunk["usage"] = usage;
        }
        Step::Send(chunk.to_string())
    };
    let field = if knobs.refusal { "refusal" } else { "content" };
    let mut steps = vec![chunk(json!({"role": "assistant", "content": "", "refusal": null}), Value::Null, Value::Null)];
    for (index, piece) in answer.pieces.iter().enumerate() {
        if let Some(fault) = fault(index, knobs) {
            steps.extend(fault);
            return steps;
        }
        steps.push(chunk(json!({field: piece}), Value::Null, Value::Null));
    }
    if let Some(fault) = fault(usize::MAX, knobs) {
        steps.extend(fault);
        return steps;
    }
    steps.push(chunk(json!({}), json!(answer.finish_reason), Value::Null));
    if counted {
        steps.push(chunk(Value::Null, Value::Null, answer.counted()));
    }
    steps.push(Step::Send("[DONE]".into()));
    steps
}

/// What happens instead of piece `index`, when a knob says so. A fault that stands behind the last piece comes there.
fn fault(index: usize, knobs: &Knobs) -> Option<Vec<Step>> {
    let here = |after: Option<usize>| after.is_some_and(|after| after <= index);
    let said = |words: &Option<(usize, String)>| words.clone().filter(|(after, _)| *after <= index);
    match knobs {
        _ if here(knobs.stall_after) => Some(vec![Step::Stall]),
        _ if here(knobs.cut_after) => Some(vec![Step::Cut]),
        _ if here(knobs.end_after) => Some(Vec::new()),
        Knobs { error_after: Some((after, error)), .. } if *after <= index => {
            Some(vec![Step::Send(json!({"error": error}).to_string())])
        }
        _ => said(&knobs.garbage_after).map(|(_, garbage)| vec![Step::Send(garbage)]),
    }
}
