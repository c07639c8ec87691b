//! The log holds nothing that customers say, what they are answered, who they are, or what models were asked: at no level, over no
//! door, whatever goes wrong. And it says whose turn, session and trace a line is about.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use contract::When;
use contract::profile::Profile;
use local::SqliteCustomers;
use models::openai::{Address, OpenAiModel, Secret, Service};
use models::prices::Price;
use models::{AuditedModel, StructuredModel};
use serde_json::{Value, json};
use supervisor::logging;
use supervisor::roster::{Assistance, Tools};
use supervisor::settings::Log as Wanted;
use supervisor::trace::Traces;

use crate::clients::Door;
use crate::conversations::{every_conversation_goes_as_written_in, files};
use crate::doubles::openai::{Double, KEY, Knobs};
use crate::house::{House, tools};
use crate::identity::leaks::Log;
use supervisor::evaluation::conversation_file::Conversation;

/// Listens to all that is logged on this thread, as the product writes it.
fn listening(level: &str, json: bool) -> (Log, impl Drop) {
    let log = Log::default();
    let writer = log.clone();
    let wanted = Wanted { level: level.into(), json };
    let subscriber = logging::subscriber(&wanted, move || writer.clone(), &Traces::default());
    (log, tracing::subscriber::set_default(subscriber))
}

/// While there is only one listener, tracing remembers for all threads what the first thread at an event listens to.
fn another() -> tracing::Dispatch {
    tracing::Dispatch::new(tracing_subscriber::registry())
}

/// Every run of letters and digits of the log.
fn words(log: &str) -> BTreeSet<&str> {
    log.split(|sign: char| !sign.is_alphanumeric()).collect()
}

#[tokio::test]
async fn whole_conversations_leave_no_word_in_the_log() {
    let _another = another();
    let (log, _listening) = listening("trace", false);
    // A house for each door: what a conversation leaves behind, such as an offer that was shown, is there for the next one.
    let [house, second, third] = [(); 3].map(|()| House::with(tools(), |_| {}));
    let address = third.listen().await;
    every_conversation_goes_as_written_in(&house, Door::Rest).await;
    every_conversation_goes_as_written_in(&second, Door::Events).await;
    every_conversation_goes_as_written_in(&third, Door::Socket(address)).await;
    let mut secrets = Vec::new();
    for (name, text) in files() {
        let conversation: Conversation = serde_saphyr::from_str(&text).unwrap();
        secrets.extend(conversation.turns.iter().filter_map(|step| step.say.clone()));
        let path = format!("/v1/sessions/file-rest-{name}");
        let (_, transcript) = house.get(conversation.customer.as_deref(), &path).await;
        let turns = transcript["turns"].as_array().into_iter().flatten();
        secrets.extend(turns.filter_map(|turn| turn["reply"].as_str().map(|reply| reply.chars().take(40).collect())));
    }
    let log = log.text();
    assert!(secrets.len() > 150 && log.matches("turn closed").count() > 150, "the log was listened to");
    // Of one or two words it cannot be told whose they are.
    for secret in secrets.iter().filter(|secret| secret.split_whitespace().count() > 2) {
        assert!(!log.contains(secret.as_str()), "{secret:?} is in the log");
    }
    let words = words(&log);
    for Profile { customer, vehicles, .. } in SqliteCustomers::demonstration().unwrap() {
        assert!(!words.contains(customer.as_str()), "{customer} is in the log");
        assert!(vehicles.iter().all(|vehicle| !words.contains(&*vehicle.vin)), "a car of {customer} is in the log");
    }
}

/// A house whose models are those of a vendor.
async fn vendored(knobs: Knobs) -> (House, Double) {
    let double = Double::start("127.0.0.1:0", knobs).await.unwrap();
    let wait = Duration::from_secs(5);
    let service = Service { base: double.base.clone(), key: Some(Secret::new(KEY)), first_byte: wait, stall: wait };
    let today = jiff::civil::date(2026, 11, 1);
    let vendor = OpenAiModel::open(Address::parse("gpt-4o-mini").unwrap(), &service, today).unwrap();
    let clock = Arc::new(local::SystemClock::start());
    let model = Arc::new(AuditedModel::new(Arc::new(vendor), Price::FREE, clock));
    let shaped = Arc::new(StructuredModel::new(model.clone()));
    let assistance = Assistance { model: shaped, patience: wait, intent: When::Always, sentiment: When::Always };
    let house = House::with(Tools { fast: model.clone(), capable: model, assistance, ..tools() }, |_| {});
    (house, double)
}

#[tokio::test]
async fn what_models_are_asked_and_answer_is_not_logged() {
    let _another = another();
    let (log, _listening) = listening("trace", true);
    let answers =
        ["Canaryanswer is the pressure. [1]", r#"{"intent":"canaryanswer","canaryanswer":1}"#, "\"canaryanswer"];
    for answer in answers {
        let (house, _double) = vendored(Knobs { text: Some(answer.into()), ..Knobs::default() }).await;
        let body = json!({"text": "What is the canaryquestion tyre pressure of my Lumen?"});
        let (status, _) = house.turn(Some("ada"), None, &body).await;
        assert!(status.is_success());
        let unread = json!({"text": 7, "canaryfield": "canaryvalue"});
        assert_eq!(house.turn(Some("ada"), Some("canarykey"), &unread).await.0.as_u16(), 422);
        let lost = Request::get("/v1/sessions/canaryid/turns/canaryturn?canary=query").header("x-api-key", "canarykey");
        house.send(lost.body(Body::empty()).unwrap()).await;
    }
    let log = log.text();
    assert!(log.contains("a language model was called") && log.contains("request answered"), "it was listened to");
    let leaked = log.lines().find(|line| line.to_lowercase().contains("canary"));
    assert_eq!(leaked, None, "a canary is in the log");
    assert!(!log.contains(KEY) && !words(&log).contains("ada"), "a key or a name is in the log");
}

#[tokio::test]
async fn a_line_says_whose_turn_it_is_about() {
    let _another = another();
    let (log, _listening) = listening("warn", true);
    let (house, _double) = vendored(Knobs::default()).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = Request::post("/v1/turns").header("content-type", "application/json");
    let request = request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
    let body = json!({"session_id": "s-lines", "text": "What is the tyre pressure of a Lumen?"}).to_string();
    let (status, _) = house.send(request.body(Body::from(body)).unwrap()).await;
    assert!(status.is_success());
    let log = log.text();
    let audited = log.lines().find(|line| line.contains("a language model was called"));
    let line: Value = serde_json::from_str(audited.expect("the audit is written")).unwrap();
    assert_eq!(line["spans"][0]["trace"], trace, "{line}");
    assert_eq!((&line["span"]["session"], line["span"]["turn"].is_string()), (&"s-lines".into(), true), "{line}");
}
