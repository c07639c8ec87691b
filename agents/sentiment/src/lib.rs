//! The sentiment agent: says how the customer feels and, separately, how urgent the matter is.

pub mod evaluation;
mod mood;
mod patterns;
mod tables;
mod tokens;
mod urgency;

use std::time::Duration;

use async_trait::async_trait;
use contract::finding::{Hazard, Sentiment};
use contract::{Agent, Answer, Card, Error, Finding, Result, Stage, TurnContext};

pub use contract::finding::{Polarity, Urgency};
pub use mood::{Mood, MoodReader, NEGATIVE_FROM, POSITIVE_FROM};
pub use tables::{TableError, Tables};
pub use urgency::{Alarm, EVIDENCE_SHOWN, Evidence, HazardReader};

/// Reads mood and urgency from the customer's words.
pub struct SentimentAgent {
    moods: MoodReader,
    hazards: HazardReader,
}

impl SentimentAgent {
    /// An agent that reads by the shipped tables.
    ///
    /// # Errors
    /// `Invalid`, naming the entry, when a table is wrong.
    pub fn new() -> Result<Self> {
        let tables = Tables::BUILT_IN;
        let wrong = |cause: TableError| Error::invalid("agents/sentiment/data", cause.to_string());
        Ok(Self {
            moods: MoodReader::new(&tables).map_err(wrong)?,
            hazards: HazardReader::new(&tables).map_err(wrong)?,
        })
    }

    /// What `text` says of its writer's mood and need.
    pub fn read(&self, text: &str) -> Sentiment {
        let mood = self.moods.read(text);
        let alarm = self.hazards.read(text);
        Sentiment {
            polarity: mood.label,
            score: mood.score,
            intensity: mood.intensity,
            urgency: alarm.urgency,
            hazards: hazards(&alarm, text),
            earlier_hazards: Vec::new(),
        }
    }

    fn hazards_in(&self, text: &str) -> Vec<Hazard> {
        hazards(&self.hazards.read(text), text)
    }

    /// The reader of moods, for the evaluation.
    pub fn moods(&self) -> &MoodReader {
        &self.moods
    }

    /// The reader of urgency, for the evaluation.
    pub fn hazards(&self) -> &HazardReader {
        &self.hazards
    }
}

/// The dangers of now that an alarm holds.
fn hazards(alarm: &Alarm, text: &str) -> Vec<Hazard> {
    let now = alarm.evidence.iter().filter(|found| found.safety && found.urgency == Urgency::Emergency);
    now.map(|found| hazard(found, text)).collect()
}

fn hazard(found: &Evidence, text: &str) -> Hazard {
    Hazard { name: found.topic.clone(), evidence: text.get(found.start..found.end).unwrap_or_default().into() }
}

#[async_trait]
impl Agent for SentimentAgent {
    fn card(&self) -> Card {
        Card {
            name: "sentiment",
            purpose: "Says how the customer feels and how urgent the matter is.",
            stage: Stage::Analyze,
            budget: Duration::from_secs(1),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let mut found = self.read(&context.turn.text);
        if let (true, Some(before)) = (found.hazards.is_empty(), context.history.last()) {
            found.earlier_hazards = self.hazards_in(&before.said);
        }
        Ok(Answer::of(Finding::Sentiment(found)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calm_voice_may_report_an_emergency() {
        let found = SentimentAgent::new().unwrap().read("The brake pedal goes to the floor");
        assert_eq!((found.polarity, found.urgency), (Polarity::Neutral, Urgency::Emergency));
        assert_eq!(found.hazards[0].name, "brakes");
        assert!(found.hazards[0].evidence.contains("brake"), "{found:?}");
    }

    #[test]
    fn anger_is_no_emergency() {
        let found =
            SentimentAgent::new().unwrap().read("This is the third time I call, nobody ever answers. I am furious!");
        assert_eq!(found.polarity, Polarity::Negative);
        assert!(found.urgency < Urgency::Emergency && found.hazards.is_empty(), "{found:?}");
    }
}
