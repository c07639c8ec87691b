//! Two published figures, computed again with the same table, and what each leaves out.

use super::bill::Line;
use super::dollars;
use super::play::Played;
use super::profile::{Load, Profile};

/// The call behind both figures: one of Nova Micro, with so many tokens read and written.
const MODEL: &str = "bedrock.nova-micro";
const READ: u64 = 500;
const WRITTEN: u64 = 160;

/// The sentences.
///
/// # Errors
/// A sentence, when a price is missing.
pub(super) fn all(load: &Load) -> Result<Vec<String>, String> {
    let bill = |profile, turns_a_day| published(load, profile, turns_a_day).bill();
    let (small, large) = (bill(Profile::Production, 1_000)?, bill(Profile::Production, 10_000)?);
    let tokens = |line: &Line| line.part == "model";
    let of_turns = |line: &Line| !line.fixed && line.part != "model";
    Ok(vec![
        "published: \"about $0.40 per 10,000 requests\"".into(),
        format!(
            "  10,000 calls of Nova Micro, {READ} tokens in and {WRITTEN} out: {}. That is the tokens of one call and nothing else.",
            dollars(large.compared(large.sum(tokens)))
        ),
        format!(
            "  left out: {} for function, API, firewall, tables and logs of the same turns, {} of fixed costs at 10,000 a day, and",
            dollars(large.compared(large.sum(of_turns))),
            dollars(large.compared(large.sum(|line| line.fixed)))
        ),
        "  every further call of a model in the same turn".into(),
        "published: \"$2.53 a month at 1,000 a day\"".into(),
        format!(
            "  30,400 such calls: {} of tokens, and {} for what else the turns use",
            dollars(small.sum(tokens)),
            dollars(small.sum(of_turns))
        ),
        format!(
            "  left out: {} a month and region that cost the same without any turn (firewall, metrics, alarms, key, secret, zone)",
            dollars(small.sum(|line| line.fixed))
        ),
    ])
}

/// The load of the published figures: our turns, with the one call that they count.
fn published(load: &Load, profile: Profile, turns_a_day: u64) -> Load {
    let turns = load.played.turns;
    let played =
        Played { calls: turns, input_tokens: READ * turns, output_tokens: WRITTEN * turns, ..load.played.clone() };
    Load { profile, turns_a_day, model: MODEL.into(), asked_percent: 100, played, ..load.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_call_costs_what_it_costs() {
        let played = Played { turns: 3, series: 50, ..Played::default() };
        let load = Load {
            profile: Profile::Lean,
            turns_a_day: 7,
            model: "bedrock.claude-haiku-4-5".into(),
            asked_percent: 10,
            memory_mb: 512,
            own_ms: 9,
            model_ms: 900,
            log_bytes: 2_500,
            refresh_s: 300,
            retention_days: 30,
            played,
        };
        let text = all(&load).unwrap().join("\n");
        // By hand: 10,000 × (500 × 0.035 + 160 × 0.14) = 399,000 millionths; 30,400 such calls: 1,212,960.
        assert!(text.contains("160 out: $0.3990") && text.contains("calls: $1.2129 of tokens"), "{text}");
        // By hand: firewall 5 + 6, 50 series 15, alarms 1, key 1, secret 0.40, zone 0.50, and under a cent for the library.
        assert!(text.contains("left out: $28.90"), "{text}");
    }
}
