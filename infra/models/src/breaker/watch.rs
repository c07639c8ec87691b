//! Watches one call until it is over, however it ends, and tells the breaker what came of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::ports::Clock;
use contract::prompt::Delta;
use contract::{ErrorKind, Result};

use super::state::{State, Verdict, lock};
use super::{BreakerModel, BreakerRules};

/// A call under way. When it is dropped, it is over, whoever dropped it.
pub(super) struct Watch {
    model: String,
    clock: Arc<dyn Clock>,
    rules: BreakerRules,
    state: Arc<Mutex<State>>,
    /// Whether the breaker waits for this call to find out.
    probe: bool,
    /// When it said something for the last time, or began.
    heard: Duration,
    spoke: bool,
    told: bool,
}

impl Watch {
    /// A call of this model that begins now.
    pub(super) fn begin(model: &BreakerModel, probe: bool) -> Self {
        Self {
            model: model.inner.name().to_owned(),
            clock: model.clock.clone(),
            rules: model.rules,
            state: model.state.clone(),
            probe,
            heard: model.clock.elapsed(),
            spoke: false,
            told: false,
        }
    }

    /// The call said this.
    pub(super) fn hear(&mut self, delta: &Result<Delta>) {
        self.heard = self.clock.elapsed();
        match delta {
            Ok(Delta::End(_)) => self.tell(Verdict::Spoke),
            Ok(_) => {
                self.spoke = true;
                // Others wait for the probe: they need not wait for its last word.
                if self.probe {
                    self.judge(Verdict::Spoke);
                    self.probe = false;
                }
            }
            Err(error) => self.fail(error.kind),
        }
    }

    /// The call failed.
    pub(super) fn fail(&mut self, kind: ErrorKind) {
        self.tell(match kind {
            ErrorKind::Busy => Verdict::Throttled,
            ErrorKind::TimedOut | ErrorKind::Unavailable | ErrorKind::Internal => Verdict::Failed,
            ErrorKind::Refused | ErrorKind::NotFound | ErrorKind::Invalid | ErrorKind::Conflict => Verdict::Unknown,
        });
    }

    /// Each call has one verdict.
    fn tell(&mut self, verdict: Verdict) {
        if !std::mem::replace(&mut self.told, true) {
            self.judge(verdict);
        }
    }

    fn judge(&self, verdict: Verdict) {
        let changed = lock(&self.state).judge(verdict, self.probe, self.clock.elapsed(), &self.rules);
        if changed && verdict == Verdict::Spoke {
            tracing::info!(model = self.model, "the model speaks again: its breaker closed");
        } else if changed && verdict != Verdict::Unknown {
            tracing::warn!(model = self.model, ?verdict, "the model is left alone for a while: its breaker opened");
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let silence = self.clock.elapsed().saturating_sub(self.heard);
        self.tell(match (silence >= self.rules.silence, self.spoke) {
            (true, _) => Verdict::Failed,
            (false, true) => Verdict::Spoke,
            (false, false) => Verdict::Unknown,
        });
    }
}
