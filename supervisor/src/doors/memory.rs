//! What is remembered of a customer: theirs to see and to erase, and nobody else's.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use contract::profile::{Memory, MemoryKind};
use contract::{Access, Caller, Error, ErrorKind, SessionId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::audit;
use super::auth::CalledBy;
use super::error::Problem;
use super::rest::no_address;
use super::router::Doors;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(get_memory, forget_all)).routes(routes!(forget_session))
}

/// What is remembered.
#[derive(Serialize, utoipa::ToSchema)]
struct MemoryBody {
    /// Newest first.
    memories: Vec<MemoryOfSession>,
}

/// One thing that is remembered.
#[derive(Serialize, utoipa::ToSchema)]
struct MemoryOfSession {
    /// The conversation that it is of.
    session_id: SessionId,
    /// When it was noted.
    at: Timestamp,
    /// What it is.
    kind: MemoryKind,
    /// One sentence.
    text: String,
}

impl From<Memory> for MemoryOfSession {
    fn from(Memory { session, at, kind, text }: Memory) -> Self {
        Self { session_id: session, at, kind, text }
    }
}

/// What is remembered of the customer who asks, for their next conversations.
#[utoipa::path(
    get, path = "/v1/me/memory", tag = "me", security((), ("bearer" = [])),
    responses(
        (status = 200, description = "What is remembered.", content((MemoryBody = "application/json"), (MemoryBody = "application/cbor"))),
        (status = 403, description = "Not a customer.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is lost.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn get_memory(State(doors): State<Doors>, CalledBy(caller): CalledBy) -> Result<Json<MemoryBody>, Problem> {
    let memories = match doors.product.customers.profile(&own(&caller)?).await {
        Ok(profile) => profile.memories,
        // A verified customer without a profile is new.
        Err(error) if error.kind == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    Ok(Json(MemoryBody { memories: memories.into_iter().map(MemoryOfSession::from).collect() }))
}

/// Forgets all that is remembered of the customer who asks. The conversations themselves stay.
#[utoipa::path(
    delete, path = "/v1/me/memory", tag = "me", security((), ("bearer" = [])),
    responses(
        (status = 204, description = "Nothing is remembered any more."),
        (status = 403, description = "Not a customer.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is lost.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn forget_all(State(doors): State<Doors>, CalledBy(caller): CalledBy) -> Result<StatusCode, Problem> {
    forget(&doors, &caller, None).await
}

/// Forgets what is remembered of one conversation.
#[utoipa::path(
    delete, path = "/v1/me/memory/{session_id}", tag = "me", params(("session_id" = SessionId, Path)), security((), ("bearer" = [])),
    responses(
        (status = 204, description = "Nothing of that conversation is remembered, whether or not anything was."),
        (status = 403, description = "Not a customer.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is lost.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn forget_session(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
    path: Result<Path<String>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path(session) = path.map_err(|rejection| no_address(&rejection))?;
    forget(&doors, &caller, Some(&SessionId::new(session)?)).await
}

async fn forget(doors: &Doors, caller: &Caller, session: Option<&SessionId>) -> Result<StatusCode, Problem> {
    let access = own(caller)?;
    audit::note(doors, audit::actor(caller), "forget_memory", Some(access.pseudonym())).await?;
    match doors.product.customers.forget(&access, session).await {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(StatusCode::NO_CONTENT),
    }
}

/// The right to what is one's own. A car has none: somebody else may be sitting in it.
pub(super) fn own(caller: &Caller) -> Result<Access, Problem> {
    let car = matches!(caller, Caller::Vehicle { .. });
    caller.access().filter(|_| !car).ok_or_else(|| {
        let error = Error::new(ErrorKind::Refused, "only a customer has anything of their own here");
        error.hint("send a customer's own token").into()
    })
}
