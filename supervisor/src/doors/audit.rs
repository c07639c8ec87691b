//! The audit trail: what the doors note before they do it, and how those who run the product read it.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use contract::ports::AuditEntry;
use contract::{Caller, Result as PortResult};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::admin::Admin;
use super::error::Problem;
use super::router::Doors;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(get_day))
}

/// Who calls, as the trail names them: a customer and their car by a pseudonym only.
pub(super) fn actor(caller: &Caller) -> String {
    match caller.access() {
        Some(access) => access.pseudonym(),
        None if *caller == Caller::Anonymous => "visitor".into(),
        None => caller.owner().into_owned(),
    }
}

/// Notes what somebody is about to do, which is done only when it is noted.
///
/// # Errors
/// `Unavailable`.
pub(super) async fn note(doors: &Doors, actor: String, act: &str, subject: Option<String>) -> PortResult<()> {
    let (at, act, outcome) = (doors.product.clock.now(), act.to_owned(), "allowed".to_owned());
    doors.product.oversight.audit.note(&AuditEntry { at, actor, act, subject, outcome }).await
}

#[derive(Deserialize)]
struct Asked {
    day: Date,
}

/// The audit trail of a day.
#[derive(Serialize, utoipa::ToSchema)]
struct AuditDay {
    /// The day (UTC).
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// Oldest first.
    entries: Vec<AuditEntry>,
}

/// The audit trail of a day, checked: who looked at or changed what. Reading it is noted in it, too.
#[utoipa::path(
    get, path = "/v1/audit", tag = "admin", security((), ("bearer" = [])),
    params(("day" = String, Query, format = Date, description = "The day (UTC), such as 2026-11-28.")),
    responses(
        (status = 200, description = "The entries, oldest first.", content((AuditDay = "application/json"), (AuditDay = "application/cbor"))),
        (status = 400, description = "No day.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not an admin.", body = Problem, content_type = "application/problem+json"),
        (status = 500, description = "Somebody tampered with the trail.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The trail is lost.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn get_day(
    State(doors): State<Doors>,
    Admin(caller): Admin,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<AuditDay>, Problem> {
    let Query(Asked { day }) = query.map_err(|rejection| {
        Problem::protocol(StatusCode::BAD_REQUEST, rejection.body_text(), "send ?day= with a date such as 2026-11-28")
    })?;
    note(&doors, actor(&caller), "read_audit", Some(day.to_string())).await?;
    let entries = doors.product.oversight.audit.day(day).await?;
    Ok(Json(AuditDay { day, entries }))
}
