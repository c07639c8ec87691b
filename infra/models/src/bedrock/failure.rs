//! Which kind of error each failure of Bedrock is. One table, for calls and for exceptions inside a stream.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_bedrockruntime::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::event_stream::RawMessage;
use contract::{Error, ErrorKind};

use crate::told::of_status;
pub(super) use crate::told::{WAIT, told};

/// The error for a call that failed before its answer began.
pub(super) fn of_call<E>(failure: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let answer = failure.raw_response();
    let wait = answer.and_then(|answer| answer.headers().get("retry-after")?.trim().parse().ok());
    let status = answer.map_or(0, |answer| answer.status().as_u16());
    let kind = of_transport(&failure).unwrap_or_else(|| of_service(failure.code(), status));
    told(kind, wait.map_or(WAIT, Duration::from_secs), failure)
}

/// The error for a stream that broke.
pub(super) fn of_stream<E>(failure: SdkError<E, RawMessage>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let kind = of_transport(&failure).unwrap_or_else(|| of_service(exception(&failure).as_deref(), 0));
    told(kind, WAIT, failure)
}

/// What went wrong on the way; nothing when the service itself said no.
fn of_transport<E, R>(failure: &SdkError<E, R>) -> Option<ErrorKind>
where
    SdkError<E, R>: StdError + 'static,
{
    match failure {
        SdkError::ServiceError(_) => None,
        SdkError::TimeoutError(_) => Some(ErrorKind::TimedOut),
        SdkError::ConstructionFailure(_) => Some(ErrorKind::Internal),
        other if ran_out_of_time(other) => Some(ErrorKind::TimedOut),
        _ => Some(ErrorKind::Unavailable),
    }
}

/// Whether somewhere in the chain of causes the connector gave up waiting.
fn ran_out_of_time(failure: &(dyn StdError + 'static)) -> bool {
    std::iter::successors(Some(failure), |&cause| cause.source())
        .any(|cause| cause.downcast_ref::<ConnectorError>().is_some_and(ConnectorError::is_timeout))
}

/// The documented errors by name, then whatever else by its status.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html>
fn of_service(code: Option<&str>, status: u16) -> ErrorKind {
    match code.unwrap_or_default() {
        "ThrottlingException" | "ModelNotReadyException" | "ServiceQuotaExceededException" => ErrorKind::Busy,
        "ServiceUnavailableException" | "InternalServerException" => ErrorKind::Unavailable,
        "ModelErrorException" | "ModelStreamErrorException" => ErrorKind::Unavailable,
        "ModelTimeoutException" => ErrorKind::TimedOut,
        "ValidationException" => ErrorKind::Invalid,
        "AccessDeniedException" => ErrorKind::Refused,
        "ResourceNotFoundException" => ErrorKind::NotFound,
        _ => of_status(status),
    }
}

/// The name of an exception inside a stream, spelled as outside of it: there it begins with a small letter.
fn exception<E: StdError + 'static>(failure: &SdkError<E, RawMessage>) -> Option<String> {
    let Some(RawMessage::Decoded(message)) = failure.raw_response() else { return None };
    let header = message.headers().iter().find(|header| header.name().as_str() == ":exception-type")?;
    let name = header.value().as_string().ok()?.as_str();
    let first = name.chars().next()?;
    Some(format!("{}{}", first.to_ascii_uppercase(), &name[first.len_utf8()..]))
}
