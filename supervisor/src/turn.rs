//! The straight line of a turn: open, analyze, route, act, respond, close.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use backoffice::Handoffs;
use backoffice::handoffs::{Case, CaseState};
use contract::ports::{Clock, Closing, Conversations, Fingerprint, Opened, Opening};
use contract::{AgentReport, Exchange, IdempotencyKey, Purse, Result, StaffId, Stage, Turn, TurnRecord};
use futures::FutureExt;
use futures::future::join_all;
use metering::Metrics;
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::allowance::allowance;
use crate::ask::{Question, ask, skipped};
use crate::course::{Course, Start};
use crate::event::{Audience, TurnEvent};
use crate::measures;
use crate::memory::Memory;
use crate::roster::Roster;
use crate::trace::{closing, spans};

/// The stages that make a reply, in their order.
pub(crate) const LINE: [Stage; 4] = [Stage::Analyze, Stage::Route, Stage::Act, Stage::Respond];

/// So many turns are analysed at once. More of them would only slow each other down until all of their agents are late.
const ANALYSES_AT_ONCE: usize = 128;

/// Takes turns. Holds nothing of any of them.
pub struct Supervisor {
    roster: Roster,
    analyses: Semaphore,
    ports: Ports,
    rules: Rules,
    memory: Option<Memory>,
}

/// The ports that the supervisor itself uses; the agents have their own.
#[derive(Clone)]
pub struct Ports {
    /// Where turns are kept.
    pub conversations: Arc<dyn Conversations>,
    /// The queue of people.
    pub handoffs: Arc<dyn Handoffs>,
    /// What turns are measured by.
    pub clock: Arc<dyn Clock>,
    /// Where measures go.
    pub metrics: Arc<dyn Metrics>,
}

/// What holds for every turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// After this time an unfinished turn may be taken over.
    pub lease: Duration,
    /// Past exchanges that a turn sees.
    pub history: usize,
    /// What its models may cost together, in millionths of a US dollar; none: no bound.
    pub purse: Option<u64>,
}

/// A turn that a door has read and admitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The turn.
    pub turn: Turn,
    /// What makes a repeat recognisable.
    pub key: IdempotencyKey,
    /// A hash of what the request said.
    pub fingerprint: Fingerprint,
}

impl Supervisor {
    /// A supervisor of these agents.
    pub fn new(roster: Roster, ports: Ports, rules: Rules) -> Self {
        Self { roster, analyses: Semaphore::new(ANALYSES_AT_ONCE), ports, rules, memory: None }
    }

    /// The supervisor, who also remembers what of a turn is worth it.
    #[must_use]
    pub fn with_memory(self, memory: Memory) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// Remembers what a person noted when they settled a case, for the customer's next conversations.
    pub async fn settled(&self, case: &Case) {
        if let Some(memory) = &self.memory {
            memory.settled(case).await;
        }
    }

    /// Takes one turn from open to close, and tells `audience` what happens on the way.
    ///
    /// It never fails for an agent's sake: a slow, failing or panicking agent becomes an outcome in its report, and the
    /// reply is made without it. When the audience leaves, the reply is broken off, and the turn is stored as far as it
    /// came. The same key and body give the stored record of the first time.
    ///
    /// # Errors
    /// Those of [`Conversations::open`] and [`Conversations::close`]: the turn was not admitted, or the store is lost.
    pub async fn take(&self, request: Request, audience: Arc<dyn Audience>) -> Result<TurnRecord> {
        let span = spans::turn(&request.turn);
        let taken = self.walk(request, audience).instrument(span.clone()).await;
        spans::taken(&span, taken.as_ref().err());
        if let Some(measure) = taken.as_ref().err().and_then(measures::of_error) {
            self.ports.metrics.record(&[measure]);
        }
        taken
    }

    /// The straight line.
    async fn walk(&self, request: Request, audience: Arc<dyn Audience>) -> Result<TurnRecord> {
        let Ports { conversations, clock, metrics, .. } = &self.ports;
        // The deadline runs from here: a slow store takes its time from the agents, not from the customer.
        let began = clock.elapsed();
        let Request { turn, key, fingerprint } = request;
        let Rules { lease, history, purse } = self.rules;
        let purse = Purse::new(purse);
        let opening = Opening { turn: turn.clone(), key, fingerprint, lease, history_limit: history };
        let ticket = match spans::within(spans::store("open"), conversations.open(&opening)).await? {
            Opened::New(ticket) => ticket,
            Opened::Repeat(record) => {
                audience.hear(TurnEvent::Closed(record.clone()));
                return Ok(*record);
            }
        };
        let opened =
            Start { turn, history: ticket.history.clone(), held_by: self.holder(&ticket.history).await, began };
        let mut course = Course::begin(opened, clock.clone(), audience.clone(), purse);
        for stage in LINE {
            // In a rush turns wait here, first come, first served. Their time runs meanwhile. Never closed, so never refused.
            let _place = if stage == Stage::Analyze { self.analyses.acquire().await.ok() } else { None };
            let reports = spans::within(spans::stage(stage), self.ask_all(stage, &course, &*audience)).await;
            course.add(reports);
        }
        let record = course.end();
        let closing = conversations.close(Closing { ticket: &ticket, record: &record });
        spans::within(spans::store("close"), closing).await?;
        if let Some(memory) = &self.memory {
            memory.keep(&record, &ticket.history).await;
        }
        closing::log(&record);
        audience.hear(TurnEvent::Closed(Box::new(record.clone())));
        // Behind the reply: nobody waits for a measure.
        metrics.record(&measures::of_turn(&record));
        Ok(record)
    }

    /// The person who holds the conversation. Only one that had a case lately is looked up, by its newest: a turn in which
    /// the handoff agent was late names none. When the queue cannot be reached, the assistant answers: better two voices than
    /// none.
    async fn holder(&self, history: &[Exchange]) -> Option<StaffId> {
        let case = history.iter().rev().find_map(|exchange| exchange.case.as_ref())?;
        match self.ports.handoffs.case(case).await {
            Ok(Case { state: CaseState::Held { by, .. }, .. }) => Some(by),
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(%error, "whether a person holds the conversation is not known");
                None
            }
        }
    }

    /// Asks all agents of a stage at once. In the Act stage only those that the route names.
    async fn ask_all(&self, stage: Stage, course: &Course, audience: &dyn Audience) -> Vec<AgentReport> {
        let routed = (stage == Stage::Act).then(|| course.routed());
        let wanted = |name: &str| routed.as_ref().is_none_or(|names| names.iter().any(|wanted| wanted == name));
        let asked = self.roster.at(stage).filter(|agent| wanted(agent.card().name)).map(|agent| async {
            let allowed = allowance(&agent.card(), course.left());
            let question = Question { agent: agent.clone(), allowed, course };
            // What was found out is worth keeping for the customer's return; a reply costs a generation.
            let unwanted = if stage == Stage::Respond { audience.left() } else { pending().boxed() };
            let report = ask(question, &*self.ports.clock, unwanted).await;
            audience.hear(TurnEvent::Reported(report.clone()));
            report
        });
        let mut reports = join_all(asked).await;
        let absent = routed.iter().flatten().filter(|name| !self.roster.employs(name));
        reports.extend(absent.map(|name| skipped(name, stage, "not on the roster of this deployment")));
        reports
    }
}
