//! The REST door: a turn in one body or as a stream of events, transcripts, and the why view.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use contract::{Error, Finding, IdempotencyKey, SessionId, TurnId, TurnRecord};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::address::Address;
use super::auth::CalledBy;
use super::error::Problem;
use super::negotiate::{self, Form};
use super::router::Doors;
use super::whole::Whole;
use super::wire::{TranscriptBody, TurnReply, TurnRequest};
use super::{body, sse};

/// The header that makes a repeated request recognisable.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header that says where a stream of events was lost.
const LAST_EVENT_ID: &str = "last-event-id";
/// What a stream of events looks like, for the description of the API.
const EVENTS: &str = "id: 1\nevent: report\ndata: {\"agent\":\"intent\",\"outcome\":\"answered\",\"took_ms\":0.4,\"input_tokens\":0,\
    \"output_tokens\":0}\n\nid: 6\nevent: delta\ndata: {\"text\":\"Check the tyres when they are cold. [1]\"}\n\nid: 8\nevent: closed\n\
    data: {\"turn_id\":\"…\",\"session_id\":\"…\",\"reply\":\"Check the tyres when they are cold. [1]\",…}\n\n";

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(post_turn)).routes(routes!(get_session)).routes(routes!(get_turn))
}

/// Takes one turn: returns the whole reply, or tells of it as it is made.
///
/// With `Accept: text/event-stream` the answer is a stream of the events `report`, `delta`, and `closed` (the whole reply)
/// or `error` (a problem) at its end. Who loses the stream sends the same request again, with the same key, and with the
/// id of the last event as `Last-Event-ID`.
#[utoipa::path(
    post, path = "/v1/turns", tag = "turns", security((), ("bearer" = []), ("api_key" = [])),
    request_body(content((TurnRequest = "application/json"), (TurnRequest = "application/cbor"))),
    params(
        ("Idempotency-Key" = Option<IdempotencyKey>, Header, description = "Same key and same body: the stored reply of the first time."),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The id of the event that was seen last, when a stream is taken up again."),
    ),
    responses(
        (status = 200, description = "The reply.", content((TurnReply = "application/json"), (TurnReply = "application/cbor"), (String = "text/event-stream", example = json!(EVENTS))),
            links(
                ("transcript" = (operation_id = "get_session", parameters(("session_id" = "$response.body#/session_id")))),
                ("why" = (operation_id = "get_turn", parameters(("session_id" = "$response.body#/session_id"), ("turn_id" = "$response.body#/turn_id")))),
            )),
        (status = 404, description = "The session is not the caller's.", body = Problem, content_type = "application/problem+json"),
        (status = 406, description = "No form of answer that the client accepts is known.", body = Problem, content_type = "application/problem+json"),
        (status = 408, description = "The body took too long.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "A turn with this key is in progress.", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is neither JSON nor CBOR.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "A field is not valid, or the key was used with another body.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too often, or too much at once; Retry-After says when to come again.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is lost, or the server is full.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn post_turn(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
    Address(address): Address,
    headers: HeaderMap,
    body: Result<Whole, Problem>,
) -> Result<Response, Problem> {
    let form = negotiate::form(&headers)?;
    let seen = seen(&headers)?;
    let (key, wanted) = (key(&headers)?, body::read(&headers, body)?);
    match form {
        // What is said in CBOR is translated on its way out, as every other answer is: see translate.rs.
        Form::Json | Form::Cbor => {
            let record = doors.flights.take(doors.admit(caller, address, key, wanted)?).await?;
            Ok(Json(TurnReply::from(&record)).into_response())
        }
        Form::EventStream => sse::stream(doors.listen((caller, address), key, wanted, seen)?.1).await,
    }
}

/// The turns of a session, oldest first.
#[utoipa::path(
    get, path = "/v1/sessions/{session_id}", tag = "sessions",
    params(("session_id" = SessionId, Path)), security((), ("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The transcript.", content((TranscriptBody = "application/json"), (TranscriptBody = "application/cbor"))),
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
    params(("session_id" = SessionId, Path), ("turn_id" = TurnId, Path)), security((), ("bearer" = []), ("api_key" = [])),
    responses(
        (status = 200, description = "The record.", content((TurnRecord = "application/json"), (TurnRecord = "application/cbor"))),
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
    let mut record = doors.product.conversations.turn(&session, &turn, &caller).await?;
    for report in &mut record.reports {
        // What a person could have said is between them and the assistant.
        report.findings.retain(|finding| !matches!(finding, Finding::Suggestion(_)));
        // What a model answered beyond the reply was withheld for a reason.
        report.calls.iter_mut().for_each(|call| call.answer = None);
    }
    Ok(Json(record))
}

pub(super) fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    Ok(Some(IdempotencyKey::new(value.to_str().unwrap_or_default())?))
}

/// The number of the message that a client saw last, before it lost its connection.
pub(super) fn seen(headers: &HeaderMap) -> Result<u64, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(0) };
    // Up to what other languages can count to as well.
    let number = value.to_str().ok().and_then(|text| text.trim().parse::<i64>().ok());
    number.and_then(|number| u64::try_from(number).ok()).ok_or_else(|| {
        let error = Error::invalid("Last-Event-ID", "not the number of an event");
        error.hint("send the id of the event seen last, or leave it out").into()
    })
}

pub(super) fn no_address(rejection: &PathRejection) -> Problem {
    Problem::protocol(StatusCode::BAD_REQUEST, rejection.body_text(), "percent-encode the address as UTF-8")
}
