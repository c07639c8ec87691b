//! `motorline report`: what was learned of a week.

use std::path::PathBuf;

use clap::Args;
use insights::week::Week;

use super::say;
use crate::report::Report;
use crate::settings::Settings;
use crate::wiring::Product;

/// What of a week is reported.
#[derive(Debug, Args)]
pub(super) struct WeeklyReport {
    /// The week, such as 2026-W48 (ISO 8601, UTC); left out: this one.
    #[arg(long, value_name = "WEEK")]
    week: Option<String>,
    /// Write a page of HTML to this file instead of printing Markdown.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl WeeklyReport {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), String> {
        let product = Product::assemble(settings).await.map_err(|error| error.to_string())?;
        let week = match &self.week {
            Some(text) => text.parse::<Week>().map_err(|error| error.to_string())?,
            None => Week::of(product.clock.now()),
        };
        let learned = product.oversight.learned.ok_or("nothing is learned here\n  set `learned` to a store")?;
        let report = Report::read(&*learned, week).await.map_err(|error| error.to_string())?;
        match &self.html {
            None => say(report.markdown()),
            Some(file) => {
                std::fs::write(file, report.html())
                    .map_err(|cause| format!("cannot write {}: {cause}", file.display()))?;
                say(format_args!("{week} is in {}", file.display()));
            }
        }
        Ok(())
    }
}
