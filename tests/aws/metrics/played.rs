//! What a played conversation emits, read back by a client of another language (boto3): `tests/aws/metrics.py`.

use std::process::Command;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws::CloudWatchMetrics;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use contract::Result;
use contract::ports::Clock;
use local::{Database, SqliteConversations, SystemClock, SystemEntropy};
use metering::{Dimension, Measure, Metric, Metrics};
use models::prices::Price;
use models::{AuditedModel, OfflineModel};
use serde_json::{Value, json};
use supervisor::doors::{Doors, router};
use supervisor::roster::Tools;
use supervisor::turn::Ports;
use supervisor::wiring::Product;
use tower::ServiceExt;

use super::clock;
use crate::aws::{cloud, told, unique};
use crate::house::{settings, tools};

/// What is said: by customers, their car and a visitor, with a danger, of which a person is told, among it.
const SAID: [(Option<&str>, &str, &str); 7] = [
    (Some("ada"), "web", "What tyre pressure does my car need?"),
    (Some("ada"), "vehicle", "My brakes do not work any more!"),
    (Some("ben"), "mobile", "What does P0301 mean?"),
    (Some("ben"), "web", "I want to talk to a person"),
    (None, "web", "How do I reset the service light?"),
    (None, "mobile", "Hello"),
    (Some("ada"), "web", "When is my next service due?"),
];

/// Sends measures on, and keeps them for the comparison.
struct Kept {
    there: CloudWatchMetrics,
    all: Mutex<Vec<Measure>>,
}

#[async_trait]
impl Metrics for Kept {
    fn record(&self, measures: &[Measure]) {
        self.all.lock().unwrap().extend_from_slice(measures);
        self.there.record(measures);
    }

    async fn flush(&self) -> Result<()> {
        self.there.flush().await
    }

    async fn ready(&self) -> Result<()> {
        self.there.ready().await
    }
}

/// The product, its model on the bill and its measures on the way to `metrics`.
fn product(metrics: Arc<Kept>) -> Router {
    let (settings, clock) = (settings(), Arc::new(SystemClock::start()));
    let model = Arc::new(AuditedModel::new(Arc::new(OfflineModel::new()), Price::FREE, clock.clone()));
    let conversations = Arc::new(SqliteConversations::new(Database::in_memory().unwrap(), clock.clone()));
    let tools = Tools { fast: model.clone(), capable: model, ..tools() };
    let ports = Ports { conversations, handoffs: tools.office.handoffs.clone(), clock, metrics };
    let product = Product::of(tools, ports, Arc::new(SystemEntropy), &settings).unwrap();
    router(Doors::over(product, &settings).unwrap())
}

/// Says something, and returns the reply.
async fn say(product: &Router, customer: Option<&str>, channel: &str, text: &str) -> Value {
    let mut request = Request::post("/v1/turns").header("content-type", "application/json");
    if let Some(customer) = customer {
        request = request.header("authorization", format!("Bearer demo-{customer}"));
    }
    let request = request.body(Body::from(json!({"text": text, "channel": channel}).to_string())).unwrap();
    let answer = product.clone().oneshot(request).await.unwrap();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert!(body["reply"].as_str().is_some(), "{text}: {body}");
    body
}

fn written(measure: &Measure) -> Value {
    let about =
        Dimension::ALL.iter().filter_map(|one| Some((one.name().to_owned(), json!(measure.about.value(*one)?))));
    json!({"metric": measure.metric.to_string(), "value": measure.value, "about": about.collect::<serde_json::Map<_, _>>()})
}

/// The series, sums and percentiles there are those that another program makes of the single measures, and of the replies.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_conversation_emitted_is_read_back_by_another_client() {
    let python = told("EMULATED_CLIENT", concat!(env!("CARGO_MANIFEST_DIR"), "/../target/parts/ministack/bin/python"));
    let (config, clock, namespace) = (cloud().await, clock(), unique("Played"));
    let there = CloudWatchMetrics::new(&config, &namespace, "motorline", "tests", clock.clone());
    let metrics = Arc::new(Kept { there, all: Mutex::default() });
    let product = product(metrics.clone());
    let mut replies = Vec::new();
    for (customer, channel, text) in SAID {
        replies.push(say(&product, customer, channel, text).await);
    }
    metrics.flush().await.unwrap();

    let all = metrics.all.lock().unwrap().clone();
    let names = |set: &&[Dimension]| set.iter().map(|one| one.name()).collect::<Vec<_>>();
    let sets = |metric: Metric| (metric.to_string(), json!(metric.sets().iter().map(names).collect::<Vec<_>>()));
    let document = json!({
        "endpoint": told("EMULATED_AWS", "http://127.0.0.1:9105"),
        "namespace": namespace,
        "minute": clock.now().as_second(),
        "sets": Metric::ALL.into_iter().map(sets).collect::<serde_json::Map<_, _>>(),
        "measures": all.iter().map(written).collect::<Vec<_>>(),
        "replies": replies,
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("played.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/aws/metrics.py");
    let told = Command::new(python).current_dir(root).arg(script).arg(&file).output().expect("the client starts");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(told.status.success(), "{}{}", said(&told.stdout), said(&told.stderr));
    println!("{}", said(&told.stdout));
}
