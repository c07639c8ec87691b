//! Leaves a model alone that fails again and again, so that nobody waits for it, and finds out when it is well.

mod state;
mod watch;

use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Clock, Deltas, LanguageModel};
use contract::prompt::Prompt;
use contract::{Errand, Error, ErrorKind, Result};
use futures::StreamExt;

use crate::failover::Patience;
use state::{Admission, State};
use watch::Watch;

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerRules {
    /// It opens when so many calls in a row broke or were silent.
    pub in_a_row: u32,
    /// It opens when so many of a hundred calls of the window failed …
    pub percent: u32,
    /// … of no fewer than so many.
    pub at_least: u32,
    /// The calls of so long a time are looked at.
    pub window: Duration,
    /// Neither opens it until so long after the first failure of the row, or the first call of all. On a busy process five
    /// failures in a row are chance; and what fails at once is known before what goes well.
    pub lasting: Duration,
    /// After so long one call is let through, to find out whether the model is well.
    pub open: Duration,
    /// A call that is left after so long a silence failed. Less than callers wait, or they leave before it counts; more than
    /// the quicker of two needs, or a hedge that lost counts.
    pub silence: Duration,
}

impl Default for BreakerRules {
    /// Five in a row as Envoy's outlier detection; window, least number and pause as Hystrix
    /// (<https://github.com/Netflix/Hystrix/wiki/Configuration>). Hystrix opens at half; here that would serve everybody by the
    /// lesser answerer where half could still be served in full, so it takes three quarters.
    fn default() -> Self {
        Self {
            in_a_row: 5,
            percent: 75,
            at_least: 20,
            window: Duration::from_secs(10),
            lasting: Duration::from_secs(2),
            open: Duration::from_secs(5),
            silence: Duration::from_millis(1_500),
        }
    }
}

impl BreakerRules {
    /// The usual rules for calls that are waited for with this patience: a silence counts from three fifths of it on.
    pub fn of(patience: &Patience) -> Self {
        Self { silence: patience.first_word.min(patience.stall) * 3 / 5, ..Self::default() }
    }
}

/// A model behind a circuit breaker. While it is open, calls fail at once and the next model is asked; then one call at a time
/// may try, and the first that speaks closes it again.
///
/// What counts as a failure:
/// - an error `TimedOut`, `Unavailable` or `Internal`, before the first words or in the stream;
/// - a silence: a call that was dropped after [`BreakerRules::silence`] without a word. Who cuts a slow stream drops it. One
///   that is dropped sooner, as the loser of a hedge or of a customer who left, says nothing about the model;
/// - `Busy` counts for the share only. A model that throttles is alive: what it takes it answers, so a few refusals in a row
///   mean little; when it takes next to nothing, it needs the rest.
///
/// `Refused`, `NotFound` and `Invalid` count for nothing, neither as failure nor as success. They cost no time, their own words
/// tell an operator what to do, and a `Refused` may be about the money of one session.
pub struct BreakerModel {
    inner: Arc<dyn LanguageModel>,
    clock: Arc<dyn Clock>,
    rules: BreakerRules,
    state: Arc<Mutex<State>>,
}

impl BreakerModel {
    /// Stands before `inner`, closed.
    pub fn new(inner: Arc<dyn LanguageModel>, clock: Arc<dyn Clock>, rules: BreakerRules) -> Self {
        Self { inner, clock, rules, state: Arc::default() }
    }
}

#[async_trait]
impl LanguageModel for BreakerModel {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn generate(&self, prompt: &Prompt, errand: &Errand) -> Result<Deltas> {
        let admission = state::lock(&self.state).admit(self.clock.elapsed());
        let probe = match admission {
            Admission::Open { left } => return Err(open(left)),
            Admission::Call => false,
            Admission::Probe => true,
        };
        let mut watch = Watch::begin(self, probe);
        match self.inner.generate(prompt, errand).await {
            Ok(deltas) => Ok(deltas.inspect(move |delta| watch.hear(delta)).boxed()),
            Err(error) => {
                watch.fail(error.kind);
                Err(error)
            }
        }
    }

    async fn ready(&self) -> Result<()> {
        let left = state::lock(&self.state).left(self.clock.elapsed());
        match left {
            Some(left) => Err(open(left)),
            None => self.inner.ready().await,
        }
    }
}

fn open(left: Duration) -> Error {
    Error::new(ErrorKind::Unavailable, LeftAlone.to_string()).retry_after(left).caused_by(LeftAlone)
}

/// The cause of an error that no model has seen: a breaker was open. Trying again would only wait.
#[derive(Debug)]
struct LeftAlone;

impl fmt::Display for LeftAlone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the language model failed again and again and is left alone for a while")
    }
}

impl StdError for LeftAlone {}

/// Whether an open breaker is the cause of an error.
pub(crate) fn was_open(error: &Error) -> bool {
    error.source().is_some_and(|cause| cause.is::<LeftAlone>())
}

#[cfg(test)]
mod tests;
