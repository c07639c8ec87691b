//! The port to the library: manuals, articles, policies and trouble codes.

use async_trait::async_trait;

use crate::Result;
use crate::finding::Passage;

/// Finds passages.
#[async_trait]
pub trait Library: Send + Sync {
    /// The passages that bear most on the query, best first, at most `query.limit`.
    ///
    /// A trouble code in the text (`P0301`) finds its entry exactly. Nothing found is an empty list, not an error.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    async fn search(&self, query: &Query) -> Result<Vec<Passage>>;

    /// Whether it holds anything to search.
    ///
    /// # Errors
    /// `Unavailable`, with what is missing.
    async fn ready(&self) -> Result<()>;
}

/// What to look for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The customer's words.
    pub text: String,
    /// Only what holds for one of these vehicles, or for all vehicles. Empty: no filter.
    pub vehicles: Vec<VehicleFilter>,
    /// Only what holds in this market, or in all. `None`: no filter.
    pub market: Option<String>,
    /// Only texts in this language (primary subtag, `en`). `None`: no filter.
    pub language: Option<String>,
    /// At most so many passages.
    pub limit: usize,
}

/// A vehicle that a passage must hold for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VehicleFilter {
    /// Model name.
    pub model: String,
    /// Model year; `None` accepts every year.
    pub year: Option<u16>,
}
