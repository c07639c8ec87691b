//! `motorline eval`: measures the built-in engines, and what models add to them, on labelled files.

mod all;
mod incar;
mod intents;
mod models;
mod moods;
mod retrieval;

use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand};
use contract::ports::Clock;

use crate::settings::Settings;

/// What `eval` takes.
#[derive(Debug, Args)]
pub(super) struct Eval {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every measurement on labelled files and conversations, compared with a baseline; fails when something is worse.
    All(all::All),
    /// Accuracy, out-of-scope recall and precision, calibration error and time of the intent classifier.
    Intent(intents::Intents),
    /// Which share of drivers' words the cockpit maps to the right calls.
    Incar(incar::InCar),
    /// Polarity and urgency of the sentiment engine.
    Sentiment(moods::Moods),
    /// What the model of `model.analysis` adds to the intent and the sentiment agent, and what it costs.
    Models(models::Models),
    /// Recall, mean reciprocal rank and nDCG of the library.
    Retrieval(retrieval::Retrieval),
}

impl Eval {
    /// `configuration`: the settings by key, for the report.
    pub(super) async fn run(self, settings: &Settings, configuration: &[(String, String)]) -> Result<(), String> {
        match self.what {
            What::All(all) => all.run(settings, configuration).await,
            What::Intent(intents) => intents.run(),
            What::Incar(incar) => incar.run(),
            What::Sentiment(moods) => moods.run(),
            What::Models(models) => models.run(settings).await,
            What::Retrieval(retrieval) => retrieval.run(settings).await,
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))
}

/// Runs `work` on each item and says how long one took, best guess: the median.
fn timed<T, R>(items: &[T], mut work: impl FnMut(&T) -> R) -> (Vec<R>, Duration) {
    let clock = local::SystemClock::start();
    let mut times = Vec::with_capacity(items.len());
    let results = items
        .iter()
        .map(|item| {
            let began = clock.elapsed();
            let result = work(item);
            times.push(clock.elapsed() - began);
            result
        })
        .collect();
    times.sort_unstable();
    (results, times.get(times.len() / 2).copied().unwrap_or_default())
}
