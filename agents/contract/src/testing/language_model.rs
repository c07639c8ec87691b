//! What every language model promises.

use futures::StreamExt;

use crate::finding::{Applicability, DocumentKind};
use crate::ports::LanguageModel;
use crate::prompt::{Delta, Ending, Prompt};
use crate::record::Citation;
use crate::testing::errand;

/// Checks a model: it streams text, ends once, stays within the maximum and cites only what it was given.
pub async fn check(model: &dyn LanguageModel) {
    model.ready().await.expect("ready");
    assert!(!model.name().is_empty());
    let deltas: Vec<_> = model.generate(&prompt(150), &errand()).await.expect("a generation").collect().await;
    let deltas: Vec<Delta> = deltas.into_iter().map(|delta| delta.expect("a delta")).collect();
    let ends = deltas.iter().filter(|delta| matches!(delta, Delta::End(_))).count();
    assert_eq!(ends, 1, "a generation ends once");
    let Some(Delta::End(Ending { usage, model: writer, .. })) = deltas.last() else {
        panic!("nothing follows the end")
    };
    assert!(usage.output_tokens <= 150, "the maximum holds: {usage:?}");
    assert!(!writer.is_empty(), "who wrote it is known");

    let text: String =
        deltas.iter().map(|delta| if let Delta::Text(text) = delta { text.as_str() } else { "" }).collect();
    assert!(text.contains("2.5 bar"), "the answer is in the evidence: {text:?}");
    assert!(text.contains("[1]"), "the answer is cited: {text:?}");
    assert!(!text.contains("[2]"), "nothing is cited that was not given: {text:?}");

    let mut empty = prompt(150);
    empty.evidence.clear();
    let deltas: Vec<_> =
        model.generate(&empty, &errand()).await.expect("a generation without evidence").collect().await;
    assert!(matches!(deltas.last(), Some(Ok(Delta::End(_)))));
}

fn prompt(max_output_tokens: u32) -> Prompt {
    Prompt {
        instructions: "Answer only from the evidence.".into(),
        version: "test".into(),
        history: Vec::new(),
        evidence: vec![Citation {
            document: "lumen-owners-manual".into(),
            section: "Tyres › Tyre pressure".into(),
            title: "Veldra Lumen owner's manual".into(),
            kind: DocumentKind::Manual,
            text: "The cold tyre pressure of the Lumen is 2.5 bar at the front.".into(),
            score: 1.0,
            applies: Applicability::default(),
        }],
        question: "What is the front tyre pressure of the Lumen?".into(),
        max_output_tokens,
        temperature: 0.0,
        shape: None,
    }
}
