//! `motorline ingest`: reads a folder of documents and reports every one that cannot be used.

use crate::commands::say;
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use knowledge::edition::Manifest;

/// What `ingest` takes.
#[derive(Debug, Args)]
pub(super) struct Ingest {
    /// The folder of Markdown, HTML, text and PDF files.
    folder: PathBuf,
    /// Keep the built index here, for a server to open.
    #[arg(long, value_name = "FOLDER")]
    index: Option<PathBuf>,
    /// Leave the edition of the folder here, to be packaged with a Lambda function (`edition.shipped`).
    #[arg(long, value_name = "FOLDER", conflicts_with = "index")]
    edition: Option<PathBuf>,
}

impl Ingest {
    pub(super) fn run(self) -> Result<(), String> {
        if let Some(place) = &self.edition {
            return self.ship(place);
        }
        let progress = ProgressBar::new_spinner();
        progress.set_style(ProgressStyle::default_spinner());
        let mut note = |file: &Path| {
            progress.inc(1);
            progress.set_message(file.display().to_string());
        };
        let ingested = knowledge::folder::ingest(&self.folder, self.index.as_deref(), &mut note);
        progress.finish_and_clear();
        let ingested = ingested.map_err(|error| error.to_string())?;
        for problem in &ingested.problems {
            say(format_args!("{problem}"));
        }
        say(format_args!("{} files, {} passages, {} trouble codes", ingested.files, ingested.passages, ingested.codes));
        if ingested.problems.is_empty() {
            return Ok(());
        }
        Err(format!("{} document(s) were left out", ingested.problems.len()))
    }

    fn ship(&self, place: &Path) -> Result<(), String> {
        let manifest = knowledge::edition::ship(&self.folder, place).map_err(|error| error.to_string())?;
        manifest.problems.iter().for_each(|problem| say(format_args!("{problem}")));
        let Manifest { name, files, passages, codes, problems, .. } = manifest;
        say(format_args!("edition {name}: {files} files, {passages} passages, {codes} trouble codes"));
        if problems.is_empty() { Ok(()) } else { Err(format!("{} document(s) were left out", problems.len())) }
    }
}
