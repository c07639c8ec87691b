//! The demonstration's identities, listed so that a person can try the product as one of them. None elsewhere.

use axum::Json;
use axum::extract::State;
use contract::profile::Profile;
use contract::{Caller, CustomerId, Result as PortResult};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

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

/// One customer of the demonstration.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(super) struct DemoIdentity {
    /// What to send as `Authorization: Bearer …`.
    pub(super) token: String,
    /// The customer's name.
    name: String,
    /// Their cars.
    vehicles: Vec<String>,
    #[serde(skip)]
    customer: CustomerId,
}

impl From<&Profile> for DemoIdentity {
    fn from(profile: &Profile) -> Self {
        Self {
            token: format!("demo-{}", profile.customer),
            name: profile.name.clone(),
            vehicles: profile.vehicles.iter().map(contract::profile::Vehicle::name).collect(),
            customer: profile.customer.clone(),
        }
    }
}

impl DemoIdentity {
    /// Everybody of the demonstration.
    ///
    /// # Errors
    /// `Internal` when the shipped file is broken.
    pub(super) fn all() -> PortResult<Vec<Self>> {
        Ok(local::SqliteCustomers::demonstration()?.iter().map(Self::from).collect())
    }

    /// Who sends this identity's token.
    pub(super) fn caller(&self) -> Caller {
        Caller::Customer(self.customer.clone())
    }
}

/// Lists the identities of the demonstration; none where this is no demonstration.
#[utoipa::path(get, path = "/v1/demo/identities", tag = "demo", responses((status = 200, description = "Who one can be.", body = Identities)))]
async fn identities(State(doors): State<Doors>) -> Json<Identities> {
    Json(Identities { identities: doors.authentication.demonstration().to_vec() })
}
