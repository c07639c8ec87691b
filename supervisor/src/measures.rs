//! What operators measure of a turn, taken from its record alone.

use contract::finding::{Finding, Target};
use contract::ports::{Dimensions, Measure, Metric};
use contract::{AgentReport, Call, Error, ErrorKind, Outcome, TurnRecord};

/// The measures of a closed turn.
pub(crate) fn of_turn(record: &TurnRecord) -> Vec<Measure> {
    let (channel, arm) = (Some(record.turn.channel), record.reply.arm.clone());
    let turn = Dimensions { channel, arm, ..Dimensions::default() };
    let about_turn = [
        (Metric::Turns, 1.0),
        (Metric::DegradedTurns, f64::from(u8::from(!record.degraded.is_empty()))),
        (Metric::Handoffs, f64::from(u8::from(needs_a_person(record)))),
        (Metric::TurnLatency, record.timing.total_ms),
        (Metric::FirstWordLatency, record.timing.first_token_ms),
    ];
    let of = |about: Dimensions| move |(metric, value)| Measure { metric, value, about: about.clone() };
    let agents = record.reports.iter().filter_map(of_agent);
    let calls = record.reports.iter().flat_map(|report| report.calls.iter().flat_map(|call| of_call(report, call)));
    about_turn.into_iter().map(of(turn)).chain(agents).chain(calls).collect()
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
    let about = Dimensions { outcome: Some(outcome), ..Dimensions::default() };
    Some(Measure { metric: Metric::TurnErrors, value: 1.0, about })
}

fn of_agent(report: &AgentReport) -> Option<Measure> {
    if matches!(report.outcome, Outcome::Skipped { .. }) {
        return None;
    }
    let about = Dimensions {
        stage: Some(report.stage),
        agent: Some(report.agent.clone()),
        outcome: Some(report.outcome.word()),
        ..Dimensions::default()
    };
    Some(Measure { metric: Metric::AgentLatency, value: report.took_ms, about })
}

/// What a call took. Models are told apart by agent too: the same one costs the intent agent and the reply different things.
fn of_call(report: &AgentReport, call: &Call) -> Vec<Measure> {
    let about = Dimensions {
        agent: Some(report.agent.clone()),
        model: Some(call.model.clone()),
        outcome: Some(call.outcome.word()),
        ..Dimensions::default()
    };
    let values = [
        Some((Metric::ModelLatency, call.took_ms)),
        call.first_ms.map(|first| (Metric::ModelFirstWordLatency, first)),
        Some((Metric::InputTokens, call.usage.input_tokens as f64)),
        Some((Metric::OutputTokens, call.usage.output_tokens as f64)),
        Some((Metric::ModelCost, call.usage.micro_usd as f64)),
    ];
    let measure = |(metric, value)| Measure { metric, value, about: about.clone() };
    values.into_iter().flatten().map(measure).collect()
}

fn needs_a_person(record: &TurnRecord) -> bool {
    let route = record.find(|finding| if let Finding::Route(route) = finding { Some(route) } else { None });
    route.is_some_and(|route| route.target == Target::Human)
}

#[cfg(test)]
mod tests {
    use contract::testing::{customer, record, turn};
    use contract::{Stage, Usage};

    use super::*;

    fn report(agent: &str, outcome: Outcome) -> AgentReport {
        AgentReport {
            agent: agent.into(),
            stage: Stage::Analyze,
            outcome,
            findings: Vec::new(),
            usage: Usage::default(),
            calls: Vec::new(),
            started_ms: 0.0,
            took_ms: 3.0,
        }
    }

    fn call() -> Call {
        Call {
            model: "nova".into(),
            prompt_version: "v".into(),
            outcome: contract::CallOutcome::Complete,
            usage: Usage { input_tokens: 7, output_tokens: 2, micro_usd: 1 },
            estimated: false,
            started_ms: 0.0,
            first_ms: None,
            took_ms: 2.0,
        }
    }

    #[test]
    fn a_turn_is_measured_without_naming_anybody() {
        let mut closed = record(&turn("t", "s", &customer("ada"), "hello"), "good day");
        closed.reply.model = "offline".into();
        closed.reports = vec![
            AgentReport { calls: vec![call()], ..report("intent", Outcome::Answered) },
            report("knowledge", Outcome::Late),
            report("cockpit", Outcome::Skipped { reason: String::new() }),
        ];
        closed.degraded = vec!["knowledge".into()];
        let measures = of_turn(&closed);
        let value = |metric| measures.iter().find(|measure| measure.metric == metric).map(|measure| measure.value);
        assert_eq!((value(Metric::Turns), value(Metric::DegradedTurns)), (Some(1.0), Some(1.0)));
        assert_eq!((value(Metric::Handoffs), value(Metric::InputTokens)), (Some(0.0), Some(7.0)));
        let agents = measures.iter().filter(|measure| measure.metric == Metric::AgentLatency);
        assert_eq!(agents.filter_map(|measure| measure.about.outcome).collect::<Vec<_>>(), ["answered", "late"]);
        let named = measures.iter().flat_map(|measure| measure.about.pairs()).map(|(_, value)| value);
        assert!(named.into_iter().all(|value| !["ada", "t", "s"].contains(&value.as_str())));
    }

    #[test]
    fn only_our_own_failures_count_as_errors() {
        let counted = |kind| of_error(&Error::new(kind, "x")).is_some();
        assert!(counted(ErrorKind::Unavailable) && counted(ErrorKind::Internal));
        assert!(!counted(ErrorKind::Invalid) && !counted(ErrorKind::Conflict) && !counted(ErrorKind::NotFound));
    }
}
