//! Whether the process lives, and whether it could take a turn now.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use contract::Result as PortResult;
use futures::future::join_all;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::router::Doors;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready))
}

/// The process lives.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Version of the product.
    version: &'static str,
}

/// Whether each port could serve a turn now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Readiness {
    /// All of them could.
    ready: bool,
    /// One line a port.
    ports: Vec<PortReadiness>,
}

/// One port.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PortReadiness {
    /// The port.
    port: String,
    /// Whether it could serve a turn now.
    ready: bool,
    /// What is wrong, if not.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Says that the process lives.
#[utoipa::path(get, path = "/health", tag = "operation", responses((status = 200, description = "It lives.", body = Health)))]
async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Asks every port whether it could serve a turn now.
#[utoipa::path(
    get, path = "/ready", tag = "operation",
    responses((status = 200, description = "Every port is ready.", body = Readiness), (status = 503, description = "A port is not ready.", body = Readiness))
)]
async fn ready(State(doors): State<Doors>) -> (StatusCode, Json<Readiness>) {
    let (product, office) = (&doors.product, &doors.product.office);
    let ports = [
        ("conversations", product.conversations.ready()),
        ("customers", product.customers.ready()),
        ("library", product.library.ready()),
        ("tickets", product.tickets.ready()),
        ("metrics", product.metrics.ready()),
        ("handoffs", office.handoffs.ready()),
        ("service desk", office.service_desk.ready()),
        ("vehicles", office.vehicles.ready()),
        ("offers", office.offers.ready()),
        ("audit", product.oversight.audit.ready()),
    ];
    let ports = ports.into_iter().chain(product.oversight.learned.iter().map(|learned| ("learned", learned.ready())));
    let ports = ports.map(|(port, ready)| (port.to_owned(), ready));
    let models = product.models.iter().map(|model| (format!("model {}", model.name()), model.ready()));
    let asked = ports.chain(models).map(|(port, ready)| async move { line(port, ready.await) });
    let mut ports = join_all(asked).await;
    ports.dedup_by(|a, b| a.port == b.port);
    let ready = ports.iter().all(|port| port.ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, ports }))
}

fn line(port: String, outcome: PortResult<()>) -> PortReadiness {
    PortReadiness { port, ready: outcome.is_ok(), detail: outcome.err().map(|error| error.to_string()) }
}
