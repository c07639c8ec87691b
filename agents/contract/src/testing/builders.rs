//! Small values to test with.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use crate::agent::TextSink;
use crate::ports::{Clock, Fingerprint, Opened, Opening, Ticket};
use crate::record::{Citation, Reply, Timing, TurnRecord};
use crate::turn::{Channel, Turn};
use crate::{
    Access, AgentReport, Bill, CallReason, Caller, CustomerId, Errand, Error, Finding, IdempotencyKey, Outcome,
    SessionId, Stage, TurnId, Usage,
};

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl Default for ManualClock {
    fn default() -> Self {
        Self(Mutex::new("2026-11-02T09:00:00Z".parse().unwrap()))
    }
}

impl ManualClock {
    /// Moves time forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(by).unwrap();
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.now().as_millisecond().unsigned_abs())
    }
}

/// A sink that keeps what it hears.
#[derive(Debug, Default)]
pub struct RecordingSink(Mutex<Reply>);

impl RecordingSink {
    /// The text and the citations so far.
    pub fn heard(&self) -> Reply {
        self.0.lock().unwrap().clone()
    }
}

impl TextSink for RecordingSink {
    fn release(&self, text: &str) {
        self.0.lock().unwrap().text.push_str(text);
    }

    fn cite(&self, citation: &Citation) {
        self.0.lock().unwrap().citations.push(citation.clone());
    }
}

/// The caller with this customer id.
pub fn customer(id: &str) -> Caller {
    Caller::Customer(CustomerId::new(id).unwrap())
}

/// The right of this customer to their own data.
pub fn access(id: &str) -> Access {
    customer(id).access().unwrap()
}

/// A turn of `caller` in `session` that says `text`; its id must be unique in the store.
pub fn turn(id: &str, session: &str, caller: &Caller, text: &str) -> Turn {
    Turn {
        id: TurnId::new(id).unwrap(),
        session: SessionId::new(session).unwrap(),
        caller: caller.clone(),
        channel: Channel::Web,
        text: text.into(),
        tone: None,
        locale: "en".into(),
        vehicle: None,
        decision: None,
        received: "2026-11-02T09:00:00Z".parse().unwrap(),
        deadline_ms: 5_000,
    }
}

/// An errand that is due when nobody waits any more, on a bill of its own.
pub fn errand() -> Errand {
    Errand {
        agent: "response".into(),
        turn: TurnId::new("turn").unwrap(),
        session: SessionId::new("session").unwrap(),
        due: Duration::MAX,
        bill: Arc::new(Bill::default()),
        reason: CallReason::First,
    }
}

/// The record of `turn` with this reply.
pub fn record(turn: &Turn, reply: &str) -> TurnRecord {
    TurnRecord {
        turn: turn.clone(),
        reports: Vec::new(),
        reply: Reply { text: reply.into(), ..Reply::default() },
        degraded: Vec::new(),
        usage: Usage::default(),
        timing: Timing::default(),
        closed: turn.received,
    }
}

/// What the analysts of a turn found.
pub fn reported(findings: Vec<Finding>) -> AgentReport {
    AgentReport {
        agent: "analysts".into(),
        stage: Stage::Analyze,
        outcome: Outcome::Answered,
        findings,
        usage: Usage::default(),
        calls: Vec::new(),
        started_ms: 0.0,
        took_ms: 0.0,
    }
}

/// The lease of every [`opening`].
pub const LEASE: Duration = Duration::from_secs(30);

/// A turn that asks to be admitted; what it says is its fingerprint.
pub fn opening(turn: &Turn, key: &str) -> Opening {
    Opening {
        turn: turn.clone(),
        key: IdempotencyKey::new(key).unwrap(),
        fingerprint: Fingerprint(turn.text.clone()),
        lease: LEASE,
        history_limit: 10,
    }
}

/// The ticket of a turn that was admitted.
pub fn admitted(outcome: Result<Opened, Error>) -> Ticket {
    match outcome.expect("admitted") {
        Opened::New(ticket) => ticket,
        Opened::Repeat(record) => panic!("{} was answered before", record.turn.id),
    }
}
