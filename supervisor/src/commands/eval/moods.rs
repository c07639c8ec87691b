//! `motorline eval sentiment`: polarity and urgency on a labelled file.

use crate::commands::say;
use std::path::PathBuf;

use clap::Args;
use sentiment::SentimentAgent;
use sentiment::evaluation::{evaluate, read_rows};

use super::{read, timed};
use crate::evaluation::analysts::moods;
use crate::evaluation::report::figures;

/// What `eval sentiment` takes.
#[derive(Debug, Args)]
pub(super) struct Moods {
    /// One JSON object a line with `text` and `label`, optionally `urgency`; or `source` and `mean` for correlations.
    #[arg(long, value_name = "FILE", default_value = "tests/eval/sentiment.jsonl")]
    test: PathBuf,
}

impl Moods {
    pub(super) fn run(self) -> Result<(), String> {
        let rows = read_rows(&read(&self.test)?).map_err(|error| format!("{}: {error}", self.test.display()))?;
        let agent = SentimentAgent::new().map_err(|error| error.to_string())?;
        let (_, each) = timed(&rows, |row| agent.read(&row.text));
        say(format_args!("{}", evaluate(&rows, agent.moods(), agent.hazards())));
        let set = self.test.display().to_string();
        figures(&moods(&agent, &set, &read(&self.test)?)?.figures).iter().for_each(say);
        say(format_args!("{:.1} µs a text", each.as_secs_f64() * 1e6));
        Ok(())
    }
}
