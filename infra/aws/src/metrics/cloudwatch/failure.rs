//! What CloudWatch's errors mean to a caller.

use std::time::Duration;

use aws_sdk_cloudwatch::error::{ProvideErrorMetadata, SdkError};
use contract::{Error, ErrorKind};

/// When to come back after being throttled.
const REST: Duration = Duration::from_secs(1);

/// Why a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// No answer, or none of use.
    Unavailable,
    /// These credentials may not write metrics.
    Refused,
    /// Too many calls.
    Busy,
    /// The call was wrong, and would be again.
    Malformed,
}

impl Failure {
    /// Why this call failed.
    pub(super) fn of<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Self {
        match error {
            SdkError::ConstructionFailure(_) => Self::Malformed,
            SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => Self::Unavailable,
            _ => {
                let status = error.raw_response().map_or(0, |response| response.status().as_u16());
                answered(error.code().unwrap_or_default(), status)
            }
        }
    }

    /// Whether the same call would fail for ever.
    pub(super) fn lasts(self) -> bool {
        self == Self::Malformed
    }

    /// The error for whoever asked.
    pub(super) fn error(self) -> Error {
        match self {
            Self::Unavailable => Error::new(ErrorKind::Unavailable, "CloudWatch cannot be reached")
                .hint("check region, credentials and network"),
            Self::Refused => Error::new(ErrorKind::Refused, "CloudWatch refuses access")
                .hint("the role needs cloudwatch:PutMetricData in the namespace of the metrics"),
            Self::Busy => Error::new(ErrorKind::Busy, "CloudWatch asks for a rest").retry_after(REST),
            Self::Malformed => Error::new(ErrorKind::Internal, "CloudWatch does not accept a request of ours"),
        }
    }
}

/// By the code of the answer first; where there is none (a proxy has none), by its status.
fn answered(code: &str, status: u16) -> Failure {
    match (code, status) {
        (
            "AccessDenied"
            | "AccessDeniedException"
            | "NotAuthorized"
            | "OptInRequired"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired",
            _,
        ) => Failure::Refused,
        (
            "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "LimitExceeded"
            | "LimitExceededException",
            _,
        ) => Failure::Busy,
        (_, 401 | 403) => Failure::Refused,
        (_, 429) => Failure::Busy,
        (_, 408) => Failure::Unavailable,
        (_, 400..500) => Failure::Malformed,
        _ => Failure::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_answer_has_its_kind() {
        let table = [
            ("AccessDenied", 403, ErrorKind::Refused),
            ("ExpiredTokenException", 400, ErrorKind::Refused),
            ("InvalidClientTokenId", 403, ErrorKind::Refused),
            ("Throttling", 400, ErrorKind::Busy),
            ("InvalidParameterValue", 400, ErrorKind::Internal),
            ("InvalidParameterCombination", 400, ErrorKind::Internal),
            ("MissingParameter", 400, ErrorKind::Internal),
            ("ValidationError", 400, ErrorKind::Internal),
            ("InternalServiceError", 500, ErrorKind::Unavailable),
            ("ServiceUnavailable", 503, ErrorKind::Unavailable),
            ("", 413, ErrorKind::Internal),
            ("", 403, ErrorKind::Refused),
            ("", 429, ErrorKind::Busy),
            ("", 502, ErrorKind::Unavailable),
            ("", 0, ErrorKind::Unavailable),
        ];
        for (code, status, kind) in table {
            let failure = answered(code, status);
            assert_eq!(failure.error().kind, kind, "{code} {status}");
            assert_eq!(failure.lasts(), kind == ErrorKind::Internal, "{code} {status}");
        }
    }
}
