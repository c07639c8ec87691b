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
use contract::prompt::{Delta, Prompt, Stop};
use contract::{Result, Usage};

/// The built-in answerer.
#[derive(Debug, Clone, Copy, Default)]
pub struct OfflineModel;

impl OfflineModel {
    /// An answerer. It holds nothing: all that it knows of a turn is in the prompt.
    pub fn new() -> Self {
        Self
    }
}

#[async_trait]
impl LanguageModel for OfflineModel {
    fn name(&self) -> &str {
        "offline"
    }

    async fn generate(&self, prompt: &Prompt) -> Result<Deltas> {
        let answer = answer::answer(prompt);
        let usage = Usage {
            input_tokens: input_tokens(prompt),
            output_tokens: answer.pieces.iter().map(|piece| tokens(piece)).sum(),
            micro_usd: 0,
        };
        let stop = if answer.cut { Stop::Length } else { Stop::Complete };
        let texts = answer.pieces.into_iter().map(|piece| Ok(Delta::Text(piece)));
        let end = std::iter::once(Ok(Delta::End { usage, stop }));
        Ok(Box::pin(futures::stream::iter(texts.chain(end).collect::<Vec<_>>())))
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// How many tokens a text is for a usual tokenizer, estimated as one for every four bytes, rounded up: the rule of thumb
/// that vendors give for English. Long words and other scripts only make the estimate larger.
fn tokens(text: &str) -> u64 {
    text.len().div_ceil(4) as u64
}

fn input_tokens(prompt: &Prompt) -> u64 {
    let history = prompt.history.iter().map(|exchange| tokens(&exchange.said) + tokens(&exchange.replied));
    let evidence = prompt.evidence.iter().map(|citation| tokens(&citation.section) + tokens(&citation.text));
    tokens(&prompt.instructions) + tokens(&prompt.question) + history.chain(evidence).sum::<u64>()
}

#[cfg(test)]
mod tests;
