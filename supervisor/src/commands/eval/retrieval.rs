//! `motorline eval retrieval`: how well the library finds the section that answers a question.

use std::path::PathBuf;

use clap::Args;

use crate::commands::say;
use crate::evaluation::report::figures;
use crate::evaluation::retrieval::measured;
use crate::evaluation::sets::Set;
use crate::settings::Settings;
use crate::wiring;

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
        let library = wiring::library(settings).await.map_err(|error| error.to_string())?;
        let set = Set::open(self.pairs.as_ref().unwrap_or(&self.test))?;
        figures(&measured(&*library, &set).await?.figures).iter().for_each(say);
        Ok(())
    }
}
