//! A folder of files as the library: reads it, keeps an index of it, and looks trouble codes up.

mod fingerprint;
mod ingest;

use std::path::Path;

use async_trait::async_trait;
use contract::finding::Passage;
use contract::ports::{Library, Query};
use contract::{Error, ErrorKind, Result};

use crate::codes::{self, Codes};
use crate::index::Index;
use crate::read::Problem;

pub use ingest::{Ingested, ingest};

/// How far the first trouble code stands above the best passage of the manuals.
const CODE_LEAD: f32 = 1.0;

/// Most trouble codes of one question that are looked up.
const MOST_CODES: usize = 3;

/// The library over a folder of Markdown, HTML, text and PDF files, and of at most one catalogue of trouble codes.
///
/// It is read once, when it is opened; searching is done in the process and takes well under a millisecond.
pub struct FolderLibrary {
    index: Index,
    codes: Codes,
    problems: Vec<Problem>,
}

impl FolderLibrary {
    /// Opens the library in `folder`. With an index folder, the index is kept there and built anew only when the
    /// content of some file changed; without one it is built in memory.
    ///
    /// Files that cannot be read are left out and reported by [`FolderLibrary::problems`].
    ///
    /// # Errors
    /// `Unavailable` when the folder cannot be read or the index cannot be written.
    pub fn open(folder: &Path, index_folder: Option<&Path>) -> Result<Self> {
        let (index, codes, ingested) = ingest::open(folder, index_folder, &mut |_| {})?;
        for problem in &ingested.problems {
            tracing::warn!(%problem, "left out of the library");
        }
        Ok(Self { index, codes, problems: ingested.problems })
    }

    /// Files that were left out, and why. Empty when the index was already there.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The names of all models that some passage holds for.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn models(&self) -> Result<Vec<String>> {
        self.index.models()
    }

    /// All passages of the documents, without the trouble codes, in no particular order.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn passages(&self) -> Result<Vec<Passage>> {
        self.index.passages()
    }

    /// The passages that bear most on the query, trouble codes first: what the port's `search` returns.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn find(&self, query: &Query) -> Result<Vec<Passage>> {
        let named = codes::named_in(&query.text);
        let mut entries: Vec<_> = named.iter().filter_map(|code| self.codes.passage(code)).take(MOST_CODES).collect();
        let found = self.index.search(query)?;
        let mut score = found.first().map_or(0.0, |best| best.score);
        for entry in entries.iter_mut().rev() {
            score += CODE_LEAD;
            entry.score = score;
        }
        entries.extend(found);
        entries.truncate(query.limit);
        Ok(entries)
    }
}

#[async_trait]
impl Library for FolderLibrary {
    async fn search(&self, query: &Query) -> Result<Vec<Passage>> {
        self.find(query)
    }

    async fn ready(&self) -> Result<()> {
        if self.index.is_empty() && self.codes.is_empty() {
            let hint = "put Markdown, HTML, text or PDF files into its folder, or point `library` to another folder";
            return Err(Error::new(ErrorKind::Unavailable, "the library is empty").hint(hint));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
