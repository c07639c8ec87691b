//! What customers think of a reply: one rating a turn, which they may change.

use contract::{Error, ErrorKind, Result, TurnRecord};
use jiff::{SignedDuration, Timestamp};
use learning::{Hour, Lesson, Note, Notes};
use serde::{Deserialize, Serialize};

use crate::AnalyticsAgent;
use crate::about::{self, Dimension};

/// A reply can be rated for so long after the turn.
const OPEN: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A rating is kept for so long after the turn: longer than it can be changed, so that none counts twice.
const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Whether a reply helped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It did.
    Up,
    /// It did not.
    Down,
}

/// What a customer thinks of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Whether it helped.
    pub rating: Rating,
    /// In their words, if they said any.
    pub comment: Option<String>,
    /// When they said so.
    pub at: Timestamp,
}

/// The key of the note about a turn.
pub fn key(record: &TurnRecord) -> String {
    format!("feedback/{}", record.turn.id)
}

impl AnalyticsAgent {
    /// What is to be kept of a rating of this turn, when this is noted of it so far. It counts in the hour of the turn, about
    /// its channel, intent, arm and the model that wrote the reply; a changed mind takes the earlier rating back.
    ///
    /// # Errors
    /// `Refused` when the turn is too long ago; `Internal` when the note cannot be read.
    pub fn rated(&self, record: &TurnRecord, earlier: Vec<Note>, feedback: &Feedback) -> Result<Lesson> {
        if feedback.at.duration_since(record.closed) > OPEN {
            return Err(Error::new(ErrorKind::Refused, "this reply can no longer be rated")
                .hint("replies are rated within thirty days"));
        }
        let key = key(record);
        let mut notes = Notes::of(earlier);
        let known: Option<Feedback> = notes.get(&key)?;
        let mut abouts = about::of_turn(record, self.intent(record));
        abouts.push(Dimension::Model.about(&record.reply.model));
        let mut count = |rating: Rating, more: i64| {
            let what = if rating == Rating::Up { "feedback/up" } else { "feedback/down" };
            abouts.iter().for_each(|about| notes.count(Hour::of(record.closed), what, about, more));
        };
        if let Some(known) = &known {
            count(known.rating, -1);
        }
        count(feedback.rating, 1);
        let expires = record.closed.checked_add(KEPT).unwrap_or(Timestamp::MAX);
        notes.put(&key, &record.turn.caller.owner(), expires, feedback)?;
        Ok(notes.lesson(Vec::new()))
    }
}
