//! The HTTP doors as a function: REST and HTTP APIs and function URLs, streamed or buffered, several events at once.

use std::convert::Infallible;

use axum::Router;
use axum::body::to_bytes;
use axum::http::Response;
use lambda_http::tower::{ServiceBuilder, ServiceExt};
use lambda_http::{Body, run_concurrent, run_with_streaming_response_concurrent};

use super::lifetime::ended;
use super::{gateway, settings};
use crate::commands::open_doors;
use crate::doors::router;
use crate::settings::{Identity, Settings};
use crate::wiring::Product;

/// Answers events until the process is ended.
///
/// Errors of the doors are answers with a body, streamed or not; a panic in one event is answered as a problem and leaves
/// the others alone.
///
/// # Errors
/// What kept the function from starting, or the runtime from going on.
pub async fn turns(environment: Vec<(String, String)>) -> Result<(), String> {
    let settings = settings(environment)?;
    if settings.identity == Identity::Demo {
        return Err("identity = \"demo\" would give everybody the demonstration's customers\n  \
             set MOTORLINE_IDENTITY=gateway, or anonymous for visitors only"
            .into());
    }
    let (doors, ended) = tokio::join!(open_doors(&settings), ended());
    let doors = doors?;
    warm_up(&doors.product);
    let (turns, metrics) = (doors.turns.clone(), doors.product.metrics.clone());
    tokio::select! {
        outcome = answer(router(doors), &settings) => outcome?,
        () = ended => tracing::info!("asked to end"),
    }
    turns.close();
    turns.wait().await;
    metrics.flush().await.map_err(|error| error.to_string())
}

/// Opens the connections that a turn needs, while the first event is on its way: a handshake costs more than a call.
/// What fails here fails again, with its error, where it matters.
fn warm_up(product: &Product) {
    let Product { conversations, customers, .. } = product.clone();
    tokio::spawn(async move { conversations.ready().await });
    tokio::spawn(async move { customers.ready().await });
}

async fn answer(router: Router, settings: &Settings) -> Result<(), String> {
    let function = ServiceBuilder::new().map_request(gateway::unwrapped).service(router);
    let outcome = if settings.lambda_streams {
        run_with_streaming_response_concurrent(function).await
    } else {
        run_concurrent(function.and_then(gathered)).await
    };
    outcome.map_err(|cause| cause.to_string())
}

/// A response with its whole body, as a buffered function hands it over: text as it is, anything else for Base64.
async fn gathered(response: Response<axum::body::Body>) -> Result<Response<Body>, Infallible> {
    let (parts, body) = response.into_parts();
    // The doors make their bodies in memory: reading one cannot fail half-way.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body = match String::from_utf8(bytes.to_vec()) {
        Ok(text) => Body::Text(text),
        Err(_) => Body::Binary(bytes.to_vec()),
    };
    Ok(Response::from_parts(parts, body))
}
