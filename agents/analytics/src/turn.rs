//! What a turn is counted as, taken from its record alone.

use contract::{Action, ActionState, Outcome, TurnRecord, Usage};

use crate::about::{self, Dimension};
use crate::buckets::bucket;

/// A count, about what, and how many.
type Counted = (String, String, i64);

/// The counts of a turn about this intent. `acted` is what was done or failed in it and was not counted before.
pub(crate) fn counts(record: &TurnRecord, intent: &str, acted: &[Action]) -> Vec<Counted> {
    let abouts = about::of_turn(record, intent);
    let writer = Dimension::Model.about(&record.reply.model);
    let mut counted = Vec::new();
    for about in abouts.iter().chain([&writer]) {
        let mut add = |what: String, more: i64| counted.push((what, about.clone(), more));
        add("turns".into(), 1);
        add(bucket("latency", record.timing.total_ms), 1);
        add(bucket("first_word", record.timing.first_token_ms), 1);
        if !record.degraded.is_empty() {
            add("degraded".into(), 1);
        }
    }
    for about in &abouts {
        counted.extend(usage(&record.usage, about));
    }
    counted.extend(agents(record));
    counted.extend(actions(acted, &abouts));
    counted
}

/// What agents did and what their calls cost: by agent, and by the model that was called.
fn agents(record: &TurnRecord) -> Vec<Counted> {
    let mut counted = Vec::new();
    for report in &record.reports {
        let about = Dimension::Agent.about(&report.agent);
        counted.push((format!("outcome/{}", report.outcome.word()), about.clone(), 1));
        if !matches!(report.outcome, Outcome::Skipped { .. }) {
            counted.push((bucket("latency", report.took_ms), about.clone(), 1));
        }
        counted.extend(usage(&report.usage, &about));
        for call in &report.calls {
            let about = Dimension::Model.about(&call.model);
            counted.push((format!("call/{}", call.outcome.word()), about.clone(), 1));
            counted.extend(usage(&call.usage, &about));
        }
    }
    counted
}

fn actions(acted: &[Action], abouts: &[String]) -> Vec<Counted> {
    let of = |action: &Action| {
        let what = if matches!(action.state, ActionState::CarriedOut { .. }) { "action/done" } else { "action/failed" };
        let agent = Dimension::Agent.about(&action.agent);
        abouts.iter().cloned().chain([agent]).map(|about| (what.to_owned(), about, 1)).collect::<Vec<_>>()
    };
    acted.iter().flat_map(of).collect()
}

fn usage(usage: &Usage, about: &str) -> Vec<Counted> {
    let parts =
        [("tokens/in", usage.input_tokens), ("tokens/out", usage.output_tokens), ("micro_usd", usage.micro_usd)];
    let spent = parts.into_iter().filter(|(_, number)| *number > 0);
    // No turn uses as many as an i64 cannot hold.
    spent.map(|(what, number)| (what.into(), about.to_owned(), i64::try_from(number).unwrap_or(i64::MAX))).collect()
}
