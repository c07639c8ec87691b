//! The open connections of an API Gateway's WebSocket API: who is at the other end of each.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use contract::ports::Clock;
use contract::{Caller, Result};
use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::Slots;

/// API Gateway closes every connection after two hours.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// Knows the connections in the table `<prefix>-sessions`. Cheap to clone.
///
/// It is no port: only API Gateway needs one told from outside the process what a connection is. At home a connection is a task.
#[derive(Clone)]
pub struct DynamoConnections {
    slots: Slots,
    clock: Arc<dyn Clock>,
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// As whom they came in.
    pub caller: Caller,
    /// From where, if that is known.
    pub address: Option<IpAddr>,
    /// When.
    pub connected: Timestamp,
}

/// The item of a connection. `expires_at` is in seconds, as DynamoDB wants it.
#[derive(Serialize, Deserialize)]
struct ConnectionItem {
    caller: Caller,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    connected: Timestamp,
    expires_at: i64,
}

impl DynamoConnections {
    /// A store in the table whose name begins with `prefix`, which judges expiry by `clock`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>) -> Self {
        Self { slots: Slots::new(config, prefix, "CONN"), clock }
    }

    /// Remembers that `caller` is at the other end of the connection `id`, at `address`, for as long as one can last.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`, `Busy`.
    pub async fn put(&self, id: &str, caller: &Caller, address: Option<IpAddr>) -> Result<()> {
        let connected = self.clock.now();
        let expires_at = connected.checked_add(LONGEST).unwrap_or(Timestamp::MAX).as_second();
        self.slots.put(id, &ConnectionItem { caller: caller.clone(), address, connected, expires_at }).await
    }

    /// Who is at the other end of the connection `id`; `None` when it is not known, or would be closed by now.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub async fn get(&self, id: &str) -> Result<Option<Connection>> {
        let found: Option<ConnectionItem> = self.slots.get(id).await?;
        let now = self.clock.now().as_second();
        let open = found.filter(|item| item.expires_at > now);
        Ok(open.map(|ConnectionItem { caller, address, connected, .. }| Connection { caller, address, connected }))
    }

    /// Forgets the connection `id`, if it was known.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub async fn delete(&self, id: &str) -> Result<()> {
        self.slots.take::<IgnoredAny>(id).await.map(drop)
    }

    /// Whether it could be asked now.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub async fn ready(&self) -> Result<()> {
        self.get("").await.map(drop)
    }
}
