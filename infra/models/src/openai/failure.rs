//! Which kind of error each failure of the protocol is. One table, for calls and for errors inside a stream.

use std::error::Error as StdError;
use std::time::Duration;

use contract::{Error, ErrorKind};
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::Secret;
use crate::told::{WAIT, of_status, told};

/// Longest part of a server's own words that the log keeps, in characters.
const LONGEST: usize = 400;

/// What a server says went wrong: `{"error": {"type": …, "code": …, "message": …}}`. Each part may be missing, and some
/// servers write the code as a number.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    kind: Value,
    code: Value,
    message: Value,
}

#[derive(Deserialize)]
struct Refusal {
    error: Problem,
}

impl Problem {
    /// The error that this is, in an answer with `status`; 0 inside a stream.
    pub(super) fn error(&self, status: u16, wait: Duration, key: Option<&Secret>) -> Error {
        let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let kind = of_code(&name(&self.code)).unwrap_or_else(|| match self.status().filter(|_| status == 0) {
            Some(inner) => of_status(inner),
            None if status == 0 => of_type(&name(&self.kind)),
            None => of_status(status),
        });
        // Some services have run out of money only by the type.
        let kind = if name(&self.kind) == "insufficient_quota" { ErrorKind::Refused } else { kind };
        let said = format!("{status}, {} {}: {}", self.kind, self.code, self.message);
        let said: String = key.map_or(said.clone(), |key| key.strike(&said)).chars().take(LONGEST).collect();
        told(kind, wait, said)
    }

    /// A code that is a number is a status.
    fn status(&self) -> Option<u16> {
        self.code.as_u64().and_then(|code| u16::try_from(code).ok())
    }
}

/// The error for an answer that is none.
pub(super) fn of_answer(status: u16, headers: &HeaderMap, body: &[u8], key: Option<&Secret>) -> Error {
    let seconds = headers.get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let problem = serde_json::from_slice::<Refusal>(body).map(|refusal| refusal.error).unwrap_or_default();
    problem.error(status, seconds.map_or(WAIT, Duration::from_secs), key)
}

/// The error for a request that found no answer. The address is left out: it is ours to know.
pub(super) fn of_transport(failure: reqwest::Error) -> Error {
    let late = failure.is_timeout() || ran_out_of_time(&failure);
    told(if late { ErrorKind::TimedOut } else { ErrorKind::Unavailable }, WAIT, failure.without_url())
}

/// The error for an answer that does not come within our patience.
pub(super) fn late() -> Error {
    told(ErrorKind::TimedOut, WAIT, "nothing came for as long as a model may be silent")
}

fn ran_out_of_time(failure: &(dyn StdError + 'static)) -> bool {
    std::iter::successors(Some(failure), |&cause| cause.source())
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::TimedOut)
}

/// The documented codes; they say more than the status, which is 429 for a throttled account and for an empty one.
/// <https://platform.openai.com/docs/guides/error-codes>
fn of_code(code: &str) -> Option<ErrorKind> {
    match code {
        "insufficient_quota" | "billing_hard_limit_reached" | "billing_not_active" => Some(ErrorKind::Refused),
        "invalid_api_key" | "account_deactivated" | "unsupported_country_region_territory" => Some(ErrorKind::Refused),
        "model_not_found" => Some(ErrorKind::NotFound),
        "rate_limit_exceeded" => Some(ErrorKind::Busy),
        "context_length_exceeded" | "unsupported_parameter" | "unsupported_value" => Some(ErrorKind::Invalid),
        "server_error" => Some(ErrorKind::Unavailable),
        _ => None,
    }
}

/// The types, for an error inside a stream, which has no status.
fn of_type(kind: &str) -> ErrorKind {
    match kind {
        "rate_limit_error" | "requests" | "tokens" => ErrorKind::Busy,
        "authentication_error" | "permission_error" => ErrorKind::Refused,
        "not_found_error" => ErrorKind::NotFound,
        "invalid_request_error" | "exceed_context_size_error" => ErrorKind::Invalid,
        "timeout" => ErrorKind::TimedOut,
        // `server_error`, `overloaded_error`, and whatever else stops an answer that had begun.
        _ => ErrorKind::Unavailable,
    }
}
