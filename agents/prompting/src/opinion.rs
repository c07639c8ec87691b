//! A second opinion: a language model is asked where a built-in answer is unsure, and that answer stands where none comes.
//!
//! The cheap answerer first and the dear one only for what it leaves open is a cascade (Chen, Zaharia & Zou 2023, "FrugalGPT").

use std::sync::Arc;
use std::time::Duration;

use contract::ports::LanguageModel;
use contract::prompt::{Prompt, Shape, whole};
use contract::{Errand, TurnContext, When};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::version_of;
use crate::window::{Window, goes_on};

/// What an agent may take beside the time that it waits for an opinion: the built-in answer arrives in time when none comes.
const BESIDE: Duration = Duration::from_millis(500);

/// An opinion is a label or two as JSON.
const MAX_OUTPUT_TOKENS: u32 = 60;
/// What the message may refer to. Who reads a feeling or a wish needs the last words, not the conversation.
const WINDOW: Window = Window { exchanges: 2, bytes: 1_200 };

/// What a model is asked for an opinion with: governed, and the same for every turn.
#[derive(Debug, Clone)]
pub struct Brief {
    instructions: String,
    version: String,
    shape: Shape,
}

impl Brief {
    /// These instructions, and the shape of the answer.
    pub fn new(instructions: String, shape: Shape) -> Self {
        let version = version_of([instructions.as_str(), &shape.schema]);
        Self { instructions, version, shape }
    }
}

/// Whom an agent asks besides itself, with what, and when.
pub struct SecondOpinion {
    model: Arc<dyn LanguageModel>,
    when: When,
    patience: Duration,
    brief: Brief,
}

impl SecondOpinion {
    /// Asks `model`, and waits for its opinion so long.
    pub fn new(model: Arc<dyn LanguageModel>, when: When, patience: Duration, brief: Brief) -> Self {
        Self { model, when, patience, brief }
    }

    /// How long the agent that asks may take, instead of the second that it takes alone.
    pub fn budget(&self) -> Duration {
        self.patience.saturating_add(BESIDE)
    }

    /// Whether a model is to be asked about this turn, given that the built-in answer is `sure` or not.
    pub fn is_wanted(&self, sure: bool, context: &TurnContext) -> bool {
        let asks = match self.when {
            When::Never => false,
            When::Unsure => !sure,
            When::Always => true,
        };
        asks && !goes_on(&context.turn.text, &context.history)
    }

    /// What the model thinks of the turn.
    ///
    /// # Errors
    /// Why there is no opinion, in words for operators: the model failed, was late, or its answer cannot be read.
    pub async fn ask<A: DeserializeOwned>(&self, context: &TurnContext) -> Result<A, String> {
        // A customer in a hurry is answered without it rather than late.
        let patience = self.patience.min(context.turn.deadline() / 2);
        let errand = &context.errand;
        let errand = Errand { due: errand.due.saturating_sub(BESIDE), ..errand.clone() };
        let prompt = self.prompt(context);
        let asked = async { whole(self.model.generate(&prompt, &errand).await?).await };
        let (text, ending) = match timeout(patience, asked).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(format!("no second opinion: {error}")),
            Err(_elapsed) => return Err(format!("no second opinion within {} ms", patience.as_millis())),
        };
        serde_json::from_str(text.trim()).map_err(|cause| {
            // Not the cause itself: it repeats what the model said.
            tracing::debug!(model = ending.model, cause = ?cause.classify(), "an opinion cannot be read");
            format!("the second opinion of {} cannot be read", ending.model)
        })
    }

    fn prompt(&self, context: &TurnContext) -> Prompt {
        let Brief { instructions, version, shape } = self.brief.clone();
        Prompt {
            instructions,
            version,
            history: WINDOW.of(&context.history).to_vec(),
            evidence: Vec::new(),
            question: context.turn.text.clone(),
            max_output_tokens: MAX_OUTPUT_TOKENS,
            temperature: 0.0,
            shape: Some(shape),
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::ErrorKind;
    use serde::Deserialize;

    use super::*;
    use crate::testing::{Says, context};

    #[derive(Debug, Deserialize)]
    struct Thought {
        mood: String,
    }

    fn opinion(says: Says, when: When) -> (Arc<Says>, SecondOpinion) {
        let model = Arc::new(says);
        let shape = Shape { name: "mood".into(), schema: "{}".into() };
        let brief = Brief::new("Say how they feel.".into(), shape);
        (model.clone(), SecondOpinion::new(model, when, Duration::from_secs(2), brief))
    }

    async fn asked(says: Says) -> Result<Thought, String> {
        opinion(says, When::Always).1.ask(&context("I wait and wait.", &[])).await
    }

    #[tokio::test]
    async fn what_the_customer_says_is_data_and_the_answer_is_small() {
        let (model, opinion) = opinion(Says::this(r#"{"mood": "bad"}"#), When::Always);
        let thought: Thought = opinion.ask(&context("I wait.", &["a", "b", "c"])).await.unwrap();
        assert_eq!(thought.mood, "bad");
        let prompt = model.heard().remove(0);
        assert_eq!((prompt.question.as_str(), prompt.instructions.as_str()), ("I wait.", "Say how they feel."));
        assert_eq!((prompt.temperature, prompt.history.len()), (0.0, 2));
        assert!(prompt.max_output_tokens <= 60 && prompt.version.len() == 12);
    }

    #[tokio::test(start_paused = true)]
    async fn whatever_goes_wrong_has_a_reason() {
        assert!(asked(Says::nothing(ErrorKind::Busy)).await.unwrap_err().contains("planted"));
        assert!(asked(Says::this("Bad, I think.")).await.unwrap_err().contains("cannot be read"));
        let began = tokio::time::Instant::now();
        assert!(asked(Says::never()).await.unwrap_err().contains("within 2000 ms"));
        assert!(began.elapsed() < Duration::from_millis(2_500));
    }

    #[test]
    fn it_is_wanted_where_the_settings_say_and_nothing_plainly_goes_on() {
        let fresh = context("I wait.", &[]);
        for (when, sure, unsure) in
            [(When::Never, false, false), (When::Unsure, false, true), (When::Always, true, true)]
        {
            let (_, opinion) = opinion(Says::never(), when);
            assert_eq!((opinion.is_wanted(true, &fresh), opinion.is_wanted(false, &fresh)), (sure, unsure));
            assert!(!opinion.is_wanted(false, &context("and the rear?", &["What is the pressure?"])));
        }
    }
}
