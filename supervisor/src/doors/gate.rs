//! What holds for every request before any handler sees it: how large its head may be, how often its address may ask, and how
//! long a handler may take.

use std::time::Duration;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::address::Address;
use super::error::Problem;
use super::router::Doors;
use crate::measures;

/// Largest head of a request, in bytes: its address, and the names and values of its headers.
pub(super) const LARGEST_HEAD: usize = 16 * 1024;
/// Most headers of a request.
pub(super) const MOST_HEADERS: usize = 64;
/// The address whose handler has a deadline of its own: that of the turn.
const TURNS: &str = "/v1/turns";
/// The address at which customers erase what is kept of them, and where those begin at which admins do it for them.
const ME: &str = "/v1/me";
const CUSTOMERS: &str = "/v1/customers/";
/// Where the addresses of the API begin.
const API: &str = "/v1/";

/// Lets a request in, or refuses it.
pub(super) async fn gate(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Err(problem) = doors.turned_away(admitted(&doors, &mut parts).await) {
        return problem.into_response();
    }
    let has_deadline = parts.uri.path() == TURNS;
    let of_erasure = if erases(&parts) { doors.erasure.longest() } else { Duration::ZERO };
    let answer = next.run(Request::from_parts(parts, body));
    if has_deadline {
        return answer.await;
    }
    tokio::time::timeout(doors.patience.answer.saturating_add(of_erasure), answer).await.unwrap_or_else(|_| {
        let hint = "send the same request again";
        Problem::protocol(StatusCode::GATEWAY_TIMEOUT, "the answer took too long", hint).into_response()
    })
}

/// Whether it asks for the erasure of a customer, which waits longer than a turn.
fn erases(parts: &Parts) -> bool {
    let path = parts.uri.path();
    parts.method == Method::DELETE && (path == ME || path.starts_with(CUSTOMERS))
}

/// Counts how requests to the API are answered: also those that the gate refused, and those whose handler panicked.
pub(super) async fn counted(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let is_of_the_api = request.uri().path().starts_with(API);
    let answer = next.run(request).await;
    if is_of_the_api {
        doors.product.metrics.record(&[measures::of_answer(answer.status().as_u16())]);
    }
    answer
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

/// The API, the check that asks every store, and what was measured. Not the pages, nor whether the process lives.
fn is_counted(path: &str) -> bool {
    path.starts_with(API) || path == "/ready" || path == "/metrics"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erasure_is_waited_for_and_nothing_beside_it() {
        let of = |method: Method, path: &str| {
            erases(&axum::http::Request::builder().method(method).uri(path).body(()).unwrap().into_parts().0)
        };
        assert!(of(Method::DELETE, "/v1/me") && of(Method::DELETE, "/v1/customers/ada"));
        assert!(!of(Method::DELETE, "/v1/me/memory") && !of(Method::GET, "/v1/customers/ada/export"));
    }
}
