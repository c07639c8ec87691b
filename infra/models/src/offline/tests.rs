//! Questions with hand-made evidence (`tests/answers.toml`), the port's conformance suite, and bounds that always hold.

use std::collections::HashMap;

use contract::Exchange;
use contract::finding::{Applicability, DocumentKind};
use contract::prompt::Prompt;
use contract::record::Citation;
use language::support::{SentenceSupport, support};
use proptest::prelude::*;
use serde::Deserialize;

use super::OfflineModel;
use super::answer::answer;
use crate::tokens::estimated as tokens;

const ANSWERS: &str = include_str!("../../tests/answers.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answers {
    passage: Vec<Passage>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Passage {
    name: String,
    section: String,
    title: String,
    kind: DocumentKind,
    models: Vec<String>,
    years: Vec<u16>,
    text: String,
}

impl Default for Passage {
    fn default() -> Self {
        Self {
            name: String::new(),
            section: String::new(),
            title: "Owner's manual".into(),
            kind: DocumentKind::Manual,
            models: Vec::new(),
            years: Vec::new(),
            text: String::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    question: String,
    #[serde(default)]
    history: Vec<String>,
    evidence: Vec<String>,
    #[serde(default = "usual_maximum")]
    maximum: u32,
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
}

fn usual_maximum() -> u32 {
    150
}

fn prompt(question: &str, evidence: Vec<Citation>, max_output_tokens: u32) -> Prompt {
    Prompt {
        instructions: String::new(),
        version: String::new(),
        history: Vec::new(),
        evidence,
        question: question.into(),
        max_output_tokens,
        temperature: 0.0,
        shape: None,
    }
}

fn citation(passage: &Passage, rank: usize) -> Citation {
    Citation {
        document: passage.name.clone(),
        section: passage.section.clone(),
        title: passage.title.clone(),
        kind: passage.kind,
        text: passage.text.clone(),
        score: 10.0 - rank as f32,
        applies: Applicability {
            models: passage.models.clone(),
            years: passage.years.clone(),
            ..Applicability::default()
        },
    }
}

#[test]
fn answers_as_a_customer_would_want() {
    let answers: Answers = toml::from_str(ANSWERS).unwrap();
    assert!(answers.case.len() >= 40);
    let library: HashMap<&str, &Passage> =
        answers.passage.iter().map(|passage| (passage.name.as_str(), passage)).collect();
    let mut wrong = Vec::new();
    for case in &answers.case {
        let evidence = case.evidence.iter().enumerate().map(|(rank, name)| citation(library[name.as_str()], rank));
        let mut prompt = prompt(&case.question, evidence.collect(), case.maximum);
        prompt.history = case.history.iter().map(|said| Exchange::of(said.clone(), "…")).collect();
        let text = answer(&prompt).pieces.concat();
        let missing = case.has.iter().filter(|part| !text.contains(part.as_str()));
        let unwanted = case.lacks.iter().filter(|part| text.contains(part.as_str()));
        let unsupported: Vec<_> = grounding(&text, &prompt.evidence).into_iter().filter(|s| !s.may_be_said()).collect();
        let problems: Vec<_> = missing.chain(unwanted).collect();
        if !problems.is_empty() || !unsupported.is_empty() || tokens(&text) > u64::from(case.maximum) {
            wrong.push(format!("{}\n  {text}\n  {problems:?} {unsupported:?}", case.question));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), answers.case.len(), wrong.join("\n"));
}

#[tokio::test]
async fn keeps_what_the_port_promises() {
    contract::testing::language_model::check(&OfflineModel::new()).await;
}

#[test]
fn huge_passages_are_bounded_work() {
    let answers: Answers = toml::from_str(ANSWERS).unwrap();
    let passage = &answers.passage[0];
    let mut huge = citation(passage, 1);
    huge.text = format!("{} ", huge.text).repeat(4_000);
    let evidence = vec![citation(passage, 0), huge];
    let text = answer(&prompt("What is the tyre pressure?", evidence, 150)).pieces.concat();
    assert!(text.contains("2.6 bar"), "{text}");
    let words = "x".repeat(1_000_000);
    let no_sentence = Citation { text: words.clone(), ..citation(passage, 0) };
    assert!(!answer(&prompt(&words, vec![no_sentence], 150)).pieces.is_empty());
}

#[test]
fn a_maximum_that_nothing_fits_is_said_to_be_too_short() {
    let answers: Answers = toml::from_str(ANSWERS).unwrap();
    let found = answer(&prompt("What is the tyre pressure?", vec![citation(&answers.passage[0], 0)], 3));
    assert!(found.pieces.is_empty() && found.cut);
}

proptest! {
    #[test]
    fn cites_only_what_was_given_and_keeps_the_maximum(
        question in ".{0,80}",
        texts in proptest::collection::vec("(?s)([A-Za-z0-9 .,:;?!\\n\\[\\]]|\\PC){0,120}", 0..4),
        maximum in 0_u32..200,
    ) {
        let passage = Passage::default();
        let evidence = texts.iter().map(|text| Citation { text: text.clone(), section: text.clone(), ..citation(&passage, 0) });
        let prompt = prompt(&format!("{question} {}", texts.concat()), evidence.collect(), maximum);
        let found = answer(&prompt);
        prop_assert_eq!(&found.pieces, &answer(&prompt).pieces);
        prop_assert!(found.pieces.iter().map(|piece| tokens(piece)).sum::<u64>() <= u64::from(maximum));
        for sentence in grounding(&found.pieces.concat(), &prompt.evidence) {
            prop_assert!(sentence.citations.iter().all(|number| (1..=texts.len()).contains(number)));
        }
    }
}

/// The support of each sentence by the sources as the response agent reads them: title, headings and text.
fn grounding(text: &str, evidence: &[Citation]) -> Vec<SentenceSupport> {
    let sources: Vec<String> =
        evidence.iter().map(|found| format!("{}. {}. {}", found.title, found.section, found.text)).collect();
    support(text, &sources.iter().map(String::as_str).collect::<Vec<_>>())
}
