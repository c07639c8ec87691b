//! `motorline eval models`: what a language model adds to the built-in analysts, and what that costs.

mod figures;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use classifier::{OUT_OF_SCOPE, is_out_of_scope};
use contract::finding::Polarity;
use contract::ports::Clock;
use contract::{Agent, Finding};
use contract::{Result as Outcome, When};
use intent::IntentAgent;
use sentiment::SentimentAgent;

use self::figures::{Figures, HEAD, Trial};
use super::read;
use crate::commands::say;
use crate::evaluation::context::context;
use crate::settings::Settings;
use crate::wiring;

/// When a model is asked: each is measured.
const SETTINGS: [(&str, When); 3] = [("never", When::Never), ("unsure", When::Unsure), ("always", When::Always)];

/// What `eval models` takes. The model is that of the setting `model.analysis`.
#[derive(Debug, Args)]
pub(super) struct Models {
    /// What customers want: one JSON object a line with `text` and `label`.
    #[arg(long, value_name = "FILE")]
    intent: Option<PathBuf>,
    /// How customers feel: one JSON object a line with `text` and `label`.
    #[arg(long, value_name = "FILE")]
    sentiment: Option<PathBuf>,
    /// Of each file at most so many texts, taken evenly: calls take time and may cost money.
    #[arg(long, value_name = "NUMBER")]
    most: Option<usize>,
}

/// A text, and what the analyst should find.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sample {
    text: String,
    expected: String,
}

impl Models {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), String> {
        if self.intent.is_none() && self.sentiment.is_none() {
            return Err("nothing to measure on: name a file with --intent or --sentiment".into());
        }
        let model = wiring::analysis(settings).await.map_err(|error| error.to_string())?;
        let patience = settings.models.opinion;
        let clock: Arc<dyn Clock> = Arc::new(local::SystemClock::start());
        if let Some(file) = &self.intent {
            let samples = thinned(intents(file)?, self.most);
            let agent =
                |when| Ok(Arc::new(IntentAgent::new()?.assisted_by(model.clone(), when, patience)) as Arc<dyn Agent>);
            compare("intent", &samples, agent, &clock).await.map_err(|error| error.to_string())?;
        }
        if let Some(file) = &self.sentiment {
            let samples = thinned(moods(file)?, self.most);
            let agent = |when| {
                Ok(Arc::new(SentimentAgent::new()?.assisted_by(model.clone(), when, patience)) as Arc<dyn Agent>)
            };
            compare("sentiment", &samples, agent, &clock).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// Measures an agent under each setting, a line each.
async fn compare(
    name: &str,
    samples: &[Sample],
    agent: impl Fn(When) -> Outcome<Arc<dyn Agent>>,
    clock: &Arc<dyn Clock>,
) -> Outcome<()> {
    say(format_args!("{name}: {} texts\n{HEAD}", samples.len()));
    for (word, when) in SETTINGS {
        let figures = measure(&*agent(when)?, samples, clock).await?;
        say(format_args!("{word:<8}{figures}"));
    }
    Ok(())
}

/// Puts each text to the agent as the first message of a conversation.
async fn measure(agent: &dyn Agent, samples: &[Sample], clock: &Arc<dyn Clock>) -> Outcome<Figures> {
    let mut trials = Vec::with_capacity(samples.len());
    for (number, sample) in samples.iter().enumerate() {
        let context = context(agent, &sample.text, number, &**clock);
        let began = clock.elapsed();
        let answer = agent.run(&context).await?;
        let took = clock.elapsed().saturating_sub(began);
        let calls = context.errand.bill.calls();
        trials.push(Trial {
            right: answer.findings.iter().any(|finding| label(finding) == sample.expected),
            asked: !calls.is_empty(),
            reduced: answer.reduced.is_some(),
            micro_usd: calls.iter().map(|call| call.usage.micro_usd).sum(),
            took,
        });
    }
    Ok(Figures::of(&trials))
}

/// What a finding says, in the words of the labelled files.
fn label(finding: &Finding) -> &str {
    match finding {
        Finding::Intent(intent) => &intent.label,
        Finding::Sentiment(sentiment) => polarity(sentiment.polarity),
        _ => "",
    }
}

const fn polarity(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Negative => "negative",
        Polarity::Neutral => "neutral",
        Polarity::Positive => "positive",
    }
}

fn intents(file: &Path) -> Result<Vec<Sample>, String> {
    let rows = classifier::rows::read_rows(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
    let expected = |label: String| if is_out_of_scope(&label) { OUT_OF_SCOPE.to_owned() } else { label };
    Ok(rows.into_iter().map(|row| Sample { text: row.text, expected: expected(row.label) }).collect())
}

/// Rows without a label of the mood say nothing here.
fn moods(file: &Path) -> Result<Vec<Sample>, String> {
    let rows = sentiment::evaluation::read_rows(&read(file)?);
    let rows = rows.map_err(|error| format!("{}: {error}", file.display()))?;
    let sample =
        |row: sentiment::evaluation::Row| Some(Sample { text: row.text, expected: polarity(row.label?).into() });
    Ok(rows.into_iter().filter_map(sample).collect())
}

/// At most so many samples, evenly from beginning to end: labelled files are sorted by label.
fn thinned(samples: Vec<Sample>, most: Option<usize>) -> Vec<Sample> {
    let most = most.unwrap_or(samples.len()).min(samples.len());
    (0..most).map(|at| samples[at * samples.len() / most].clone()).collect()
}

#[cfg(test)]
mod tests;
