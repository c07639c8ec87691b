//! Asks a list of models in order, and lets the built-in answerer speak when none of them does: every turn is answered in time.

mod speech;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Clock, Deltas, LanguageModel};
use contract::prompt::Prompt;
use contract::{CallReason, Errand, Error, ErrorKind, Result};
use tokio::time::timeout;

use crate::first;
use speech::{Spare, Speech};

/// How long models are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until the first words of one model. Where less time is left, the models of the list that are still to be asked share it.
    pub first_word: Duration,
    /// For the next words of one that speaks.
    pub stall: Duration,
    /// So long before the answer is due, the models' time is over: what the built-in answerer needs to speak.
    pub reserve: Duration,
}

/// A list of models behind whose end stands one that never fails: the built-in answerer.
///
/// - Before the first words, a model that fails or is silent is left for the next one.
/// - After them, a model that fails, falls silent or is not done in time is cut: a [`Restart`](contract::prompt::Delta::Restart)
///   follows, then what the built-in answerer says. No second model is asked, since its first words would cost the time of two.
/// - What the built-in answerer wrote in place of a model is `reduced`, with the reasons. What a later model of the list wrote is
///   not: who made the list chose it, and the ending names it. Where no model was to be asked, nothing is reduced either.
/// - The built-in answerer writes sentences. Where the prompt wants another shape, the error of the last model is given back.
pub struct FailoverModel {
    models: Vec<Arc<dyn LanguageModel>>,
    last: Arc<dyn LanguageModel>,
    clock: Arc<dyn Clock>,
    patience: Patience,
}

impl FailoverModel {
    /// Asks `models` in order, then `last`. Models from that one on, if the list names it too, are never reached.
    pub fn new(
        models: Vec<Arc<dyn LanguageModel>>,
        last: Arc<dyn LanguageModel>,
        clock: Arc<dyn Clock>,
        patience: Patience,
    ) -> Self {
        let models = models.into_iter().take_while(|model| model.name() != last.name()).collect();
        Self { models, last, clock, patience }
    }

    /// What the model at this place of the list says, from its first words on.
    async fn ask(&self, place: usize, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let left = errand.due.saturating_sub(self.clock.elapsed());
        let waiting = u32::try_from(self.models.len() - place).unwrap_or(u32::MAX);
        let wait = self.patience.first_word.min(left / waiting);
        if wait.is_zero() {
            return Err(Error::new(ErrorKind::TimedOut, "there was no time left for a language model"));
        }
        let silent = |_| Error::new(ErrorKind::TimedOut, "the language model said nothing in time");
        timeout(wait, first::words(self.models[place].as_ref(), prompt, errand))
            .await
            .unwrap_or_else(|late| Err(silent(late)))
    }
}

#[async_trait]
impl LanguageModel for FailoverModel {
    fn name(&self) -> &str {
        self.models.first().unwrap_or(&self.last).name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let spare = Spare {
            last: self.last.clone(),
            prompt: prompt.clone(),
            errand: errand.clone(),
            clock: self.clock.clone(),
        };
        let mut within = Errand { due: errand.due.saturating_sub(self.patience.reserve), ..errand.clone() };
        let mut failures = Vec::new();
        for place in 0..self.models.len() {
            if place > 0 {
                within.reason = CallReason::Failover;
            }
            match self.ask(place, prompt, &within).await {
                Ok(deltas) => {
                    let writer = self.models[place].name();
                    return Ok(Speech::of(writer, deltas, within.due, self.patience.stall, spare).deltas());
                }
                Err(error) => {
                    tell(self.models[place].name(), &error);
                    failures.push(error);
                }
            }
        }
        let speech = Speech::instead(spare, failures).await?;
        Ok(speech.deltas())
    }

    /// Whether a turn could be answered now. The built-in answerer can, so no vendor makes the product unready and has it taken
    /// out of service by those who watch; which models of the list are not ready is a warning in the log.
    async fn ready(&self) -> Result<()> {
        for model in &self.models {
            if let Err(error) = model.ready().await {
                tell(model.name(), &error);
            }
        }
        self.last.ready().await
    }
}

/// Leaves word of a failure that no caller will hear of.
fn tell(model: &str, error: &Error) {
    tracing::warn!(model, %error, cause = ?std::error::Error::source(error), "a language model failed: another one stands in");
}

#[cfg(test)]
mod tests;
