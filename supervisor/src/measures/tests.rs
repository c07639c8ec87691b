//! What is measured of turns, calls, actions and refusals, and that it names nobody.

use contract::testing::{customer, record, reported, turn};
use contract::{ActionId, CallOutcome, Stage, Usage};

use super::*;

fn report(agent: &str, outcome: Outcome, calls: Vec<Call>) -> AgentReport {
    AgentReport {
        agent: agent.into(),
        stage: Stage::Analyze,
        outcome,
        findings: Vec::new(),
        usage: Usage::default(),
        calls,
        started_ms: 0.0,
        took_ms: 3.0,
    }
}

fn call(model: &str, reason: CallReason) -> Call {
    Call {
        model: model.into(),
        prompt_version: "v".into(),
        reason,
        outcome: CallOutcome::Complete,
        usage: Usage { input_tokens: 7, cached_tokens: 5, output_tokens: 2, micro_usd: 1 },
        estimated: false,
        started_ms: 0.0,
        first_ms: None,
        took_ms: 2.0,
        temperature: 0.3,
        max_output_tokens: 150,
        answer: None,
    }
}

fn closed(reports: Vec<AgentReport>) -> TurnRecord {
    TurnRecord { reports, ..record(&turn("t", "s", &customer("ada"), "hello"), "good day") }
}

fn sum(measures: &[Measure], metric: Metric) -> Option<f64> {
    let values: Vec<f64> =
        measures.iter().filter(|measure| measure.metric == metric).map(|measure| measure.value).collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

#[test]
fn a_turn_is_measured_without_naming_anybody() {
    let reports = vec![
        report("intent", Outcome::Answered, vec![call("nova", CallReason::First)]),
        report("knowledge", Outcome::Late, Vec::new()),
        report("cockpit", Outcome::Skipped { reason: String::new() }, Vec::new()),
    ];
    let closed = TurnRecord { degraded: vec!["knowledge".into()], ..closed(reports) };
    let measures = of_turn(&closed);
    let value = |metric| sum(&measures, metric);
    assert_eq!((value(Metric::Turns), value(Metric::DegradedTurns)), (Some(1.0), Some(1.0)));
    assert_eq!((value(Metric::Handoffs), value(Metric::InputTokens)), (Some(0.0), Some(7.0)));
    assert_eq!((value(Metric::CachedInputTokens), value(Metric::Actions)), (Some(5.0), None));
    let agents = measures.iter().filter(|measure| measure.metric == Metric::AgentReports);
    assert_eq!(agents.filter_map(|measure| measure.about.outcome).collect::<Vec<_>>(), ["answered", "late"]);
    let named = measures.iter().flat_map(Measure::series).flatten().map(|(_, value)| value);
    assert!(named.into_iter().all(|value| !["ada", "t", "s"].contains(&value.as_str())));
}

#[test]
fn further_calls_count_by_why_they_were_made() {
    let reasons = [CallReason::First, CallReason::Retry, CallReason::Retry, CallReason::Hedge, CallReason::Failover];
    let calls = reasons.map(|reason| call("nova", reason)).to_vec();
    let measures = of_turn(&closed(vec![report("response", Outcome::Answered, calls)]));
    let value = |metric| sum(&measures, metric);
    assert_eq!((value(Metric::ModelCalls), value(Metric::Retries)), (Some(5.0), Some(2.0)));
    assert_eq!((value(Metric::Hedges), value(Metric::Failovers)), (Some(1.0), Some(1.0)));
}

#[test]
fn an_answer_is_built_in_where_no_model_was_asked_nor_failed() {
    let built_in = |agent: &str, outcome, calls| {
        sum(&of_turn(&closed(vec![report(agent, outcome, calls)])), Metric::BuiltInAnswers)
    };
    let offline = models::offline::NAME;
    assert_eq!(built_in("intent", Outcome::Answered, Vec::new()), Some(1.0));
    assert_eq!(built_in("intent", Outcome::Late, Vec::new()), Some(0.0));
    assert_eq!(built_in("response", Outcome::Answered, vec![call(offline, CallReason::First)]), Some(1.0));
    assert_eq!(built_in("response", Outcome::Answered, vec![call(offline, CallReason::Failover)]), Some(0.0));
    assert_eq!(built_in("response", Outcome::Answered, vec![call("nova", CallReason::First)]), Some(0.0));
    assert_eq!(built_in("knowledge", Outcome::Answered, Vec::new()), None);
}

#[test]
fn actions_count_by_how_far_they_came() {
    let action = |id: &str, state| {
        Finding::Action(Action {
            id: ActionId::new(id).unwrap(),
            agent: "servicing".into(),
            kind: "book_appointment".into(),
            parameters: Default::default(),
            summary: "Book it.".into(),
            expires: "2026-11-02T10:00:00Z".parse().unwrap(),
            state,
        })
    };
    let done = ActionState::CarriedOut { outcome: "Booked.".into() };
    let findings = vec![action("a", ActionState::Proposed), action("b", done), action("c", ActionState::Declined)];
    let measures = of_turn(&closed(vec![reported(findings)]));
    let counted = measures.iter().filter(|measure| measure.metric == Metric::Actions);
    let words: Vec<_> = counted.filter_map(|measure| measure.about.outcome).collect();
    assert_eq!(words, ["proposed", "carried_out", "declined"]);
}

#[test]
fn only_our_own_failures_count_as_errors() {
    let counted = |kind| of_error(&Error::new(kind, "x")).is_some();
    assert!(counted(ErrorKind::Unavailable) && counted(ErrorKind::Internal));
    assert!(!counted(ErrorKind::Invalid) && !counted(ErrorKind::Conflict) && !counted(ErrorKind::NotFound));
}

/// The list of words bounds the series: what is not on it would be a series that nobody counted on.
#[test]
fn every_outcome_is_one_of_its_metrics_words() {
    use ErrorKind::{Busy, Conflict, Internal, Invalid, NotFound, Refused, TimedOut, Unavailable};
    let kinds = [Busy, Conflict, Internal, Invalid, NotFound, Refused, TimedOut, Unavailable];
    let failed = kinds.map(|kind| CallOutcome::Failed { kind });
    let outcomes = failed.into_iter().chain([
        CallOutcome::Complete,
        CallOutcome::Length,
        CallOutcome::Filtered,
        CallOutcome::Left,
    ]);
    let calls = outcomes.map(|outcome| Call { outcome, ..call("nova", CallReason::First) }).collect();
    let reason = String::new;
    let reports = vec![
        report("response", Outcome::Answered, calls),
        report("a", Outcome::Reduced { reason: reason() }, Vec::new()),
        report("b", Outcome::Late, Vec::new()),
        report("c", Outcome::Failed { kind: Internal, message: reason() }, Vec::new()),
        report("d", Outcome::Abandoned, Vec::new()),
    ];
    let doors = (100..600).flat_map(|status| [of_answer(status), of_refusal(status)]);
    let errors = kinds.into_iter().filter_map(|kind| of_error(&Error::new(kind, "x")));
    let told = doors.chain(errors).chain([of_feedback(true), of_feedback(false)]);
    let told: Vec<Measure> = told.chain(of_turn(&closed(reports))).collect();
    for Measure { metric, about, .. } in &told {
        let word = about.outcome.filter(|_| !metric.outcomes().is_empty());
        assert!(word.is_none_or(|word| metric.outcomes().contains(&word)), "{metric} {word:?}");
    }
    for metric in
        [Metric::Requests, Metric::RefusedRequests, Metric::TurnErrors, Metric::ModelCalls, Metric::AgentReports]
    {
        for word in metric.outcomes() {
            let is_told = |measure: &Measure| measure.metric == metric && measure.about.outcome == Some(*word);
            assert!(told.iter().any(is_told), "{metric} is never {word}");
        }
    }
}
