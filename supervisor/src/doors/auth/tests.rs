//! Tests of the credentials that need no issuer; `tests/identity.rs` has those that do.

use axum::http::Request;
use contract::testing::{ManualClock, customer};
use contract::{PartnerId, StaffId};
use serde_json::{Value, json};

use super::*;
use crate::settings::Sources;

fn request(headers: &[(&str, &str)]) -> Parts {
    let request = headers.iter().fold(Request::get("/"), |request, (name, value)| request.header(*name, *value));
    request.body(()).unwrap().into_parts().0
}

fn settings(identity: &str) -> Settings {
    let flags = vec![("identity".to_owned(), identity.to_owned())];
    Settings::resolve(&Sources { flags, ..Sources::default() }).unwrap()
}

fn authentication(identity: &str) -> Authentication {
    Authentication::open(&settings(identity), Arc::new(ManualClock::default())).unwrap()
}

async fn status(authentication: &Authentication, headers: &[(&str, &str)]) -> u16 {
    authentication.caller(&request(headers)).await.unwrap_err().status
}

/// A request whose token the gateway has verified.
fn verified(claims: &Value) -> Parts {
    let mut request = request(&[("authorization", "Bearer whatever the gateway has checked")]);
    request.extensions.insert(Verified(Claims(claims.as_object().cloned().unwrap())));
    request
}

#[tokio::test]
async fn only_a_known_token_makes_a_customer() {
    let demo = authentication("demo");
    for good in ["Bearer demo-ada", "bearer demo-ada", "Bearer  demo-ada"] {
        assert_eq!(demo.caller(&request(&[("authorization", good)])).await.unwrap(), customer("ada"), "{good}");
    }
    assert_eq!(demo.caller(&request(&[])).await.unwrap(), Caller::Anonymous);
    for bad in ["Bearer demo-nobody", "Bearer ", "Bearer", "demo-ada", "Basic demo-ada", "Bearer ada", ""] {
        assert_eq!(status(&demo, &[("authorization", bad)]).await, 401, "{bad}");
    }
    assert_eq!(status(&authentication("anonymous"), &[("authorization", "Bearer demo-ada")]).await, 401);
    let twice = [("authorization", "Bearer demo-ada"), ("authorization", "Bearer demo-ben")];
    assert_eq!(status(&demo, &twice).await, 400);
}

#[tokio::test]
async fn behind_a_gateway_only_its_word_makes_a_customer() {
    let gateway = authentication("gateway");
    assert_eq!(gateway.caller(&verified(&json!({"sub": "ada"}))).await.unwrap(), customer("ada"));
    let operator = verified(&json!({"sub": "olga", "roles": "[customer operator]"}));
    let olga = Caller::Operator(StaffId::new("olga").unwrap());
    assert_eq!(gateway.caller(&operator).await.unwrap(), olga);
    assert_eq!(gateway.caller(&verified(&json!({"sub": "no id"}))).await.unwrap_err().status, 403);
    assert_eq!(gateway.caller(&request(&[])).await.unwrap(), Caller::Anonymous);
    let unverified = [("authorization", "Bearer demo-ada")];
    assert_eq!(status(&gateway, &unverified).await, 401, "unverified is no visitor either");
    let elsewhere = authentication("anonymous").caller(&verified(&json!({"sub": "ada"}))).await;
    assert_eq!(elsewhere.unwrap_err().status, 401, "nobody else listens to it");
}

#[tokio::test]
async fn a_partner_calls_with_a_key_and_nothing_else() {
    let (key, lines) = fresh_partner_key("Acme", &local::SystemEntropy).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines).unwrap();
    let with_partners = Settings { partners: Some(file.path().into()), ..settings("demo") };
    let demo = Authentication::open(&with_partners, Arc::new(ManualClock::default())).unwrap();
    let acme = Caller::Partner(PartnerId::new("acme").unwrap());
    assert_eq!(demo.caller(&request(&[("x-api-key", &key)])).await.unwrap(), acme);
    assert_eq!(status(&demo, &[("x-api-key", "mlp_0")]).await, 401);
    assert_eq!(status(&demo, &[("x-api-key", &key), ("authorization", "Bearer demo-ada")]).await, 400);
    assert_eq!(status(&authentication("demo"), &[("x-api-key", &key)]).await, 401, "refused rather than ignored");
    let usage_plan = request(&[("x-api-key", "of the gateway")]);
    assert_eq!(authentication("gateway").caller(&usage_plan).await.unwrap(), Caller::Anonymous);
}
