//! What people say, for the customer they say it to; and the customer's wish to be called back.

mod watch;

use std::convert::Infallible;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::Event;
use axum::response::{IntoResponse, Response};
use backoffice::handoffs::{Case, CaseState, Word};
use contract::{Caller, CaseId, Error, ErrorKind, SessionId, StaffId};
use futures::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::CalledBy;
use super::error::Problem;
use super::negotiate::{self, Form};
use super::rest::{no_address, seen};
use super::router::Doors;
use super::whole::Whole;
use super::{body, sse};
use crate::guard;

pub(super) use watch::{News, Watch};

/// Longest wish to be called back, in characters.
const LONGEST_WISH: usize = 200;
/// What the stream looks like, for the description of the API.
const EVENTS: &str = "event: case\ndata: {\"case_id\":\"…\",\"status\":\"held\",\"held_by\":\"sam\"}\n\n\
    id: 1\nevent: word\ndata: {\"seq\":1,\"at\":\"2026-11-28T09:02:00Z\",\"by\":\"sam\",\"text\":\"Hello Ada.\"}\n\n";

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(words)).routes(routes!(call_back))
}

/// What people said in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
struct WordsBody {
    /// The words behind the one that was asked for, oldest first.
    words: Vec<Word>,
    /// Where the conversation's last case stands; none when there never was one.
    case: Option<CaseNote>,
}

/// Where a case stands, for its customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct CaseNote {
    /// The case.
    case_id: CaseId,
    /// Whether somebody holds it.
    status: CaseStatus,
    /// Who does.
    held_by: Option<StaffId>,
}

/// Whether somebody holds a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum CaseStatus {
    /// Nobody yet.
    Waiting,
    /// Somebody does: they answer.
    Held,
    /// It is done: the assistant answers.
    Done,
}

impl From<&Case> for CaseNote {
    fn from(case: &Case) -> Self {
        let status = match &case.state {
            CaseState::Waiting => CaseStatus::Waiting,
            CaseState::Held { .. } => CaseStatus::Held,
            CaseState::Done { .. } => CaseStatus::Done,
        };
        Self { case_id: case.matter.id.clone(), status, held_by: case.holder().cloned() }
    }
}

/// Where a client stopped reading.
#[derive(Deserialize)]
struct Behind {
    // Signed: up to what other languages can count to as well.
    #[serde(default)]
    after: i64,
}

/// When a customer wants to be called back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// In the customer's words.
    // The pattern asks for one character that can be seen, as the guard does.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "tomorrow morning",
        pattern = r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000\ufeff]"
    )]
    when: String,
}

/// A wish that was noted.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WishBody {
    /// The case.
    case_id: CaseId,
    /// When the customer wants to be called back.
    callback: String,
}

/// What people said in the caller's conversation.
///
/// With `Accept: text/event-stream` it goes on as people speak: an event `word` for each, with its number as the id, and
/// an event `case` whenever the case changes hands. Who loses the stream sends the last id as `Last-Event-ID`.
#[utoipa::path(
    get, path = "/v1/sessions/{session_id}/words", tag = "sessions", security((), ("bearer" = []), ("api_key" = [])),
    params(
        ("session_id" = SessionId, Path),
        ("after" = Option<i64>, Query, minimum = 0, description = "The number of the word that was read last; 0 or left out: all."),
        ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The same, when a stream is taken up again."),
    ),
    responses(
        (status = 200, description = "The words.", content((WordsBody = "application/json"), (WordsBody = "application/cbor"), (String = "text/event-stream", example = json!(EVENTS)))),
        (status = 404, description = "No such session of this caller.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn words(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<Behind>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Path(session) = path.map_err(|rejection| no_address(&rejection))?;
    let session = SessionId::new(session)?;
    let Query(Behind { after }) = query.map_err(|rejection| {
        Problem::protocol(StatusCode::BAD_REQUEST, rejection.body_text(), "send ?after= with the number of a word")
    })?;
    let after = u64::try_from(after).map_err(|_| {
        let detail = format!("{after} is not the number of a word");
        Problem::protocol(StatusCode::BAD_REQUEST, detail, "send ?after= with the number of a word")
    })?;
    let after = after.max(seen(&headers)?);
    if negotiate::form(&headers)? == Form::EventStream {
        let watch = Watch::begin(&doors, caller, session, after).await?;
        return Ok(sse::events(watch.news().flat_map(|news| stream::iter(news).map(event))));
    }
    let case = own_case(&doors, &session, &caller).await?;
    let words = match &case {
        Some(_) => doors.product.office.handoffs.words(&session, &caller, after).await?,
        None => Vec::new(),
    };
    Ok(Json(WordsBody { words, case: case.as_ref().map(CaseNote::from) }).into_response())
}

/// Notes when the customer wants to be called back in their open case.
#[utoipa::path(
    post, path = "/v1/sessions/{session_id}/callback", tag = "sessions", security((), ("bearer" = []), ("api_key" = [])),
    params(("session_id" = SessionId, Path)), request_body = Wish,
    responses(
        (status = 200, description = "It is noted.", content((WishBody = "application/json"), (WishBody = "application/cbor"))),
        (status = 404, description = "No such session of this caller, or no person was asked for in it.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The case is done.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The wish is not valid.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn call_back(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Whole, Problem>,
) -> Result<Json<WishBody>, Problem> {
    let Path(session) = path.map_err(|rejection| no_address(&rejection))?;
    let (session, Wish { when }) = (SessionId::new(session)?, body::read(&headers, body)?);
    let wish = guard::words("when", &when, LONGEST_WISH)?;
    let case = own_case(&doors, &session, &caller).await?.ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "no person was asked for in this conversation").hint("ask for a person first")
    })?;
    let case = doors.product.office.handoffs.call_back(&case.matter.id, &wish).await?;
    doors.desk.ring(&session);
    Ok(Json(WishBody { case_id: case.matter.id, callback: wish }))
}

/// The last case of the caller's own conversation; none when it never had one.
///
/// # Errors
/// `NotFound` when the conversation is not the caller's, whether or not there is one.
async fn own_case(doors: &Doors, session: &SessionId, caller: &Caller) -> contract::Result<Option<Case>> {
    let product = &doors.product;
    match product.office.handoffs.latest(session).await? {
        Some(case) if case.matter.caller.owner() == caller.owner() => Ok(Some(case)),
        // Refuses whose conversation it is not; of another caller's case it says no more than of none.
        _ => product.conversations.transcript(session, caller).await.map(|_| None),
    }
}

fn event(news: News) -> Result<Event, Infallible> {
    let told = match &news {
        News::Word(word) => Event::default().id(word.seq.to_string()).event("word").json_data(word),
        News::Case(note) => Event::default().event("case").json_data(note),
    };
    // Our own types always become JSON.
    Ok(told.unwrap_or_default())
}
