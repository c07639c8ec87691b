//! The second opinion on what a customer wants: how it is asked for, and what is made of it.

use classifier::OUT_OF_SCOPE;
use contract::Result;
use contract::finding::{Intent, Urgency};
use contract::prompt::Shape;
use minijinja::{Value, context};
use prompting::{Brief, Governed};
use serde::Deserialize;
use serde_json::json;

use crate::learned::Known;

/// Below this probability the classifier is unsure.
///
/// Chosen on the labelled sets in `tests/eval`: of `intent.jsonl` 8 % of the texts lie below, and the classifier is right about
/// 69 % of these, against 99 % of the others; of the hard wordings in `intent-hard.jsonl` 41 % lie below, and it is right
/// about 40 % of these, against 77 %.
pub const UNSURE_BELOW: f32 = 0.7;

const INSTRUCTIONS: Governed = Governed::new("agents/intent/prompts/opinion.md", include_str!("../prompts/opinion.md"));

/// What a model answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Opinion {
    pub(crate) intent: String,
    pub(crate) certainty: Certainty,
}

/// How certain a model says it is. Words, because the figures that models give are no probabilities (Xiong et al. 2024,
/// "Can LLMs Express Their Uncertainty?").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Certainty {
    Sure,
    Likely,
    Guess,
}

impl Certainty {
    /// What the others read from the word. A guess decides nothing (`sure_from` in the routing table); what is likely is acted on;
    /// a danger that a model is sure of counts even where the words look harmless (`danger_from`).
    const fn probability(self) -> f32 {
        match self {
            Self::Sure => 0.85,
            Self::Likely => 0.65,
            Self::Guess => 0.4,
        }
    }
}

/// What a model is asked with: which of these intents it is.
///
/// # Errors
/// `Invalid` when the instructions do not render.
pub(crate) fn brief(intents: &[Known]) -> Result<Brief> {
    let line = |known: &Known| context! { label => known.label.as_str(), description => known.description.as_str() };
    let lines: Vec<Value> = intents.iter().map(line).collect();
    let instructions = INSTRUCTIONS.render(context! { intents => lines })?;
    let labels: Vec<&str> = intents.iter().map(|intent| intent.label.as_str()).collect();
    let schema = json!({
        "type": "object",
        "properties": {
            "intent": { "type": "string", "enum": labels },
            "certainty": { "type": "string", "enum": ["sure", "likely", "guess"] },
        },
        "required": ["intent", "certainty"],
        "additionalProperties": false,
    });
    let shape = Shape { name: "intent".into(), schema: schema.to_string() };
    Ok(Brief::new(instructions, shape))
}

/// Whether the built-in answer stands without a second opinion wherever only doubt calls for one.
pub(crate) fn is_sure(found: &Intent) -> bool {
    found.confidence >= UNSURE_BELOW
}

/// A danger that the classifier is sure of is nothing to discuss.
pub(crate) fn is_danger(found: &Intent) -> bool {
    is_sure(found) && found.urgency == Urgency::Emergency
}

/// The label, its probability and the next likely labels, when a model has had its say about what the classifier `found`.
pub(crate) fn weigh(opinion: &Opinion, found: &Intent) -> (f32, Vec<(String, f32)>) {
    // Two who agree are at least as sure as the surer one.
    if opinion.intent == found.label {
        return (found.confidence.max(opinion.certainty.probability()), found.alternatives.clone());
    }
    let confidence = opinion.certainty.probability();
    let first = (found.label.clone(), found.confidence);
    let others = std::iter::once(first).filter(|(label, _)| label != OUT_OF_SCOPE).chain(found.alternatives.clone());
    let mut others: Vec<(String, f32)> = others.filter(|(label, _)| *label != opinion.intent).take(3).collect();
    // What the classifier thinks shares what the model leaves.
    let whole: f32 = others.iter().map(|(_, share)| share).sum();
    let scale = ((1.0 - confidence) / whole.max(f32::EPSILON)).min(1.0);
    others.iter_mut().for_each(|(_, share)| *share *= scale);
    (confidence, others)
}
