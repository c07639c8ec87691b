//! The demonstration's identities, listed so that a person can try the product as one of them. None elsewhere.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Authentication, DemoIdentity};
use super::router::Doors;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(identities))
}

/// Who one can be in the demonstration.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Identities {
    /// The fictional customers.
    identities: Vec<DemoIdentity>,
}

/// Lists the identities of the demonstration; none where this is no demonstration.
#[utoipa::path(get, path = "/v1/demo/identities", tag = "demo", responses((status = 200, body = Identities)))]
async fn identities(State(doors): State<Doors>) -> Json<Identities> {
    let identities = match &doors.authentication {
        Authentication::Demonstration(identities) => identities.to_vec(),
        Authentication::AnonymousOnly | Authentication::Gateway => Vec::new(),
    };
    Json(Identities { identities })
}
