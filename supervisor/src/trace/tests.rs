//! The spans of a turn, as a collector gets them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::Clock;
use contract::testing::{customer, turn};
use contract::{Agent, Answer, Card, Error, ErrorKind, Purse, Result, Stage, TurnContext};
use futures::future::join_all;
use local::SystemClock;
use opentelemetry::trace::{SpanId, Status};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SimpleSpanProcessor, SpanData, SpanExporter};
use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;

use super::spans::{self, Entry};
use super::{Traces, context};
use crate::ask::{Question, ask};
use crate::course::{Course, Start};
use crate::event::Nobody;
use crate::remote::{self, Place, RemoteAgent};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Keeps what it is given.
#[derive(Debug, Clone, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

/// Does as its name says.
struct Told(&'static str);

#[async_trait]
impl Agent for Told {
    fn card(&self) -> Card {
        Card { name: self.0, purpose: "Tests.", stage: Stage::Analyze, budget: Duration::from_millis(50) }
    }

    async fn run(&self, _: &TurnContext) -> Result<Answer> {
        match self.0 {
            "failing" => Err(Error::new(ErrorKind::Unavailable, "the words of somebody")),
            "late" => std::future::pending().await,
            "stuck" => {
                std::thread::sleep(Duration::from_millis(200));
                Ok(Answer::default())
            }
            _ => Ok(Answer::default()),
        }
    }
}

async fn asked(names: &[&'static str]) {
    let entry = Entry::request("POST", "/v1/turns", context::of_traceparent(PARENT), &local::SystemEntropy);
    assert_eq!(entry.trace, "4bf92f3577b34da6a3ce929d0e0e4736");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let turn = turn("t-1", "s-1", &customer("ada"), "the words of somebody");
    let span = entry.span.in_scope(|| spans::turn(&turn));
    let start = Start { turn, history: Vec::new(), held_by: None, began: clock.elapsed() };
    let course = Course::begin(start, clock.clone(), Arc::new(Nobody), Purse::new(None));
    let stage = async {
        let each = names.iter().map(|name| {
            let question =
                Question { agent: Arc::new(Told(name)), allowed: Duration::from_millis(50), course: &course };
            ask(question, &*clock, std::future::pending())
        });
        spans::within(spans::stage(Stage::Analyze), join_all(each)).await
    };
    stage.instrument(span.clone()).await;
    spans::taken(&span, None);
    spans::end(&entry.span, None);
}

/// By their names, when nothing runs any more.
async fn spans_of(names: &[&'static str], sample: f64) -> BTreeMap<String, SpanData> {
    let kept = Kept::default();
    let traces = Traces::through(SimpleSpanProcessor::new(kept.clone()), sample, "tests");
    // While there is only one listener, tracing remembers for all threads what the first thread at an event listens to.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.layer()));
    asked(names).await;
    let all = kept.0.lock().unwrap();
    all.iter().map(|span| (span.name.to_string(), span.clone())).collect()
}

#[tokio::test]
async fn the_spans_of_a_turn_are_one_tree_below_the_callers() {
    let spans = spans_of(&["well", "failing", "late"], 1.0).await;
    let below = |name: &str, parent: SpanId| {
        let span = &spans[name];
        assert_eq!(span.parent_span_id, parent, "{name}");
        assert_eq!(span.span_context.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(span.start_time <= span.end_time);
        span.span_context.span_id()
    };
    let request = below("POST /v1/turns", SpanId::from_hex("00f067aa0ba902b7").unwrap());
    let stage = below("analyze", below("turn", request));
    for agent in ["well", "failing", "late"] {
        below(agent, stage);
    }
    assert_eq!(spans["well"].status, Status::Unset);
    assert_eq!(spans["failing"].status, Status::error("failed"));
    assert_eq!(spans["late"].status, Status::error("late"));
    let said = format!("{spans:?}");
    assert!(said.contains("t-1") && said.contains("s-1") && said.contains("Unavailable"));
    assert!(!said.contains("somebody") && !said.contains("ada"), "nothing of a customer: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_does_not_stop_prolongs_nobodys_span() {
    let kept = Kept::default();
    let traces = Traces::through(SimpleSpanProcessor::new(kept.clone()), 1.0, "tests");
    let log = tracing::Dispatch::new(tracing_subscriber::registry().with(traces.layer()));
    let work = tracing::instrument::WithSubscriber::with_subscriber(asked(&["stuck"]), log);
    work.await;
    let all = kept.0.lock().unwrap();
    let names: Vec<&str> = all.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["stuck", "analyze", "turn", "POST /v1/turns"], "each has ended in its time");
}

#[tokio::test]
async fn a_trace_that_its_caller_samples_is_exported_whatever_our_share() {
    assert!(spans_of(&["well"], 0.0).await.contains_key("well"));
}

/// Another process, as far as JSON is concerned.
struct NextDoor;

#[async_trait]
impl Place for NextDoor {
    async fn send(&self, brief: Vec<u8>) -> Result<Vec<u8>> {
        let (agent, clock): (Arc<dyn Agent>, Arc<dyn Clock>) = (Arc::new(Told("well")), Arc::new(SystemClock::start()));
        // What is known here of the span there is what was sent.
        let answer = remote::answer(&agent, &clock, serde_json::from_slice(&brief).unwrap());
        let report = answer.instrument(tracing::Span::none()).await?;
        Ok(serde_json::to_vec(&report).unwrap())
    }
}

#[tokio::test]
async fn a_trace_goes_on_where_an_agent_runs_elsewhere() {
    let kept = Kept::default();
    let traces = Traces::through(SimpleSpanProcessor::new(kept.clone()), 1.0, "tests");
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let _listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.layer()));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let turn = turn("t-1", "s-1", &customer("ada"), "the words of somebody");
    let start = Start { turn, history: Vec::new(), held_by: None, began: clock.elapsed() };
    let course = Course::begin(start, clock.clone(), Arc::new(Nobody), Purse::new(None));
    let agent = Arc::new(RemoteAgent::new(Told("well").card(), Arc::new(NextDoor), clock.clone()));
    let question = Question { agent, allowed: Duration::from_secs(5), course: &course };
    assert!(!ask(question, &*clock, std::future::pending()).await.outcome.is_missing());
    let all = kept.0.lock().unwrap();
    let [inner, errand, outer] = &all[..] else { panic!("{all:?}") };
    assert_eq!((&*inner.name, &*errand.name, &*outer.name), ("well", "errand", "well"));
    assert_eq!(errand.parent_span_id, outer.span_context.span_id());
    assert!(errand.parent_span_is_remote && inner.parent_span_id == errand.span_context.span_id());
    assert_eq!(inner.span_context.trace_id(), outer.span_context.trace_id());
}

/// Nanoseconds of a request with a turn, a stage and four agents who know the answer, the median of many.
async fn cost(log: tracing::Dispatch) -> u128 {
    let clock = SystemClock::start();
    let mut took = Vec::new();
    for _ in 0..2_000 {
        let began = clock.elapsed();
        let work = asked(&["well", "well", "well", "well"]);
        tracing::instrument::WithSubscriber::with_subscriber(work, log.clone()).await;
        took.push((clock.elapsed() - began).as_nanos());
    }
    took.sort_unstable();
    took[took.len() / 2]
}

/// `cargo test --release -p supervisor what_spans_cost -- --ignored --nocapture`
#[tokio::test]
#[ignore = "measures, and judges nothing"]
async fn what_spans_cost() {
    let log = |traces: &Traces| {
        let wanted = crate::settings::Log { level: "info".into(), json: true };
        tracing::Dispatch::new(crate::logging::subscriber(&wanted, std::io::sink, traces))
    };
    let kept = Traces::through(SimpleSpanProcessor::new(Kept::default()), 1.0, "tests");
    for round in 1..=3 {
        let nothing = cost(tracing::Dispatch::none()).await;
        let (off, on) = (cost(log(&Traces::default())).await, cost(log(&kept)).await);
        println!("round {round}: no log {nothing} ns, log without traces {off} ns, with traces {on} ns a request");
    }
}
