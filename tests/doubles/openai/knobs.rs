//! How the double behaves: each field is one of `POST /_double`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knobs {
    /// What is answered; without it, the first sentence of the evidence that the request holds.
    pub text: Option<String>,
    /// From the request to the first byte of the answer.
    pub first_token_ms: u64,
    /// Between two pieces of a stream.
    pub pace_ms: u64,
    /// Refuses the next call.
    pub refuse: Option<Refusing>,
    /// Sends this error in the stream after so many pieces.
    pub error_after: Option<(usize, Value)>,
    /// Sends nothing more after so many pieces, and keeps the connection open.
    pub stall_after: Option<usize>,
    /// Breaks the connection after so many pieces.
    pub cut_after: Option<usize>,
    /// Ends the stream in good order after so many pieces, but without its last events.
    pub end_after: Option<usize>,
    /// Sends this instead of JSON after so many pieces.
    pub garbage_after: Option<(usize, String)>,
    /// Why the answer ended; without it `stop`, or `length` where the request's maximum cut it.
    pub finish_reason: Option<String>,
    /// Says in the place of an answer that it will not give one.
    pub refusal: bool,
    /// Does not say how many tokens it counted, as some servers do not.
    pub no_usage: bool,
    /// Tokens read, those of them from the cache, tokens written; without it, counted.
    pub usage: Option<(u64, u64, u64)>,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusing {
    pub status: u16,
    #[serde(rename = "type")]
    pub kind: String,
    pub code: Option<String>,
    pub message: String,
    pub retry_after: Option<String>,
    /// Sends this as the body, instead of JSON.
    pub raw: Option<String>,
    /// Sends the client elsewhere.
    pub location: Option<String>,
}

impl Refusing {
    pub fn new(status: u16, kind: &str, code: &str, message: &str) -> Self {
        Self {
            status,
            kind: kind.into(),
            code: Some(code.to_owned()).filter(|code| !code.is_empty()),
            message: message.into(),
            retry_after: None,
            raw: None,
            location: None,
        }
    }

    pub fn response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let error = json!({"message": self.message, "type": self.kind, "param": null, "code": self.code});
        let mut response = match self.raw {
            Some(raw) => (status, raw).into_response(),
            None => (status, Json(json!({"error": error}))).into_response(),
        };
        for (name, value) in [("retry-after", self.retry_after), ("location", self.location)] {
            if let Some(value) = value.and_then(|value| value.parse().ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl Knobs {
    /// The refusal that the next call gets, if any.
    pub fn take_refusal(&mut self) -> Option<Refusing> {
        self.refuse.take()
    }
}
