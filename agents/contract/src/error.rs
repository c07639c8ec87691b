//! One error for every port and agent: a closed set of kinds, a message, a hint, and the cause.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What every fallible promise of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

/// The eight ways in which something can go wrong. Adapters translate vendor errors into these; each door maps them
/// to its own status codes in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The thing does not exist, or not for this caller.
    NotFound,
    /// Someone else holds it right now, or it changed underneath; the same call may succeed later.
    Conflict,
    /// The caller may not do this.
    Refused,
    /// Too much is going on; come back after [`Error::retry_after`].
    Busy,
    /// No answer within the time allowed.
    TimedOut,
    /// A dependency cannot be reached or is broken.
    Unavailable,
    /// The input is wrong and will stay wrong.
    Invalid,
    /// A defect of ours.
    Internal,
}

/// What went wrong, in words that may be shown to whoever called, with the cause kept apart for the log.
#[derive(Debug)]
pub struct Error {
    /// Which of the eight kinds.
    pub kind: ErrorKind,
    /// One sentence for the caller. Never holds a cause, a secret or personal data.
    pub message: String,
    /// What the caller can do about it: which field, what was expected.
    pub hint: Option<String>,
    /// The input field at fault, as the caller wrote it (`vehicle.speed_kph`).
    pub field: Option<String>,
    /// When the same call may succeed.
    pub retry_after: Option<Duration>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` that says `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, field: None, retry_after: None, source: None }
    }

    /// An [`ErrorKind::Invalid`] error about one input field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(ErrorKind::Invalid, message) }
    }

    /// Names the input field at fault.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds what the caller can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds when to come back.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Keeps the cause, for the log only.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(cause.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = &self.field {
            write!(out, "{field}: ")?;
        }
        out.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(out, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_field_and_hint_but_never_the_cause() {
        let error = Error::invalid("channel", "unknown channel").hint("use web, mobile or vehicle").caused_by("secret");
        assert_eq!(error.to_string(), "channel: unknown channel (use web, mobile or vehicle)");
        assert_eq!(error.source().unwrap().to_string(), "secret");
    }
}
