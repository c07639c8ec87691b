//! Conversations in DynamoDB.
//!
//! What makes a turn happen exactly once is an item for its idempotency key, written in the same transaction as the turn
//! itself. Every read of `open` and `close` is strongly consistent; so are the transcript and the why view, because
//! people look at a turn as soon as it is closed, and they are rare beside turns.

mod bars;
mod close;
mod items;
mod open;
mod pack;
mod personal;
mod read;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use contract::ports::{Clock, Closing, Conversations, Opened, Opening, Transcript};
use contract::{Caller, Result, SessionId, TurnId, TurnRecord};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::capacity::{Capacity, Meter};
use super::retry::Lines;
use super::tables::Tables;

/// How conversations are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationOptions {
    /// How long a turn, its key and its session are kept after the last write to them.
    pub retention: Duration,
    /// The region that writes. Global tables keep the last write of any region, so that a session belongs to one region at a
    /// time: a turn that arrives in another one moves it there, and what the former region has not closed by then stays
    /// unclosed. Streams of replicas filter by it.
    pub home_region: String,
    /// A bucket for records that are too large for an item, under `records/<session>/<turn>`. Without one such turns are
    /// refused. Give the bucket a lifecycle of at least `retention`: nothing is deleted from here.
    pub overflow: Option<String>,
}

/// Keeps conversations in the tables `<prefix>-sessions` and `<prefix>-conversations`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoConversations {
    client: Client,
    /// Where too large records go: the bucket, and a client that is only made for it.
    overflow: Option<(aws_sdk_s3::Client, String)>,
    tables: Tables,
    clock: Arc<dyn Clock>,
    options: ConversationOptions,
    meter: Arc<Meter>,
    calls: Arc<AtomicU64>,
    lines: Arc<Lines>,
}

impl DynamoConversations {
    /// A store in the tables whose names begin with `prefix`, which judges leases and expiry by `clock`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>, options: ConversationOptions) -> Self {
        Self {
            client: Client::new(config),
            overflow: options.overflow.clone().map(|bucket| (crate::s3::client(config), bucket)),
            tables: Tables::named(prefix),
            clock,
            options,
            meter: Arc::default(),
            calls: Arc::default(),
            lines: Arc::default(),
        }
    }

    /// What all calls of this store and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.meter.total()
    }

    /// The tables of `open` and `close`, for hints.
    fn both_tables(&self) -> String {
        format!("{} and {}", self.tables.conversations.name, self.tables.sessions.name)
    }

    /// What marks one call of `open` or `close`. A turn is held by one process at a time, so that its id and a count within the
    /// process name a call. 28 characters: with a number behind it, it fits a client request token (36).
    fn nonce(&self, turn: &str) -> String {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        // The address of the counter tells stores of one process apart, the clock processes that bar the same customer.
        let (counter, up) = (Arc::as_ptr(&self.calls), self.clock.elapsed());
        let digest = Sha256::digest(format!("{turn}#{counter:p}#{call}#{up:?}"));
        digest.iter().take(14).map(|byte| format!("{byte:02x}")).collect()
    }

    /// When what is written at `now` expires, in seconds since 1970.
    fn expiry(&self, now: Timestamp) -> i64 {
        now.checked_add(self.options.retention).unwrap_or(Timestamp::MAX).as_second()
    }
}

#[async_trait]
impl Conversations for DynamoConversations {
    async fn open(&self, opening: &Opening) -> Result<Opened> {
        self.admit(opening).await
    }

    async fn close(&self, closing: Closing<'_>) -> Result<u64> {
        self.store(closing).await
    }

    async fn transcript(&self, session: &SessionId, caller: &Caller) -> Result<Transcript> {
        let (owned, turns) = tokio::join!(self.require_owner(session, caller), self.records(session));
        owned?;
        Ok(Transcript { session: session.clone(), turns: turns? })
    }

    /// Finds a turn by reading its session until it turns up, filtered by DynamoDB. A second item that points from the id to
    /// the number would make this one read, but costs two write units every turn, and this is the why view: rare, and most
    /// sessions are one page.
    async fn turn(&self, session: &SessionId, turn: &TurnId, caller: &Caller) -> Result<TurnRecord> {
        let (owned, record) = tokio::join!(self.require_owner(session, caller), self.record_of_turn(session, turn));
        owned?;
        record
    }

    async fn ready(&self) -> Result<()> {
        let (sessions, conversations) =
            tokio::join!(self.probe(&self.tables.sessions), self.probe(&self.tables.conversations));
        sessions.and(conversations)
    }
}
