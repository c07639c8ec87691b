//! A model that says what it is told to, and a turn to ask it about.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::testing::{RecordingSink, customer, errand, turn};
use contract::{Errand, Error, ErrorKind, Exchange, Result, TurnContext, Usage};
use futures::StreamExt;

/// A model that always says the same, and remembers what it was asked.
pub struct Says {
    answer: Option<std::result::Result<String, ErrorKind>>,
    heard: Mutex<Vec<Prompt>>,
}

impl Says {
    /// Says this.
    pub fn this(text: &str) -> Self {
        Self { answer: Some(Ok(text.into())), heard: Mutex::default() }
    }

    /// Fails like this.
    pub fn nothing(kind: ErrorKind) -> Self {
        Self { answer: Some(Err(kind)), heard: Mutex::default() }
    }

    /// Keeps everybody waiting.
    pub fn never() -> Self {
        Self { answer: None, heard: Mutex::default() }
    }

    /// Every prompt so far.
    pub fn heard(&self) -> Vec<Prompt> {
        self.heard.lock().map(|heard| heard.clone()).unwrap_or_default()
    }
}

#[async_trait]
impl LanguageModel for Says {
    fn name(&self) -> &str {
        "says"
    }

    async fn generate(&self, prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        if let Ok(mut heard) = self.heard.lock() {
            heard.push(prompt.clone());
        }
        match &self.answer {
            None => Ok(futures::stream::pending().boxed()),
            Some(Err(kind)) => Err(Error::new(*kind, "planted")),
            Some(Ok(text)) => {
                let end = Delta::End(Ending::of("says", Usage::default(), Stop::Complete));
                Ok(futures::stream::iter([Delta::Text(text.clone()), end].map(Ok)).boxed())
            }
        }
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// A turn of a customer who says `text` after having said `before`, oldest first.
pub fn context(text: &str, before: &[&str]) -> TurnContext {
    let exchange = |said: &&str| Exchange::of(*said, "…");
    TurnContext {
        turn: Arc::new(turn("turn", "session", &customer("ada"), text)),
        history: before.iter().map(exchange).collect(),
        reports: Arc::default(),
        held_by: None,
        sink: Arc::new(RecordingSink::default()),
        errand: errand(),
    }
}
