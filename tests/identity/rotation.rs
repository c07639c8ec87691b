//! The issuer changes its keys, falls silent or says nonsense, and nobody is let in for it, nor kept out longer than needed.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use futures::future::join_all;
use jsonwebtoken::{Algorithm, Header};
use serde_json::json;

use super::issuer::{Health, signed, signed_as};
use super::keys::{first, second};
use super::{Bench, Issuer};

const PAUSE: Duration = Duration::from_secs(10);
const KEPT: Duration = Duration::from_secs(60 * 60);

#[tokio::test]
async fn a_new_key_is_good_at_once_and_an_old_one_no_longer() {
    let bench = Bench::open(&[first()]).await;
    let (old, new) = (bench.token(&json!({})), signed(&second(), &bench.claims(&json!({}))));
    assert_eq!(bench.hello(&old).await.status, 200);
    bench.issuer.publish(&[second()]);
    // Several at once: all wait for the same attempt.
    let answers = join_all((0..8).map(|_| bench.hello(&new))).await;
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{:?}",
        answers.iter().map(|a| a.status).collect::<Vec<_>>()
    );
    assert_eq!(bench.issuer.fetches(), 2);
    assert_eq!(bench.hello(&old).await.status, 401, "the issuer does not name it any more");
}

#[tokio::test]
async fn a_flood_of_unknown_keys_is_no_flood_of_fetches() {
    let bench = Bench::open(&[first()]).await;
    let good = bench.token(&json!({}));
    assert_eq!(bench.hello(&good).await.status, 200);
    for round in 1..=3 {
        for n in 0..50 {
            let header = Header { kid: Some(format!("unknown-{n}")), ..Header::new(Algorithm::RS256) };
            let unknown = signed_as(&second(), header, &bench.claims(&json!({})));
            assert_eq!(bench.hello(&unknown).await.status, 401);
        }
        assert_eq!(bench.issuer.fetches(), 1 + round, "one in ten seconds");
        assert_eq!(bench.hello(&good).await.status, 200);
        bench.clock.advance(PAUSE);
    }
}

#[tokio::test]
async fn before_the_issuer_ever_answered_nobody_can_tell() {
    let issuer = Issuer::start(&[first()]).await;
    issuer.becomes(Health::Down);
    let bench = Bench::of(issuer, &[]);
    let token = bench.token(&json!({}));
    let answer = bench.hello(&token).await;
    assert_eq!((answer.status.as_u16(), &answer.headers[header::RETRY_AFTER]), (503, &"10".parse().unwrap()));
    let visitor = Request::post("/v1/turns").header("content-type", "application/json");
    let visitor = bench.send(visitor.body(Body::from(r#"{"text":"hello"}"#)).unwrap()).await;
    assert_eq!(visitor.status, 200, "visitors need no issuer");
    bench.issuer.becomes(Health::Well);
    bench.clock.advance(PAUSE);
    assert_eq!(bench.hello(&token).await.status, 200);
}

#[tokio::test]
async fn when_the_issuer_falls_silent_its_keys_are_good_for_an_hour() {
    let bench = Bench::open(&[first()]).await;
    let claims = json!({"exp": bench.claims(&json!({}))["exp"].as_i64().unwrap() + 7_200});
    let token = bench.token(&claims);
    assert_eq!(bench.hello(&token).await.status, 200);
    bench.issuer.becomes(Health::Down);
    bench.clock.advance(KEPT - Duration::from_secs(1));
    assert_eq!(bench.hello(&token).await.status, 200);
    let unknown = signed(&second(), &bench.claims(&claims));
    assert_eq!(bench.hello(&unknown).await.status, 401, "it was asked, and gave no other key");
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.hello(&token).await.status, 503, "for how long would it be good?");
    bench.issuer.becomes(Health::Well);
    bench.clock.advance(PAUSE);
    assert_eq!(bench.hello(&token).await.status, 200);
}

#[tokio::test]
async fn an_issuer_that_cannot_be_trusted_gives_no_keys() {
    for health in [Health::Lying, Health::Bloated, Health::Moved, Health::Garbled] {
        let issuer = Issuer::start(&[first()]).await;
        issuer.becomes(health);
        let bench = Bench::of(issuer, &[]);
        assert_eq!(bench.hello(&bench.token(&json!({}))).await.status, 503, "{health:?}");
    }
}
