//! The sentiment agent: says how the customer feels and, separately, how urgent the matter is.

pub mod evaluation;
mod mood;
mod opinion;
mod patterns;
mod tables;
mod tokens;
mod urgency;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::finding::{Hazard, Sentiment};
use contract::ports::LanguageModel;
use contract::{Agent, Answer, Card, Error, Finding, Result, Stage, TurnContext, When};
use prompting::{Brief, SecondOpinion};

pub use contract::finding::{Polarity, Urgency};
pub use mood::{Mood, MoodReader, NEGATIVE_FROM, POSITIVE_FROM};
pub use opinion::{FAINT, TELLING_FROM, TORN_FROM};
pub use tables::{TableError, Tables};
pub use urgency::{Alarm, EVIDENCE_SHOWN, Evidence, HazardReader};

/// Reads mood and urgency from the customer's words, and asks a language model where it is told to.
pub struct SentimentAgent {
    moods: MoodReader,
    hazards: HazardReader,
    brief: Brief,
    second: Option<SecondOpinion>,
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
            brief: opinion::brief()?,
            second: None,
        })
    }

    /// The agent, asking `model` too: where the tables are unsure of the mood, or always. The tables' answer stands where the
    /// model has none, and where a message plainly goes on with the conversation; a danger that they see is never talked away.
    #[must_use]
    pub fn assisted_by(self, model: Arc<dyn LanguageModel>, when: When, patience: Duration) -> Self {
        let second = (when != When::Never).then(|| SecondOpinion::new(model, when, patience, self.brief.clone()));
        Self { second, ..self }
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
            budget: self.second.as_ref().map_or(Duration::from_secs(1), SecondOpinion::budget),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let mut found = self.read(&context.turn.text);
        if let (true, Some(before)) = (found.hazards.is_empty(), context.history.last()) {
            found.earlier_hazards = self.hazards_in(&before.said);
        }
        let sure = opinion::is_sure(&found, &context.turn.text);
        let Some(second) = self.second.iter().find(|second| second.is_wanted(sure, context)) else {
            return Ok(Answer::of(Finding::Sentiment(found)));
        };
        let (found, reduced) = match second.ask(context).await {
            Ok(opinion) => (opinion::weigh(opinion, found), None),
            Err(reason) => (found, Some(reason)),
        };
        Ok(Answer { findings: vec![Finding::Sentiment(found)], reduced })
    }
}

#[cfg(test)]
mod tests;
