//! Models that do as they are told, for the tests of what stands around a model.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Clock, Deltas, Entropy, LanguageModel};
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::{Errand, Error, ErrorKind, Result, Usage};
use futures::StreamExt;
use jiff::Timestamp;
use tokio::time::Instant;

/// What a scripted model does next.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// Says this.
    Text(&'static str),
    /// Is silent for so long, on tokio's clock.
    Wait(Duration),
    /// Fails in the stream.
    Fail(ErrorKind),
    /// Fails before the stream begins. First step only.
    Refuse(ErrorKind),
    /// Is throttled before the stream begins, and told to come back after so long. First step only.
    Throttle(Duration),
    /// Never says anything again.
    Hang,
    /// Ends, having cost this.
    End(Usage),
}

/// A model that plays one script a call; the last one again and again.
pub(crate) struct Scripted {
    name: &'static str,
    scripts: Mutex<Vec<Vec<Step>>>,
    calls: AtomicUsize,
}

impl Scripted {
    pub(crate) fn new(name: &'static str, scripts: Vec<Vec<Step>>) -> Self {
        Self { name, scripts: Mutex::new(scripts), calls: AtomicUsize::new(0) }
    }

    /// How often it was called.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    fn script(&self) -> Vec<Step> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut scripts = self.scripts.lock().unwrap();
        if scripts.len() > 1 { scripts.remove(0) } else { scripts[0].clone() }
    }
}

#[async_trait]
impl LanguageModel for Scripted {
    fn name(&self) -> &str {
        self.name
    }

    async fn generate(&self, _prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        let script = self.script();
        match script.first() {
            Some(Step::Refuse(kind)) => return Err(Error::new(*kind, "planted")),
            Some(Step::Throttle(wait)) => return Err(Error::new(ErrorKind::Busy, "planted").retry_after(*wait)),
            _ => {}
        }
        let name = self.name;
        let play = move |step| async move {
            match step {
                Step::Wait(time) => {
                    tokio::time::sleep(time).await;
                    None
                }
                Step::Text(text) => Some(Ok(Delta::Text(text.to_owned()))),
                Step::Fail(kind) | Step::Refuse(kind) => Some(Err(Error::new(kind, "planted"))),
                Step::Throttle(_) => Some(Err(Error::new(ErrorKind::Busy, "planted"))),
                Step::Hang => std::future::pending().await,
                Step::End(usage) => Some(Ok(Delta::End(Ending::of(name, usage, Stop::Complete)))),
            }
        };
        Ok(futures::stream::iter(script).filter_map(play).boxed())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// A clock that moves when tokio's paused time moves.
pub(crate) struct TokioClock(Instant);

impl TokioClock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(self.elapsed()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Chance that always falls the same way.
pub(crate) struct Told(pub(crate) u128);

impl Entropy for Told {
    fn random(&self) -> u128 {
        self.0
    }
}

/// A short prompt.
pub(crate) fn prompt() -> Prompt {
    Prompt {
        instructions: "Answer.".into(),
        version: "v1".into(),
        history: Vec::new(),
        evidence: Vec::new(),
        question: "What is the tyre pressure?".into(),
        max_output_tokens: 150,
        temperature: 0.3,
        shape: None,
    }
}
