//! What was measured, for Prometheus and whoever else reads OpenMetrics.

mod text;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use contract::{Error, ErrorKind};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::address::{Peer, is_among};
use super::desk::Operator;
use super::error::Problem;
use super::router::Doors;
use crate::settings::Scrapers;

/// By which a proxy says that it speaks for others.
const OF_PROXIES: [HeaderName; 4] =
    [header::FORWARDED, header::VIA, HeaderName::from_static("x-forwarded-for"), HeaderName::from_static("x-real-ip")];

pub(super) fn routes() -> OpenApiRouter<Doors> {
    OpenApiRouter::new().routes(routes!(scrape))
}

/// Tells what was measured since the process began, as OpenMetrics text.
///
/// For Prometheus: `scrape_configs: [{job_name: motorline, static_configs: [{targets: ["127.0.0.1:8080"]}]}]`. Programs of this
/// machine need no token unless `prometheus.readers` is `staff`. Each set of labels has a family of its own, such as
/// `motorline_turns_total` and `motorline_turns_by_channel_total`, so that no sum counts anything twice.
#[utoipa::path(
    get, path = "/metrics", tag = "operation", security((), ("bearer" = [])),
    responses(
        (status = 200, description = "What was measured.", body = String, content_type = "application/openmetrics-text"),
        (status = 401, description = "The credential is not valid.", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The caller is neither an operator nor an admin, nor a program of this machine.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "This process keeps no metrics.", body = Problem, content_type = "application/problem+json"),
    )
)]
async fn scrape(State(doors): State<Doors>, _who: Scraper) -> Result<Response, Problem> {
    let Some(totals) = &doors.product.oversight.totals else {
        let missing = Error::new(ErrorKind::NotFound, "this process keeps no metrics");
        return Err(missing.hint("set metrics = \"memory://\", or read them where that setting sends them").into());
    };
    let written = text::written(totals.totals())
        .map_err(|cause| Error::new(ErrorKind::Internal, "the metrics cannot be written").caused_by(cause))?;
    Ok(([(header::CONTENT_TYPE, text::TYPE)], written).into_response())
}

/// Who may read what was measured: a program of this machine, where the settings let it; an operator; an admin.
struct Scraper;

impl FromRequestParts<Doors> for Scraper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, doors: &Doors) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<Peer>().filter(|_| doors.scrapers == Scrapers::Loopback);
        let is_here = peer.is_some_and(|Peer(address)| {
            address.is_loopback() && !is_among(&doors.limits.rules().trusted_proxies, *address)
        });
        // Whoever brings a credential wants to be known by it.
        let is_bare = !parts.headers.contains_key(header::AUTHORIZATION);
        if is_here && is_bare && speaks_for_itself(&parts.headers) {
            return Ok(Self);
        }
        Operator::from_request_parts(parts, doors).await.map(|Operator(_)| Self)
    }
}

/// Whether the request was meant for this machine and no proxy brought it. A page that had its own name lead here (DNS
/// rebinding) asks for that name.
fn speaks_for_itself(headers: &HeaderMap) -> bool {
    if OF_PROXIES.iter().any(|name| headers.contains_key(name)) {
        return false;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_what_was_meant_for_this_machine_speaks_for_itself() {
        let of = |lines: &[(HeaderName, &'static str)]| {
            let lines = lines.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
            speaks_for_itself(&lines.collect())
        };
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "127.3.2.1", "[::1]:8080", "[::1]"] {
            assert!(of(&[(header::HOST, host)]), "{host}");
        }
        for host in ["", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1:8080", "::"]
        {
            assert!(!of(&[(header::HOST, host)]), "{host}");
        }
        for name in OF_PROXIES {
            assert!(!of(&[(header::HOST, "localhost"), (name.clone(), "203.0.113.9")]), "{name}");
        }
    }
}
