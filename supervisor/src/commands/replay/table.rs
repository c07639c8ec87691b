//! Cost and time of a turn and its replay, side by side.

use contract::{AgentReport, TurnRecord, Usage};

use crate::replay::Replayed;

/// A line an agent, and the sums.
pub(super) fn lines(replayed: &Replayed) -> Vec<String> {
    let Replayed { recorded, again } = replayed;
    let mut lines = vec![format!("\n{:<16}{:>26}   {:>26}", "", "as recorded", "again")];
    for report in &again.reports {
        let was = recorded.reports.iter().find(|other| other.agent == report.agent);
        let name = format!("{:<16}", report.agent);
        lines.push(match was {
            Some(was) if was == report => format!("{name}{:>26}   {:>26}", one(was), "played"),
            Some(was) => format!("{name}{:>26}   {:>26}", one(was), one(report)),
            None => format!("{name}{:>26}   {:>26}", "–", one(report)),
        });
    }
    lines.push(format!("{:<16}{:>26}   {:>26}", "the turn", all(recorded), all(again)));
    lines
}

fn one(report: &AgentReport) -> String {
    took(report.took_ms, report.usage)
}

fn all(record: &TurnRecord) -> String {
    took(record.timing.total_ms, record.usage)
}

fn took(ms: f64, Usage { input_tokens, output_tokens, micro_usd, .. }: Usage) -> String {
    match input_tokens + output_tokens {
        0 => format!("{ms:.1} ms"),
        tokens => format!("{ms:.1} ms {tokens} tok ${:.6}", micro_usd as f64 / 1e6),
    }
}
