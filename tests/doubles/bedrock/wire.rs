//! Frames of the event stream, and errors as the service writes them.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A frame with an event.
pub fn event(name: &'static str, payload: &Value) -> Vec<u8> {
    frame("event", ":event-type", name, payload)
}

/// A frame with an exception, such as `throttlingException`.
pub fn exception(name: &str) -> Vec<u8> {
    frame("exception", ":exception-type", name, &json!({"message": "planted by the double"}))
}

fn frame(kind: &'static str, type_header: &'static str, name: &str, payload: &Value) -> Vec<u8> {
    let text = |value: &str| HeaderValue::String(value.to_owned().into());
    let message = Message::new(payload.to_string().into_bytes())
        .add_header(Header::new(":message-type", text(kind)))
        .add_header(Header::new(type_header, text(name)))
        .add_header(Header::new(":content-type", text("application/json")));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}

/// The frame with its last byte, a part of the checksum, turned over.
pub fn corrupted(mut frame: Vec<u8>) -> Vec<u8> {
    if let Some(last) = frame.last_mut() {
        *last ^= 0xff;
    }
    frame
}

/// An error answer. `error` is the name of a documented error, or a bare status.
pub fn refusal(error: &str, message: &str) -> Response {
    let Some(status) = status(error) else {
        let status = error.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
        return (status.unwrap_or(StatusCode::BAD_REQUEST), "<html>not from the service</html>").into_response();
    };
    let name = format!("{error}:http://internal.amazon.com/coral/com.amazon.bedrock/");
    let headers = [("x-amzn-errortype", name), ("x-amzn-requestid", "00000000-0000-4000-8000-000000000000".into())];
    (status, headers, axum::Json(json!({"message": message}))).into_response()
}

fn status(error: &str) -> Option<StatusCode> {
    let status = match error {
        "ThrottlingException" | "ModelNotReadyException" => StatusCode::TOO_MANY_REQUESTS,
        "ServiceUnavailableException" => StatusCode::SERVICE_UNAVAILABLE,
        "InternalServerException" => StatusCode::INTERNAL_SERVER_ERROR,
        "ModelTimeoutException" => StatusCode::REQUEST_TIMEOUT,
        "ModelErrorException" | "ModelStreamErrorException" => StatusCode::FAILED_DEPENDENCY,
        "AccessDeniedException" | "UnrecognizedClientException" => StatusCode::FORBIDDEN,
        "ResourceNotFoundException" => StatusCode::NOT_FOUND,
        "ValidationException" | "ServiceQuotaExceededException" => StatusCode::BAD_REQUEST,
        _ => return None,
    };
    Some(status)
}
