//! What a breaker knows of the calls so far: closed, open, or trying.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::BreakerRules;

/// Into so many parts a window is cut; whole parts are forgotten.
const PARTS: u32 = 10;

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It spoke.
    Spoke,
    /// It was throttled.
    Throttled,
    /// It broke or was silent.
    Failed,
    /// Nothing that says anything about the model.
    Unknown,
}

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// As any.
    Call,
    /// As the one that finds out.
    Probe,
    /// Not for so long.
    Open { left: Duration },
}

/// The state of a breaker.
#[derive(Debug)]
pub(super) enum State {
    /// Calls go through and are counted.
    Closed(Count),
    /// No call goes through until then.
    Open { until: Duration },
    /// One call is under way to find out.
    HalfOpen,
}

impl Default for State {
    fn default() -> Self {
        Self::Closed(Count::default())
    }
}

/// The state, also after a panic: it is whole after every change.
pub(super) fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Whether a call may be made now.
    pub(super) fn admit(&mut self, now: Duration) -> Admission {
        match self {
            Self::Closed(_) => Admission::Call,
            Self::Open { until } if now >= *until => {
                *self = Self::HalfOpen;
                Admission::Probe
            }
            Self::Open { until } => Admission::Open { left: *until - now },
            // It has no end that is known; whoever comes back sooner finds out sooner.
            Self::HalfOpen => Admission::Open { left: Duration::ZERO },
        }
    }

    /// How long no call is let through, if so.
    pub(super) fn left(&self, now: Duration) -> Option<Duration> {
        match self {
            Self::Open { until } => until.checked_sub(now).filter(|left| !left.is_zero()),
            _ => None,
        }
    }

    /// Counts what came of a call. Whether that changed the state.
    pub(super) fn judge(&mut self, verdict: Verdict, probe: bool, now: Duration, rules: &BreakerRules) -> bool {
        let next = match self {
            // A probe never meets a closed breaker: nothing but its own verdict closes it.
            Self::Closed(count) => {
                count.add(verdict, now, rules);
                count.opens(now, rules).then(|| Self::Open { until: now.saturating_add(rules.open) })
            }
            Self::HalfOpen if probe => Some(match verdict {
                Verdict::Spoke => Self::default(),
                Verdict::Throttled | Verdict::Failed => Self::Open { until: now.saturating_add(rules.open) },
                // It found out nothing: the next one may.
                Verdict::Unknown => Self::Open { until: now },
            }),
            // A call of an earlier time has ended: what it has to say is known.
            _ => None,
        };
        let changed = next.is_some();
        if let Some(next) = next {
            *self = next;
        }
        changed
    }
}

/// The calls that a closed breaker has seen.
#[derive(Debug, Default)]
pub(super) struct Count {
    in_a_row: u32,
    /// When the first of the row failed.
    row_began: Duration,
    /// When the first call was counted.
    began: Option<Duration>,
    parts: VecDeque<Part>,
}

/// The calls of a part of the window.
#[derive(Debug)]
struct Part {
    number: u128,
    calls: u64,
    failed: u64,
}

impl Count {
    fn add(&mut self, verdict: Verdict, now: Duration, rules: &BreakerRules) {
        match verdict {
            Verdict::Unknown => return,
            Verdict::Spoke => self.in_a_row = 0,
            Verdict::Failed => {
                if self.in_a_row == 0 {
                    self.row_began = now;
                }
                self.in_a_row += 1;
            }
            Verdict::Throttled => {}
        }
        self.began.get_or_insert(now);
        let number = now.as_nanos() / (rules.window / PARTS).as_nanos().max(1);
        self.parts.retain(|part| part.number + u128::from(PARTS) > number);
        if self.parts.back().is_none_or(|part| part.number != number) {
            self.parts.push_back(Part { number, calls: 0, failed: 0 });
        }
        if let Some(part) = self.parts.back_mut() {
            part.calls += 1;
            part.failed += u64::from(verdict != Verdict::Spoke);
        }
    }

    fn opens(&self, now: Duration, rules: &BreakerRules) -> bool {
        let lasts = |since: Duration| now.saturating_sub(since) >= rules.lasting;
        let calls: u64 = self.parts.iter().map(|part| part.calls).sum();
        let failed: u64 = self.parts.iter().map(|part| part.failed).sum();
        let share = failed > 0 && failed * 100 >= calls * u64::from(rules.percent);
        let in_a_row = self.in_a_row >= rules.in_a_row && lasts(self.row_began);
        in_a_row || (share && calls >= u64::from(rules.at_least) && self.began.is_some_and(lasts))
    }
}
