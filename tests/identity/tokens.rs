//! Good tokens make a caller; expired, forged, misdirected and mangled ones make none, and do not learn why.

use std::fmt::Write;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::issuer::{public, signed, signed_as};
use super::keys::{SigningKey, curve, first, second};
use super::{AUDIENCE, Bench, Issuer};

const INVALID: &str = r#"Bearer error="invalid_token""#;
const EXPIRED: &str = r#"Bearer error="invalid_token", error_description="the token has expired""#;

#[tokio::test]
async fn both_kinds_of_signatures_are_good() {
    let bench = Bench::open(&[first(), curve()]).await;
    for key in [first(), curve()] {
        let answer = bench.hello(&signed(&key, &bench.claims(&json!({"aud": ["x", AUDIENCE]})))).await;
        assert_eq!(answer.status, 200, "{} {}", key.name, answer.body);
    }
    assert_eq!(bench.issuer.fetches(), 1, "keys are fetched once");
}

#[tokio::test]
async fn keys_may_be_named_without_discovery() {
    let issuer = Issuer::start(&[first()]).await;
    let jwks = format!("{}/keys", issuer.url);
    let bench = Bench::of(issuer, &[("oidc.jwks", &jwks), ("oidc.customer_claim", "customer")]);
    assert_eq!(bench.hello(&bench.token(&json!({"customer": "ada", "sub": "no|id"}))).await.status, 200);
}

#[tokio::test]
async fn time_is_judged_with_leeway() {
    let bench = Bench::open(&[first()]).await;
    let now = bench.claims(&json!({}))["exp"].as_i64().unwrap() - 3_600;
    for (claims, status, challenge) in [
        (json!({"exp": now - 59}), 200, ""),
        (json!({"exp": now - 59, "nbf": now + 60, "iat": now}), 200, ""),
        (json!({"exp": now as f64 - 58.5}), 200, ""),
        (json!({"exp": now - 60}), 401, EXPIRED),
        (json!({"exp": 0}), 401, EXPIRED),
        (json!({"nbf": now + 61}), 401, INVALID),
        (json!({"nbf": "soon"}), 401, INVALID),
        (json!({"exp": "soon"}), 401, INVALID),
        (json!({"exp": null}), 401, INVALID),
    ] {
        let answer = bench.hello(&bench.token(&claims)).await;
        assert_eq!((answer.status.as_u16(), answer.challenge()), (status, challenge), "{claims} {}", answer.body);
    }
}

#[tokio::test]
async fn a_token_without_an_audience_is_judged_by_its_client() {
    let bench = Bench::open(&[first()]).await;
    for (client, status) in [(json!(AUDIENCE), 200), (json!("somebody"), 401), (json!(null), 401)] {
        let mut claims = bench.claims(&json!({"client_id": client}));
        claims.as_object_mut().unwrap().remove("aud");
        assert_eq!(bench.hello(&signed(&first(), &claims)).await.status, status, "{client}");
    }
    let elsewhere = bench.token(&json!({"client_id": AUDIENCE, "aud": "somebody"}));
    assert_eq!(bench.hello(&elsewhere).await.status, 401, "where there is an audience, it counts");
}

/// Everything that is wrong, with what is wrong about it.
fn bad(bench: &Bench) -> Vec<(&'static str, String)> {
    let good = bench.claims(&json!({}));
    let with = |others: Value| bench.claims(&others);
    let named = |algorithm, name: &str| Header { kid: Some(name.into()), ..Header::new(algorithm) };
    let token = signed(&first(), &good);
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let others_payload = signed(&first(), &with(json!({"sub": "ben"}))).split('.').nth(1).unwrap().to_owned();
    let public_half = serde_json::to_vec(&public(&first())).unwrap();
    let secret = SigningKey { name: "first", algorithm: Algorithm::HS256, key: EncodingKey::from_secret(&public_half) };
    let of_stranger = |header| signed_as(&second(), header, &good);
    let embedded = Header { jwk: Some(public(&second())), ..named(Algorithm::RS256, "first") };
    let critical = Header { crit: Some(vec!["exp".into()]), ..named(Algorithm::RS256, "first") };
    let pss = SigningKey { algorithm: Algorithm::PS256, ..first() };
    vec![
        ("another issuer", signed(&first(), &with(json!({"iss": "https://somebody.example"})))),
        ("no issuer", signed(&first(), &with(json!({"iss": null})))),
        ("another audience", signed(&first(), &with(json!({"aud": "somebody"})))),
        ("other audiences", signed(&first(), &with(json!({"aud": ["somebody", "anybody"]})))),
        ("no audience", signed(&first(), &with(json!({"aud": null})))),
        ("forged by another key", of_stranger(named(Algorithm::RS256, "first"))),
        ("forged with its own key inside", signed_as(&second(), embedded, &good)),
        ("another payload", format!("{header}.{others_payload}.{signature}")),
        ("another signature", format!("{header}.{payload}.{}", mangled(signature))),
        ("no signature", format!("{header}.{payload}.")),
        ("alg none", format!("{}.{payload}.", base64(br#"{"alg":"none","kid":"first"}"#))),
        ("alg none, signed", format!("{}.{payload}.{signature}", base64(br#"{"alg":"none","kid":"first"}"#))),
        ("alg None", format!("{}.{payload}.", base64(br#"{"alg":"None","kid":"first"}"#))),
        ("signed with the public key", signed(&secret, &good)),
        ("the right key by another algorithm", signed(&pss, &good)),
        ("a curve under the name of an RSA key", signed_as(&curve(), named(Algorithm::ES256, "first"), &good)),
        ("an RSA key under the name of a curve", signed_as(&first(), named(Algorithm::RS256, "curve"), &good)),
        ("an unknown key", of_stranger(named(Algorithm::RS256, "nobody's"))),
        ("no key named", signed_as(&first(), Header::new(Algorithm::RS256), &good)),
        ("a critical extension", signed_as(&first(), critical, &good)),
    ]
}

/// The same with its first letter changed: the last ones may hold bits that do not count.
fn mangled(text: &str) -> String {
    let first = if text.starts_with('A') { 'B' } else { 'A' };
    format!("{first}{}", &text[1..])
}

/// Base64 for addresses, without padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = bytes.iter().fold(String::new(), |mut bits, byte| {
        write!(bits, "{byte:08b}").unwrap();
        bits
    });
    let six = |part: &[u8]| usize::from_str_radix(&format!("{:0<6}", std::str::from_utf8(part).unwrap()), 2).unwrap();
    bits.as_bytes().chunks(6).map(|part| LETTERS[six(part)] as char).collect()
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_not_told() {
    let bench = Bench::open(&[first(), curve()]).await;
    let mut bodies = std::collections::HashSet::new();
    for (what, token) in bad(&bench) {
        let answer = bench.hello(&token).await;
        assert_eq!((answer.status.as_u16(), answer.challenge()), (401, INVALID), "{what}: {}", answer.body);
        bodies.insert(answer.body.to_string());
    }
    assert_eq!(bodies.len(), 1, "one answer to all of them: {bodies:?}");
}

#[tokio::test]
async fn garbage_is_refused() {
    let bench = Bench::open(&[first()]).await;
    let good = bench.token(&json!({}));
    let huge = bench.token(&json!({"more": "x".repeat(8_000)}));
    let deep = base64(format!(r#"{{"alg":"RS256","kid":{}"#, "[".repeat(3_000)).as_bytes());
    let dots = ".".repeat(3_000);
    for token in [
        "a",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c",
        "=.=.=",
        "e30.e30.e30",
        &dots,
        &huge,
        &format!("{good}."),
        &good[1..],
        &format!("{good} {good}"),
        &format!("{deep}.e30.e30"),
    ] {
        let answer = bench.hello(token).await;
        assert_eq!((answer.status.as_u16(), answer.challenge()), (401, INVALID), "{token:.20}");
    }
    assert_eq!(bench.hello(&good).await.status, 200);
    assert_eq!(bench.turn_with("authorization", "Basic YWRhOmFkYQ==", &json!({"text": "hello"})).await.status, 401);
}
