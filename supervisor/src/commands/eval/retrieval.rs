//! `motorline eval retrieval`: how well the library finds the section that answers a question.

use crate::commands::say;
use std::path::{Path, PathBuf};

use clap::Args;
use contract::ports::Query;
use knowledge::evaluation::{answers, figures, library_cases, mean, pairs, questions};
use knowledge::rank::Weights;

use super::timed;
use crate::settings::Settings;
use crate::wiring;

/// How many passages are looked at.
const DEPTH: usize = 10;

/// What `eval retrieval` takes.
#[derive(Debug, Args)]
pub(super) struct Retrieval {
    /// Questions to the shipped library: one JSON object a line with `question`, `document` (null: unanswerable), `section`.
    #[arg(long, value_name = "FILE", default_value = "tests/eval/retrieval.jsonl")]
    test: PathBuf,
    /// Instead: questions and answers (`id`, `question`, `answer`); the answers become the library.
    #[arg(long, value_name = "FILE", conflicts_with = "test")]
    pairs: Option<PathBuf>,
}

impl Retrieval {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), String> {
        match &self.pairs {
            Some(file) => on_pairs(file),
            None => on_library(&self.test, settings).await,
        }
    }
}

async fn on_library(file: &Path, settings: &Settings) -> Result<(), String> {
    let library = wiring::library(settings).await.map_err(|error| error.to_string())?;
    let cases = library_cases(file).map_err(|problem| problem.to_string())?;
    let (mut answerable, mut unanswerable, mut silent) = (Vec::new(), 0, 0);
    for case in &cases {
        let found = library.search(&case.query(DEPTH)).await.map_err(|error| error.to_string())?;
        if case.document.is_none() {
            unanswerable += 1;
            silent += usize::from(found.is_empty());
            continue;
        }
        let hits: Vec<usize> = (0..found.len()).filter(|&at| case.is_answered_by(&found[at])).take(1).collect();
        let ranked: Vec<usize> = (0..found.len()).collect();
        // A question whose section was not found has a relevant passage all the same: one beyond the list.
        let relevant = if hits.is_empty() { vec![usize::MAX] } else { hits };
        answerable.push(figures(&ranked, &relevant));
    }
    say(format_args!("{}", mean(answerable)));
    say(format_args!("{silent} of {unanswerable} unanswerable questions find nothing"));
    Ok(())
}

fn on_pairs(file: &Path) -> Result<(), String> {
    let pairs = pairs(file).map_err(|problem| problem.to_string())?;
    // Without the floor: these sets have an answer to every question, so declining is always wrong.
    let index = knowledge::Index::build(&answers(&pairs)).map_err(|error| error.to_string())?;
    let index = index.with_weights(Weights::default().without_floor());
    let questions = questions(&pairs);
    let (found, each) = timed(&questions, |(question, _)| {
        index.search(&Query { text: question.clone(), limit: DEPTH, ..Query::default() })
    });
    let mut all = Vec::with_capacity(found.len());
    for (passages, (_, relevant)) in found.into_iter().zip(&questions) {
        let ranked: Vec<String> =
            passages.map_err(|error| error.to_string())?.into_iter().map(|found| found.document).collect();
        all.push(figures(&ranked, relevant));
    }
    say(format_args!("{}", mean(all)));
    say(format_args!("{} documents; {:.1} µs a question", index.len(), each.as_secs_f64() * 1e6));
    Ok(())
}
