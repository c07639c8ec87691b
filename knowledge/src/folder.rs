//! A folder of files as the library: reads it, keeps an index of it, and looks trouble codes up.

mod fingerprint;
mod ingest;

use std::path::Path;

use async_trait::async_trait;
use contract::Result;
use contract::finding::Passage;
use contract::ports::{Library, Query};

use crate::collection::Collection;
use crate::read::Problem;

pub(crate) use fingerprint::fingerprint;
pub use ingest::{Ingested, ingest};
pub(crate) use ingest::{catalogue, catalogue_file, documents};

/// The library over a folder of Markdown, HTML, text and PDF files, and of at most one catalogue of trouble codes.
///
/// It is read once, when it is opened; searching is done in the process and takes well under a millisecond.
pub struct FolderLibrary {
    collection: Collection,
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
        let (collection, ingested) = ingest::open(folder, index_folder, &mut |_| {})?;
        for problem in &ingested.problems {
            tracing::warn!(%problem, "left out of the library");
        }
        Ok(Self { collection, problems: ingested.problems })
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
        self.collection.index.models()
    }

    /// All passages of the documents, without the trouble codes, in no particular order.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn passages(&self) -> Result<Vec<Passage>> {
        self.collection.index.passages()
    }

    /// The passages that bear most on the query, trouble codes first: what the port's `search` returns.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn find(&self, query: &Query) -> Result<Vec<Passage>> {
        self.collection.find(query)
    }
}

#[async_trait]
impl Library for FolderLibrary {
    async fn search(&self, query: &Query) -> Result<Vec<Passage>> {
        self.find(query)
    }

    async fn ready(&self) -> Result<()> {
        let hint = "put Markdown, HTML, text or PDF files into its folder, or point `library` to another folder";
        self.collection.ready(hint)
    }
}

#[cfg(test)]
mod tests;
