//! The port to what was learned: counts by the hour, and notes.

use std::ops::Range;

use async_trait::async_trait;
use contract::{Error, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Keeps what was learned.
#[async_trait]
pub trait Learned: Send + Sync {
    /// The notes under these keys, as far as there are any and they have not expired.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn notes(&self, keys: &[String]) -> Result<Vec<Note>>;

    /// At most `limit` notes whose keys begin so and that have not expired, the last keys first. The prefix holds all of the
    /// key until its first `/` at least.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn noted(&self, prefix: &str, limit: usize) -> Result<Vec<Note>>;

    /// Keeps all of a lesson or nothing.
    ///
    /// # Errors
    /// `Conflict` when one of its marks is kept already, or one of its notes has changed since it was read (one that has
    /// expired is none): it is to be made anew. `Unavailable`.
    async fn keep(&self, lesson: &Lesson) -> Result<()>;

    /// Which of these marks are kept.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn marked(&self, marks: &[String]) -> Result<Vec<String>>;

    /// All counts of these hours, summed up where there are several for the same.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn counts(&self, hours: Range<Hour>) -> Result<Vec<(Count, i64)>>;

    /// Whether a lesson would be kept now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}

/// What a learner learned of some turns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lesson {
    /// What makes sure that nothing is learned twice, such as `analytics/TURN`. Kept for eight days at least: longer than
    /// any stream delivers again.
    pub marks: Vec<String>,
    /// What to add to counts.
    pub counts: Vec<(Count, i64)>,
    /// What to note, in place of what is noted under the same keys.
    pub notes: Vec<Note>,
}

/// What is counted, in one hour. Few possible values each: no customer, session or turn, and no words of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Count {
    /// The hour.
    pub hour: Hour,
    /// What is counted, such as `turns`.
    pub what: String,
    /// About what, such as `channel=web`; empty for all.
    pub about: String,
}

/// An hour of UTC, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hour(pub i64);

impl Hour {
    /// The hour in which that was.
    pub fn of(at: Timestamp) -> Self {
        Self(at.as_second().div_euclid(3_600))
    }

    /// When it begins.
    ///
    /// # Errors
    /// `Invalid` outside of the years that a clock can show.
    pub fn begins(self) -> Result<Timestamp> {
        let seconds = self.0.saturating_mul(3_600);
        Timestamp::from_second(seconds)
            .map_err(|cause| Error::invalid("hour", "no time has this hour").caused_by(cause))
    }
}

/// A note: something kept that is more than a count. What it holds of a person is erased with their other data.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its key, such as `session/SESSION`.
    pub key: String,
    /// Whose it is ([`contract::Caller::owner`]); empty when it is nobody's.
    pub owner: String,
    /// The version that was read; zero for a new note. The store counts it up.
    pub version: u64,
    /// When it may be forgotten.
    pub expires: Timestamp,
    /// What it says.
    pub body: Value,
}
