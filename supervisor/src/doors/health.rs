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
    let product = &doors.product;
    let models =
        product.models.iter().map(|model| async { line(&format!("model {}", model.name()), model.ready().await) });
    let office = &product.office;
    let (conversations, customers, library, tickets, metrics, models, handoffs, desk, vehicles, offers) = futures::join!(
        product.conversations.ready(),
        product.customers.ready(),
        product.library.ready(),
        product.tickets.ready(),
        product.metrics.ready(),
        join_all(models),
        office.handoffs.ready(),
        office.service_desk.ready(),
        office.vehicles.ready(),
        office.offers.ready()
    );
    let mut ports = vec![
        line("conversations", conversations),
        line("customers", customers),
        line("library", library),
        line("tickets", tickets),
        line("metrics", metrics),
        line("handoffs", handoffs),
        line("service desk", desk),
        line("vehicles", vehicles),
        line("offers", offers),
    ];
    ports.extend(models);
    ports.dedup_by(|a, b| a.port == b.port);
    let ready = ports.iter().all(|port| port.ready);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, ports }))
}

fn line(port: &str, outcome: PortResult<()>) -> PortReadiness {
    PortReadiness { port: port.into(), ready: outcome.is_ok(), detail: outcome.err().map(|error| error.to_string()) }
}
