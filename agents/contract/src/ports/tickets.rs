//! The port to the tickets by which a browser, which can send no credential with a socket, opens one as somebody.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{Caller, Result};

/// Keeps tickets until they are redeemed, once.
#[async_trait]
pub trait Tickets: Send + Sync {
    /// From now until `expires`, who shows the ticket of this hash comes in as `caller`.
    ///
    /// # Errors
    /// `Busy` when it keeps as many as it can, in all or of this caller; `Unavailable`.
    async fn keep(&self, ticket: &TicketHash, caller: &Caller, expires: Timestamp) -> Result<()>;

    /// As whom the ticket of this hash lets in. From then on it lets nobody in: of many who show it, one gets the caller.
    /// `None` when it is unknown, used or expired.
    ///
    /// # Errors
    /// `Unavailable`: whether it is used now is not known.
    async fn redeem(&self, ticket: &TicketHash) -> Result<Option<Caller>>;

    /// Whether it could keep a ticket now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}

/// A hash of a ticket (SHA-256, hexadecimal). The ticket itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TicketHash(pub String);
