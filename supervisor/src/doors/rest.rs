//! The REST door: a turn in one body, transcripts, and the why view.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use contract::{Error, ErrorKind, IdempotencyKey, SessionId, TurnId, TurnRecord};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::CalledBy;
use super::error::Problem;
use super::router::Doors;
use super::wire::{TranscriptBody, TurnReply, TurnRequest};
use crate::event::Nobody;

/// The header that makes a repeated request recognisable.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(post_turn)).routes(routes!(get_session)).routes(routes!(get_turn))
}

/// Takes one turn and returns the whole reply.
#[utoipa::path(
    post, path = "/v1/turns", tag = "turns", request_body = TurnRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Same key and same body: the stored reply of the first time.")),
    responses(
        (status = 200, description = "The reply.", body = TurnReply),
        (status = 400, description = "The body cannot be read.", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The credential is not valid.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The session is not the caller's.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A turn with this key is in progress.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is not valid, or the key was used with another body.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is lost.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn post_turn(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<TurnReply>, Problem> {
    let key = key(&headers)?;
    require_json(&headers)?;
    let wanted: TurnRequest = parse(&body.map_err(|rejection| unreadable(&rejection))?)?;
    let request = wanted.admit(caller, key, doors.deadline_ms, &*doors.product.clock, &*doors.product.entropy)?;
    // In a task of its own: a client that hangs up must not lose a turn that has begun.
    let supervisor = doors.product.supervisor.clone();
    let turn = doors.turns.spawn(async move { supervisor.take(request, Arc::new(Nobody)).await });
    let record =
        turn.await.map_err(|cause| Error::new(ErrorKind::Internal, "the turn broke off").caused_by(cause))??;
    Ok(Json(TurnReply::from(&record)))
}

/// The turns of a session, oldest first.
#[utoipa::path(
    get, path = "/v1/sessions/{session_id}", tag = "sessions", params(("session_id" = String, Path)),
    responses(
        (status = 200, description = "The transcript.", body = TranscriptBody),
        (status = 404, description = "No such session of this caller.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn get_session(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<TranscriptBody>, Problem> {
    let Path(session) = path.map_err(|rejection| no_address(&rejection))?;
    let transcript = doors.product.conversations.transcript(&SessionId::new(session)?, &caller).await?;
    Ok(Json(TranscriptBody::from(&transcript)))
}

/// Why a reply is as it is: the whole record of a turn.
#[utoipa::path(
    get, path = "/v1/sessions/{session_id}/turns/{turn_id}", tag = "sessions",
    params(("session_id" = String, Path), ("turn_id" = String, Path)),
    responses(
        (status = 200, description = "The record.", body = TurnRecord),
        (status = 404, description = "No such turn of this caller.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn get_turn(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Result<Json<TurnRecord>, Problem> {
    let Path((session, turn)) = path.map_err(|rejection| no_address(&rejection))?;
    let (session, turn) = (SessionId::new(session)?, TurnId::new(turn)?);
    Ok(Json(doors.product.conversations.turn(&session, &turn, &caller).await?))
}

fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    Ok(Some(IdempotencyKey::new(value.to_str().unwrap_or_default())?))
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Ok(());
    }
    Err(Problem::protocol(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        format!("the body is {}", if kind.is_empty() { "of no declared type" } else { kind }),
        "send Content-Type: application/json",
    ))
}

/// Reads JSON and says which field is at fault. What is no JSON at all is 400, what is not a turn is 422.
fn parse(body: &[u8]) -> Result<TurnRequest, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        let cause = error.into_inner();
        if cause.is_data() {
            let field = if field == "." { "body".into() } else { field };
            let words = cause.to_string();
            let detail = words.split(" at line ").next().unwrap_or_default().to_owned();
            return Problem::from(Error::invalid(field, detail).hint("GET /openapi.json describes the body of a turn"));
        }
        not_json(&cause)
    })?;
    json.end().map_err(|cause| not_json(&cause))?;
    Ok(parsed)
}

fn not_json(cause: &serde_json::Error) -> Problem {
    Problem::protocol(
        StatusCode::BAD_REQUEST,
        format!("the body is not JSON: {cause}"),
        "send one JSON object in UTF-8",
    )
}

fn no_address(rejection: &PathRejection) -> Problem {
    Problem::protocol(StatusCode::BAD_REQUEST, rejection.body_text(), "percent-encode the address as UTF-8")
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let hint = format!("send at most {} bytes", super::router::LARGEST_BODY);
        return Problem::protocol(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large", hint);
    }
    Problem::protocol(StatusCode::BAD_REQUEST, "the body broke off", "send the whole body")
}
