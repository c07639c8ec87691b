//! The port to the customer store.

use async_trait::async_trait;

use crate::profile::Profile;
use crate::{CustomerId, Result};

/// Knows the customers.
#[async_trait]
pub trait Customers: Send + Sync {
    /// The profile of one customer.
    ///
    /// # Errors
    /// `NotFound` for an unknown customer, `Unavailable` when the store cannot be reached.
    async fn profile(&self, customer: &CustomerId) -> Result<Profile>;

    /// Whether it could answer now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}
