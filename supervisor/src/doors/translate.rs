//! Answers in CBOR where a client prefers it: whatever a door wrote in JSON, a reply or a problem, is translated on its way out.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contract::{Error, ErrorKind};
use serde_json::Value;

use super::cbor;
use super::error::Problem;
use super::negotiate::{self, Form};

/// The media types of JSON that are translated, and what they become. A problem has the members of RFC 9457 in both; the
/// concise problems of RFC 9290 have other members, so their media type is not used.
const TRANSLATED: [(&str, &str); 2] =
    [("application/json", cbor::MEDIA_TYPE), ("application/problem+json", "application/problem+cbor")];

/// The addresses whose answers come in the client's form.
const NEGOTIATED: &str = "/v1/";

/// Lets a request through and gives its answer the form that the client prefers.
pub(super) async fn answers(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(NEGOTIATED) {
        return next.run(request).await;
    }
    let wants_cbor = matches!(negotiate::form(request.headers()), Ok(Form::Cbor));
    let mut answer = next.run(request).await;
    answer.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    match translation(answer.headers()).filter(|_| wants_cbor) {
        Some(kind) => translated(answer, kind).await.unwrap_or_else(|error| Problem::from(error).into_response()),
        None => answer,
    }
}

/// What an answer of this media type becomes; nothing for what is not JSON.
fn translation(headers: &HeaderMap) -> Option<HeaderValue> {
    let kind = headers.get(header::CONTENT_TYPE)?;
    TRANSLATED.iter().find(|(json, _)| kind == json).map(|(_, cbor)| HeaderValue::from_static(cbor))
}

/// The answer in CBOR.
///
/// # Errors
/// `Internal`, which no answer of ours causes: each is one whole body in memory.
async fn translated(answer: Response, kind: HeaderValue) -> contract::Result<Response> {
    let unreadable = || Error::new(ErrorKind::Internal, "the answer cannot be translated");
    let (mut parts, body) = answer.into_parts();
    let json = to_bytes(body, usize::MAX).await.map_err(|cause| unreadable().caused_by(cause))?;
    let value: Value = serde_json::from_slice(&json).map_err(|cause| unreadable().caused_by(cause))?;
    parts.headers.insert(header::CONTENT_TYPE, kind);
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(cbor::write(&value)?)))
}
