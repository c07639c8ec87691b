//! Tests of the check and the repair.

use contract::Usage;
use contract::testing::errand;

use super::*;
use crate::testing::{Scripted, Step, prompt};

const SCHEMA: &str = r#"{"type": "object", "properties": {"intent": {"type": "string", "enum": ["range", "winter"]}},
    "required": ["intent"], "additionalProperties": false}"#;
const COST: Usage = Usage { input_tokens: 10, cached_tokens: 0, output_tokens: 2, micro_usd: 3 };

fn says(text: &'static str) -> Vec<Step> {
    vec![Step::Text(text), Step::End(COST)]
}

fn shaped(schema: &str) -> Prompt {
    Prompt { shape: Some(Shape { name: "intent".into(), schema: schema.into() }), ..prompt() }
}

/// What comes of a model that answers this, call by call, and how often it was called.
async fn answer(scripts: Vec<Vec<Step>>) -> (Result<(String, Ending)>, usize) {
    let scripted = Arc::new(Scripted::new("m", scripts));
    let model = StructuredModel::new(scripted.clone());
    let outcome = match model.generate(&shaped(SCHEMA), &errand()).await {
        Ok(deltas) => whole(deltas).await,
        Err(error) => Err(error),
    };
    (outcome, scripted.calls())
}

#[tokio::test]
async fn json_is_found_in_whatever_stands_around_it() {
    for text in [
        r#"{"intent":"range"}"#,
        "```json\n{ \"intent\": \"range\" }\n```",
        "Sure! Here you are: {\"intent\": \"range\"}. Anything else?",
        "In {braces} I think: {\"intent\": \"range\"}",
    ] {
        let (outcome, calls) = answer(vec![says(text)]).await;
        let (text, ending) = outcome.unwrap();
        assert_eq!((text.as_str(), ending.usage, calls), (r#"{"intent":"range"}"#, COST, 1));
    }
}

#[tokio::test]
async fn a_wrong_shape_is_repaired_once_and_both_calls_are_paid() {
    for faulty in ["range", r#"{"intent":"rage"}"#, r#"{"intent":"range","why":"so"}"#, r#"{"intent":"ra"#, "[1]"] {
        let (outcome, calls) = answer(vec![says(faulty), says(r#"{"intent":"winter"}"#)]).await;
        let (text, ending) = outcome.unwrap();
        assert_eq!((text.as_str(), calls), (r#"{"intent":"winter"}"#, 2), "{faulty}");
        assert_eq!(ending.usage, COST + COST);
    }
}

#[tokio::test]
async fn a_shape_that_stays_wrong_is_an_error_that_says_what_is_wrong() {
    let (outcome, calls) = answer(vec![says(r#"{"intent":"<secret>"}"#)]).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind, calls), (ErrorKind::Internal, 2));
    assert!(error.message.contains("/intent") && error.message.contains("range"), "{error}");
    assert!(!error.message.contains("secret"), "nothing of the answer: {error}");
}

#[tokio::test]
async fn an_error_of_the_model_is_not_repaired() {
    let (outcome, calls) = answer(vec![vec![Step::Text("{"), Step::Fail(ErrorKind::Unavailable)]]).await;
    assert_eq!((outcome.unwrap_err().kind, calls), (ErrorKind::Unavailable, 1));
}

#[tokio::test]
async fn sentences_pass_as_they_come() {
    let script = vec![Step::Text("Two"), Step::Text(" pieces."), Step::End(COST)];
    let model = StructuredModel::new(Arc::new(Scripted::new("m", vec![script])));
    let deltas: Vec<_> = model.generate(&prompt(), &errand()).await.unwrap().collect().await;
    assert_eq!(deltas.len(), 3);
}

#[tokio::test]
async fn a_broken_schema_is_refused_before_anything_is_paid() {
    for schema in ["{", r#"{"type": "thing"}"#] {
        let scripted = Arc::new(Scripted::new("m", vec![says("{}")]));
        let outcome = StructuredModel::new(scripted.clone()).generate(&shaped(schema), &errand()).await;
        assert_eq!((outcome.err().unwrap().kind, scripted.calls()), (ErrorKind::Invalid, 0), "{schema}");
    }
}

#[test]
fn a_repair_shows_what_was_wrong_as_data_and_no_more_than_needed() {
    let again = repair(&shaped(SCHEMA), &"é".repeat(2_000), "no JSON");
    let shown = &again.history[0].replied;
    assert!(shown.ends_with("\n[no JSON]") && shown.len() < LONGEST_SHOWN + 20);
    assert!(again.instructions.ends_with(REPAIR) && !again.instructions.contains("no JSON"));
    assert_eq!((again.question.as_str(), again.version.as_str()), (prompt().question.as_str(), "v1+repair"));
}
