//! `motorline eval incar`: how well the cockpit's grammar maps drivers' words to calls, on dialogues of the format of CAR-bench.

use std::path::PathBuf;

use clap::Args;
use cockpit::reading::Reader;

use super::read;
use crate::commands::say;
use crate::evaluation::incar::{Count, Dialogue, counted, heard, rows};

/// What `eval incar` takes: one JSON object a line. Lines with `user_turns` and `gold_actions` are measured; lines with
/// `context_init_config` say how the car of a task begins and what is taken away from it.
#[derive(Debug, Args)]
pub(super) struct InCar {
    /// The dialogues, and the tasks that they belong to.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Show each dialogue of the half to improve on that is not all right.
    #[arg(long)]
    misses: bool,
}

const NOTES: [&str; 10] = [
    "improve: looked at to improve the tables; report: the other half, split by a hash of the task's number, so that one",
    "  scenario is never in both. Both are development rows; no figure here is of held-out rows.",
    "within: rows whose state-changing gold calls are all in our vocabulary; the others want navigation, e-mail or phone.",
    "calls: gold calls of all rows that we know and that the car has; right: device, zone and value; named: the device only.",
    "extra: proposed calls that no gold call wants. whole: rows within our vocabulary (also those that want no change) with",
    "  every call right, none extra and a refusal where a tool of ours is missing; its share counts all rows.",
    "asked: rows with a question back. Only `disambiguation_user` wants one; `disambiguation_internal` wants none.",
    "refused: of the rows that take a device of ours away, those told so by its name. Missing parameters and missing results are not scored as refusals.",
    "quiet: of the rows that want no change. Gold calls that only CAR-bench's policy adds (windows shut with the air",
    "  conditioning) count against us: the cockpit proposes what was said.",
];

impl InCar {
    pub(super) fn run(self) -> Result<(), String> {
        let reader = Reader::shipped().map_err(|error| error.to_string())?;
        let mut all = Vec::new();
        for file in &self.files {
            all.extend(rows(&read(file)?).map_err(|problem| format!("{}, {problem}", file.display()))?);
        }
        let dialogues = heard(&reader, &all);
        let wrong = |one: &&Dialogue| one.half == "improve" && one.count.whole == 0 && one.count.within == 1;
        for one in dialogues.iter().filter(|_| self.misses).filter(wrong) {
            say(format_args!("{} ({}): {}", one.id, one.family, one.wanted));
            one.seen.iter().for_each(say);
        }
        let counts = counted(&dialogues);
        if counts.is_empty() {
            return Err("no row has user_turns; give the file of the dialogues too".into());
        }
        say(format_args!(
            "{:<8} {:<36} {:>4} {:>6} {:>5} {:>5} {:>5} {:>5} {:>5} {:>6} {:>5} {:>7} {:>5}",
            "half",
            "family",
            "rows",
            "within",
            "calls",
            "right",
            "named",
            "extra",
            "whole",
            "share",
            "asked",
            "refused",
            "quiet"
        ));
        counts.iter().for_each(|((half, family), count)| say(line(half, family, count)));
        NOTES.iter().for_each(say);
        say(
            "Beside it, CAR-bench as published: mean pass^3 of the best model 58 %, of an open 32B 31 %. That is harder:",
        );
        say("  end to end with lookups, policies and a simulated user, and all of three trials must succeed.");
        Ok(())
    }
}

fn line(half: &str, family: &str, c: &Count) -> String {
    let share = 100.0 * c.whole as f64 / c.rows.max(1) as f64;
    let (refused, quiet) = (format!("{}/{}", c.refused, c.lacking), format!("{}/{}", c.quiet, c.idle));
    format!(
        "{half:<8} {family:<36} {:>4} {:>6} {:>5} {:>5} {:>5} {:>5} {:>5} {share:>4.0} % {:>5} {refused:>7} {quiet:>5}",
        c.rows, c.within, c.calls, c.right, c.named, c.extra, c.whole, c.asked
    )
}
