//! The intent agent: says what the customer wants, from intents that are data, and how sure that is.

pub mod catalog;
mod learned;
mod shipped;

use std::time::Duration;

use async_trait::async_trait;
use contract::finding::{Intent, Urgency};
use contract::{Agent, Answer, Card, Finding, Result, Stage, TurnContext};

use classifier::{Classifier, OUT_OF_SCOPE, Settings, Verdict};
use learned::Known;

/// Classifies the customer's words with a classifier that was trained when the product was built.
pub struct IntentAgent {
    intents: Vec<Known>,
    classifier: Classifier,
}

impl IntentAgent {
    /// An agent that knows the intents of `data/`.
    ///
    /// # Errors
    /// `Internal` when the program is damaged: mistakes in the files end the build.
    pub fn new() -> Result<Self> {
        Ok(Self { intents: shipped::intents()?, classifier: shipped::classifier()? })
    }

    /// How the agent learns: with the word groups of its trade.
    ///
    /// # Errors
    /// `Invalid`, with every mistake in the file of word groups; the build has ruled them out.
    pub fn training() -> Result<Settings> {
        shipped::training()
    }

    /// What `text` expresses, with what the catalog says about it.
    pub fn read(&self, text: &str) -> Intent {
        let Verdict { label, confidence, alternatives, in_scope } = self.classifier.classify(text);
        let alternatives: Vec<(String, f32)> =
            alternatives.into_iter().map(|next| (next.label, next.confidence)).collect();
        if !in_scope {
            // The best guess stays visible, as the first alternative, but nobody acts on it.
            let guesses = std::iter::once((label, confidence)).chain(alternatives).take(3).collect();
            return self.described(OUT_OF_SCOPE, 1.0 - confidence, guesses);
        }
        self.described(&label, confidence, alternatives)
    }

    fn described(&self, label: &str, confidence: f32, alternatives: Vec<(String, f32)>) -> Intent {
        let known = self.intents.iter().find(|intent| intent.label == label && label != OUT_OF_SCOPE);
        Intent {
            label: label.into(),
            confidence,
            alternatives,
            urgency: known.map_or(Urgency::Routine, |intent| intent.urgency),
            agents: known.map(|intent| intent.agents.clone()).unwrap_or_default(),
        }
    }
}

#[async_trait]
impl Agent for IntentAgent {
    fn card(&self) -> Card {
        Card {
            name: "intent",
            purpose: "Says what the customer wants.",
            stage: Stage::Analyze,
            budget: Duration::from_secs(1),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        Ok(Answer::of(Finding::Intent(self.read(&context.turn.text))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
