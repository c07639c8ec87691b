//! What browsers are told: which pages may call us, what our pages may do, and that answers are not to be kept.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower_http::cors::CorsLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::address::{Peer, is_among};
use super::error::Problem;
use super::router::Doors;
use super::traced;
use crate::settings::{Settings, origin_of};

/// Nothing but our own files, and no one may frame them. What pages may connect to is appended.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'";
/// Our pages use none of it.
const PERMISSIONS_POLICY: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";
/// A year, as browsers' own lists ask.
const ONLY_OVER_TLS: &str = "max-age=31536000";
/// How long a browser may remember what another origin is allowed.
const PREFLIGHT_AGE: Duration = Duration::from_secs(600);

/// Which other addresses browsers may bring together with ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Browsers {
    /// Origins whose pages may call the API, exactly as browsers write them.
    pub origins: Vec<String>,
    /// Other origins that our own pages connect to, such as the issuer of identities.
    pub connect: Vec<String>,
}

impl Browsers {
    /// What the settings allow. Our pages connect to where sockets are opened and where customers sign in, too.
    pub fn of(settings: &Settings) -> Self {
        let Settings { web, oidc, .. } = settings;
        let signs_in = oidc.client_id.is_some().then_some(&oidc.issuer);
        let elsewhere = signs_in.into_iter().chain(&web.socket_url).filter_map(|address| origin_of(address));
        Self { origins: web.origins.clone(), connect: elsewhere.chain(web.connect.iter().cloned()).collect() }
    }
}

/// The request came over TLS. Put into a request by what serves it, where nothing else is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverTls;

/// A connection that a page of ours, or of an allowed origin, or no page at all asks for. Browsers let every page open a
/// WebSocket to everywhere and only say whose page it was: whoever opens one must look.
#[derive(Debug, Clone, Copy)]
pub(super) struct AllowedOrigin;

impl FromRequestParts<Doors> for AllowedOrigin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Problem> {
        let Some(origin) = parts.headers.get(header::ORIGIN) else { return Ok(Self) };
        let origin = origin.to_str().unwrap_or_default();
        if doors.browsers.origins.iter().any(|allowed| allowed == origin) || is_ours(origin, &parts.headers) {
            return Ok(Self);
        }
        let hint = "open it from a page of this server, or of an origin in its setting web.origins";
        Err(Problem::protocol(StatusCode::FORBIDDEN, "pages of this origin may not connect", hint))
    }
}

/// Whether the page came from where the request goes.
fn is_ours(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    host.is_some_and(|host| authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)))
}

/// `router` with the headers that every answer has, whatever it is.
pub(super) fn told(router: Router, doors: &Doors) -> Router {
    let Browsers { origins, connect } = &*doors.browsers;
    let router = if origins.is_empty() { router } else { router.layer(cross_origin(origins)) };
    router
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_SECURITY_POLICY, policy(connect)))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "no-referrer"))
        .layer(always(HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY))
        .layer(always(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        // Pages say themselves how long they keep; everything else is somebody's.
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(from_fn_with_state(doors.clone(), only_over_tls))
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

fn policy(connect: &[String]) -> HeaderValue {
    let policy = std::iter::once(CONTENT_SECURITY_POLICY).chain(connect.iter().map(String::as_str));
    // An address that is none was refused with the settings; without it less is allowed, not more.
    HeaderValue::try_from(policy.collect::<Vec<_>>().join(" "))
        .unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

fn cross_origin(origins: &[String]) -> CorsLayer {
    let name = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(origins.iter().filter_map(|origin| HeaderValue::try_from(origin).ok()).collect::<Vec<_>>())
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            name("idempotency-key"),
            name("last-event-id"),
            name("traceparent"),
            name("tracestate"),
            name("x-api-key"),
        ])
        .expose_headers([header::RETRY_AFTER, header::WWW_AUTHENTICATE, name(traced::TRACE_ID)])
        .max_age(PREFLIGHT_AGE)
}

/// A browser that came over TLS is to come over TLS always. Said only where that is known: a process that serves plain HTTP
/// itself cannot promise it for its host.
async fn only_over_tls(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let secure = is_over_tls(&request, &doors);
    let mut response = next.run(request).await;
    if secure {
        let value = HeaderValue::from_static(ONLY_OVER_TLS);
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

fn is_over_tls(request: &Request, doors: &Doors) -> bool {
    let extensions = request.extensions();
    let behind = extensions.get().is_some_and(|Peer(peer)| is_among(&doors.limits.rules().trusted_proxies, *peer));
    let said = request.headers().get("x-forwarded-proto").is_some_and(|protocol| protocol == "https");
    extensions.get::<OverTls>().is_some() || (behind && said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_ours_when_it_came_from_where_the_request_goes() {
        let ours = |origin: &str, host: &'static str| {
            is_ours(origin, &HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]))
        };
        assert!(ours("https://motorline.example", "motorline.example"));
        assert!(ours("http://127.0.0.1:8080", "127.0.0.1:8080"));
        for (origin, host) in [
            ("https://evil.example", "motorline.example"),
            ("https://motorline.example.evil.example", "motorline.example"),
            ("http://127.0.0.1:8081", "127.0.0.1:8080"),
            ("null", "null"),
            ("", ""),
        ] {
            assert!(!ours(origin, host), "{origin} at {host}");
        }
        assert!(!is_ours("https://motorline.example", &HeaderMap::new()));
    }

    #[test]
    fn pages_connect_to_us_and_to_what_the_settings_name() {
        assert!(policy(&[]).to_str().unwrap().ends_with("; connect-src 'self'"));
        let more = policy(&["https://login.example".into(), "wss://socket.example".into()]);
        assert!(more.to_str().unwrap().ends_with("; connect-src 'self' https://login.example wss://socket.example"));
        assert!(policy(&["bad\nvalue".into()]).to_str().unwrap().ends_with("; connect-src 'self'"));
    }
}
