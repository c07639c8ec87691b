//! A model that says again what it was recorded to have said, so that a turn can be gone through once more.

use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::{Call, CallOutcome, Errand, Error, ErrorKind, Result};
use futures::{StreamExt, future, stream};
use tokio::sync::Notify;

use crate::{OfflineModel, offline};

/// What stands in the version of a prompt by which a faulty answer was repaired.
const REPAIRED: &str = "+repair";

/// What is known of recorded generations besides their calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// The arm of an experiment that they were written in.
    pub arm: Option<String>,
    /// Why a lesser model wrote them than was asked.
    pub reduced: Option<String>,
}

/// Plays the recorded calls of one agent in one turn, whatever it is asked: the n-th generation is answered as the n-th was.
///
/// Calls that failed before their first words, were retried or hedged came to nothing that anybody heard; one that broke off
/// behind its first words was heard until there, then the built-in answerer. That one is no recording: it runs again.
pub struct PlayedModel {
    generations: Mutex<Vec<Vec<Call>>>,
    ended: Ended,
    builtin: OfflineModel,
    silent: Arc<Notify>,
}

impl PlayedModel {
    /// Plays these calls, in the order in which they began.
    ///
    /// # Errors
    /// `NotFound` when the record does not hold what one of them answered.
    pub fn new(calls: &[Call], ended: Ended) -> Result<Self> {
        let spoke = |call: &&Call| call.model != offline::NAME && call.first_ms.is_some();
        if let Some(unknown) = calls.iter().filter(spoke).find(|call| call.answer.is_none()) {
            return Err(unrecorded(&unknown.model));
        }
        let (repairs, first): (Vec<Call>, Vec<Call>) =
            calls.iter().cloned().partition(|call| call.prompt_version.ends_with(REPAIRED));
        // The next one is taken from the end.
        let generations = [repairs, first].into_iter().filter(|calls| !calls.is_empty()).collect();
        Ok(Self { generations: Mutex::new(generations), ended, builtin: OfflineModel::new(), silent: Arc::default() })
    }

    /// Waits until it has said all of a call that was left in the middle, or broken off with the agent that made it.
    pub async fn fell_silent(&self) {
        self.silent.notified().await;
    }

    fn next(&self) -> Vec<Call> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// What the built-in answerer says to this prompt.
    async fn builtin(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let ended = self.ended.clone();
        let marked = move |delta| match delta {
            Ok(Delta::End(ending)) => {
                Ok(Delta::End(Ending { arm: ended.arm.clone(), reduced: ended.reduced.clone(), ..ending }))
            }
            other => other,
        };
        Ok(self.builtin.generate(prompt, errand).await?.map(marked).boxed())
    }

    /// How a call of a vendor ended that was heard, if it came to its end.
    fn ending(&self, call: &Call) -> Option<Delta> {
        let stop = match call.outcome {
            CallOutcome::Complete => Stop::Complete,
            CallOutcome::Length => Stop::Length,
            CallOutcome::Filtered => Stop::Filtered,
            CallOutcome::Failed { .. } | CallOutcome::Left => return None,
        };
        let Ended { arm, reduced } = self.ended.clone();
        Some(Delta::End(Ending { usage: call.usage, stop, model: call.model.clone(), arm, reduced }))
    }

    /// Never says anything again, as a model of which no more was heard.
    fn silence(&self) -> Deltas {
        let silent = self.silent.clone();
        stream::once(async move {
            silent.notify_one();
            pending().await
        })
        .boxed()
    }
}

#[async_trait]
impl LanguageModel for PlayedModel {
    fn name(&self) -> &str {
        "played"
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let calls = self.next();
        let of_vendors = || calls.iter().filter(|call| call.model != offline::NAME);
        let stands_in = calls.iter().any(|call| call.model == offline::NAME);
        let Some(heard) = heard(of_vendors) else {
            let failed = of_vendors().next_back().map(|call| match call.outcome {
                CallOutcome::Failed { kind } => kind,
                _ => ErrorKind::TimedOut,
            });
            return match failed.filter(|_| !stands_in) {
                Some(kind) if prompt.shape.is_some() => Err(Error::new(kind, "the language model failed, as recorded")),
                Some(_) => Ok(self.silence()),
                // No vendor was to be asked, or none could be paid.
                None if prompt.shape.is_some() => Err(broken_off()),
                None => self.builtin(prompt, errand).await,
            };
        };
        let answer = heard.answer.clone().unwrap_or_default();
        let text = stream::iter((!answer.is_empty()).then_some(Ok(Delta::Text(answer))));
        Ok(match (self.ending(heard), stands_in) {
            (Some(end), _) => text.chain(stream::once(future::ready(Ok(end)))).boxed(),
            (None, true) => {
                let restart = stream::once(future::ready(Ok(Delta::Restart)));
                text.chain(restart).chain(self.builtin(prompt, errand).await?).boxed()
            }
            (None, false) if prompt.shape.is_some() => {
                text.chain(stream::once(future::ready(Err(broken_off())))).boxed()
            }
            (None, false) => {
                let silence = self.silence();
                text.chain(silence).boxed()
            }
        })
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// The call that was listened to, if any said something. Of two at once only the quicker one had begun to speak.
fn heard<'a, C: Iterator<Item = &'a Call>>(calls: impl Fn() -> C) -> Option<&'a Call> {
    let spoke = |call: &&Call| call.answer.as_ref().is_some_and(|answer| !answer.is_empty());
    calls().find(spoke).or_else(|| calls().find(|call| call.outcome == CallOutcome::Filtered))
}

fn broken_off() -> Error {
    Error::new(ErrorKind::Unavailable, "the language model broke off, as recorded")
}

fn unrecorded(model: &str) -> Error {
    let error = Error::new(ErrorKind::NotFound, format!("what {model} answered is not in the record"));
    error.hint("turns are recorded with their models' answers where turn.record_answers is yes")
}

#[cfg(test)]
mod tests;
