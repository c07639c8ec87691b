//! Tickets in DynamoDB, redeemed by a conditional delete that returns what it deleted.

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use contract::ports::{Clock, TicketHash, Tickets};
use contract::{Caller, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Slots;

/// Keeps tickets in the table `<prefix>-sessions`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoTickets {
    pub(super) slots: Slots,
    clock: Arc<dyn Clock>,
}

/// The item of a ticket. `expires_at` (seconds) is for DynamoDB, which deletes days late; `expires_ms` decides.
#[derive(Serialize, Deserialize)]
struct TicketItem {
    caller: Caller,
    expires_ms: i64,
    expires_at: i64,
}

impl DynamoTickets {
    /// A store in the table whose name begins with `prefix`, which judges expiry by `clock`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>) -> Self {
        Self { slots: Slots::new(config, prefix, "TICK"), clock }
    }
}

#[async_trait]
impl Tickets for DynamoTickets {
    async fn keep(&self, ticket: &TicketHash, caller: &Caller, expires: Timestamp) -> Result<()> {
        let (expires_ms, expires_at) = (expires.as_millisecond(), expires.as_second());
        self.slots.put(&ticket.0, &TicketItem { caller: caller.clone(), expires_ms, expires_at }).await
    }

    /// A delete whose answer was lost is tried again and finds nothing: the ticket is then used up for nobody, and its owner
    /// gets another. The other way round one ticket could let in two.
    async fn redeem(&self, ticket: &TicketHash) -> Result<Option<Caller>> {
        let found: Option<TicketItem> = self.slots.take(&ticket.0).await?;
        let now = self.clock.now().as_millisecond();
        Ok(found.filter(|item| item.expires_ms > now).map(|item| item.caller))
    }

    async fn ready(&self) -> Result<()> {
        self.slots.get::<TicketItem>("").await.map(drop)
    }
}
