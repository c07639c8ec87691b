//! The figures once more, computed from stored records in the plainest way: one loop a number, nothing shared with the
//! product.

use std::collections::{BTreeMap, BTreeSet};

use analytics::Summary;
use analytics::about::Dimension;
use contract::finding::Target;
use contract::{ActionState, Channel, Finding, TurnRecord};
use learning::{Closed, Count};

/// Intents that a conversation is not about.
const NO_MATTER: [&str; 8] = [
    "greeting",
    "thanks_and_goodbye",
    "confirm_yes",
    "confirm_no",
    "small_talk_about_the_assistant",
    "praise",
    "human_request",
    "out_of_scope",
];

fn intent(record: &TurnRecord) -> &str {
    let found = record.find(|found| if let Finding::Intent(intent) = found { Some(&intent.label) } else { None });
    found.map_or("other", String::as_str)
}

fn channel(record: &TurnRecord) -> &'static str {
    match record.turn.channel {
        Channel::Web => "web",
        Channel::Mobile => "mobile",
        Channel::Vehicle => "vehicle",
    }
}

fn escalated(record: &TurnRecord) -> bool {
    let findings = record.reports.iter().flat_map(|report| &report.findings);
    findings.into_iter().any(|finding| {
        matches!(finding, Finding::Handoff(_))
            || matches!(finding, Finding::Route(route) if route.target == Target::Human)
    })
}

/// Holds every figure that was learned against the records.
pub(super) fn compare(turns: &[Closed], counts: &[(Count, i64)]) {
    let summary = Summary::of(counts);
    let records: Vec<&TurnRecord> = turns.iter().map(|closed| &closed.record).collect();
    let sum = |of: &dyn Fn(&TurnRecord) -> u64| records.iter().map(|record| of(record)).sum::<u64>() as i64;
    let all = &summary.all;
    assert_eq!(all.turns, records.len() as i64);
    assert_eq!(all.degraded, sum(&|record| u64::from(!record.degraded.is_empty())));
    assert_eq!(all.input_tokens, sum(&|record| record.usage.input_tokens));
    assert_eq!(all.output_tokens, sum(&|record| record.usage.output_tokens));
    assert_eq!(all.micro_usd, sum(&|record| record.usage.micro_usd));
    percentiles(&records, all.latency_ms.p50.unwrap(), 0.5);
    percentiles(&records, all.latency_ms.p95.unwrap(), 0.95);
    by_dimension(&summary, &records);
    agents(&summary, &records);
    actions(&summary, &records);
    conversations(&summary, turns);
}

/// A percentile from buckets is within a third of the true one, or within 20 ms.
fn percentiles(records: &[&TurnRecord], found: f64, share: f64) {
    let mut lengths: Vec<f64> = records.iter().map(|record| record.timing.total_ms).collect();
    lengths.sort_by(f64::total_cmp);
    let truth = lengths[((lengths.len() as f64 * share).ceil() as usize).max(1) - 1];
    assert!((found - truth).abs() <= (truth * 0.5).max(25.0), "{share}: {found} for {truth}");
}

fn by_dimension(summary: &Summary, records: &[&TurnRecord]) {
    let count = |of: &dyn Fn(&TurnRecord) -> String| {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        records.iter().for_each(|record| *counts.entry(of(record)).or_default() += 1);
        counts
    };
    let told = |dimension: Dimension| {
        let values = summary.by(dimension).filter(|(_, figures)| figures.turns > 0);
        values.map(|(value, figures)| (value.to_owned(), figures.turns)).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(told(Dimension::Channel), count(&|record| channel(record).to_owned()));
    assert_eq!(told(Dimension::Intent), count(&|record| intent(record).to_owned()));
    assert_eq!(told(Dimension::Model), count(&|record| record.reply.model.clone()));
}

fn agents(summary: &Summary, records: &[&TurnRecord]) {
    let mut outcomes: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for report in records.iter().flat_map(|record| &record.reports) {
        *outcomes.entry(report.agent.clone()).or_default().entry(report.outcome.word().to_owned()).or_default() += 1;
    }
    let told = summary.by(Dimension::Agent).map(|(agent, figures)| (agent.to_owned(), figures.outcomes.clone()));
    assert_eq!(told.collect::<BTreeMap<_, _>>(), outcomes);
}

/// Each action that was done, and each that failed, once: a second yes finds it done.
fn actions(summary: &Summary, records: &[&TurnRecord]) {
    let (mut done, mut failed) = (BTreeSet::new(), BTreeSet::new());
    for action in records.iter().flat_map(|record| record.actions()) {
        match action.state {
            ActionState::CarriedOut { .. } => drop(done.insert(action.id)),
            ActionState::Failed { .. } => drop(failed.insert(action.id)),
            ActionState::Proposed | ActionState::Declined => {}
        }
    }
    assert!(!done.is_empty(), "the conversation files do things");
    assert_eq!((summary.all.actions_done, summary.all.actions_failed), (done.len() as i64, failed.len() as i64));
}

fn conversations(summary: &Summary, turns: &[Closed]) {
    let mut sessions: BTreeMap<&str, Vec<&TurnRecord>> = BTreeMap::new();
    let mut order = Vec::new();
    for closed in turns {
        let session = closed.record.turn.session.as_str();
        if !sessions.contains_key(session) {
            order.push(session);
        }
        sessions.entry(session).or_default().push(&closed.record);
    }
    let all = &summary.all;
    assert_eq!(all.conversations, order.len() as i64);
    assert_eq!(
        all.escalated,
        sessions.values().filter(|turns| turns.iter().any(|record| escalated(record))).count() as i64
    );

    // All of it lies within minutes: whoever asked about the same before has asked again.
    let matter = |session: &str| sessions[session].iter().find(|record| !NO_MATTER.contains(&intent(record))).copied();
    let asked: Vec<(&str, String, String, jiff::Timestamp)> = order
        .iter()
        .filter_map(|session| {
            let record = matter(session)?;
            let customer = record.turn.caller.customer()?.to_string();
            Some((*session, customer, intent(record).to_owned(), record.closed))
        })
        .collect();
    let earlier = |at: usize| {
        let (_, customer, intent, closed) = &asked[at];
        (0..asked.len()).any(|other| {
            other != at && asked[other].1 == *customer && asked[other].2 == *intent && asked[other].3 < *closed
        })
    };
    assert_eq!(all.matters, asked.len() as i64);
    let repeated = (0..asked.len()).filter(|at| earlier(*at)).count();
    assert!(repeated > 0, "customers of the files come again");
    assert_eq!(all.repeated, repeated as i64);
    let resolved = (0..asked.len()).filter(|at| {
        let (session, customer, intent, closed) = &asked[*at];
        let again = asked
            .iter()
            .any(|other| other.0 != *session && other.1 == *customer && other.2 == *intent && other.3 > *closed);
        !earlier(*at) && !again && !sessions[session].iter().any(|record| escalated(record))
    });
    assert_eq!(all.resolved_first, resolved.count() as i64);
}
