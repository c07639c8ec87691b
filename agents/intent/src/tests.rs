//! What the agent makes of messages, alone and with a model at its side.

use contract::ErrorKind;
use prompting::testing::{Says, context};

use super::*;

/// How long a model is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

#[test]
fn says_what_is_wanted_and_what_the_catalog_knows_of_it() {
    let agent = IntentAgent::new().unwrap();
    let booking = agent.read("I would like to book a service appointment for my car");
    assert_eq!(booking.label, "service_booking");
    assert_eq!(booking.agents, ["servicing"]);
    assert!(booking.confidence > 0.5 && booking.confidence <= 1.0, "{booking:?}");
}

#[test]
fn what_is_none_of_our_business_has_no_agents() {
    let agent = IntentAgent::new().unwrap();
    for text in ["", "qwertz uiop", "0000000"] {
        let nothing = agent.read(text);
        assert_eq!(nothing.label, OUT_OF_SCOPE, "{text:?}");
        assert!(nothing.agents.is_empty() && nothing.urgency == Urgency::Routine);
    }
}

/// A message that the classifier is unsure of, and one that it is sure of.
const UNSURE: &str = "I've noticed some rust around the rear wheel";
const SURE: &str = "I would like to book a service appointment for my car";

async fn answer(says: Says, when: When, text: &str, before: &[&str]) -> (Intent, Option<String>, usize) {
    let model = Arc::new(says);
    let agent = IntentAgent::new().unwrap().assisted_by(model.clone(), when, PATIENCE);
    let answer = agent.run(&context(text, before)).await.unwrap();
    let [Finding::Intent(found)] = answer.findings.as_slice() else { panic!("{answer:?}") };
    (found.clone(), answer.reduced, model.heard().len())
}

#[tokio::test]
async fn a_model_is_asked_where_the_classifier_is_unsure() {
    let says = || Says::this(r#"{"intent": "warranty", "certainty": "likely"}"#);
    let (found, reduced, calls) = answer(says(), When::Unsure, UNSURE, &[]).await;
    assert_eq!((found.label.as_str(), found.confidence, reduced, calls), ("warranty", 0.65, None, 1));
    let shares: f32 = found.alternatives.iter().map(|(_, share)| share).sum();
    assert!(shares <= 0.36 && found.alternatives.iter().all(|(label, _)| label != "warranty"), "{found:?}");
    for (when, text, before, calls) in [
        (When::Unsure, SURE, &[][..], 0),
        (When::Never, UNSURE, &[], 0),
        (When::Always, SURE, &[], 1),
        (When::Always, "and the rear?", &["What is the tyre pressure?"], 0),
        (When::Always, "Yes please", &["Book a service"], 0),
    ] {
        assert_eq!(answer(says(), when, text, before).await.2, calls, "{when:?} {text}");
    }
}

#[tokio::test]
async fn a_model_may_say_that_it_is_none_of_our_business() {
    let says = Says::this(r#"{"intent": "out_of_scope", "certainty": "sure"}"#);
    let (found, _, _) = answer(says, When::Always, SURE, &[]).await;
    assert!(found.label == OUT_OF_SCOPE && found.agents.is_empty(), "{found:?}");
    assert_eq!(found.alternatives[0].0, "service_booking");
}

#[tokio::test]
async fn who_agree_are_as_sure_as_the_surer() {
    let alone = IntentAgent::new().unwrap().read(SURE);
    let says = Says::this(r#"{"intent": "service_booking", "certainty": "guess"}"#);
    assert_eq!(answer(says, When::Always, SURE, &[]).await.0, alone);
}

#[tokio::test]
async fn a_danger_that_the_classifier_is_sure_of_is_not_discussed() {
    let text = "my brakes have failed, the brake pedal goes to the floor";
    assert!(opinion::is_danger(&IntentAgent::new().unwrap().read(text)));
    let says = Says::this(r#"{"intent": "range", "certainty": "sure"}"#);
    assert_eq!(answer(says, When::Always, text, &[]).await.2, 0);
}

#[tokio::test(start_paused = true)]
async fn without_an_opinion_the_classifier_decides_and_says_so() {
    let alone = IntentAgent::new().unwrap().read(UNSURE);
    for says in [
        Says::nothing(ErrorKind::Unavailable),
        Says::never(),
        Says::this("warranty"),
        Says::this(r#"{"intent": "teleport", "certainty": "sure"}"#),
        Says::this(r#"{"intent": "warranty", "certainty": "sure", "agents": ["marketing"]}"#),
    ] {
        let (found, reduced, _) = answer(says, When::Unsure, UNSURE, &[]).await;
        assert_eq!(found, alone);
        assert!(reduced.is_some_and(|reason| reason.contains("second opinion")));
    }
}

#[tokio::test]
async fn the_governed_prompt_names_every_intent() {
    let model = Arc::new(Says::never());
    let agent = IntentAgent::new().unwrap().assisted_by(model.clone(), When::Always, PATIENCE);
    let _ = tokio::time::timeout(Duration::ZERO, agent.run(&context(UNSURE, &[]))).await;
    let prompt = model.heard().remove(0);
    let schema = prompt.shape.unwrap().schema;
    for Known { label, description, .. } in &agent.intents {
        assert!(prompt.instructions.contains(&format!("- {label}: {description}\n")), "{label}");
        assert!(schema.contains(&format!("\"{label}\"")), "{label}");
    }
    assert!(agent.intents.len() > 50 && schema.contains(OUT_OF_SCOPE) && !prompt.instructions.contains(UNSURE));
}
