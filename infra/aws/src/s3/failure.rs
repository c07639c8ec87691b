//! What S3 says when it fails, as one of our kinds.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStreamError;
use contract::{Error, ErrorKind};

/// When to come back to a store that asked for a rest.
const REST: Duration = Duration::from_secs(1);

/// An error of one operation.
pub(super) trait Failure: ProvideErrorMetadata + StdError + Send + Sync + 'static {}

impl<E: ProvideErrorMetadata + StdError + Send + Sync + 'static> Failure for E {}

/// The error of ours for one of a call to `bucket`, with its cause.
pub(super) fn translate<E: Failure>(error: SdkError<E>, bucket: &str) -> Error {
    let ours = match &error {
        SdkError::TimeoutError(_) => timed_out(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => timed_out(),
        SdkError::DispatchFailure(_) => Error::new(ErrorKind::Unavailable, "the object store cannot be reached")
            .hint("check endpoint, region, credentials and network"),
        SdkError::ConstructionFailure(_) => {
            Error::new(ErrorKind::Internal, "a request to the object store cannot be made")
        }
        _ => {
            let status = error.raw_response().map_or(0, |response| response.status().as_u16());
            answered(error.code().unwrap_or_default(), status, bucket)
        }
    };
    ours.caused_by(error)
}

/// The error for an answer that breaks off within its body.
pub(super) fn broken_off(cause: ByteStreamError) -> Error {
    Error::new(ErrorKind::Unavailable, "an answer of the object store broke off").caused_by(cause)
}

/// By the code of the answer first; a bare status (a HEAD has no body, a proxy has no code) decides where there is none.
fn answered(code: &str, status: u16, bucket: &str) -> Error {
    match (code, status) {
        ("NoSuchBucket", _) => Error::new(ErrorKind::Unavailable, "the bucket does not exist")
            .hint(format!("create the bucket {bucket:?}, or correct its name and region in the settings")),
        ("NoSuchKey" | "NoSuchVersion" | "NotFound", _) => Error::new(ErrorKind::NotFound, "no such object"),
        (
            "AccessDenied"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "InvalidToken"
            | "AllAccessDisabled"
            | "AccountProblem",
            _,
        ) => refused(bucket),
        ("SlowDown" | "Throttling" | "ThrottlingException" | "TooManyRequests" | "ServiceUnavailable", _) => busy(),
        ("RequestTimeout", _) => timed_out(),
        ("ConditionalRequestConflict" | "PreconditionFailed" | "OperationAborted", _) => {
            Error::new(ErrorKind::Conflict, "the object changed meanwhile")
        }
        (_, 401 | 403) => refused(bucket),
        (_, 404) => Error::new(ErrorKind::NotFound, "no such object"),
        (_, 408) => timed_out(),
        (_, 429 | 503) => busy(),
        (_, 400..500) => Error::new(ErrorKind::Internal, "the object store does not accept a request of ours"),
        _ => Error::new(ErrorKind::Unavailable, "the object store is broken"),
    }
}

fn refused(bucket: &str) -> Error {
    Error::new(ErrorKind::Refused, "the object store refuses access")
        .hint(format!("the role needs to list, read and write in the bucket {bucket:?}"))
}

fn busy() -> Error {
    Error::new(ErrorKind::Busy, "the object store asks for a rest").retry_after(REST)
}

fn timed_out() -> Error {
    Error::new(ErrorKind::TimedOut, "the object store did not answer in time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_answer_has_its_kind() {
        let table = [
            ("NoSuchKey", 404, ErrorKind::NotFound),
            ("NoSuchBucket", 404, ErrorKind::Unavailable),
            ("AccessDenied", 403, ErrorKind::Refused),
            ("ExpiredToken", 400, ErrorKind::Refused),
            ("SlowDown", 503, ErrorKind::Busy),
            ("RequestTimeout", 400, ErrorKind::TimedOut),
            ("ConditionalRequestConflict", 409, ErrorKind::Conflict),
            ("InternalError", 500, ErrorKind::Unavailable),
            ("", 403, ErrorKind::Refused),
            ("", 503, ErrorKind::Busy),
            ("", 502, ErrorKind::Unavailable),
            ("", 200, ErrorKind::Unavailable),
            ("EntityTooLarge", 400, ErrorKind::Internal),
        ];
        for (code, status, kind) in table {
            assert_eq!(answered(code, status, "shop").kind, kind, "{code} {status}");
        }
        let missing = answered("NoSuchBucket", 404, "shop").to_string();
        assert!(missing.contains("\"shop\""), "{missing}");
    }
}
