//! The built-in answerer: finds the sentences of the evidence that answer a question, joins them, and cites each.
//!
//! It is extractive: what it says about cars is quoted from the evidence, and where the evidence says nothing it admits that
//! and asks back. It is deterministic, needs no weights and no network, and takes well under a millisecond for usual evidence.

mod agreement;
mod answer;
mod cars;
mod choose;
mod compose;
mod passage;
mod question;
mod score;
mod siblings;
mod tables;
mod unanswered;

use async_trait::async_trait;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::{Errand, Result, Usage};

use crate::tokens;

use compose::Answer;

/// The built-in answerer.
#[derive(Debug, Clone, Copy, Default)]
pub struct OfflineModel;

impl OfflineModel {
    /// An answerer. It holds nothing: all that it knows of a turn is in the prompt.
    pub fn new() -> Self {
        Self
    }
}

/// What it is called in records.
pub const NAME: &str = "offline";

#[async_trait]
impl LanguageModel for OfflineModel {
    fn name(&self) -> &str {
        NAME
    }

    async fn generate(&self, prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        Ok(deltas(prompt, answer::answer(prompt)))
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// The built-in answer, where it surely answers the whole question.
pub(crate) fn sure_answer(prompt: &Prompt) -> Option<Deltas> {
    let answer = answer::answer(prompt);
    (answer.sure && !answer.cut).then(|| deltas(prompt, answer))
}

/// An answer as a generation, with what it took to write: nothing is paid, but its size is worth knowing.
fn deltas(prompt: &Prompt, answer: Answer) -> Deltas {
    let usage = Usage {
        input_tokens: tokens::estimated_input(prompt),
        cached_tokens: 0,
        output_tokens: answer.pieces.iter().map(|piece| tokens::estimated(piece)).sum(),
        micro_usd: 0,
    };
    let stop = if answer.cut { Stop::Length } else { Stop::Complete };
    let texts = answer.pieces.into_iter().map(|piece| Ok(Delta::Text(piece)));
    let end = std::iter::once(Ok(Delta::End(Ending::of(NAME, usage, stop))));
    Box::pin(futures::stream::iter(texts.chain(end).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests;
