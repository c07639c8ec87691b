//! Hands responses over to Lambda piece by piece, each as soon as it is made.
//!
//! `lambda_http` streams too, but the HTTP client of its runtime leaves Nagle's algorithm on, and nothing from outside can
//! turn it off: what follows the first packet then waits some 40 ms for an acknowledgement. Here the runtime asks for the
//! events as ever, and only the last step is another: this client sends at once. What it sends is what AWS documents for
//! custom runtimes ("Response streaming").

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Request, Response, header};
use futures::StreamExt;
use futures::stream::once;
use hyper_util::client::legacy::connect::HttpConnector;
use lambda_http::request::from_reader;
use lambda_runtime::layers::TracingLayer;
use lambda_runtime::tower::layer::layer_fn;
use lambda_runtime::tower::{ServiceExt, service_fn};
use lambda_runtime::{Error, LambdaEvent, LambdaInvocation, MetadataPrelude, Runtime};
use lambda_runtime_api_client::{PooledClient, body, build_request};
use serde_json::{Value, json};

use super::gateway;
use crate::trace::Traces;
use crate::trace::context::XRAY;

/// What stands between the prelude and the body.
const DIVIDER: [u8; 8] = [0; 8];
/// Names one attempt to answer an event; sent back as it came, so that a late answer cannot be taken for another's.
const ATTEMPT: &str = "lambda-runtime-invocation-id";

/// Answers events by `router` until the process is ended.
///
/// # Errors
/// What kept the runtime from going on.
pub(super) async fn run(router: Router, traces: Traces) -> Result<(), Error> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Arc::new(PooledClient::builder().with_connector(connector).build());
    // The runtime's own way to answer, which is never taken.
    let unused = service_fn(|_: LambdaEvent<Value>| async { Ok::<Value, Error>(Value::Null) });
    let ours = layer_fn(move |_| {
        let (router, client, traces) = (router.clone(), client.clone(), traces.clone());
        service_fn(move |invocation| {
            let (answered, traces) = (answer(router.clone(), client.clone(), invocation), traces.clone());
            async move {
                let answered = answered.await;
                // The process may be frozen as soon as it asks for the next event. The client has its answer.
                traces.flush().await;
                answered
            }
        })
    });
    Runtime::new(unused).layer(ours).layer(TracingLayer::new()).run_concurrent().await
}

async fn answer(router: Router, client: Arc<PooledClient>, invocation: LambdaInvocation) -> Result<(), Error> {
    let LambdaInvocation { parts, body, context } = invocation;
    let answer = match from_reader(&*body) {
        Ok(mut event) => {
            continued(event.headers_mut(), context.xray_trace_id.as_deref());
            let Ok(response) = router.oneshot(gateway::unwrapped(event)).await.map_err(|never: Infallible| never);
            streamed(&context.request_id, response)?
        }
        Err(cause) => refused(&context.request_id, &cause)?,
    };
    // Whoever asked has gone, or was given up. That is the end of this event, not of the process.
    match client.call(returned(answer, &parts.headers)).await {
        Ok(told) if told.status().is_success() => {}
        Ok(told) => tracing::warn!(status = told.status().as_u16(), "Lambda does not take an answer"),
        Err(cause) => tracing::warn!(%cause, "an answer broke off"),
    }
    Ok(())
}

/// Tells the doors which trace of X-Ray the event is part of, as `lambda_http` does.
fn continued(headers: &mut HeaderMap, trace: Option<&str>) {
    if let Some(trace) = trace.and_then(|trace| HeaderValue::from_str(trace).ok()) {
        headers.insert(XRAY, trace);
    }
}

/// The response as Lambda takes it: its head as JSON, a divider, its body.
fn streamed(id: &str, response: Response<Body>) -> Result<Request<body::Body>, Error> {
    let (parts, body) = response.into_parts();
    let mut prelude = MetadataPrelude::default();
    (prelude.status_code, prelude.headers) = (parts.status, parts.headers);
    let mut head = serde_json::to_vec(&prelude)?;
    head.extend(DIVIDER);
    let pieces = once(async { Ok(Bytes::from(head)) }).chain(body.into_data_stream());
    let request = build_request()
        .method("POST")
        .uri(format!("/2018-06-01/runtime/invocation/{id}/response"))
        .header("lambda-runtime-function-response-mode", "streaming")
        .header(header::TRANSFER_ENCODING, "chunked")
        .header(header::CONTENT_TYPE, "application/vnd.awslambda.http-integration-response");
    Ok(request.body(body::Body::new(Body::from_stream(pieces)))?)
}

/// The word that an event is none of a gateway.
fn refused(id: &str, cause: &serde_json::Error) -> Result<Request<body::Body>, Error> {
    tracing::error!(%cause, "the event is none of a gateway or a function URL");
    let problem = json!({"errorType": "Runtime.UnreadableEvent", "errorMessage": "the event cannot be read"});
    let request = build_request()
        .method("POST")
        .uri(format!("/2018-06-01/runtime/invocation/{id}/error"))
        .header("lambda-runtime-function-error-type", "Runtime.UnreadableEvent");
    Ok(request.body(problem.to_string().into())?)
}

/// The answer with the name of the attempt that it is for.
fn returned(mut answer: Request<body::Body>, asked: &HeaderMap) -> Request<body::Body> {
    if let Some(attempt) = asked.get(ATTEMPT) {
        answer.headers_mut().insert(ATTEMPT, HeaderValue::clone(attempt));
    }
    answer
}
