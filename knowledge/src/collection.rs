//! What a library holds: passages in an index and trouble codes in a catalogue, searched together.

use contract::finding::Passage;
use contract::ports::Query;
use contract::{Error, ErrorKind, Result};

use crate::codes::{self, Codes};
use crate::index::Index;

/// How far the first trouble code stands above the best passage of the manuals.
const CODE_LEAD: f32 = 1.0;

/// Most trouble codes of one question that are looked up.
const MOST_CODES: usize = 3;

/// An index and a catalogue.
pub(crate) struct Collection {
    pub(crate) index: Index,
    pub(crate) codes: Codes,
}

impl Collection {
    /// The passages that bear most on the query, trouble codes first.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub(crate) fn find(&self, query: &Query) -> Result<Vec<Passage>> {
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

    /// Whether there is anything to search.
    ///
    /// # Errors
    /// `Unavailable`, with `hint` as what to do about it, when there is nothing.
    pub(crate) fn ready(&self, hint: &str) -> Result<()> {
        if self.index.is_empty() && self.codes.is_empty() {
            return Err(Error::new(ErrorKind::Unavailable, "the library is empty").hint(hint));
        }
        Ok(())
    }
}
