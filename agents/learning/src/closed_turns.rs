//! The port to the closed turns of all conversations, in the order in which they were closed: what learners are fed from.

use async_trait::async_trait;
use contract::{Result, TurnRecord};

/// Reads closed turns, whoever they belong to. No door has this port: it is for learners, and for whoever runs the product.
#[async_trait]
pub trait ClosedTurns: Send + Sync {
    /// At most `limit` turns that were closed after `position`, oldest first. Zero is before the first.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<Closed>>;
}

/// A closed turn and its places.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// Its place among all turns. Grows; never given twice.
    pub position: u64,
    /// Its number in its session, counted from one.
    pub number: u64,
    /// The turn.
    pub record: TurnRecord,
}
