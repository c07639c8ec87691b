//! The demonstration's identities, listed so that a person can try the product as one of them. None elsewhere.

use axum::Json;
use axum::extract::State;
use contract::profile::Profile;
use contract::{Caller, Result as PortResult};
use local::{Person, Work};
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
    /// The fictional customers, and the people who work there.
    identities: Vec<DemoIdentity>,
}

/// Somebody of the demonstration.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(super) struct DemoIdentity {
    /// What to send as `Authorization: Bearer …`.
    pub(super) token: String,
    /// What they are called.
    name: String,
    /// What they may do.
    role: DemoRole,
    /// Their cars.
    vehicles: Vec<String>,
    #[serde(skip)]
    caller: Caller,
}

/// What somebody of the demonstration may do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum DemoRole {
    /// Ask.
    Customer,
    /// Take over.
    Operator,
    /// Take over, and run the product.
    Admin,
}

impl From<&Profile> for DemoIdentity {
    fn from(profile: &Profile) -> Self {
        Self {
            token: format!("demo-{}", profile.customer),
            name: profile.name.clone(),
            role: DemoRole::Customer,
            vehicles: profile.vehicles.iter().map(contract::profile::Vehicle::name).collect(),
            caller: Caller::Customer(profile.customer.clone()),
        }
    }
}

impl From<Person> for DemoIdentity {
    fn from(Person { staff, name, work }: Person) -> Self {
        let token = format!("demo-{staff}");
        let (role, caller) = match work {
            Work::Operator => (DemoRole::Operator, Caller::Operator(staff)),
            Work::Admin => (DemoRole::Admin, Caller::Admin(staff)),
        };
        Self { token, name, role, vehicles: Vec::new(), caller }
    }
}

impl DemoIdentity {
    /// Everybody of the demonstration.
    ///
    /// # Errors
    /// `Internal` when a shipped file is broken.
    pub(super) fn all() -> PortResult<Vec<Self>> {
        let customers = local::SqliteCustomers::demonstration()?;
        let people = local::demonstration_people()?;
        Ok(customers.iter().map(Self::from).chain(people.into_iter().map(Self::from)).collect())
    }

    /// Who sends this identity's token.
    pub(super) fn caller(&self) -> Caller {
        self.caller.clone()
    }
}

/// Lists the identities of the demonstration; none where this is no demonstration.
#[utoipa::path(get, path = "/v1/demo/identities", tag = "demo", responses((status = 200, description = "Who one can be.", body = Identities)))]
async fn identities(State(doors): State<Doors>) -> Json<Identities> {
    Json(Identities { identities: doors.authentication.demonstration().to_vec() })
}
