//! `motorline eval all`: every measurement, compared with a baseline. The exit code is the gate.

use std::path::PathBuf;

use clap::Args;

use crate::commands::say;
use crate::evaluation::baseline::Baseline;
use crate::evaluation::report::{page, table};
use crate::evaluation::{Bench, measure};
use crate::roster::SelfTaught;
use crate::settings::Settings;

/// What `eval all` takes.
#[derive(Debug, Args)]
pub(super) struct All {
    /// The baseline to compare with.
    #[arg(long, value_name = "FILE", required_unless_present = "write_baseline")]
    baseline: Option<PathBuf>,
    /// The folder of labelled files.
    #[arg(long, value_name = "FOLDER", default_value = "tests/eval")]
    sets: PathBuf,
    /// The folder of conversation files.
    #[arg(long, value_name = "FOLDER", default_value = "tests/conversations")]
    conversations: PathBuf,
    /// Write a page with plots and every row that failed to this file.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write what was measured to this file, as the next baseline.
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

impl All {
    pub(super) async fn run(self, settings: &Settings, configuration: &[(String, String)]) -> Result<(), String> {
        // Read first: nobody wants to wait for a typing mistake.
        let known = self.baseline.as_deref().map(Baseline::read).transpose()?;
        let bench = Bench { sets: self.sets, conversations: self.conversations };
        let run = measure(settings, &bench, SelfTaught::learn).await?;
        let figures = &run.measured.figures;
        let compared = known.clone().unwrap_or_default().compare(figures);
        table(&compared).iter().for_each(say);
        run.notes.iter().for_each(say);
        if let Some(file) = &self.report {
            let page = page(&compared, &run, configuration)?;
            std::fs::write(file, page).map_err(|cause| format!("cannot write {}: {cause}", file.display()))?;
        }
        if let Some(file) = &self.write_baseline {
            Baseline::of(figures, known.as_ref()).write(file)?;
        }
        let failed: Vec<&str> = compared.iter().filter(|one| one.verdict.fails()).map(|one| one.key.as_str()).collect();
        if failed.is_empty() { Ok(()) } else { Err(format!("the gate stays shut: {}", failed.join("; "))) }
    }
}
