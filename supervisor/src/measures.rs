//! What operators measure of a turn, taken from its record alone.

use contract::finding::{Finding, Target};
use contract::ports::{Dimensions, Measure, Metric};
use contract::{AgentReport, Error, ErrorKind, Outcome, TurnRecord};

/// The measures of a closed turn.
pub(crate) fn of_turn(record: &TurnRecord) -> Vec<Measure> {
    let channel = Dimensions { channel: Some(record.turn.channel), ..Dimensions::default() };
    let model = Dimensions { model: Some(record.reply.model.clone()), ..Dimensions::default() };
    let about_turn = [
        (Metric::Turns, 1.0),
        (Metric::DegradedTurns, f64::from(u8::from(!record.degraded.is_empty()))),
        (Metric::Handoffs, f64::from(u8::from(needs_a_person(record)))),
        (Metric::TurnLatency, record.timing.total_ms),
        (Metric::FirstWordLatency, record.timing.first_token_ms),
    ];
    let about_model = [
        (Metric::InputTokens, record.usage.input_tokens as f64),
        (Metric::OutputTokens, record.usage.output_tokens as f64),
        (Metric::ModelCost, record.usage.micro_usd as f64),
    ];
    let of = |about: Dimensions| move |(metric, value)| Measure { metric, value, about: about.clone() };
    let agents = record.reports.iter().filter_map(of_agent);
    about_turn.into_iter().map(of(channel)).chain(about_model.into_iter().map(of(model))).chain(agents).collect()
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
            started_ms: 0.0,
            took_ms: 3.0,
        }
    }

    #[test]
    fn a_turn_is_measured_without_naming_anybody() {
        let mut closed = record(&turn("t", "s", &customer("ada"), "hello"), "good day");
        closed.reply.model = "offline".into();
        closed.usage.input_tokens = 7;
        closed.reports = vec![
            report("intent", Outcome::Answered),
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
