//! What learns: a pure function of a closed turn and of what is noted so far.

use std::collections::BTreeMap;

use contract::{Card, Result};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::closed_turns::Closed;
use crate::learned::{Count, Hour, Lesson, Note};

/// Learns from closed turns. Holds nothing of any of them.
pub trait Learner: Send + Sync {
    /// Name and purpose; its stage is `Learn`.
    fn card(&self) -> Card;

    /// The keys of the notes that it needs to learn from this turn.
    fn needs(&self, closed: &Closed) -> Vec<String>;

    /// Adds to the notes what the turn teaches. Must give the same for the same turn and notes.
    ///
    /// # Errors
    /// `Internal` when a note cannot be read.
    fn learn(&self, closed: &Closed, notes: &mut Notes) -> Result<()>;
}

/// What a learner knows while it learns: the notes that it asked for, and what it has added since.
#[derive(Debug, Default)]
pub struct Notes {
    known: BTreeMap<String, Note>,
    changed: BTreeMap<String, Note>,
    counts: BTreeMap<Count, i64>,
}

impl Notes {
    /// What is known so far.
    pub fn of(known: Vec<Note>) -> Self {
        Self { known: known.into_iter().map(|note| (note.key.clone(), note)).collect(), ..Self::default() }
    }

    /// What the note under this key says.
    ///
    /// # Errors
    /// `Internal` when it says something else than what is asked for.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let note = self.changed.get(key).or_else(|| self.known.get(key));
        let body = note.map(|note| serde_json::from_value(note.body.clone())).transpose();
        body.map_err(|cause| {
            contract::Error::new(contract::ErrorKind::Internal, format!("the note {key} cannot be read"))
                .caused_by(cause)
        })
    }

    /// Notes this under a key, in place of what was noted there.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn put<T: Serialize>(&mut self, key: &str, owner: &str, expires: Timestamp, body: &T) -> Result<()> {
        let body = serde_json::to_value(body).map_err(|cause| {
            contract::Error::new(contract::ErrorKind::Internal, format!("the note {key} cannot be written"))
                .caused_by(cause)
        })?;
        let version = self.known.get(key).map_or(0, |note| note.version);
        let note = Note { key: key.to_owned(), owner: owner.to_owned(), version, expires, body };
        self.changed.insert(key.to_owned(), note);
        Ok(())
    }

    /// Adds to a count.
    pub fn count(&mut self, hour: Hour, what: &str, about: &str, more: i64) {
        let count = Count { hour, what: what.to_owned(), about: about.to_owned() };
        *self.counts.entry(count).or_default() += more;
    }

    /// What was added, with these marks.
    pub fn lesson(self, marks: Vec<String>) -> Lesson {
        Lesson { marks, counts: self.counts.into_iter().collect(), notes: self.changed.into_values().collect() }
    }
}
