//! Asks one agent, and turns whatever comes of it into a report: an answer, lateness, an error or a panic.

use std::sync::Arc;
use std::time::Duration;

use contract::ports::Clock;
use contract::{Agent, AgentReport, Answer, Error, ErrorKind, Outcome, Stage, Usage};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use crate::course::Course;
use crate::trace::spans;

/// How an agent is asked.
pub(crate) struct Question<'a> {
    /// Who is asked.
    pub(crate) agent: Arc<dyn Agent>,
    /// How long they may take.
    pub(crate) allowed: Duration,
    /// The turn that they are asked about.
    pub(crate) course: &'a Course,
}

/// Asks, and waits no longer than allowed, nor for an answer that is `unwanted` by now.
///
/// The agent runs in a task of its own: a panic ends only that task, and an agent that computes without a pause cannot
/// hold up its siblings. When the wait is over, or the turn itself is dropped, the task is cancelled.
pub(crate) async fn ask(question: Question<'_>, clock: &dyn Clock, unwanted: impl Future<Output = ()>) -> AgentReport {
    let Question { agent, allowed, course } = question;
    let card = agent.card();
    let asked = clock.elapsed();
    let context = course.context(card.name, asked.saturating_add(allowed));
    let bill = context.errand.bill.clone();
    let span = spans::agent(&card);
    // Within the turn's span too: a task of its own is in none, and that of the agent is none of the log's.
    let run = async move { agent.run(&context).await }.instrument(span.clone()).instrument(course.span());
    let task = AbortOnDropHandle::new(tokio::spawn(run));
    let (outcome, answer) = tokio::select! {
        done = timeout(allowed, task) => match done {
            Ok(Ok(Ok(answer))) => (answered(&answer), answer),
            Ok(Ok(Err(error))) => (failed(card.name, error), Answer::default()),
            Ok(Err(_panicked)) => (panicked(card.name), Answer::default()),
            Err(_elapsed) => (Outcome::Late, Answer::default()),
        },
        () = unwanted => (Outcome::Abandoned, Answer::default()),
    };
    // The bill tells, not the agent: what was called is paid, even when no answer came of it.
    let calls = bill.calls();
    let report = AgentReport {
        agent: card.name.into(),
        stage: card.stage,
        outcome,
        findings: answer.findings,
        usage: calls.iter().map(|call| call.usage).sum(),
        calls,
        started_ms: milliseconds(asked.saturating_sub(course.began())),
        took_ms: milliseconds(clock.elapsed().saturating_sub(asked)),
    };
    spans::concluded(&span, &report);
    report
}

fn answered(answer: &Answer) -> Outcome {
    match &answer.reduced {
        Some(reason) => Outcome::Reduced { reason: reason.clone() },
        None => Outcome::Answered,
    }
}

fn failed(agent: &str, error: Error) -> Outcome {
    tracing::warn!(agent, kind = ?error.kind, %error, cause = ?std::error::Error::source(&error), "agent failed");
    Outcome::Failed { kind: error.kind, message: error.message }
}

fn panicked(agent: &str) -> Outcome {
    tracing::error!(agent, "agent panicked");
    Outcome::Failed { kind: ErrorKind::Internal, message: "the agent panicked".into() }
}

/// The report of an agent that was routed to but does not work here.
pub(crate) fn skipped(agent: &str, stage: Stage, reason: &str) -> AgentReport {
    AgentReport {
        agent: agent.into(),
        stage,
        outcome: Outcome::Skipped { reason: reason.into() },
        findings: Vec::new(),
        usage: Usage::default(),
        calls: Vec::new(),
        started_ms: 0.0,
        took_ms: 0.0,
    }
}

/// A duration in milliseconds, to the microsecond.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}
