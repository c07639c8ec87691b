//! The port to what was offered to whom: no customer is shown an offer more often than they should be.

mod restraint;

use async_trait::async_trait;
use contract::{Access, Result, SessionId, TurnId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use restraint::Restraint;

/// For so many days at least it is kept what was shown: no bound looks back further.
pub const KEPT_DAYS: i64 = 400;

/// Remembers which offers were shown.
#[async_trait]
pub trait Offers: Send + Sync {
    /// What the customer was shown since a moment, newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn shown(&self, access: &Access, since: Timestamp) -> Result<Vec<Shown>>;

    /// Notes that an offer is shown in a turn, unless that would pass one of the bounds, and says whether it was noted. Once for
    /// each offer and turn: the same again is `true` and changes nothing. Of many at once no more pass than the bounds allow.
    ///
    /// # Errors
    /// `Unavailable`: then nothing is shown.
    async fn show(&self, access: &Access, showing: &Shown, bounds: &[Bound]) -> Result<bool>;

    /// Whether it could answer now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}

/// An offer that a customer was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The campaign, by name.
    pub offer: String,
    /// The conversation.
    pub session: SessionId,
    /// The turn.
    pub turn: TurnId,
    /// When.
    pub at: Timestamp,
}

/// How often may be shown at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The rule that a customer or an operator can be told, such as `once in 30 days`.
    pub rule: String,
    /// Which offer is counted; none: all together.
    pub offer: Option<String>,
    /// In which conversation is counted; none: in all.
    pub session: Option<SessionId>,
    /// What was shown before this moment is not counted.
    pub since: Timestamp,
    /// So often at most, this one included.
    pub most: usize,
}

impl Bound {
    /// Whether one more is too many after what the customer was `shown`.
    pub fn is_reached(&self, shown: &[Shown]) -> bool {
        let counted = |past: &&Shown| {
            past.at >= self.since
                && self.offer.as_ref().is_none_or(|offer| *offer == past.offer)
                && self.session.as_ref().is_none_or(|session| *session == past.session)
        };
        shown.iter().filter(counted).count() >= self.most
    }
}

/// Since when a store must look at what was shown in order to judge by these bounds.
pub fn looks_back(bounds: &[Bound], now: Timestamp) -> Timestamp {
    bounds.iter().map(|bound| bound.since).min().unwrap_or(now)
}
