//! No credential ever comes back in an answer, and none is written to the log, whatever is wrong with it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Request;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::issuer::{Health, signed};
use super::keys::{first, second};
use super::{Answer, Bench, Issuer};

/// Keeps what is logged.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// All of it.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Every credential that is tried, with what came of it.
async fn tried(bench: &Bench) -> Vec<(String, Answer)> {
    let good = bench.token(&json!({}));
    let tokens = [
        good.clone(),
        bench.token(&json!({"exp": 1})),
        bench.token(&json!({"aud": "somebody"})),
        bench.token(&json!({"roles": ["nobody-we-know"]})),
        bench.token(&json!({"sub": {"very": "odd"}})),
        signed(&second(), &bench.claims(&json!({}))),
        format!("{good}tampered"),
        "not-even-a-token-1234567890".to_owned(),
    ];
    let mut all = Vec::new();
    for token in tokens {
        all.push((token.clone(), bench.hello(&token).await));
        all.push((token.clone(), bench.get(&token, "/v1/sessions/somebodys").await));
    }
    for key in ["mlp_of-the-tests", "mlp_of-nobody-we-know"] {
        all.push((key.to_owned(), bench.turn_with("x-api-key", key, &json!({"text": "hello"})).await));
    }
    let issuer = Issuer::start(&[first()]).await;
    issuer.becomes(Health::Down);
    let silent = Bench::of(issuer, &[]);
    all.push((good.clone(), silent.hello(&good).await));
    let address = Request::get(format!("/v1/sessions/x?access_token={good}")).body(Body::empty()).unwrap();
    all.push((good, bench.send(address).await));
    all
}

/// On one thread, so that the log of this test is all of its own.
#[tokio::test]
async fn no_credential_is_answered_or_logged() {
    let log = Log::default();
    // While there is only one listener, tracing remembers for all threads what the first thread at an event listens to.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let everything = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let _listening = tracing::subscriber::set_default(everything.with_writer(log.clone()).finish());
    let bench = Bench::open(&[first()]).await;
    let tried = tried(&bench).await;
    let statuses: Vec<u16> = tried.iter().map(|(_, answer)| answer.status.as_u16()).collect();
    assert!([200, 401, 403, 404, 503].iter().all(|status| statuses.contains(status)), "{statuses:?}");
    let logged = log.text();
    assert!(logged.contains("a token was refused") && logged.contains("turn closed"), "the log was listened to");
    for (credential, answer) in &tried {
        let answered = format!("{:?} {}", answer.headers, answer.body);
        // The header of a token is no secret, and the same in all of them.
        for secret in credential.splitn(2, '.').last().into_iter().chain(credential.rsplit('.').next()) {
            assert!(!answered.contains(secret), "{answered}");
            assert!(!logged.contains(secret), "a credential is in the log");
        }
    }
}
