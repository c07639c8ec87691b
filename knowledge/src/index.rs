//! The index over all passages: built in memory or in a folder by tantivy, searched in process.

mod corpus;
mod filter;
mod schema;
mod still;

use std::collections::BTreeSet;
use std::path::Path;

use contract::finding::Passage;
use contract::ports::Query;
use contract::{Error, ErrorKind, Result};
use tantivy::schema::Value;
use tantivy::{DocAddress, TantivyDocument};

use crate::analysis::{Analyzer, primary};
use crate::chunk::passages;
use crate::question::Question;
use crate::rank::{self, Weights};
use crate::read::Document;
use crate::thesaurus::Thesaurus;

pub(crate) use corpus::Corpus;
use schema::Fields;
pub(crate) use still::StillDirectory;

/// Version of what an index holds. Indexes of another version are built anew.
pub const FORMAT: &str = "2";

/// Memory for building, in bytes: tantivy's least, enough for a segment of some ten thousand passages.
const MEMORY: usize = 16_000_000;

/// The language of a question that names none.
const DEFAULT_LANGUAGE: &str = "en";

/// A searchable set of passages. Cheap to share, safe to search from many threads.
pub struct Index {
    corpus: Corpus,
    analyzer: Analyzer,
    thesaurus: Thesaurus,
    weights: Weights,
}

impl Index {
    /// An index in memory.
    ///
    /// # Errors
    /// `Internal` when the built-in tables are broken, `Unavailable` when the index cannot be written.
    pub fn build(documents: &[Document]) -> Result<Self> {
        Self::fill(tantivy::Index::create_in_ram(Fields::schema()), documents)
    }

    /// An index in the empty `folder`.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be written.
    pub fn create(folder: &Path, documents: &[Document]) -> Result<Self> {
        Self::fill(tantivy::Index::create_in_dir(folder, Fields::schema()).map_err(unavailable)?, documents)
    }

    /// The index that [`Index::create`] left in `folder`. Its files are mapped and nothing is written there.
    ///
    /// # Errors
    /// `Unavailable` when there is none or it is damaged.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::open_in(&StillDirectory::open(folder).map_err(unavailable)?)
    }

    pub(crate) fn open_in(directory: &StillDirectory) -> Result<Self> {
        let index = tantivy::Index::open(directory.clone()).map_err(unavailable)?;
        if index.schema() != Fields::schema() {
            return Err(Error::new(ErrorKind::Unavailable, "the index has another format").hint("build it anew"));
        }
        Self::over(&index, Analyzer::built_in()?)
    }

    /// The same index, ranking with other weights.
    #[must_use]
    pub fn with_weights(mut self, weights: Weights) -> Self {
        self.weights = weights;
        self
    }

    /// How many passages it holds.
    pub fn len(&self) -> usize {
        self.corpus.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The passages that bear most on the query, best first.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn search(&self, query: &Query) -> Result<Vec<Passage>> {
        let language = query.language.as_deref().map_or_else(|| DEFAULT_LANGUAGE.to_owned(), primary);
        let terms = self.analyzer.terms(&query.text, &language);
        let is_weak = |term: &str| self.analyzer.is_weak(term, &language);
        let pairs = self.analyzer.pairs(&query.text, &language);
        let question = Question::understand(&terms, pairs, is_weak, &self.corpus, &self.thesaurus, &self.weights)?;
        let candidates = self.corpus.candidates(&question, filter::of(query, self.corpus.fields()))?;
        let scored = rank::scored(&self.corpus, &question, candidates, &self.weights)?;
        rank::best(scored, query, &self.weights, |address| self.passage(address))
    }

    /// All passages, in no particular order.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn passages(&self) -> Result<Vec<Passage>> {
        self.corpus.addresses().map(|address| self.passage(address)).collect()
    }

    /// The names of all models that some passage holds for, in alphabetical order.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn models(&self) -> Result<Vec<String>> {
        let models: BTreeSet<_> = self.passages()?.into_iter().flat_map(|passage| passage.applies.models).collect();
        Ok(models.into_iter().collect())
    }

    fn fill(index: tantivy::Index, documents: &[Document]) -> Result<Self> {
        let analyzer = Analyzer::built_in()?;
        let fields = Fields::of(&index.schema())?;
        let mut writer = index.writer_with_num_threads(1, MEMORY).map_err(unavailable)?;
        for passage in documents.iter().flat_map(passages) {
            writer.add_document(fields.document(&passage, &analyzer)?).map_err(unavailable)?;
        }
        writer.commit().map_err(unavailable)?;
        writer.wait_merging_threads().map_err(unavailable)?;
        Self::over(&index, analyzer)
    }

    fn over(index: &tantivy::Index, analyzer: Analyzer) -> Result<Self> {
        let thesaurus = Thesaurus::built_in(&analyzer)?;
        Ok(Self { corpus: Corpus::open(index)?, analyzer, thesaurus, weights: Weights::default() })
    }

    fn passage(&self, address: DocAddress) -> Result<Passage> {
        let document: TantivyDocument = self.corpus.searcher().doc(address).map_err(unavailable)?;
        let json =
            document.get_first(self.corpus.fields().passage).and_then(|value| value.as_str()).unwrap_or_default();
        serde_json::from_str(json).map_err(unavailable)
    }
}

/// An error of the engine, in the words of the port.
pub(crate) fn unavailable(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    let hint = "ingest the library again; if the index is in a folder, check its permissions and space";
    Error::new(ErrorKind::Unavailable, "the library's index cannot be used").hint(hint).caused_by(cause)
}

#[cfg(test)]
mod tests;
