//! The port to the customer store.

use async_trait::async_trait;

use crate::profile::Profile;
use crate::{Access, Result};

/// Knows the customers.
#[async_trait]
pub trait Customers: Send + Sync {
    /// The profile of the customer whose data the access opens.
    ///
    /// # Errors
    /// `NotFound` for an unknown customer, `Unavailable` when the store cannot be reached.
    async fn profile(&self, access: &Access) -> Result<Profile>;

    /// Whether it could answer now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}
