//! All doors in one router: served by a socket at home, and by whatever else can serve a router.

use std::any::Any;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::auth::Authentication;
use super::error::Problem;
use super::{demo, health, openapi, pages, rest};
use crate::wiring::Product;

/// Largest body of a request, in bytes: 4,000 characters of four bytes, escaped, and a car's state.
pub(super) const LARGEST_BODY: usize = 64 * 1024;

/// Nothing but our own files, and no one may frame them.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the doors share. Holds nothing of any request.
#[derive(Clone)]
pub struct Doors {
    /// The product behind them.
    pub product: Product,
    /// How callers are told apart.
    pub authentication: Authentication,
    /// Milliseconds until a reply is due.
    pub deadline_ms: u64,
    /// The turns under way, so that a shutdown can wait for them.
    pub turns: TaskTracker,
}

/// The router of all doors.
pub fn router(doors: Doors) -> Router {
    let (api, document) = described().split_for_parts();
    // Written once: it never changes while the process lives.
    let document = Bytes::from(serde_json::to_vec_pretty(&document).unwrap_or_default());
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    api.route("/openapi.json", get(move || async move { (json, document) }))
        .with_state(doors)
        .route("/", get(pages::index))
        .route("/{*path}", get(pages::file))
        .fallback(|| async { pages::not_found() })
        .method_not_allowed_fallback(|| async {
            let hint = "GET /openapi.json lists the methods of each address";
            Problem::protocol(StatusCode::METHOD_NOT_ALLOWED, "this method is not for this address", hint)
        })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(|cause: Box<dyn Any + Send>| panicked(&*cause)))
        .layer(fixed(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
}

/// The routes that describe themselves.
pub(super) fn described() -> OpenApiRouter<Doors> {
    OpenApiRouter::with_openapi(openapi::Base::openapi())
        .merge(rest::routes())
        .merge(health::routes())
        .merge(demo::routes())
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// A defect in a handler: the client gets a problem, the log gets the cause, every other request goes on.
fn panicked(cause: &(dyn Any + Send)) -> Response {
    let words = cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    tracing::error!(cause = words.unwrap_or("unknown"), "a handler panicked");
    let detail = "something broke while answering this request";
    Problem::protocol(StatusCode::INTERNAL_SERVER_ERROR, detail, "the same request may be sent again").into_response()
}
