//! An answer as a body: one piece of JSON, or a stream of frames with the faults that the knobs ask for.

use std::sync::PoisonError;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::answer::Answer;
use super::wire::{corrupted, event, exception};
use super::{Knobs, Shared};

const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// The reply of Converse.
pub async fn whole(answer: Answer, knobs: &Knobs) -> Response {
    tokio::time::sleep(Duration::from_millis(knobs.first_token_ms)).await;
    let reply = json!({
        "output": {"message": {"role": "assistant", "content": answer.content()}},
        "stopReason": answer.stop_reason,
        "usage": usage(&answer, knobs),
        "metrics": {"latencyMs": knobs.first_token_ms},
    });
    if knobs.stall_after.is_none() && knobs.cut_after.is_none() {
        return Json(reply).into_response();
    }
    let text = reply.to_string();
    let half = Ok(Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]));
    let rest = if knobs.cut_after.is_some() { stream::iter([cut()]).boxed() } else { stream::pending().boxed() };
    ([(CONTENT_TYPE, "application/json")], Body::from_stream(stream::iter([half]).chain(rest))).into_response()
}

/// The reply of ConverseStream.
pub async fn streamed(answer: Answer, knobs: Knobs, record: Shared) -> Response {
    tokio::time::sleep(Duration::from_millis(knobs.first_token_ms)).await;
    let steps = steps(&answer, &knobs);
    let watch = Watch { record, left: steps.len() };
    let pace = if knobs.tokens_per_second > 0.0 { 1.0 / knobs.tokens_per_second } else { 0.0 };
    let body = stream::unfold((steps.into_iter(), watch), move |(mut steps, mut watch)| async move {
        let step = steps.next()?;
        let sent = match step {
            Step::Send(frame) => Ok(Bytes::from(frame)),
            Step::Say(frame) => {
                if pace > 0.0 {
                    tokio::time::sleep(Duration::from_secs_f64(pace)).await;
                }
                Ok(Bytes::from(frame))
            }
            Step::Cut => {
                // What was sent before leaves first: the server drops what it has not yet flushed.
                tokio::time::sleep(Duration::from_millis(20)).await;
                cut()
            }
            Step::Stall => std::future::pending().await,
        };
        watch.left -= 1;
        Some((sent, (steps, watch)))
    });
    ([(CONTENT_TYPE, EVENT_STREAM)], Body::from_stream(body)).into_response()
}

/// One thing that a stream does.
enum Step {
    Send(Vec<u8>),
    Say(Vec<u8>),
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

fn cut() -> Result<Bytes, std::io::Error> {
    Err(std::io::ErrorKind::ConnectionReset.into())
}

fn usage(answer: &Answer, knobs: &Knobs) -> Value {
    let (read, written) = (answer.input_tokens, answer.output_tokens);
    let kept = [("cacheReadInputTokens", knobs.cache_read_tokens), ("cacheWriteInputTokens", knobs.cache_write_tokens)];
    let total = kept.iter().filter_map(|(_, tokens)| *tokens).sum::<u64>() + read + written;
    let mut usage = json!({"inputTokens": read, "outputTokens": written, "totalTokens": total});
    for (name, tokens) in kept {
        if let Some(tokens) = tokens {
            usage[name] = json!(tokens);
        }
    }
    usage
}

/// All that a stream does, up to its end or its fault.
fn steps(answer: &Answer, knobs: &Knobs) -> Vec<Step> {
    let mut steps = vec![Step::Send(event("messageStart", &json!({"role": "assistant"})))];
    steps.extend(answer.start().map(|start| Step::Send(event("contentBlockStart", &start))));
    for (index, piece) in answer.pieces.iter().enumerate() {
        let delta = event("contentBlockDelta", &answer.delta(piece));
        if let Some(fault) = fault(index, &delta, knobs) {
            steps.extend(fault);
            return steps;
        }
        steps.push(Step::Say(delta));
    }
    let stop = event("contentBlockStop", &json!({"contentBlockIndex": 0}));
    if let Some(fault) = fault(usize::MAX, &stop, knobs) {
        steps.extend(fault);
        return steps;
    }
    steps.push(Step::Send(stop));
    steps.push(Step::Send(event("messageStop", &json!({"stopReason": answer.stop_reason}))));
    let metadata = json!({"usage": usage(answer, knobs), "metrics": {"latencyMs": knobs.first_token_ms}});
    steps.push(Step::Send(event("metadata", &metadata)));
    steps
}

/// What happens instead of piece `index`, when a knob says so. A fault that stands behind the last piece comes there.
fn fault(index: usize, next: &[u8], knobs: &Knobs) -> Option<Vec<Step>> {
    let here = |after: Option<usize>| after.is_some_and(|after| after <= index);
    if let Some(name) = knobs.stream_exception.as_ref().filter(|_| knobs.after <= index) {
        return Some(vec![Step::Send(exception(name))]);
    }
    if here(knobs.cut_after) {
        return Some(vec![Step::Send(next[..next.len() / 2].to_vec()), Step::Cut]);
    }
    if here(knobs.corrupt_after) {
        return Some(vec![Step::Send(corrupted(next.to_vec()))]);
    }
    if here(knobs.stall_after) {
        return Some(vec![Step::Stall]);
    }
    here(knobs.end_after).then(Vec::new)
}
