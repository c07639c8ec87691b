//! One turn under way: what was reported so far, what was said so far, and how long it has taken.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use contract::ports::Clock;
use contract::record::{Citation, Timing};
use contract::{
    AgentReport, Bill, CallReason, Errand, Exchange, Finding, Purse, Reply, StaffId, Stage, TextSink, Turn,
    TurnContext, TurnRecord, Usage,
};
use response::Listener;
use tracing::Span;

use crate::ask::milliseconds;
use crate::event::{Audience, TurnEvent};
use crate::last_words::last_words;

/// What a reply is recorded as that the assistant left to a person.
pub(crate) const PERSON: &str = "person";

/// What a turn begins with.
pub(crate) struct Start {
    /// The turn.
    pub(crate) turn: Turn,
    /// The conversation so far, oldest first.
    pub(crate) history: Vec<Exchange>,
    /// The person who holds the conversation.
    pub(crate) held_by: Option<StaffId>,
    /// When the turn was taken up, on the clock.
    pub(crate) began: Duration,
}

/// Belongs to one turn and to nobody else: this is where all state of a request lives.
pub(crate) struct Course {
    turn: Arc<Turn>,
    history: Arc<[Exchange]>,
    held_by: Option<StaffId>,
    reports: Arc<Vec<AgentReport>>,
    spoken: Arc<Spoken>,
    clock: Arc<dyn Clock>,
    began: Duration,
    purse: Arc<Purse>,
    span: Span,
}

impl Course {
    /// A turn that begins, in its span.
    pub(crate) fn begin(start: Start, clock: Arc<dyn Clock>, audience: Arc<dyn Audience>, purse: Purse) -> Self {
        let Start { turn, history, held_by, began } = start;
        let spoken = Spoken { words: Mutex::default(), clock: clock.clone(), began, audience };
        Self {
            turn: Arc::new(turn),
            history: history.into(),
            held_by,
            reports: Arc::default(),
            spoken: Arc::new(spoken),
            clock,
            began,
            purse: Arc::new(purse),
            span: Span::current(),
        }
    }

    /// The span of the turn, which its lines in the log belong to.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// When the turn began, on the clock.
    pub(crate) fn began(&self) -> Duration {
        self.began
    }

    /// How much of the turn's time is left.
    pub(crate) fn left(&self) -> Duration {
        self.turn.deadline().saturating_sub(self.clock.elapsed().saturating_sub(self.began))
    }

    /// What this agent may read, and on which errand it asks models, until it is `due` on the clock.
    pub(crate) fn context(&self, agent: &str, due: Duration) -> TurnContext {
        let bill = Arc::new(Bill::new(self.began, self.purse.clone()));
        let (turn, session) = (self.turn.id.clone(), self.turn.session.clone());
        TurnContext {
            errand: Errand { agent: agent.into(), turn, session, due, bill, reason: CallReason::First },
            turn: self.turn.clone(),
            history: self.history.clone(),
            reports: self.reports.clone(),
            held_by: self.held_by.clone(),
            sink: self.spoken.clone(),
        }
    }

    /// Adds what the agents of a stage reported, in the order of the roster.
    pub(crate) fn add(&mut self, reports: Vec<AgentReport>) {
        Arc::make_mut(&mut self.reports).extend(reports);
    }

    /// The action agents that the route names.
    pub(crate) fn routed(&self) -> Vec<String> {
        let findings = self.reports.iter().flat_map(|report| &report.findings);
        let route = findings
            .filter_map(|finding| if let Finding::Route(route) = finding { Some(route) } else { None })
            .next_back();
        route.map(|route| route.agents.clone()).unwrap_or_default()
    }

    /// Ends the turn: from here on nothing more can be said, and what was said is the reply.
    pub(crate) fn end(self) -> TurnRecord {
        let reply = self.reply();
        let first = self.spoken.close();
        let now = self.clock.elapsed().saturating_sub(self.began);
        let reports = Arc::unwrap_or_clone(self.reports);
        TurnRecord {
            degraded: reports
                .iter()
                .filter(|report| report.outcome.degrades())
                .map(|report| report.agent.clone())
                .collect(),
            usage: reports.iter().map(|report| report.usage).sum::<Usage>(),
            timing: Timing { first_token_ms: milliseconds(first.unwrap_or(now)), total_ms: milliseconds(now) },
            closed: self.clock.now(),
            turn: Arc::unwrap_or_clone(self.turn),
            reports,
            reply,
        }
    }

    /// The reply that the response agent signed, or, without one, what it had released and our last words.
    fn reply(&self) -> Reply {
        let responded = self.reports.iter().filter(|report| report.stage == Stage::Respond);
        let signed = responded.flat_map(|report| &report.findings).find_map(|finding| match finding {
            Finding::Reply(reply) if !reply.text.trim().is_empty() => Some(reply.clone()),
            _ => None,
        });
        let spoken = self.spoken.so_far();
        if self.held_by.is_some() && signed.is_none() {
            // The assistant is silent: the person answers. What it had to warn of was said.
            return Reply { model: PERSON.into(), ..spoken };
        }
        let found = self.reports.iter().flat_map(|report| &report.findings);
        let reply = signed.unwrap_or_else(|| last_words(spoken.clone(), found, Listener::of(&self.turn)));
        // Whatever of the reply was not streamed leaves now, so that the words heard are the words stored.
        self.spoken.release(reply.text.strip_prefix(&spoken.text).unwrap_or_default());
        reply
    }
}

/// What was said to the customer so far. Shared with the responding agent, and closed to it when its time is over.
struct Spoken {
    words: Mutex<Words>,
    clock: Arc<dyn Clock>,
    began: Duration,
    audience: Arc<dyn Audience>,
}

#[derive(Default)]
struct Words {
    reply: Reply,
    first: Option<Duration>,
    closed: bool,
}

impl Spoken {
    fn words(&self) -> MutexGuard<'_, Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn so_far(&self) -> Reply {
        self.words().reply.clone()
    }

    /// Lets nothing more through. Returns when the first words were said.
    fn close(&self) -> Option<Duration> {
        let mut words = self.words();
        words.closed = true;
        words.first
    }
}

impl TextSink for Spoken {
    fn release(&self, text: &str) {
        let mut words = self.words();
        if words.closed || text.is_empty() {
            return;
        }
        words.first.get_or_insert_with(|| self.clock.elapsed().saturating_sub(self.began));
        words.reply.text.push_str(text);
        // Under the lock, so that the audience hears the words in the order in which they are recorded.
        self.audience.hear(TurnEvent::Delta(text.to_owned()));
    }

    fn cite(&self, citation: &Citation) {
        let mut words = self.words();
        if !words.closed {
            words.reply.citations.push(citation.clone());
        }
    }
}
