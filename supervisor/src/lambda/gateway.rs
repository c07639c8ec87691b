//! What API Gateway knows of a request, in the words of the doors: its path without the stage, and whom it verified.

use axum::http::uri::PathAndQuery;
use axum::http::{Request, Uri};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use serde::Serialize;
use serde_json::Value;

use crate::doors::address::Peer;
use crate::doors::auth::{Claims, Verified};
use crate::doors::browsers::OverTls;

/// Where the claims of a token stand in what an authorizer hands over: a JWT authorizer of an HTTP API, and a Cognito user
/// pool of a REST API. Both have verified signature, issuer, audience and expiry.
const CLAIMS: [&str; 2] = ["/jwt/claims", "/claims"];

/// A request as the router expects it.
pub(super) fn unwrapped<B>(mut request: Request<B>) -> Request<B> {
    let path = path(&request);
    *request.uri_mut() = addressed(request.uri(), &path);
    if let Some(claims) = request.extensions().get::<RequestContext>().and_then(claims) {
        request.extensions_mut().insert(Verified(claims));
    }
    if let Some(peer) = request.extensions().get().and_then(source) {
        request.extensions_mut().insert(peer);
    }
    // API Gateway and function URLs serve nothing else.
    request.extensions_mut().insert(OverTls);
    request
}

/// The path that the client asked for, without the stage: an HTTP API puts its stage in front of the path, a REST API
/// does not.
fn path<B>(request: &Request<B>) -> String {
    let raw = request.raw_http_path();
    let stage = match request.extensions().get() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        _ => None,
    };
    let rest = stage.and_then(|stage| raw.strip_prefix('/')?.strip_prefix(stage)).filter(|rest| rest.starts_with('/'));
    match rest.unwrap_or(raw) {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

/// `uri` with another path. A path that is none leaves it as it is: the router then finds nothing there.
fn addressed(uri: &Uri, path: &str) -> Uri {
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let address = format!("{path}{query}").parse::<PathAndQuery>();
    address.map_or_else(|_| uri.clone(), Uri::from)
}

/// The other end of the connection to the gateway, as it saw it.
fn source(context: &RequestContext) -> Option<Peer> {
    let address = match context {
        RequestContext::ApiGatewayV1(context) => context.identity.source_ip.as_deref(),
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref(),
        _ => None,
    };
    address?.parse().ok().map(Peer)
}

/// What the token says that the gateway's authorizer verified, from the context of an event.
pub(super) fn claims(context: &impl Serialize) -> Option<Claims> {
    let context = serde_json::to_value(context).ok()?;
    let authorizer = context.get("authorizer")?;
    let claims = CLAIMS.iter().find_map(|place| authorizer.pointer(place).and_then(Value::as_object))?;
    (!claims.is_empty()).then(|| Claims(claims.clone()))
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use serde_json::json;

    use super::*;

    fn request(event: Value) -> Request<Body> {
        unwrapped(lambda_http::request::from_str(&event.to_string()).unwrap())
    }

    fn rest(stage: &str, authorizer: Value) -> Request<Body> {
        request(json!({
            "resource": "/{proxy+}", "path": "/v1/turns", "httpMethod": "POST",
            "headers": {"Host": "x.example"}, "multiValueHeaders": {"Host": ["x.example"]},
            "queryStringParameters": {"a": "b"}, "multiValueQueryStringParameters": {"a": ["b"]},
            "requestContext": {"stage": stage, "path": format!("/{stage}/v1/turns"), "httpMethod": "POST",
                "requestId": "r", "apiId": "a", "identity": {"sourceIp": "192.0.2.2"}, "authorizer": authorizer},
            "body": "{}", "isBase64Encoded": false
        }))
    }

    fn http(stage: &str, path: &str, authorizer: Value) -> Request<Body> {
        request(json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "a=b",
            "headers": {"host": "x.example"},
            "requestContext": {"stage": stage, "requestId": "r", "apiId": "a", "authorizer": authorizer,
                "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"}},
            "body": "{}", "isBase64Encoded": false
        }))
    }

    fn address(request: &Request<Body>) -> String {
        request.uri().to_string()
    }

    fn verified(request: &Request<Body>) -> Option<Value> {
        request.extensions().get::<Verified>().map(|Verified(Claims(claims))| Value::from(claims.clone()))
    }

    #[test]
    fn the_router_sees_the_path_without_the_stage() {
        assert_eq!(address(&rest("prod", json!({}))), "/v1/turns?a=b");
        assert_eq!(address(&rest("v1", json!({}))), "/v1/turns?a=b", "a stage that is called like a path");
        assert_eq!(address(&http("$default", "/v1/turns", json!({}))), "/v1/turns?a=b");
        assert_eq!(address(&http("prod", "/prod/v1/turns", json!({}))), "/v1/turns?a=b");
        assert_eq!(address(&http("prod", "/production", json!({}))), "/production?a=b");
    }

    #[test]
    fn the_gateway_says_where_a_request_comes_from_and_that_it_came_over_tls() {
        for (request, expected) in
            [(rest("prod", json!({})), "192.0.2.2"), (http("$default", "/", json!({})), "192.0.2.1")]
        {
            assert_eq!(request.extensions().get(), Some(&Peer(expected.parse().unwrap())));
            assert_eq!(request.extensions().get(), Some(&OverTls));
        }
    }

    #[test]
    fn only_the_authorizers_word_names_a_caller() {
        // As each of them writes the list of groups.
        let of_rest = json!({"sub": "olga", "cognito:groups": "operator,customer"});
        assert_eq!(verified(&rest("prod", json!({"claims": of_rest}))), Some(of_rest));
        let of_http = json!({"sub": "olga", "cognito:groups": "[operator customer]"});
        let authorizer = json!({"jwt": {"claims": of_http, "scopes": []}});
        assert_eq!(verified(&http("$default", "/", authorizer)), Some(of_http));
        for nobody in [json!({}), json!({"claims": {}}), json!({"claims": "ada"}), json!({"principalId": "ada"})] {
            assert_eq!(verified(&rest("prod", nobody.clone())), None, "{nobody}");
        }
    }
}
