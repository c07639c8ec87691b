//! Agents that run elsewhere: what is sent to one, what comes back, and who stands in for it on the roster.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::Clock;
use contract::{
    Agent, AgentReport, Answer, Call, Card, Error, ErrorKind, Exchange, Outcome, Purse, Result, StaffId, Turn,
    TurnContext,
};
use serde::{Deserialize, Serialize};

use crate::ask::{Question, ask, milliseconds};
use crate::course::{Course, Start};
use crate::event::Nobody;
use crate::trace::{context, spans};

/// A place where an agent runs, such as a function of its own.
#[async_trait]
pub trait Place: Send + Sync {
    /// Sends a [`Brief`] as JSON there, and brings back the [`AgentReport`] as JSON.
    ///
    /// # Errors
    /// Whatever kept the agent from being asked or from answering; the supervisor reports it as that of the agent.
    async fn send(&self, brief: Vec<u8>) -> Result<Vec<u8>>;
}

/// All that an agent elsewhere may read: what a [`TurnContext`] holds, without what only works in one process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// The agent that is asked.
    pub agent: String,
    /// The turn.
    pub turn: Turn,
    /// The conversation so far, oldest first.
    pub history: Vec<Exchange>,
    /// What the agents of earlier stages reported.
    pub reports: Vec<AgentReport>,
    /// The person who holds the conversation.
    pub held_by: Option<StaffId>,
    /// How long it may take, in milliseconds. No moment: clocks differ from machine to machine.
    pub left_ms: u64,
    /// What its models may cost, in millionths of a US dollar; none: as much as it takes.
    pub purse: Option<u64>,
    /// The span of a trace that it goes on with, as W3C Trace Context writes it.
    #[serde(default)]
    pub traceparent: Option<String>,
}

/// Stands in for an agent that runs elsewhere: on the roster it is that agent.
///
/// The supervisor holds it to the same allowance as an agent at home: when that is over, the call is dropped. A responding
/// agent cannot run elsewhere, since its sentences leave while they are made.
pub struct RemoteAgent {
    card: Card,
    place: Arc<dyn Place>,
    clock: Arc<dyn Clock>,
}

impl RemoteAgent {
    /// The agent of this card, which runs at `place`.
    pub fn new(card: Card, place: Arc<dyn Place>, clock: Arc<dyn Clock>) -> Self {
        Self { card, place, clock }
    }
}

#[async_trait]
impl Agent for RemoteAgent {
    fn card(&self) -> Card {
        self.card
    }

    async fn run(&self, context: &TurnContext) -> Result<Answer> {
        let asked = self.clock.elapsed();
        let (bill, left) = (&context.errand.bill, context.errand.due.saturating_sub(asked));
        let purse = set_aside(bill.purse());
        let brief = Brief {
            agent: self.card.name.into(),
            turn: (*context.turn).clone(),
            history: context.history.to_vec(),
            reports: (*context.reports).clone(),
            held_by: context.held_by.clone(),
            left_ms: u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
            purse,
            traceparent: context::traceparent(),
        };
        let brief = serde_json::to_vec(&brief).map_err(|cause| strange("what an agent may read").caused_by(cause))?;
        let report = self.place.send(brief).await?;
        let report: AgentReport = serde_json::from_slice(&report)
            .map_err(|cause| strange("what an agent answered").hint("run one version everywhere").caused_by(cause))?;
        // Whatever came of it, its calls are paid. Without an answer nobody knows them: then all that was set aside is spent.
        bill.purse().settle(purse.unwrap_or_default(), report.usage.micro_usd);
        let began = milliseconds(asked.saturating_sub(bill.began()));
        for call in report.calls {
            bill.open(Call { started_ms: call.started_ms + began, ..call });
        }
        match report.outcome {
            Outcome::Answered => Ok(Answer { findings: report.findings, reduced: None }),
            Outcome::Reduced { reason } => Ok(Answer { findings: report.findings, reduced: Some(reason) }),
            Outcome::Failed { kind, message } => Err(Error::new(kind, message)),
            Outcome::Late | Outcome::Abandoned | Outcome::Skipped { .. } => {
                Err(Error::new(ErrorKind::TimedOut, "the agent, which runs elsewhere, did not answer in time"))
            }
        }
    }
}

/// Asks the agent of this place, as the supervisor asks one at home: bounded in time, its panics caught, its calls billed.
///
/// # Errors
/// `Invalid` when another agent is meant.
pub async fn answer(agent: &Arc<dyn Agent>, clock: &Arc<dyn Clock>, brief: Brief) -> Result<AgentReport> {
    let Brief { agent: meant, turn, history, reports, held_by, left_ms, purse, traceparent } = brief;
    let span = spans::errand(&turn, traceparent.as_deref());
    let here = agent.card().name;
    if meant != here {
        let message = format!("the agent {meant:?} was asked where {here:?} runs");
        return Err(
            Error::new(ErrorKind::Invalid, message).hint(format!("correct agents.{meant}.run, or lambda.agent"))
        );
    }
    let start = Start { turn, history, held_by, began: clock.elapsed() };
    let begun = || Course::begin(start, clock.clone(), Arc::new(Nobody), Purse::new(purse));
    let mut course = span.in_scope(begun);
    course.add(reports);
    let question = Question { agent: agent.clone(), allowed: Duration::from_millis(left_ms), course: &course };
    Ok(spans::within(span, ask(question, &**clock, std::future::pending())).await)
}

/// Takes half of what is left out of the purse for an agent that cannot reach into it: whatever the agents of a turn do at the
/// same time, together they never spend more than it holds.
fn set_aside(purse: &Purse) -> Option<u64> {
    loop {
        let half = purse.left()? / 2;
        // When it fails, somebody else has taken money since: there is less to halve.
        if half == 0 || purse.take(half) {
            return Some(half);
        }
    }
}

fn strange(what: &str) -> Error {
    Error::new(ErrorKind::Internal, format!("{what} cannot be put into words that another process reads"))
}

#[cfg(test)]
mod tests {
    use contract::testing::{ManualClock, customer, turn};
    use contract::{CallOutcome, CallReason, Stage, Usage};

    use super::*;

    /// Asks a model for as much as the words of the turn say, if its purse gives it.
    struct Spender;

    #[async_trait]
    impl Agent for Spender {
        fn card(&self) -> Card {
            Card { name: "spender", purpose: "Spends.", stage: Stage::Analyze, budget: Duration::from_secs(1) }
        }

        async fn run(&self, context: &TurnContext) -> Result<Answer> {
            let micro_usd = context.turn.text.parse().map_err(|_| Error::new(ErrorKind::Invalid, "not a price"))?;
            if !context.errand.bill.purse().take(micro_usd) {
                return Ok(Answer { reduced: Some("no money".into()), ..Answer::default() });
            }
            context.errand.bill.open(Call {
                model: "dear".into(),
                prompt_version: String::new(),
                reason: CallReason::First,
                outcome: CallOutcome::Complete,
                usage: Usage { micro_usd, ..Usage::default() },
                estimated: false,
                started_ms: 1.0,
                first_ms: None,
                took_ms: 2.0,
                temperature: 0.3,
                max_output_tokens: 150,
                answer: None,
            });
            assert!(micro_usd != 13, "planted");
            Ok(Answer::default())
        }
    }

    /// Another process, as far as JSON and clocks are concerned.
    struct NextDoor;

    #[async_trait]
    impl Place for NextDoor {
        async fn send(&self, brief: Vec<u8>) -> Result<Vec<u8>> {
            let (agent, clock): (Arc<dyn Agent>, Arc<dyn Clock>) = (Arc::new(Spender), Arc::<ManualClock>::default());
            let report = answer(&agent, &clock, serde_json::from_slice(&brief).unwrap()).await?;
            Ok(serde_json::to_vec(&report).unwrap())
        }
    }

    async fn asked(text: &str, purse: Option<u64>, name: &'static str) -> (AgentReport, u64) {
        let clock: Arc<ManualClock> = Arc::default();
        let start = Start {
            turn: turn("t", "s", &customer("ada"), text),
            history: Vec::new(),
            held_by: None,
            began: clock.elapsed(),
        };
        let course = Course::begin(start, clock.clone(), Arc::new(Nobody), Purse::new(purse));
        clock.advance(Duration::from_millis(500));
        let card = Card { name, ..Spender.card() };
        let agent = Arc::new(RemoteAgent::new(card, Arc::new(NextDoor), clock.clone()));
        let context = course.context(name, Duration::MAX);
        let question = Question { agent, allowed: Duration::from_secs(1), course: &course };
        let report = ask(question, &*clock, std::future::pending()).await;
        (report, context.errand.bill.purse().taken())
    }

    #[tokio::test]
    async fn what_was_spent_elsewhere_is_on_the_bill_and_out_of_the_purse() {
        let (report, taken) = asked("40", Some(100), "spender").await;
        assert_eq!((report.outcome, report.usage.micro_usd, taken), (Outcome::Answered, 40, 40));
        assert_eq!(report.calls[0].started_ms, 501.0, "counted from when the turn was received");
        let (report, taken) = asked("60", Some(100), "spender").await;
        assert_eq!((report.outcome, taken), (Outcome::Reduced { reason: "no money".into() }, 0), "half is the most");
        let (report, taken) = asked("60", None, "spender").await;
        assert_eq!((report.outcome, taken), (Outcome::Answered, 60));
        let (report, taken) = asked("13", Some(100), "spender").await;
        assert_eq!(
            (report.outcome.word(), report.usage.micro_usd, taken),
            ("failed", 13, 13),
            "it panicked, and is paid"
        );
        let (_, taken) = asked("40", Some(100), "somebody").await;
        assert_eq!(taken, 50, "what nobody can account for is spent");
    }

    #[tokio::test]
    async fn another_agent_than_the_one_that_is_meant_does_not_answer() {
        let (report, _) = asked("40", None, "somebody").await;
        let Outcome::Failed { kind, message } = report.outcome else { panic!("{report:?}") };
        assert!(kind == ErrorKind::Invalid && message.contains("somebody") && message.contains("spender"), "{message}");
    }
}
