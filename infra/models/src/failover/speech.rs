//! An answer as it is spoken, and the one that takes over when it breaks off.

use std::sync::Arc;
use std::time::Duration;

use contract::ports::{Clock, Deltas, LanguageModel};
use contract::prompt::{Delta, Prompt};
use contract::{CallReason, Errand, Error, ErrorKind, Result};
use futures::{StreamExt, stream};
use tokio::time::timeout;

/// All that it takes to answer without the models of the list.
pub(super) struct Spare {
    pub(super) last: Arc<dyn LanguageModel>,
    pub(super) prompt: Prompt,
    pub(super) errand: Errand,
    pub(super) clock: Arc<dyn Clock>,
}

/// An answer under way.
pub(super) struct Speech {
    /// The model that was asked for it.
    writer: String,
    deltas: Deltas,
    /// When it has to be over, on the clock.
    due: Duration,
    /// For how long it may be silent.
    stall: Duration,
    clock: Arc<dyn Clock>,
    /// Who takes over when it breaks off; nobody takes over from the last one.
    spare: Option<Spare>,
    /// Why the last one speaks, if a model should have.
    reduced: Option<String>,
    over: bool,
}

impl Speech {
    /// What a model of the list says.
    pub(super) fn of(writer: &str, deltas: Deltas, due: Duration, stall: Duration, spare: Spare) -> Self {
        let clock = spare.clock.clone();
        Self { writer: writer.into(), deltas, due, stall, clock, spare: Some(spare), reduced: None, over: false }
    }

    /// What the last one says in place of models that failed so.
    pub(super) async fn instead(spare: Spare, mut failures: Vec<Error>) -> Result<Self> {
        let Spare { last, prompt, mut errand, clock } = spare;
        let reduced = reasons(&failures);
        if reduced.is_some() {
            errand.reason = CallReason::Failover;
        }
        if prompt.shape.is_some() {
            let nobody = || Error::new(ErrorKind::Unavailable, "no language model that could answer in a shape is set");
            return Err(failures.pop().unwrap_or_else(nobody));
        }
        let left = errand.due.saturating_sub(clock.elapsed());
        // The time that is left may be none. What needs none, as the built-in answerer, is in time all the same.
        let deltas = timeout(left, last.generate(&prompt, &errand)).await.unwrap_or_else(|_| Err(late()))?;
        let writer = last.name().to_owned();
        Ok(Self { writer, deltas, due: errand.due, stall: Duration::MAX, clock, spare: None, reduced, over: false })
    }

    /// It as a stream.
    pub(super) fn deltas(self) -> Deltas {
        stream::unfold(self, |mut speech| async move {
            let delta = speech.next().await?;
            Some((delta, speech))
        })
        .boxed()
    }

    async fn next(&mut self) -> Option<Result<Delta>> {
        if self.over {
            return None;
        }
        let delta = match (self.heard().await, self.spare.take()) {
            (Ok(delta), spare) => {
                self.spare = spare;
                Ok(delta)
            }
            (Err(error), None) => Err(error),
            (Err(error), Some(spare)) => self.replace(spare, error).await,
        };
        self.over = matches!(delta, Ok(Delta::End(_)) | Err(_));
        Some(delta.map(|delta| self.marked(delta)))
    }

    /// The next delta, if it comes in time.
    async fn heard(&mut self) -> Result<Delta> {
        let left = self.due.saturating_sub(self.clock.elapsed());
        match timeout(left.min(self.stall), self.deltas.next()).await {
            Ok(Some(delta)) => delta,
            Ok(None) => {
                Err(Error::new(ErrorKind::Unavailable, "the language model stopped in the middle of its answer"))
            }
            Err(_) if left <= self.stall => Err(late()),
            Err(_) => {
                Err(Error::new(ErrorKind::TimedOut, "the language model fell silent in the middle of its answer"))
            }
        }
    }

    /// Lets the last one begin again, and the broken one go.
    async fn replace(&mut self, spare: Spare, error: Error) -> Result<Delta> {
        super::tell(&self.writer, &error);
        *self = Self::instead(spare, vec![error]).await?;
        Ok(Delta::Restart)
    }

    /// Says in the ending that a lesser one spoke.
    fn marked(&self, delta: Delta) -> Delta {
        match (delta, &self.reduced) {
            (Delta::End(mut ending), Some(reason)) => {
                ending.reduced = Some(reason.clone());
                Delta::End(ending)
            }
            (delta, _) => delta,
        }
    }
}

fn late() -> Error {
    Error::new(ErrorKind::TimedOut, "the language model was not done in time")
}

/// Why the models failed, each reason once: the words of their errors, which may be shown.
fn reasons(failures: &[Error]) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    for error in failures {
        if !said.contains(&error.message.as_str()) {
            said.push(&error.message);
        }
    }
    (!said.is_empty()).then(|| said.join("; "))
}
