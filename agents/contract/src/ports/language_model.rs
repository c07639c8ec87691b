//! The port to a language model.

use async_trait::async_trait;
use futures::stream::BoxStream;

use crate::prompt::{Delta, Prompt};
use crate::{Errand, Result};

/// The pieces of a generation in order, ending with [`Delta::End`] or an error. Dropping it cancels the generation.
pub type Deltas = BoxStream<'static, Result<Delta>>;

/// Writes text.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// What it is called in records, metrics and bills.
    fn name(&self) -> &str;

    /// Starts a generation on behalf of an agent.
    ///
    /// Each piece of evidence that a sentence rests on is cited behind it as `[n]`. Where the prompt wants a shape, the text is
    /// meant to be JSON of that shape; who reads it checks it.
    ///
    /// # Errors
    /// Here or in the stream: `Busy` (throttled), `TimedOut`, `Unavailable`, `Refused` (access), `NotFound` (no such
    /// model), `Invalid` (the request), `Internal`.
    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas>;

    /// Whether a generation could start now.
    ///
    /// # Errors
    /// As [`Self::generate`].
    async fn ready(&self) -> Result<()>;
}
