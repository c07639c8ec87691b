//! The body of a request, whole: bounded in size and in the time that a client may take to send it.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;

use super::body::LARGEST_BODY;
use super::error::Problem;
use super::router::Doors;

/// All of a request's body.
pub(super) struct Whole(pub(super) Bytes);

impl FromRequest<Doors> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, doors: &Doors) -> Result<Self, Problem> {
        // In all, not between two bytes: a client that sends a byte a second would never be late.
        let patience = doors.patience.body;
        match tokio::time::timeout(patience, Bytes::from_request(request, doors)).await {
            Ok(Ok(body)) => Ok(Self(body)),
            Ok(Err(rejection)) => Err(unreadable(&rejection)),
            Err(_) => Err(late(patience)),
        }
    }
}

fn late(patience: Duration) -> Problem {
    let detail = format!("the body was not there after {} seconds", patience.as_secs_f64());
    Problem::protocol(StatusCode::REQUEST_TIMEOUT, detail, "send the same request again over a better connection")
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let hint = format!("send at most {LARGEST_BODY} bytes");
        return Problem::protocol(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large", hint);
    }
    Problem::protocol(StatusCode::BAD_REQUEST, "the body broke off", "send the whole body")
}
