//! What asking language models costs a turn: on whose behalf they are asked, every call, and the purse that pays for them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ErrorKind, SessionId, TurnId, Usage};

/// On whose behalf a language model is asked, and within which bounds. Belongs to one agent in one turn.
#[derive(Debug, Clone)]
pub struct Errand {
    /// The agent that asks.
    pub agent: String,
    /// The turn that it works for.
    pub turn: TurnId,
    /// The conversation of that turn.
    pub session: SessionId,
    /// When the whole answer is due, on [`Clock::elapsed`](crate::ports::Clock::elapsed).
    pub due: Duration,
    /// Where its calls are written down.
    pub bill: Arc<Bill>,
    /// Why the next call is made. Whoever makes a further call says so in the errand that it makes it on.
    pub reason: CallReason,
}

/// When a language model is asked, where a built-in answer could stand alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When {
    /// Never: the built-in answer stands.
    #[default]
    Never,
    /// Where the built-in answer is unsure.
    Unsure,
    /// Always; the built-in answer stands where no model answers.
    Always,
}

/// One call of a language model, as the why view shows it and as it is paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Call {
    /// The model that was called.
    pub model: String,
    /// The prompt that it was called with: the hash of its governed files.
    pub prompt_version: String,
    /// Why it was called.
    #[serde(default, skip_serializing_if = "CallReason::is_first")]
    pub reason: CallReason,
    /// What came of it.
    pub outcome: CallOutcome,
    /// What it cost.
    pub usage: Usage,
    /// Whether the cost is our estimate, because the vendor did not say: the call failed or was left.
    pub estimated: bool,
    /// When it began, in milliseconds after the turn was received.
    pub started_ms: f64,
    /// From its beginning until its first words, in milliseconds, if there were any.
    pub first_ms: Option<f64>,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// The sampling temperature that it was asked with, 0 to 1.
    #[serde(default)]
    pub temperature: f32,
    /// The longest answer that it was allowed, in tokens; zero in records that did not keep it.
    #[serde(default)]
    pub max_output_tokens: u32,
    /// What it answered, as far as it came, for a replay: also what was not said to the customer. Kept of vendors' models only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// Why a model was called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallReason {
    /// It is the one to ask.
    #[default]
    First,
    /// Its last call failed, and may succeed now.
    Retry,
    /// A call before was slow to speak.
    Hedge,
    /// A model before it in the list did not answer.
    Failover,
}

impl CallReason {
    /// Whether nothing went wrong before.
    pub fn is_first(&self) -> bool {
        *self == Self::First
    }
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum CallOutcome {
    /// The model said all that it had to say.
    Complete,
    /// The output maximum cut it.
    Length,
    /// A guardrail of the vendor stepped in.
    Filtered,
    /// It ended with an error.
    Failed {
        /// Which kind of error; throttled is `busy`.
        kind: ErrorKind,
    },
    /// It was left before its end: another call was quicker, or its time was over.
    Left,
}

impl CallOutcome {
    /// One word for logs and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Length => "length",
            Self::Filtered => "filtered",
            Self::Failed { kind: ErrorKind::Busy } => "throttled",
            Self::Failed { kind: ErrorKind::TimedOut } => "timed_out",
            Self::Failed { kind: ErrorKind::Refused } => "refused",
            Self::Failed { .. } => "failed",
            Self::Left => "left",
        }
    }
}

/// The calls that one agent made in one turn. An agent cannot forget a call: whoever makes it writes it down before it begins.
#[derive(Debug, Default)]
pub struct Bill {
    began: Duration,
    purse: Arc<Purse>,
    calls: Mutex<Vec<Call>>,
}

/// Which call of a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line(usize);

impl Bill {
    /// An empty bill of a turn that began then on the clock, paid from this purse.
    pub fn new(began: Duration, purse: Arc<Purse>) -> Self {
        Self { began, purse, calls: Mutex::default() }
    }

    /// When the turn began, on the clock.
    pub fn began(&self) -> Duration {
        self.began
    }

    /// What the whole turn may still spend.
    pub fn purse(&self) -> &Purse {
        &self.purse
    }

    /// Writes a call down as it begins, with what it costs at least.
    pub fn open(&self, call: Call) -> Line {
        let mut calls = self.all();
        calls.push(call);
        Line(calls.len() - 1)
    }

    /// Corrects a call that goes on or has ended.
    pub fn amend(&self, line: Line, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.all().get_mut(line.0) {
            change(call);
        }
    }

    /// All calls so far, in the order in which they began.
    pub fn calls(&self) -> Vec<Call> {
        self.all().clone()
    }

    fn all(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the models of one turn may cost together. All its agents pay from it at once.
#[derive(Debug, Default)]
pub struct Purse {
    limit: Option<u64>,
    taken: AtomicU64,
}

impl Purse {
    /// A purse with so many millionths of a US dollar; none: as many as it takes.
    pub fn new(limit: Option<u64>) -> Self {
        Self { limit, taken: AtomicU64::new(0) }
    }

    /// Takes money out, unless it is not there. Whatever happens at once, no more than the limit is ever taken.
    pub fn take(&self, micro_usd: u64) -> bool {
        let most = self.limit.unwrap_or(u64::MAX);
        let with = |taken: u64| taken.checked_add(micro_usd).filter(|sum| *sum <= most);
        self.taken.try_update(Ordering::Relaxed, Ordering::Relaxed, with).is_ok()
    }

    /// Says what was spent of what was taken: the rest is put back. Was more spent, that is out of the purse too.
    pub fn settle(&self, taken: u64, spent: u64) {
        let corrected = |all: u64| Some(all.saturating_sub(taken).saturating_add(spent));
        let _ = self.taken.try_update(Ordering::Relaxed, Ordering::Relaxed, corrected);
    }

    /// What is still in it; none: as much as it takes.
    pub fn left(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.taken()))
    }

    /// What is out of the purse now.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purse_never_gives_more_than_it_holds() {
        let purse = Purse::new(Some(1_000));
        let took: u64 = std::thread::scope(|scope| {
            let hands: Vec<_> =
                (0..8).map(|_| scope.spawn(|| (0..100).filter(|_| purse.take(7)).count() as u64)).collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).sum()
        });
        assert_eq!((took, purse.taken()), (142, 994));
        purse.settle(994, 0);
        assert!(purse.take(1_000) && !purse.take(1));
        purse.settle(1_000, 1_001);
        assert!(purse.taken() == 1_001 && !purse.take(0), "more was spent than there was");
        assert!(!Purse::new(Some(0)).take(1) && Purse::new(None).take(u64::MAX));
    }

    #[test]
    fn a_bill_keeps_calls_that_nobody_ended() {
        let bill = Bill::default();
        let call = |model: &str| Call {
            model: model.into(),
            prompt_version: String::new(),
            reason: CallReason::First,
            outcome: CallOutcome::Left,
            usage: Usage { input_tokens: 7, ..Usage::default() },
            estimated: true,
            started_ms: 0.0,
            first_ms: None,
            took_ms: 0.0,
            temperature: 0.0,
            max_output_tokens: 0,
            answer: None,
        };
        let first = bill.open(call("a"));
        bill.open(call("b"));
        bill.amend(first, |call| call.outcome = CallOutcome::Complete);
        let outcomes: Vec<_> = bill.calls().iter().map(|call| (call.model.clone(), call.outcome)).collect();
        assert_eq!(outcomes, [("a".into(), CallOutcome::Complete), ("b".into(), CallOutcome::Left)]);
    }
}
