//! The second opinion on how a customer feels: how it is asked for, and what is made of it.

use contract::Result;
use contract::finding::{Polarity, Sentiment, Urgency};
use contract::prompt::Shape;
use minijinja::context;
use prompting::{Brief, Governed};
use serde::Deserialize;
use serde_json::json;

use crate::{NEGATIVE_FROM, POSITIVE_FROM};

/// A feeling this near to a threshold may as well lie on its other side.
///
/// This and the two below were chosen on `tests/eval/sentiment.jsonl`: 36 % of its texts are unsure by them, and the tables are
/// right about 73 % of these, against 95 % of the others.
pub const FAINT: f32 = 0.15;
/// A message in which so much feeling cancels out is torn, or means the contrary of what it says.
pub const TORN_FROM: f32 = 0.25;
/// A statement of so many words without one of feeling may have it between the lines: "I asked for a receipt two weeks ago".
pub const TELLING_FROM: usize = 8;

const INSTRUCTIONS: Governed =
    Governed::new("agents/sentiment/prompts/opinion.md", include_str!("../prompts/opinion.md"));

/// What a model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Opinion {
    pub(crate) feeling: Polarity,
    pub(crate) strength: Strength,
    pub(crate) urgency: Urgency,
}

/// How strong a feeling is, in words: figures that models give mean little.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Strength {
    Faint,
    Clear,
    Strong,
}

impl Strength {
    /// The word on the scale of the tables: there, a plain complaint is 0.4 to 0.6, and strong displeasure, which a person
    /// answers, begins at 0.85.
    const fn measure(self) -> f32 {
        match self {
            Self::Faint => 0.3,
            Self::Clear => 0.5,
            Self::Strong => 0.85,
        }
    }
}

/// What a model is asked with: how the customer feels.
///
/// # Errors
/// `Invalid` when the instructions do not render.
pub(crate) fn brief() -> Result<Brief> {
    let schema = json!({
        "type": "object",
        "properties": {
            "feeling": { "type": "string", "enum": ["negative", "neutral", "positive"] },
            "strength": { "type": "string", "enum": ["faint", "clear", "strong"] },
            "urgency": { "type": "string", "enum": ["routine", "soon", "urgent", "emergency"] },
        },
        "required": ["feeling", "strength", "urgency"],
        "additionalProperties": false,
    });
    let shape = Shape { name: "sentiment".into(), schema: schema.to_string() };
    Ok(Brief::new(INSTRUCTIONS.render(context! {})?, shape))
}

/// Whether the built-in answer stands without a second opinion wherever only doubt calls for one.
pub(crate) fn is_sure(found: &Sentiment, text: &str) -> bool {
    if found.intensity == 0.0 {
        return text.contains('?') || text.split_whitespace().count() < TELLING_FROM;
    }
    let near = |threshold: f32| (found.score - threshold).abs() < FAINT;
    let torn = found.intensity - found.score.abs() >= TORN_FROM;
    !torn && !near(NEGATIVE_FROM) && !near(POSITIVE_FROM)
}

/// What comes of the tables' answer and a model's. A model may find a message more urgent than the tables, never less: what
/// they call a danger is one.
pub(crate) fn weigh(opinion: Opinion, found: Sentiment) -> Sentiment {
    let urgency = found.urgency.max(opinion.urgency);
    if opinion.feeling == found.polarity {
        return Sentiment { urgency, ..found };
    }
    let strength = opinion.strength.measure();
    let (score, intensity) = match opinion.feeling {
        Polarity::Negative => (-strength, strength),
        Polarity::Neutral => (0.0, 0.0),
        Polarity::Positive => (strength, strength),
    };
    Sentiment { polarity: opinion.feeling, score, intensity, urgency, ..found }
}
