//! What holds for every request before any handler sees it: how large its head may be, how often its address may ask, and how
//! long a handler may take.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::address::Address;
use super::error::Problem;
use super::router::Doors;

/// Largest head of a request, in bytes: its address, and the names and values of its headers.
pub(super) const LARGEST_HEAD: usize = 16 * 1024;
/// Most headers of a request.
pub(super) const MOST_HEADERS: usize = 64;
/// The address whose handler has a deadline of its own: that of the turn.
const TURNS: &str = "/v1/turns";

/// Lets a request in, or refuses it.
pub(super) async fn gate(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Err(problem) = admitted(&doors, &mut parts).await {
        return problem.into_response();
    }
    let has_deadline = parts.uri.path() == TURNS;
    let answer = next.run(Request::from_parts(parts, body));
    if has_deadline {
        return answer.await;
    }
    tokio::time::timeout(doors.patience.answer, answer).await.unwrap_or_else(|_| {
        let hint = "send the same request again";
        Problem::protocol(StatusCode::GATEWAY_TIMEOUT, "the answer took too long", hint).into_response()
    })
}

async fn admitted(doors: &Doors, parts: &mut Parts) -> Result<(), Problem> {
    let headers = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
    let size = parts.uri.to_string().len() + headers.sum::<usize>();
    if size > LARGEST_HEAD || parts.headers.len() > MOST_HEADERS {
        let detail = "the head of the request is too large";
        let hint = format!("send at most {LARGEST_HEAD} bytes and {MOST_HEADERS} headers");
        return Err(Problem::protocol(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, detail, hint));
    }
    if !is_counted(parts.uri.path()) {
        return Ok(());
    }
    let Ok(Address(address)) = Address::from_request_parts(parts, doors).await;
    doors.limits.knocked(address)
}

/// The API, and the check that asks every store. Not the pages, nor whether the process lives.
fn is_counted(path: &str) -> bool {
    path.starts_with("/v1/") || path == "/ready"
}
