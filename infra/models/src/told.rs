//! Says each kind of failure of a vendor's model in the same words, whoever the vendor is.

use std::error::Error as StdError;
use std::time::Duration;

use contract::{Error, ErrorKind};

/// When to come back after being throttled, where the service does not say. Vendors count their quotas by the minute, but
/// refill them steadily.
pub(crate) const WAIT: Duration = Duration::from_secs(1);

/// Says a kind in words for the caller, and keeps the cause.
pub(crate) fn told(kind: ErrorKind, wait: Duration, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    let error = Error::new(kind, message(kind)).caused_by(cause);
    if kind == ErrorKind::Busy { error.retry_after(wait) } else { error }
}

/// An answer that cannot be used, though the call went through. Asked again, the model may do better.
pub(crate) fn broken(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    told(ErrorKind::Unavailable, WAIT, cause)
}

/// What a status of HTTP means where the service says nothing more exact.
pub(crate) fn of_status(status: u16) -> ErrorKind {
    match status {
        429 => ErrorKind::Busy,
        408 | 504 => ErrorKind::TimedOut,
        401 | 403 => ErrorKind::Refused,
        404 => ErrorKind::NotFound,
        400..=499 => ErrorKind::Invalid,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::Internal,
    }
}

fn message(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Busy => "the language model takes no more work right now",
        ErrorKind::TimedOut => "the language model did not answer in time",
        ErrorKind::Refused => "the language model may not be used",
        ErrorKind::NotFound => "there is no such language model",
        ErrorKind::Invalid => "the language model does not take this request",
        ErrorKind::Unavailable | ErrorKind::Conflict => "the language model cannot be reached or is broken",
        ErrorKind::Internal => "the language model failed in a way that is not known",
    }
}
