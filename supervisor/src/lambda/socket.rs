//! The WebSocket door as a function, behind an API Gateway that holds the sockets: one event a message, and each answer posted to
//! its socket.
//!
//! What the function returns says only whether it went well. Nothing of it reaches the client but the refusal of a
//! connection, by its status.

mod entrance;
mod telling;

use std::sync::Arc;

use aws::dynamo::DynamoConnections;
use aws::{GatewaySocket, GatewaySockets};
use aws_lambda_events::apigw::{ApiGatewayWebsocketProxyRequest, ApiGatewayWebsocketProxyRequestContext};
use contract::{Error, ErrorKind, Result};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};
use tracing::Instrument;

use super::lifetime::ended;
use super::{public_settings, warm_up};
use crate::doors::Doors;
use crate::settings::Settings;
use crate::trace::context::of_xray;
use crate::trace::spans::Entry;
use crate::wiring::{Gateway, Product};

/// API Gateway gives up an event after 29 seconds; what a turn leaves of them is for storing and posting it.
const LONGEST_DEADLINE_MS: u64 = 20_000;

/// The event of a socket that is being opened.
const CONNECT: &str = "CONNECT";
/// The event of a socket that is closed. It is not promised to come.
const DISCONNECT: &str = "DISCONNECT";

/// Answers events until the process is ended.
///
/// # Errors
/// What kept the function from starting, or the runtime from going on.
pub async fn socket(environment: Vec<(String, String)>) -> std::result::Result<(), String> {
    let (settings, traces) = public_settings(environment)?;
    let (door, ended) = tokio::join!(SocketDoor::open(&settings), ended());
    let door = Arc::new(door?);
    warm_up(&door.doors.product);
    let spans = traces.clone();
    let (flights, metrics) = (door.doors.flights.clone(), door.doors.product.metrics.clone());
    let function = service_fn(move |event: LambdaEvent<ApiGatewayWebsocketProxyRequest>| {
        let (door, traces) = (door.clone(), spans.clone());
        async move {
            let parent = event.context.xray_trace_id.as_deref().and_then(of_xray);
            let Entry { span, .. } = Entry::message(parent, &*door.doors.product.entropy);
            let answer = door.answer(event.payload).instrument(span).await;
            traces.flush().await;
            Ok::<Value, lambda_runtime::Error>(answer)
        }
    });
    tokio::select! {
        outcome = lambda_runtime::run_concurrent(function) => outcome.map_err(|cause| cause.to_string())?,
        () = ended => tracing::info!("asked to end"),
    }
    flights.land().await;
    traces.close().await;
    metrics.flush().await.map_err(|error| error.to_string())
}

/// The door, and the way back through it.
struct SocketDoor {
    doors: Doors,
    connections: DynamoConnections,
    sockets: GatewaySockets,
    /// Where to post, when events do not tell.
    endpoint: Option<String>,
}

impl SocketDoor {
    async fn open(settings: &Settings) -> std::result::Result<Self, String> {
        let (product, gateway) = Product::behind_gateway(settings).await.map_err(|error| error.to_string())?;
        let Gateway { connections, sockets } = gateway;
        let doors = Doors::over(product, settings).map_err(|error| error.to_string())?;
        if doors.deadline_ms > LONGEST_DEADLINE_MS {
            return Err(format!(
                "turn.deadline_ms = {} leaves too little of API Gateway's 29 seconds\n  set {LONGEST_DEADLINE_MS} or less",
                doors.deadline_ms
            ));
        }
        Ok(Self { doors, connections, sockets, endpoint: settings.socket.endpoint.clone() })
    }

    /// What API Gateway is told of an event.
    async fn answer(&self, event: ApiGatewayWebsocketProxyRequest) -> Value {
        let status = match event.request_context.event_type.as_deref() {
            Some(CONNECT) => self.admit(&event).await.map_or_else(|problem| problem.status, |()| 200),
            Some(DISCONNECT) => status(self.forget(&event.request_context).await),
            _ => status(self.hear(&event).await),
        };
        json!({"statusCode": status})
    }

    async fn forget(&self, context: &ApiGatewayWebsocketProxyRequestContext) -> Result<()> {
        self.connections.delete(connection(context)?).await
    }

    /// The socket that an event came through.
    fn socket(&self, context: &ApiGatewayWebsocketProxyRequestContext) -> Result<GatewaySocket> {
        let connection = connection(context)?;
        if let Some(endpoint) = &self.endpoint {
            return Ok(self.sockets.socket(endpoint, connection));
        }
        let (Some(domain), Some(stage)) = (&context.domain_name, &context.stage) else { return Err(incomplete()) };
        Ok(self.sockets.socket(&format!("https://{domain}/{stage}"), connection))
    }
}

/// The connection that an event is about.
fn connection(context: &ApiGatewayWebsocketProxyRequestContext) -> Result<&str> {
    context.connection_id.as_deref().ok_or_else(incomplete)
}

fn incomplete() -> Error {
    Error::new(ErrorKind::Invalid, "the event is none of a WebSocket API")
        .hint("integrate this function with the routes $connect, $disconnect and $default of a WebSocket API")
}

/// The status of an event that came to this. An error of it is for the log: nothing can be sent to where it came from.
fn status(outcome: Result<()>) -> u16 {
    match outcome {
        Ok(()) => 200,
        Err(error) => {
            tracing::error!(%error, cause = ?std::error::Error::source(&error), "an event failed");
            500
        }
    }
}
