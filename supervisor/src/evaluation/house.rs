//! The product that is measured: everything on this machine, in a folder of its own, reached through its own REST door.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use contract::ports::{Clock, Deltas, LanguageModel, Library};
use contract::prompt::Prompt;
use contract::{Errand, Result, TurnRecord};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tower::ServiceExt;

use super::scenes::Doorway;
use crate::commands::cost::play::at_home;
use crate::doors::{Doors, router};
use crate::roster::SelfTaught;
use crate::settings::Settings;
use crate::wiring::Product;

/// A reply is read up to this size, in bytes.
const LARGEST: usize = 16 << 20;
/// What times are compared with: hashing so many bytes, which no change of ours makes faster or slower, and which takes about
/// as long as a turn.
const YARDSTICK: usize = 4 << 20;
/// Beyond any turn with the built-in engine, so that a busy machine makes nothing late; in milliseconds.
const DEADLINE: Duration = Duration::from_secs(20);

/// A product, measured turn by turn.
pub struct House {
    router: Router,
    library: Arc<dyn Library>,
    clock: Arc<dyn Clock>,
    prompts: Arc<Mutex<Vec<String>>>,
    folder: PathBuf,
}

impl House {
    /// The product with these agents. Whatever the settings say, it touches nobody's data; models are asked only when
    /// `with_models`.
    ///
    /// # Errors
    /// Whatever keeps it from opening, in words.
    pub async fn open(settings: &Settings, agents: SelfTaught, with_models: bool) -> std::result::Result<Self, String> {
        let mut home = at_home(settings, "eval");
        if with_models {
            home.models = settings.models.clone();
            home.models.ledger = "memory://".into();
        } else {
            home.turn.deadline = home.turn.deadline.max(DEADLINE);
            home.turn.lease = home.turn.lease.max(DEADLINE * 2);
        }
        let prompts = Arc::new(Mutex::new(Vec::new()));
        let overhear = |inner| Arc::new(Overheard { inner, prompts: prompts.clone() }) as Arc<dyn LanguageModel>;
        let product = Product::staffed(&home, agents, overhear).await.map_err(|error| error.to_string())?;
        let (library, clock) = (product.library.clone(), product.clock.clone());
        let doors = Doors::over(product, &home).map_err(|error| error.to_string())?;
        Ok(Self { router: router(doors), library, clock, prompts, folder: home.data })
    }

    /// Its library.
    pub fn library(&self) -> &dyn Library {
        &*self.library
    }

    /// The instructions that its models were given, each once.
    pub fn prompts(&self) -> Vec<String> {
        self.prompts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long the yardstick takes just now, in milliseconds. It is done in a task of its own, as agents are, so that whatever
    /// else the machine does delays both alike.
    pub async fn yardstick(&self) -> f64 {
        let began = self.clock.elapsed();
        let work = || std::hint::black_box(Sha256::digest(std::hint::black_box(vec![7_u8; YARDSTICK])));
        // A task that fails makes this yardstick short, which shows.
        let _ = tokio::spawn(async move { work() }).await;
        self.clock.elapsed().saturating_sub(began).as_secs_f64() * 1e3
    }

    /// The record of the turn that a reply belongs to.
    ///
    /// # Errors
    /// In words, when there is none.
    pub async fn record(&self, who: Option<&str>, reply: &Value) -> std::result::Result<TurnRecord, String> {
        let id = |field: &str| reply[field].as_str().unwrap_or_default().to_owned();
        let path = format!("/v1/sessions/{}/turns/{}", id("session_id"), id("turn_id"));
        let (status, record) = self.get(who, &path).await;
        serde_json::from_value(record).map_err(|cause| format!("{path}: {status} {cause}"))
    }

    async fn send(&self, who: Option<&str>, request: axum::http::request::Builder, body: Body) -> (u16, Value) {
        let request =
            who.into_iter().fold(request, |request, who| request.header("authorization", format!("Bearer demo-{who}")));
        let Ok(request) = request.body(body) else { return (0, Value::Null) };
        let Ok(response) = self.router.clone().oneshot(request).await;
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), LARGEST).await.unwrap_or_default();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

#[async_trait]
impl Doorway for House {
    async fn turn(&self, who: Option<&str>, body: &Value) -> (u16, Value) {
        let request = Request::post("/v1/turns").header("content-type", "application/json");
        self.send(who, request, Body::from(body.to_string())).await
    }

    async fn get(&self, who: Option<&str>, path: &str) -> (u16, Value) {
        self.send(who, Request::get(path), Body::empty()).await
    }

    async fn post(&self, who: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(Some(who), request, Body::from(body.to_string())).await
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // What was played is nobody's conversation. What cannot be removed does no harm.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A model, and what it is told to do.
struct Overheard {
    inner: Arc<dyn LanguageModel>,
    prompts: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl LanguageModel for Overheard {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        {
            let mut known = self.prompts.lock().unwrap_or_else(PoisonError::into_inner);
            if !known.contains(&prompt.instructions) {
                known.push(prompt.instructions.clone());
            }
        }
        self.inner.generate(prompt, errand).await
    }

    async fn ready(&self) -> Result<()> {
        self.inner.ready().await
    }
}
