//! The port to the customer store.

use async_trait::async_trait;

use crate::profile::{Memory, Profile};
use crate::{Access, Result, SessionId};

/// Knows the customers.
#[async_trait]
pub trait Customers: Send + Sync {
    /// The profile of the customer whose data the access opens.
    ///
    /// # Errors
    /// `NotFound` for an unknown customer, `Unavailable` when the store cannot be reached.
    async fn profile(&self, access: &Access) -> Result<Profile>;

    /// Remembers this of the customer, in place of what was remembered with the same session, kind and text. When there are
    /// more than [`crate::profile::MOST_MEMORIES`], the oldest are forgotten.
    ///
    /// # Errors
    /// As [`Self::profile`].
    async fn remember(&self, access: &Access, memories: &[Memory]) -> Result<()>;

    /// Forgets what was remembered of one conversation, or of all when none is named.
    ///
    /// # Errors
    /// As [`Self::profile`].
    async fn forget(&self, access: &Access, session: Option<&SessionId>) -> Result<()>;

    /// Notes whether the customer agrees to be shown offers. It changes nothing else of them, and may be asked again.
    ///
    /// # Errors
    /// As [`Self::profile`].
    async fn agree_to_offers(&self, access: &Access, agreed: bool) -> Result<()>;

    /// Whether it could answer now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}
