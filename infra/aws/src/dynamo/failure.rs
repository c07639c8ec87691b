//! What DynamoDB's errors mean to a caller.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::http::Response;
use contract::{Error, ErrorKind};

/// When to come back after being throttled: an on-demand table splits a hot partition within seconds.
const THROTTLED: Duration = Duration::from_secs(1);

/// Translates an error of a call that touched `tables`.
pub(super) fn lost<E>(cause: SdkError<E, Response>, tables: &str) -> Error
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let told = told(&cause);
    let error = match cause.code().unwrap_or_default() {
        "ResourceNotFoundException" => Error::new(ErrorKind::Unavailable, "a table of the store is missing")
            .hint(format!("expected {tables}; deploy the data stack, or correct the prefix of the tables")),
        code => of_code(code).unwrap_or_else(unavailable),
    };
    error.caused_by(told)
}

/// Translates a code that means the same wherever it comes up: as an error, or as the reason of a cancelled transaction.
pub(super) fn of_code(code: &str) -> Option<Error> {
    Some(match code {
        "ThrottlingException"
        | "ThrottlingError"
        | "Throttling"
        | "ProvisionedThroughputExceededException"
        | "ProvisionedThroughputExceeded"
        | "RequestLimitExceeded" => {
            Error::new(ErrorKind::Busy, "the store is asked for too much at once").retry_after(THROTTLED)
        }
        "AccessDeniedException"
        | "AccessDenied"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "ExpiredTokenException" => Error::new(ErrorKind::Refused, "the store refuses access")
            .hint("check the credentials and the policy of this role"),
        "ValidationException"
        | "ValidationError"
        | "SerializationException"
        | "IdempotentParameterMismatchException"
        | "ItemCollectionSizeLimitExceeded" => Error::new(ErrorKind::Internal, "the store does not accept a request"),
        _ => return None,
    })
}

/// Whether the call may have been carried out although it failed.
pub(super) fn undecided<E>(error: &SdkError<E, Response>) -> bool {
    match error {
        SdkError::ConstructionFailure(_) => false,
        SdkError::ServiceError(answer) => answer.raw().status().is_server_error(),
        _ => true,
    }
}

/// A request or an item that our own code made wrongly.
pub(super) fn malformed(cause: impl StdError + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Internal, "a request to the store cannot be made").caused_by(cause)
}

/// A stored item that is not what we wrote.
pub(super) fn unreadable(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    Error::new(ErrorKind::Internal, "a stored item cannot be read").caused_by(cause)
}

pub(super) fn unavailable() -> Error {
    Error::new(ErrorKind::Unavailable, "the store cannot be reached")
}

/// The cause in words for the log. Not the raw answer: it may hold items.
fn told<E>(error: &SdkError<E, Response>) -> String
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    if let Some(code) = error.code() {
        return format!("{code}: {}", error.message().unwrap_or_default());
    }
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words.push_str(": ");
        words.push_str(&inner.to_string());
        cause = inner.source();
    }
    words
}
