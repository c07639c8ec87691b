//! The port to what a store keeps of one person: to show it to them, and to erase it.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use crate::{Access, Result};

/// A store that keeps something of persons. Every store that does has this port: an erasure goes through all of them.
#[async_trait]
pub trait PersonalData: Send + Sync {
    /// What is kept, in a word for a receipt, such as `conversations`.
    fn store(&self) -> &'static str;

    /// Everything kept of the person, piece by piece, as it is kept.
    ///
    /// # Errors
    /// `Unavailable`. That nothing is kept is no error.
    async fn export(&self, access: &Access) -> Result<Vec<Value>>;

    /// Erases everything kept of the person, whoever of them brought it (they or their cars), and returns how many pieces
    /// that were. Asked again, it erases what has come since. A turn that was opened before can no longer close.
    ///
    /// # Errors
    /// `Unavailable`: some pieces may be erased, and it is to be asked again.
    async fn erase(&self, access: &Access) -> Result<u64>;
}

/// Keeps a customer out of the conversations while they are erased. A store of conversations has it, because its `open` refuses.
#[async_trait]
pub trait Barring: Send + Sync {
    /// For so long no turn of the customer or of their cars is admitted, in no process and after no restart:
    /// [`super::Conversations::open`] refuses with `Conflict`, and `retry_after` says until when.
    ///
    /// # Errors
    /// `Conflict` when they are barred already, with `retry_after`; `Unavailable`.
    async fn bar(&self, access: &Access, lasting: Duration) -> Result<()>;

    /// Admits their turns again. Who was not barred stays so.
    ///
    /// # Errors
    /// `Unavailable`: they are admitted when the time is over.
    async fn admit(&self, access: &Access) -> Result<()>;
}
