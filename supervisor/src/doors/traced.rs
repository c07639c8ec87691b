//! Every request has a trace: one that it continues or one that begins here. Its answer tells the id, and the log has a line.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry::Context;
use tracing::Instrument;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::router::Doors;
use crate::ask::milliseconds;
use crate::trace::context;
use crate::trace::spans::{self, Entry};

/// The header of an answer by which support finds its request in the log and its trace.
pub(super) const TRACE_ID: &str = "x-trace-id";
/// What is logged instead of an address that is none of ours: it may hold anything.
const NOWHERE: &str = "none";

/// The span that a request continues, for what goes on after its answer.
pub(super) struct Continues(pub(super) Option<Context>);

impl FromRequestParts<Doors> for Continues {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Doors) -> Result<Self, Infallible> {
        Ok(Self(context::of_headers(&parts.headers)))
    }
}

/// Answers a request within a span of its own.
pub(super) async fn traced(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let clock = &*doors.product.clock;
    let began = clock.elapsed();
    // The pattern, never the address itself: that holds ids, and behind a question mark whatever anybody writes.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or(NOWHERE, MatchedPath::as_str);
    let method = request.method().clone();
    let method = known(&method);
    let parent = context::of_headers(request.headers());
    let Entry { span, trace } = Entry::request(method, route, parent, &*doors.product.entropy);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, ms) = (response.status().as_u16(), milliseconds(clock.elapsed().saturating_sub(began)));
    span.in_scope(|| match is_quiet(route) && status < 400 {
        true => tracing::debug!(method, route, status, ms, "request answered"),
        false => tracing::info!(method, route, status, ms, "request answered"),
    });
    span.set_attribute("http.response.status_code", i64::from(status));
    if !goes_on(&response) {
        spans::end(&span, response.status().is_server_error().then_some("server error"));
    }
    if let Ok(trace) = HeaderValue::try_from(trace) {
        response.headers_mut().insert(HeaderName::from_static(TRACE_ID), trace);
    }
    response
}

/// Pages, and what a load balancer asks every other second.
fn is_quiet(route: &str) -> bool {
    !route.starts_with("/v1/")
}

/// The method, if it is one of HTTP's own; anybody may write another.
fn known(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH" | "TRACE" | "CONNECT") => known,
        _ => "_OTHER",
    }
}

/// Whether the answer has only begun: its span ends with the turn that it tells.
fn goes_on(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}
