//! The one table from error kinds to the wire, and the problem body (RFC 9457) that every refusal has.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::{Error, ErrorKind};
use serde::Serialize;

/// A refusal, as RFC 9457 writes it, with a hint.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The field at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds after which the same request may succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// How to authenticate, for the `WWW-Authenticate` header (RFC 6750, section 3).
    #[serde(skip)]
    challenge: Option<&'static str>,
}

/// Kind of error → HTTP status and title. Doors of other protocols map from the same kinds.
const fn row(kind: ErrorKind) -> (StatusCode, &'static str) {
    match kind {
        ErrorKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "The request is not valid"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "There is no such thing"),
        ErrorKind::Refused => (StatusCode::FORBIDDEN, "This is not allowed"),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "It is in progress already"),
        ErrorKind::Busy => (StatusCode::TOO_MANY_REQUESTS, "Too much at once"),
        ErrorKind::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "It took too long"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "A part is not available"),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "A defect on our side"),
    }
}

impl Problem {
    /// A problem of the protocol itself, which no error kind stands for.
    pub fn protocol(status: StatusCode, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        Self {
            kind: format!("urn:motorline:problem:{}", title.to_lowercase().replace(' ', "-")),
            title: title.into(),
            status: status.as_u16(),
            detail: detail.into(),
            hint: Some(hint.into()),
            field: None,
            retry_after_s: None,
            challenge: None,
        }
    }

    /// Adds when to come back.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Says how to authenticate. A 401 without this asks for a bearer token.
    #[must_use]
    pub fn challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, title) = row(error.kind);
        if status.is_server_error() {
            tracing::error!(%error, cause = ?std::error::Error::source(&error), "request failed");
        }
        let name = serde_json::to_value(error.kind).ok().and_then(|name| name.as_str().map(str::to_owned));
        Self {
            kind: format!("urn:motorline:problem:{}", name.unwrap_or_default()),
            title: title.into(),
            status: status.as_u16(),
            detail: error.message,
            hint: error.hint,
            field: error.field,
            // Rounded up: a client that waits exactly this long must not come too early.
            retry_after_s: error
                .retry_after
                .map(|wait| wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)),
            challenge: None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = self.retry_after_s;
        let refused = status == StatusCode::UNAUTHORIZED;
        let challenge = self.challenge.or_else(|| refused.then_some(r#"Bearer error="invalid_token""#));
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(wait) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_cause_stays_inside_and_the_wait_is_rounded_up() {
        let error = Error::new(ErrorKind::Conflict, "in progress")
            .retry_after(Duration::from_millis(1_200))
            .caused_by("secret");
        let response = Problem::from(error);
        assert_eq!((response.status, response.retry_after_s), (409, Some(2)));
        assert!(!serde_json::to_string(&response).unwrap().contains("secret"));
        let response = response.into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE));
    }

    #[test]
    fn whoever_is_not_known_hears_how_to_authenticate() {
        let unknown = || Problem::protocol(StatusCode::UNAUTHORIZED, "unknown", "sign in");
        let challenge = |problem: Problem| problem.into_response().headers()[header::WWW_AUTHENTICATE].clone();
        assert_eq!(challenge(unknown()), r#"Bearer error="invalid_token""#);
        assert_eq!(challenge(unknown().challenge("ApiKey")), "ApiKey");
    }
}
