//! A small OpenID Connect issuer of the tests' own, whose keys and health can be changed while it runs.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Header, encode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

use super::keys::SigningKey;

/// How the issuer answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Health {
    #[default]
    Well,
    /// 503 to everything.
    Down,
    /// Its discovery document is another issuer's.
    Lying,
    /// Its keys are more than anybody should read.
    Bloated,
    /// Its keys are elsewhere.
    Moved,
    /// Its keys are no JSON.
    Garbled,
}

pub struct Issuer {
    pub url: String,
    shared: Arc<Mutex<Shared>>,
    _server: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct Shared {
    url: String,
    keys: Vec<Jwk>,
    health: Health,
    fetches: usize,
}

type Shelf = State<Arc<Mutex<Shared>>>;

impl Issuer {
    pub async fn start(keys: &[SigningKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Mutex::new(Shared { url: url.clone(), ..Shared::default() }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(jwks))
            .with_state(shared.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let issuer = Self { url, shared, _server: AbortOnDropHandle::new(server) };
        issuer.publish(keys);
        issuer
    }

    /// Publishes these keys and no others.
    pub fn publish(&self, keys: &[SigningKey]) {
        self.shared.lock().unwrap().keys = keys.iter().map(public).collect();
    }

    pub fn becomes(&self, health: Health) {
        self.shared.lock().unwrap().health = health;
    }

    /// How often its keys were fetched.
    pub fn fetches(&self) -> usize {
        self.shared.lock().unwrap().fetches
    }
}

/// A token with these claims, as `key` signs it.
pub fn signed(key: &SigningKey, claims: &Value) -> String {
    signed_as(key, Header { kid: Some(key.name.into()), ..Header::new(key.algorithm) }, claims)
}

/// A token under a header of one's own.
pub fn signed_as(key: &SigningKey, header: Header, claims: &Value) -> String {
    encode(&header, claims, &key.key).unwrap()
}

/// The public half.
pub fn public(key: &SigningKey) -> Jwk {
    let mut jwk = Jwk::from_encoding_key(&key.key, key.algorithm).unwrap();
    jwk.common.key_id = Some(key.name.into());
    jwk
}

async fn discovery(State(shared): Shelf) -> Response {
    let shared = shared.lock().unwrap();
    let issuer = match shared.health {
        Health::Down => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Health::Lying => "https://somebody.example",
        _ => &shared.url,
    };
    Json(json!({"issuer": issuer, "jwks_uri": format!("{}/keys", shared.url)})).into_response()
}

async fn jwks(State(shared): Shelf) -> Response {
    let mut shared = shared.lock().unwrap();
    shared.fetches += 1;
    let keys = json!({"keys": shared.keys});
    match shared.health {
        Health::Down => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Health::Bloated => Json(json!({"keys": shared.keys, "more": "x".repeat(1_000_000)})).into_response(),
        Health::Moved => Redirect::temporary("/keys?again").into_response(),
        Health::Garbled => "<html>".into_response(),
        _ => Json(keys).into_response(),
    }
}
