//! The intent agent: says what the customer wants, from intents that are data, and how sure that is.

mod answer;
pub mod catalog;
mod following;
mod learned;
mod opinion;
mod shipped;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::finding::{Intent, Urgency};
use contract::ports::LanguageModel;
use contract::{Agent, Answer, Card, Finding, Result, Stage, TurnContext, When};
use prompting::{Brief, SecondOpinion};

use answer::Answers;
use catalog::Catalog;
use classifier::{Classifier, OUT_OF_SCOPE, Settings, Verdict};
use learned::Known;
use opinion::Opinion;

pub use opinion::UNSURE_BELOW;

/// Classifies the customer's words with a classifier that was trained when the product was built, and asks a language model
/// where it is told to.
pub struct IntentAgent {
    intents: Vec<Known>,
    classifier: Classifier,
    answers: Answers,
    brief: Brief,
    second: Option<SecondOpinion>,
}

impl IntentAgent {
    /// An agent that knows the intents of `data/`.
    ///
    /// # Errors
    /// `Internal` when the program is damaged: mistakes in the files end the build.
    pub fn new() -> Result<Self> {
        let intents = shipped::intents()?;
        let brief = opinion::brief(&intents)?;
        Ok(Self { intents, classifier: shipped::classifier()?, answers: Answers::shipped()?, brief, second: None })
    }

    /// The labels of all intents that come with Motorline.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn shipped_labels() -> Result<Vec<String>> {
        Ok(shipped::intents()?.into_iter().map(|known| known.label).collect())
    }

    /// An agent that learns these intents now, instead of those that the build learned.
    ///
    /// # Errors
    /// `Invalid` when the word groups or the words of answers are broken; the build has ruled that out.
    pub fn learning(catalog: &Catalog) -> Result<Self> {
        let intents: Vec<Known> = catalog.intents().iter().map(Known::from).collect();
        let classifier = Classifier::train(&catalog.examples(), &shipped::training()?);
        let brief = opinion::brief(&intents)?;
        Ok(Self { intents, classifier, answers: Answers::shipped()?, brief, second: None })
    }

    /// The agent, asking `model` too: where the classifier is unsure, or always. The classifier's answer stands where the model
    /// has none, about a danger that the classifier is sure of, and where a message plainly goes on with the conversation.
    #[must_use]
    pub fn assisted_by(self, model: Arc<dyn LanguageModel>, when: When, patience: Duration) -> Self {
        let second = (when != When::Never).then(|| SecondOpinion::new(model, when, patience, self.brief.clone()));
        Self { second, ..self }
    }

    /// How the agent learns: with the word groups of its trade.
    ///
    /// # Errors
    /// `Invalid`, with every mistake in the file of word groups; the build has ruled them out.
    pub fn training() -> Result<Settings> {
        shipped::training()
    }

    /// What the classifier alone makes of `text`, to measure it.
    pub fn classify(&self, text: &str) -> Verdict {
        self.classifier.classify(text)
    }

    /// The labels that the classifier knows.
    pub fn labels(&self) -> &[String] {
        self.classifier.labels()
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

    /// What comes of the classifier's answer and a model's.
    ///
    /// # Errors
    /// In words, when the model names no intent of ours.
    fn weighed(&self, opinion: &Opinion, found: &Intent) -> std::result::Result<Intent, String> {
        if !self.intents.iter().any(|intent| intent.label == opinion.intent) {
            return Err("the second opinion names no intent of the catalog".into());
        }
        let (confidence, alternatives) = opinion::weigh(opinion, found);
        Ok(self.described(&opinion.intent, confidence, alternatives))
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
            budget: self.second.as_ref().map_or(Duration::from_secs(1), SecondOpinion::budget),
        }
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let found = self.read(&context.turn.text);
        // Only the built-in reader decides what is carried out: no model is asked for a yes.
        if let Some(verdict) = self.answers.verdict(context, &found) {
            return Ok([Finding::Intent(found), Finding::Verdict(verdict)].into_iter().collect());
        }
        if let Some(matter) = following::matter(&context.turn.text, &found, &context.history, |text| self.read(text)) {
            return Ok(Answer::of(Finding::Intent(matter)));
        }
        let (sure, danger) = (opinion::is_sure(&found), opinion::is_danger(&found));
        let Some(second) = self.second.iter().find(|second| !danger && second.is_wanted(sure, context)) else {
            return Ok(Answer::of(Finding::Intent(found)));
        };
        let opinion = second.ask(context).await.and_then(|opinion| self.weighed(&opinion, &found));
        Ok(match opinion {
            Ok(agreed) => Answer::of(Finding::Intent(agreed)),
            Err(reason) => Answer { findings: vec![Finding::Intent(found)], reduced: Some(reason) },
        })
    }
}

#[cfg(test)]
mod tests;
