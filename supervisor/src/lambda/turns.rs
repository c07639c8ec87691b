//! The HTTP doors as a function: REST and HTTP APIs and function URLs, streamed or buffered, several events at once.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::http::Response;
use lambda_http::tower::{ServiceBuilder, ServiceExt};
use lambda_http::{Body, run_concurrent};

use super::lifetime::ended;
use super::{gateway, public_settings, stream, warm_up};
use crate::commands::open_doors;
use crate::doors::{ClientConfiguration, Doors, router};
use crate::settings::Settings;
use crate::trace::Traces;

/// Answers events until the process is ended.
///
/// Errors of the doors are answers with a body, streamed or not; a panic in one event is answered as a problem and leaves
/// the others alone.
///
/// # Errors
/// What kept the function from starting, or the runtime from going on.
pub async fn turns(environment: Vec<(String, String)>) -> Result<(), String> {
    let (settings, traces) = public_settings(environment)?;
    let (doors, ended) = tokio::join!(open_doors(&settings), ended());
    let doors = Doors { client: Arc::new(ClientConfiguration::of_a_function(&settings)), ..doors? };
    warm_up(&doors.product);
    let (flights, metrics) = (doors.flights.clone(), doors.product.metrics.clone());
    tokio::select! {
        outcome = answer(router(doors), &settings, traces.clone()) => outcome?,
        () = ended => tracing::info!("asked to end"),
    }
    flights.land().await;
    traces.close().await;
    metrics.flush().await.map_err(|error| error.to_string())
}

async fn answer(router: Router, settings: &Settings, traces: Traces) -> Result<(), String> {
    let outcome = if settings.lambda_streams {
        stream::run(router, traces).await
    } else {
        let function = ServiceBuilder::new().map_request(gateway::unwrapped).service(router);
        let function = function.and_then(move |response| gathered(response, traces.clone()));
        run_concurrent(function).await
    };
    outcome.map_err(|cause| cause.to_string())
}

/// A response with its whole body, as a buffered function hands it over: text as it is, anything else for Base64.
async fn gathered(response: Response<axum::body::Body>, traces: Traces) -> Result<Response<Body>, Infallible> {
    let (parts, body) = response.into_parts();
    // The doors make their bodies in memory: reading one cannot fail half-way.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let body = match String::from_utf8(bytes.to_vec()) {
        Ok(text) => Body::Text(text),
        Err(_) => Body::Binary(bytes.to_vec()),
    };
    // The process may be frozen as soon as it has answered.
    traces.flush().await;
    Ok(Response::from_parts(parts, body))
}
