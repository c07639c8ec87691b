//! A real language model behind the protocol of OpenAI, on this machine. Only `.ci/llm` runs these: they need its server.

use std::sync::Arc;
use std::time::Duration;

use contract::finding::Fact;
use contract::ports::LanguageModel;
use contract::prompt::{Delta, Prompt, Stop, whole};
use contract::testing::{RecordingSink, customer, errand, turn};
use contract::{Agent, AgentReport, Finding, Outcome, Stage, TurnContext, Usage};
use futures::StreamExt;
use models::OpenAiModel;
use models::openai::{Address, Service};
use response::ResponseAgent;

use crate::openai::{intents, prompt};

/// It runs on one processor, beside whatever else the machine does.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The base of the server's API.
pub fn base() -> String {
    std::env::var("TEST_LLM").unwrap_or_else(|_| "http://127.0.0.1:9331/v1".into())
}

fn model() -> OpenAiModel {
    let service = Service { base: base(), key: None, first_byte: PATIENCE, stall: PATIENCE };
    let address = Address::parse("qwen2.5-coder-1.5b?price=free").unwrap();
    OpenAiModel::open(address, &service, jiff::civil::date(2026, 11, 1)).unwrap()
}

/// The whole way to a customer: the governed prompt, the stream, the gate that judges each sentence. A small model often forgets
/// the number behind a sentence; the gate then names the source that supports it.
#[tokio::test]
#[ignore = "asks a real model: see .ci/llm"]
async fn a_real_model_writes_a_grounded_reply_piece_by_piece() {
    let limits = response::Limits { max_output_tokens: 60, temperature: 0.0 };
    let agent = ResponseAgent::new(Arc::new(model()), Arc::new(model()), limits).unwrap();
    let sink = Arc::new(RecordingSink::default());
    let found =
        Fact { text: "The cold tyre pressure of the Lumen is 2.5 bar at the front.".into(), source: "Manual".into() };
    let report = AgentReport {
        agent: "knowledge".into(),
        stage: Stage::Analyze,
        outcome: Outcome::Answered,
        findings: vec![Finding::Fact(found)],
        usage: Usage::default(),
        calls: Vec::new(),
        started_ms: 0.0,
        took_ms: 0.0,
    };
    let context = TurnContext {
        turn: Arc::new(turn("turn", "session", &customer("ada"), "What is the front tyre pressure of my Lumen?")),
        history: Arc::default(),
        reports: Arc::new(vec![report]),
        held_by: None,
        sink: sink.clone(),
        errand: errand(),
    };
    let answer = agent.run(&context).await.unwrap();
    let Some(Finding::Reply(reply)) = answer.findings.first() else { panic!("{answer:?}") };
    assert!(reply.text.contains("2.5 bar") && reply.text.contains("[1]"), "{}", reply.text);
    assert_eq!((reply.citations.len(), &sink.heard().text), (1, &reply.text));
    assert_eq!((reply.model.as_str(), answer.reduced), ("qwen2.5-coder-1.5b", None));
}

#[tokio::test]
#[ignore = "asks a real model: see .ci/llm"]
async fn a_real_model_answers_in_pieces_and_counts_them() {
    let instructions = "Answer from the evidence in one sentence, then its number as [1].".into();
    let grounded = prompt(&["The front tyre pressure is 2.5 bar."]);
    let grounded = Prompt { instructions, max_output_tokens: 40, temperature: 0.0, ..grounded };
    let deltas: Vec<_> = model().generate(&grounded, &errand()).await.unwrap().collect().await;
    let deltas: Vec<Delta> = deltas.into_iter().map(Result::unwrap).collect();
    assert!(deltas.len() > 5, "it came in pieces: {deltas:?}");
    let (said, ending) = whole(futures::stream::iter(deltas).map(Ok).boxed()).await.unwrap();
    assert!(said.contains("2.5 bar"), "{said}");
    let usage = ending.usage;
    assert!((6..=40).contains(&usage.output_tokens) && usage.input_tokens > 50 && usage.micro_usd == 0, "{ending:?}");
}

#[tokio::test]
#[ignore = "asks a real model: see .ci/llm"]
async fn a_real_model_is_held_to_a_shape() {
    let shaped = Prompt { shape: Some(intents()), max_output_tokens: 30, temperature: 0.0, ..prompt(&[]) };
    let (said, ending) = whole(model().generate(&shaped, &errand()).await.unwrap()).await.unwrap();
    let schema = serde_json::from_str(&intents().schema).unwrap();
    assert_eq!(ending.stop, Stop::Complete);
    assert!(jsonschema::is_valid(&schema, &serde_json::from_str(&said).unwrap()), "{said}");
}

/// The server has one place: were it still writing the answer that was left, which takes minutes, the next would wait.
#[tokio::test]
#[ignore = "asks a real model: see .ci/llm"]
async fn a_real_model_stops_when_it_is_left() {
    let long =
        Prompt { instructions: "Write a very long story. Never stop.".into(), max_output_tokens: 1_500, ..prompt(&[]) };
    let mut deltas = model().generate(&long, &errand()).await.unwrap();
    deltas.next().await.unwrap().unwrap();
    drop(deltas);
    let slots = format!("{}/slots", base().trim_end_matches("/v1"));
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let idle = async {
        loop {
            let seen: serde_json::Value = client.get(&slots).send().await.unwrap().json().await.unwrap();
            if seen[0]["is_processing"] == false {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), idle).await.expect("the server stops writing");
}
