//! Browsers hear exactly what the pages of whom may do, on every answer, whatever it is.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, request::Builder};
use supervisor::doors::address::Peer;
use supervisor::doors::browsers::{Browsers, OverTls};
use supervisor::doors::limits::Limits;
use supervisor::settings::LimitRules;
use tower::ServiceExt;

use crate::house::{HOUSE, House, tools};

const FRIEND: &str = "https://www.example.com";

fn friendly() -> Arc<Browsers> {
    Arc::new(Browsers { origins: vec![FRIEND.into()], connect: vec!["https://login.example".into()] })
}

async fn answered(router: &Router, request: Builder) -> (StatusCode, HeaderMap) {
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    (response.status(), response.headers().clone())
}

fn preflight(origin: &str) -> Builder {
    Request::options("/v1/turns")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,idempotency-key")
}

fn with_prefix(headers: &HeaderMap, prefix: &str) -> Vec<String> {
    headers.keys().map(ToString::to_string).filter(|name| name.starts_with(prefix)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_what_pages_may_do_and_that_it_is_not_kept() {
    let requests = [
        (Request::get("/"), 200),
        (Request::get("/desk/"), 200),
        (Request::get("/desk/nothing.js"), 404),
        (Request::get("/desk"), 308),
        (Request::get("/health"), 200),
        (Request::get("/openapi.json"), 200),
        (Request::get("/nothing"), 404),
        (Request::delete("/v1/turns"), 405),
        (Request::post("/v1/turns"), 415),
        (Request::get("/v1/sessions/never").header("authorization", "Bearer wrong"), 401),
        (Request::get("/health").header("x-long", "a".repeat(20_000)), 431),
    ];
    for (request, expected) in requests {
        let (status, headers) = answered(&HOUSE.router, request).await;
        assert_eq!(status, expected);
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("connect-src 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers[name], value, "{name} of {expected}");
        }
        assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=()"));
        let kept = if status == 200 && headers["content-type"] == "text/html; charset=utf-8" {
            "no-cache"
        } else {
            "no-store"
        };
        assert_eq!(headers["cache-control"], kept, "{expected}");
        assert!(with_prefix(&headers, "access-control-").is_empty(), "no other origin is allowed: {headers:?}");
        assert!(!headers.contains_key("strict-transport-security"), "this connection was plain");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_the_id_of_its_trace() {
    let house = House::with(tools(), |_| {});
    let trace_of = async |path: &str, parent: &str| {
        let request = Request::get(path).header("traceparent", parent).header("x-amzn-trace-id", parent);
        answered(&house.router, request).await.1["x-trace-id"].to_str().unwrap().to_owned()
    };
    let theirs = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{theirs}-00f067aa0ba902b7-01");
    for path in ["/", "/health", "/v1/sessions/never", "/nothing/there"] {
        assert_eq!(trace_of(path, &parent).await, theirs, "{path}");
        for garbage in ["", "00-", &parent.to_uppercase(), &"9".repeat(4_000), "Root=1-;Parent=;;=", "00-x=\"\""] {
            let ours = trace_of(path, garbage).await;
            assert!(ours.len() == 32 && ours != theirs, "{garbage}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_origins_of_the_settings_may_call() {
    let house = House::with(tools(), |doors| doors.browsers = friendly());
    let (status, headers) = answered(&house.router, preflight(FRIEND)).await;
    assert_eq!(status, 200);
    assert_eq!(headers["access-control-allow-origin"], FRIEND);
    assert_eq!(headers["access-control-allow-methods"], "GET,POST,DELETE");
    assert_eq!(
        headers["access-control-allow-headers"],
        "accept,authorization,content-type,idempotency-key,last-event-id,traceparent,tracestate,x-api-key"
    );
    assert_eq!(headers["access-control-max-age"], "600");
    assert!(!headers.contains_key("access-control-allow-credentials"), "there are no cookies");
    assert!(headers.contains_key("content-security-policy"));
    for stranger in ["https://evil.example", "https://www.example.com.evil.example", "http://www.example.com", "null"] {
        let (_, headers) = answered(&house.router, preflight(stranger)).await;
        assert!(!headers.contains_key("access-control-allow-origin"), "{stranger}: {headers:?}");
    }
    for path in ["/health", "/v1/sessions/never"] {
        let (_, headers) = answered(&house.router, Request::get(path).header("origin", FRIEND)).await;
        assert_eq!(headers["access-control-allow-origin"], FRIEND, "refusals can be read too");
        assert_eq!(headers["access-control-expose-headers"], "retry-after,www-authenticate,x-trace-id");
        assert!(headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains("origin")), "{headers:?}");
    }
    let (_, headers) = answered(&house.router, Request::get("/")).await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.ends_with("connect-src 'self' https://login.example"), "{policy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_opens_no_connection() {
    let house = House::with(tools(), |doors| doors.browsers = friendly());
    let open = async |origin: Option<&str>| {
        let request = Request::get("/v1/socket").header("host", "127.0.0.1:8080");
        let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
        answered(&house.router, request).await.0.as_u16()
    };
    for friend in [None, Some(FRIEND), Some("http://127.0.0.1:8080")] {
        assert_eq!(open(friend).await, 426, "let in, and only then asked for an upgrade: {friend:?}");
    }
    for stranger in ["https://evil.example", "null", "", "http://127.0.0.1:9999"] {
        assert_eq!(open(Some(stranger)).await, 403, "{stranger}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_came_over_tls_is_to_come_over_tls() {
    let rules = LimitRules {
        trusted_proxies: vec!["10.0.0.1".parse::<std::net::IpAddr>().unwrap().into()],
        ..LimitRules::default()
    };
    let house = House::with(tools(), |doors| doors.limits = Arc::new(Limits::new(rules, doors.product.clock.clone())));
    let is_told =
        async |request: Builder| answered(&house.router, request).await.1.contains_key("strict-transport-security");
    let from = |peer: &str| Request::get("/health").extension(Peer(peer.parse().unwrap()));
    assert!(is_told(from("10.0.0.1").header("x-forwarded-proto", "https")).await);
    assert!(!is_told(from("10.0.0.1").header("x-forwarded-proto", "http")).await);
    assert!(!is_told(from("192.0.2.1").header("x-forwarded-proto", "https")).await, "anybody can write that");
    assert!(is_told(Request::get("/health").extension(OverTls)).await);
}
