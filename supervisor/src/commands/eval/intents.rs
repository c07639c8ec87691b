//! `motorline eval intent`: trains on one labelled file (or the shipped intents) and measures on another.

use crate::commands::say;
use std::path::PathBuf;

use clap::Args;
use classifier::evaluation::measure;
use classifier::rows::{Row, read_rows};
use classifier::{Classifier, Example, Settings as Training};
use contract::ports::Clock;
use intent::IntentAgent;
use intent::catalog::Catalog;

use super::{read, timed};
use crate::evaluation::analysts::of_verdicts;
use crate::evaluation::report::figures;

/// What `eval intent` takes. Files hold one JSON object a line with `text` and `label`.
#[derive(Debug, Args)]
pub(super) struct Intents {
    /// Learn from this file instead of the shipped intents.
    #[arg(long, value_name = "FILE")]
    train: Option<PathBuf>,
    /// Measure on this file.
    #[arg(long, value_name = "FILE", default_value = "tests/eval/intent.jsonl")]
    test: PathBuf,
    /// Of the training file, only rows whose `split` is this.
    #[arg(long, value_name = "NAME", requires = "train")]
    train_split: Option<String>,
    /// Of the test file, only rows whose `split` is this.
    #[arg(long, value_name = "NAME")]
    test_split: Option<String>,
}

impl Intents {
    pub(super) fn run(self) -> Result<(), String> {
        let (examples, training) = self.training()?;
        let rows = rows(&self.test, self.test_split.as_deref())?;
        let clock = local::SystemClock::start();
        let classifier = Classifier::train(&examples, &training);
        let trained = clock.elapsed();
        let (verdicts, each) = timed(&rows, |row| classifier.classify(&row.text));
        say(format_args!("{}", measure(classifier.labels(), &rows, &verdicts)));
        let set = self.test.display().to_string();
        figures(&of_verdicts(&set, &rows, &verdicts).figures).iter().for_each(say);
        say(format_args!(
            "trained on {} texts in {:.1} ms; {:.1} µs a text",
            examples.len(),
            trained.as_secs_f64() * 1e3,
            each.as_secs_f64() * 1e6
        ));
        Ok(())
    }

    /// The shipped intents are learned with the word groups of our trade, other people's sets without.
    fn training(&self) -> Result<(Vec<Example>, Training), String> {
        match &self.train {
            None => {
                let examples = Catalog::built_in().map_err(|error| error.to_string())?.examples();
                Ok((examples, IntentAgent::training().map_err(|error| error.to_string())?))
            }
            Some(file) => {
                let rows = rows(file, self.train_split.as_deref())?;
                Ok((rows.into_iter().map(Example::from).collect(), Training::default()))
            }
        }
    }
}

fn rows(file: &std::path::Path, split: Option<&str>) -> Result<Vec<Row>, String> {
    let mut rows = read_rows(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
    rows.retain(|row| split.is_none_or(|split| row.split.as_deref() == Some(split)));
    if rows.is_empty() {
        return Err(format!(
            "{} holds no row{}",
            file.display(),
            split.map(|s| format!(" of the split {s:?}")).unwrap_or_default()
        ));
    }
    Ok(rows)
}
