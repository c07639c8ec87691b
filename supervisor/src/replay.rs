//! Goes through a recorded turn once more: with what was recorded, which must give the same to the byte, or with a candidate
//! in the places of the agents that think.
//!
//! Agents whose findings come from the world outside are played from their reports; those that think really run. Nothing is
//! stored, nobody is told, and no action is carried out: no port of any store is within reach.

mod cast;
mod compare;
mod playing;

use std::sync::Arc;
use std::time::Duration;

use contract::ports::Clock;
use contract::{
    Agent, AgentReport, Error, ErrorKind, Exchange, Finding, Purse, Result, StaffId, Stage, TurnId, TurnRecord,
};
use futures::FutureExt;
use futures::future::{join_all, pending};
use jiff::Timestamp;

use crate::allowance::allowance;
use crate::ask::{Question, ask, skipped};
use crate::course::{Course, Start};
use crate::event::Nobody;
use crate::settings::Settings;
use crate::turn::LINE;

pub use cast::Candidate;
pub use compare::{Difference, Replayed};

/// How long a replayed agent may take. Its recorded models answer at once, so only a machine under load needs any of it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Who held a conversation, where no finding says it: agents only ask whether somebody does.
const SOMEBODY: &str = "somebody";

/// Replays turns. Holds nothing of any of them.
pub struct Replay {
    candidate: Option<Candidate>,
    limits: response::Limits,
    history: usize,
    clock: Arc<dyn Clock>,
}

impl Replay {
    /// Replays what was recorded. The settings say how much of the past a turn saw, and under which limits it replied where
    /// its record does not.
    pub fn new(settings: &Settings, clock: Arc<dyn Clock>) -> Self {
        Self { candidate: None, limits: settings.reply, history: settings.turn.history, clock }
    }

    /// Replays with a candidate in the places of the agents that think.
    #[must_use]
    pub fn with(self, candidate: Candidate) -> Self {
        Self { candidate: Some(candidate), ..self }
    }

    /// The turn of this id, gone through again. `turns` are its conversation until it, oldest first.
    ///
    /// # Errors
    /// `NotFound` when it is not among them, or when its record does not hold what its models answered; `Invalid` when an
    /// agent's data files are broken.
    pub async fn play(&self, turn: &TurnId, turns: &[TurnRecord]) -> Result<Replayed> {
        let place = turns.iter().position(|record| record.turn.id == *turn);
        let place = place.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no turn {turn} here")))?;
        let (recorded, before) = (&turns[place], &turns[..place]);
        let again = self.again(recorded, self.seen(recorded, before)).await?;
        Ok(Replayed { recorded: recorded.clone(), again })
    }

    /// What a turn saw of its conversation: what was closed before it came. Another that was under way at once is not it.
    fn seen(&self, record: &TurnRecord, before: &[TurnRecord]) -> Vec<Exchange> {
        let session = before.iter().filter(|earlier| earlier.turn.session == record.turn.session);
        let closed: Vec<_> = session.filter(|earlier| earlier.closed <= record.turn.received).collect();
        let from = closed.len().saturating_sub(self.history);
        closed[from..].iter().map(|earlier| earlier.exchange()).collect()
    }

    /// The straight line once more.
    async fn again(&self, record: &TurnRecord, history: Vec<Exchange>) -> Result<TurnRecord> {
        let agents = match &self.candidate {
            Some(candidate) => candidate.agents(record)?,
            None => playing::agents(record, self.limits)?,
        };
        let purse = Purse::new(self.candidate.as_ref().and_then(|candidate| candidate.purse));
        let clock: Arc<dyn Clock> = Arc::new(At::of(record.turn.received, self.clock.clone()));
        let start = Start { turn: record.turn.clone(), history, held_by: held_by(record), began: clock.elapsed() };
        let mut course = Course::begin(start, clock.clone(), Arc::new(Nobody), purse);
        for stage in LINE {
            let reports = self.stage(stage, record, &agents, &course, &*clock).await;
            course.add(reports);
        }
        Ok(course.end())
    }

    /// All agents of a stage that were asked then, and in the Act stage are still wanted.
    async fn stage(
        &self,
        stage: Stage,
        record: &TurnRecord,
        agents: &[Arc<dyn Agent>],
        course: &Course,
        clock: &dyn Clock,
    ) -> Vec<AgentReport> {
        let routed = (stage == Stage::Act).then(|| course.routed());
        let wanted = |name: &String| routed.as_ref().is_none_or(|names| names.contains(name));
        let recorded = || record.reports.iter().filter(|report| report.stage == stage);
        let asked = recorded().filter(|report| wanted(&report.agent)).map(|report| async {
            let Some(agent) = agents.iter().find(|agent| agent.card().name == report.agent) else {
                return report.clone();
            };
            let allowed = self.candidate.as_ref().map_or(PATIENCE, |_| allowance(&agent.card(), course.left()));
            let question = Question { agent: agent.clone(), allowed, course };
            let again = ask(question, clock, pending().boxed()).await;
            // How a part was lost is the world's doing, as what the others found there.
            let lost = self.candidate.is_none() && report.outcome.is_missing();
            if lost { AgentReport { outcome: report.outcome.clone(), ..again } } else { again }
        });
        let mut reports = join_all(asked).await;
        let new = routed.iter().flatten().filter(|name| recorded().all(|report| report.agent != **name));
        reports.extend(new.map(|name| skipped(name, stage, "it was not asked when this turn was recorded")));
        reports
    }
}

/// The person who held the conversation: then what was written was no reply.
fn held_by(record: &TurnRecord) -> Option<StaffId> {
    let found = || record.reports.iter().flat_map(|report| &report.findings);
    let replied = found().any(|finding| matches!(finding, Finding::Reply(_)));
    let suggested = found().any(|finding| matches!(finding, Finding::Suggestion(_)));
    if replied || !(suggested || record.reply.model == crate::course::PERSON) {
        return None;
    }
    let named =
        found().find_map(|finding| if let Finding::Handoff(found) = finding { found.held_by.clone() } else { None });
    named.or_else(|| StaffId::new(SOMEBODY).ok())
}

/// A clock that goes on from the moment at which a turn was received.
struct At {
    received: Timestamp,
    since: Duration,
    clock: Arc<dyn Clock>,
}

impl At {
    fn of(received: Timestamp, clock: Arc<dyn Clock>) -> Self {
        Self { received, since: clock.elapsed(), clock }
    }
}

impl Clock for At {
    fn now(&self) -> Timestamp {
        self.received.checked_add(self.elapsed().saturating_sub(self.since)).unwrap_or(self.received)
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}
