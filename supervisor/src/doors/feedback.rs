//! What a customer thinks of a reply: of their own turns, one rating each, which they may change.

use analytics::feedback::{self, Feedback, Rating};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use contract::{Error, ErrorKind, SessionId, TurnId, TurnRecord};
use learning::Learned;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::CalledBy;
use super::body;
use super::error::Problem;
use super::rest::no_address;
use super::router::Doors;
use super::whole::Whole;
use crate::{guard, measures};

/// Longest comment, in characters.
const LONGEST_COMMENT: usize = 500;
/// So often a rating is kept anew when another one of the same turn was quicker.
const ATTEMPTS: usize = 5;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(rate))
}

/// Whether a reply helped.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct FeedbackRequest {
    /// The conversation of the turn.
    session_id: SessionId,
    /// Whether it helped.
    rating: Rating,
    /// Why, in the customer's words.
    // The pattern asks for one character that can be seen, as the guard does.
    #[schema(
        min_length = 1,
        max_length = 500,
        pattern = r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028-\u202f\u205f\u2066-\u2069\u3000\ufeff]"
    )]
    #[serde(default)]
    comment: Option<String>,
}

/// A rating that is kept.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FeedbackBody {
    /// The turn.
    turn_id: TurnId,
    /// What is kept of it now.
    rating: Rating,
}

/// Says whether a reply of one's own conversation helped. Said again, the last word counts.
#[utoipa::path(
    post, path = "/v1/turns/{turn_id}/feedback", tag = "turns", security((), ("bearer" = []), ("api_key" = [])),
    params(("turn_id" = TurnId, Path)), request_body = FeedbackRequest,
    responses(
        (status = 200, description = "It is kept.", content((FeedbackBody = "application/json"), (FeedbackBody = "application/cbor"))),
        (status = 403, description = "The turn is more than thirty days ago.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such turn of this caller, or ratings are not kept here.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The rating is not valid.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The store is lost.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn rate(
    State(doors): State<Doors>,
    CalledBy(caller): CalledBy,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Whole, Problem>,
) -> Result<Json<FeedbackBody>, Problem> {
    let Path(turn) = path.map_err(|rejection| no_address(&rejection))?;
    let (turn, wanted) = (TurnId::new(turn)?, body::read::<FeedbackRequest>(&headers, body)?);
    let comment = wanted.comment.map(|words| guard::words("comment", &words, LONGEST_COMMENT)).transpose()?;
    let record = doors.product.conversations.turn(&wanted.session_id, &turn, &caller).await?;
    let learned = doors.product.oversight.learned.as_ref().ok_or_else(|| {
        Error::new(ErrorKind::NotFound, "ratings are not kept here").hint("`learned` says where, if anywhere")
    })?;
    let feedback = Feedback { rating: wanted.rating, comment, at: doors.product.clock.now() };
    keep(&doors, &**learned, &record, &feedback).await?;
    doors.product.metrics.record(&[measures::of_feedback(wanted.rating == Rating::Up)]);
    Ok(Json(FeedbackBody { turn_id: turn, rating: wanted.rating }))
}

async fn keep(doors: &Doors, learned: &dyn Learned, record: &TurnRecord, feedback: &Feedback) -> contract::Result<()> {
    let mut attempt = 1;
    loop {
        let earlier = learned.notes(&[feedback::key(record)]).await?;
        match learned.keep(&doors.analytics.rated(record, earlier, feedback)?).await {
            Err(error) if error.kind == ErrorKind::Conflict && attempt < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}
