//! What is kept of a person: theirs to take with them and to erase. Who runs the product does it for those who ask in writing.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use contract::{Access, Caller, CustomerId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::admin::Admin;
use super::audit::actor;
use super::auth::CalledBy;
use super::error::Problem;
use super::memory::own;
use super::rest::no_address;
use super::router::Doors;
use crate::erasure::{Export, Receipt};

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new()
        .routes(routes!(export_own))
        .routes(routes!(erase_own))
        .routes(routes!(export_on_request))
        .routes(routes!(erase_on_request))
}

/// The customer that an address names, or why it names none.
type Named = Result<Path<String>, PathRejection>;

/// How an erasure answers.
#[derive(utoipa::IntoResponses)]
#[expect(dead_code, reason = "it describes the answers, and is none")]
enum Erasing {
    /// Everything is gone.
    #[response(status = 200)]
    Gone(Receipt),
    /// The caller may not.
    #[response(status = 403, content_type = "application/problem+json")]
    Refused(Problem),
    /// Another erasure of the same customer is under way; Retry-After says until when at most.
    #[response(status = 409, content_type = "application/problem+json")]
    UnderWay(Problem),
    /// A store failed, which the receipt names, or nothing could be noted: to be asked again.
    #[response(status = 503)]
    Incomplete(Receipt),
}

/// Everything that is kept of the customer who asks, and of what their cars brought, as one document.
#[utoipa::path(
    get, path = "/v1/me/export", tag = "me", security((), ("bearer" = [])),
    responses(
        (status = 200, description = "All of it.", content((Export = "application/json"), (Export = "application/cbor"))),
        (status = 403, description = "Not a customer.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "A store is lost, or the export cannot be noted.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn export_own(State(doors): State<Doors>, CalledBy(caller): CalledBy) -> Result<Json<Export>, Problem> {
    Ok(Json(doors.erasure.export(&own(&caller)?, &actor(&caller)).await?))
}

/// Erases everything that is kept of the customer who asks: conversations, memories, profile, appointments, cases. It takes a
/// little longer than a turn, and goes on when the client leaves. No turn of the customer is admitted meanwhile; afterwards they
/// may come back as somebody new.
#[utoipa::path(delete, path = "/v1/me", tag = "me", security((), ("bearer" = [])), responses(Erasing))]
async fn erase_own(State(doors): State<Doors>, CalledBy(caller): CalledBy) -> Result<Response, Problem> {
    erase(&doors, &own(&caller)?, &caller).await
}

/// Everything that is kept of a customer who asked for it in writing.
#[utoipa::path(
    get, path = "/v1/customers/{customer_id}/export", tag = "admin", security((), ("bearer" = [])), params(("customer_id" = CustomerId, Path)),
    responses(
        (status = 200, description = "All of it; nothing when nothing is kept.", content((Export = "application/json"), (Export = "application/cbor"))),
        (status = 403, description = "Not an admin.", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "A store is lost, or the export cannot be noted.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn export_on_request(
    State(doors): State<Doors>,
    Admin(caller): Admin,
    path: Named,
) -> Result<Json<Export>, Problem> {
    Ok(Json(doors.erasure.export(&requested(path, &caller)?, &actor(&caller)).await?))
}

/// Erases everything that is kept of a customer who asked for it in writing, as `DELETE /v1/me` does.
#[utoipa::path(
    delete, path = "/v1/customers/{customer_id}", tag = "admin", security((), ("bearer" = [])), params(("customer_id" = CustomerId, Path)),
    responses(Erasing)
)]
async fn erase_on_request(State(doors): State<Doors>, Admin(caller): Admin, path: Named) -> Result<Response, Problem> {
    erase(&doors, &requested(path, &caller)?, &caller).await
}

async fn erase(doors: &Doors, access: &Access, caller: &Caller) -> Result<Response, Problem> {
    let receipt = doors.erasure.erase(access, &actor(caller)).await?;
    let status = if receipt.complete { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, Json(receipt)).into_response())
}

/// The one place where the house opens a customer's data for somebody else than them.
fn requested(path: Named, admin: &Caller) -> Result<Access, Problem> {
    let Path(customer) = path.map_err(|rejection| no_address(&rejection))?;
    Ok(Access::on_written_request(CustomerId::new(customer)?, admin)?)
}
