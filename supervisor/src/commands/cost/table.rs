//! A bill as lines of text.

use super::bill::Bill;
use super::profile::Load;
use super::{Summary, dollars};

/// What the bill rests on, one sentence a line.
pub(super) fn assumptions(load: &Load) -> Vec<String> {
    let played = &load.played;
    let mean = |counted: u64| counted as f64 / played.turns.max(1) as f64;
    vec![
        format!("{} turns a day, months of 30.4 days, {:?} profile, {}", load.turns_a_day, load.profile, load.model),
        format!(
            "measured: {} turns of {} conversation(s) with the built-in engine, a turn: {:.2} calls, {:.0} tokens read, {:.0} written,",
            played.turns, played.conversations, mean(played.calls), mean(played.input_tokens), mean(played.output_tokens)
        ),
        format!(
            "          a record of {:.0} bytes, {:.0} as stored, {:.1} write and {:.1} read units; {} series of metrics",
            mean(played.record_bytes), mean(played.item_bytes), mean(played.write_units), mean(played.read_units), played.series
        ),
        "          (tokens are estimated as one for four bytes; another model may write more, up to reply.max_output_tokens)".into(),
        format!("set:      {} of 100 generations ask the model (--asked-share)", load.asked_percent),
        format!(
            "assumed:  {} MB (--memory-mb), {} ms a turn and {} ms a call (--model-ms), {} bytes of log a turn (--log-bytes)",
            load.memory_mb, load.own_ms, load.model_ms, load.log_bytes
        ),
        "left out: what acting agents write (cases, bookings, offers), taxes, support, transfer to the internet, tests and other deployments, and what is free in the first year\n".into(),
    ]
}

/// The lines of the bill and its sums.
pub(super) fn lines(bill: &Bill) -> Vec<String> {
    let mut lines = vec![format!(
        "{:<11} {:<28} {:>14} × {:<13} {:<34} {:>10} {:>12} {:>14}",
        "part", "what", "quantity", "price", "of", "as of", "a month", "10,000 turns"
    )];
    for line in &bill.lines {
        let what: String = line.what.chars().take(28).collect();
        let unit: String = format!("{} ({})", line.price, line.unit).chars().take(34).collect();
        let price = format!("${}", line.usd);
        lines.push(format!(
            "{:<11} {what:<28} {:>14.4} × {price:<13} {unit:<34} {:>10} {:>12} {:>14}",
            line.part,
            line.quantity,
            line.as_of,
            dollars(line.micro_usd),
            dollars(bill.compared(line.micro_usd))
        ));
    }
    let Summary { month, compared, compared_without_fixed, compared_model } = Summary::of(bill);
    lines.push(format!("\nall in: {} a month, {} for 10,000 turns", dollars(month), dollars(compared)));
    lines.push(format!(
        "of which for 10,000 turns: the model {}, what else a turn uses {}, what costs the same without turns {}\n",
        dollars(compared_model),
        dollars(compared_without_fixed.saturating_sub(compared_model)),
        dollars(compared.saturating_sub(compared_without_fixed))
    ));
    lines
}
