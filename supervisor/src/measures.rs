//! What operators measure: of a turn, taken from its record alone, and of what is turned away before it is one.

use contract::finding::{Finding, Route, Target};
use contract::{Action, ActionState, AgentReport, Call, CallReason, Error, ErrorKind, Outcome, TurnRecord};
use metering::{About, Measure, Metric};

/// The agents that may ask a model, and have something built in that answers where none is asked.
const MAY_ASK: [&str; 3] = ["intent", "sentiment", "response"];

/// The measures of a closed turn.
pub(crate) fn of_turn(record: &TurnRecord) -> Vec<Measure> {
    let (channel, arm) = (Some(record.turn.channel), record.reply.arm.clone());
    let about = About { channel, arm, queue: queue_of_people(record), ..About::default() };
    let about_turn = [
        (Metric::Turns, 1.0),
        (Metric::DegradedTurns, one_if(!record.degraded.is_empty())),
        (Metric::Handoffs, one_if(about.queue.is_some())),
        (Metric::TurnLatency, record.timing.total_ms),
        (Metric::FirstWordLatency, record.timing.first_token_ms),
    ];
    let agents = record.reports.iter().flat_map(of_agent);
    let calls = record.reports.iter().flat_map(|report| report.calls.iter().flat_map(|call| of_call(report, call)));
    let actions = record.actions();
    all(about, about_turn).into_iter().chain(agents).chain(calls).chain(actions.iter().map(of_action)).collect()
}

/// The measure of a request that ended without a reply for our own sake; what the caller did wrong is no failure of ours.
pub(crate) fn of_error(error: &Error) -> Option<Measure> {
    let outcome = match error.kind {
        ErrorKind::Busy => "busy",
        ErrorKind::TimedOut => "timed_out",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Internal => "internal",
        ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::Refused | ErrorKind::Invalid => return None,
    };
    Some(one(Metric::TurnErrors, outcome))
}

/// The measure of a request that was answered with this status.
pub(crate) fn of_answer(status: u16) -> Measure {
    let outcome = match status {
        0..=399 => "answered",
        400..=499 => "refused",
        _ => "failed",
    };
    one(Metric::Requests, outcome)
}

/// The measure of what was turned away with this status: by a limit, for its credential, or since there was no place.
pub(crate) fn of_refusal(status: u16) -> Measure {
    let outcome = match status {
        401 => "unauthenticated",
        403 => "forbidden",
        413 | 431 => "too_large",
        429 => "too_many",
        500.. => "overloaded",
        _ => "malformed",
    };
    one(Metric::RefusedRequests, outcome)
}

/// The measure of what a customer said of a reply, each time they say something.
pub(crate) fn of_feedback(is_good: bool) -> Measure {
    one(Metric::Feedback, if is_good { "up" } else { "down" })
}

fn one(metric: Metric, outcome: &'static str) -> Measure {
    Measure { metric, value: 1.0, about: About { outcome: Some(outcome), ..About::default() } }
}

fn all<const N: usize>(about: About, values: [(Metric, f64); N]) -> Vec<Measure> {
    values.into_iter().map(|(metric, value)| Measure { metric, value, about: about.clone() }).collect()
}

fn one_if(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

fn of_agent(report: &AgentReport) -> Vec<Measure> {
    if matches!(report.outcome, Outcome::Skipped { .. }) {
        return Vec::new();
    }
    let (agent, outcome) = (Some(report.agent.clone()), Some(report.outcome.word()));
    let about = About { agent, outcome, ..About::default() };
    let mut measures = all(about.clone(), [(Metric::AgentLatency, report.took_ms), (Metric::AgentReports, 1.0)]);
    if MAY_ASK.contains(&report.agent.as_str()) {
        measures.extend(all(about, [(Metric::BuiltInAnswers, one_if(is_built_in(report)))]));
    }
    measures
}

/// Whether it answered in full and asked no model. What is built in also speaks where a model failed: that is none.
fn is_built_in(report: &AgentReport) -> bool {
    let asked = |call: &Call| call.model != models::offline::NAME || call.reason == CallReason::Failover;
    report.outcome == Outcome::Answered && !report.calls.iter().any(asked)
}

/// What a call took. Models are told apart by agent too: the same one costs the intent agent and the reply different things.
fn of_call(report: &AgentReport, call: &Call) -> Vec<Measure> {
    let about = About {
        agent: Some(report.agent.clone()),
        model: Some(call.model.clone()),
        outcome: Some(call.outcome.word()),
        ..About::default()
    };
    let further = match call.reason {
        CallReason::First => None,
        CallReason::Retry => Some(Metric::Retries),
        CallReason::Hedge => Some(Metric::Hedges),
        CallReason::Failover => Some(Metric::Failovers),
    };
    let values = [
        (Metric::ModelCalls, 1.0),
        (Metric::ModelLatency, call.took_ms),
        (Metric::InputTokens, call.usage.input_tokens as f64),
        (Metric::CachedInputTokens, call.usage.cached_tokens as f64),
        (Metric::OutputTokens, call.usage.output_tokens as f64),
        (Metric::ModelCost, call.usage.micro_usd as f64),
    ];
    let some = [further.map(|metric| (metric, 1.0)), call.first_ms.map(|first| (Metric::ModelFirstWordLatency, first))];
    let some = some.into_iter().flatten().flat_map(|value| all(about.clone(), [value]));
    all(about.clone(), values).into_iter().chain(some).collect()
}

fn of_action(action: &Action) -> Measure {
    let outcome = match action.state {
        ActionState::Proposed => "proposed",
        ActionState::CarriedOut { .. } => "carried_out",
        ActionState::Failed { .. } => "failed",
        ActionState::Declined => "declined",
    };
    let about = About { agent: Some(action.agent.clone()), outcome: Some(outcome), ..About::default() };
    Measure { metric: Metric::Actions, value: 1.0, about }
}

/// The queue of the person who should take over; none where the turn needs nobody.
fn queue_of_people(record: &TurnRecord) -> Option<String> {
    let route = record.find(|finding| if let Finding::Route(route) = finding { Some(route) } else { None });
    route.filter(|Route { target, .. }| *target == Target::Human).map(|route| route.queue.clone())
}

#[cfg(test)]
mod tests;
