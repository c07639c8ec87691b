//! The audit trail in DynamoDB: an item for each entry, put only where none is, and never changed.
//!
//! The entries of a day are numbered, and each carries a hash over itself and the one before it: one that was changed, removed or
//! put elsewhere breaks the chain, unless it was the last. The role that serves needs to put items here, not to update or
//! delete them.

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use contract::Result;
use contract::ports::{AuditEntry, AuditTrail, Clock};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Item;
use super::capacity::Capacity;
use super::expression::{key, put};
use super::failure::{malformed, unreadable};
use super::items::item;
use super::store::{Plan, Store};
use super::tables::Tables;

const ABSENT: &str = "attribute_not_exists(#pk)";

/// Keeps the audit trail in the table `<prefix>-analytics`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoAudit {
    store: Store,
}

/// The item of an entry.
#[derive(Serialize, Deserialize)]
struct EntryItem {
    /// Its number on its day, counted from one.
    number: u64,
    /// As JSON.
    entry: String,
    /// Of the day, or of the entry before it, and of this one.
    hash: String,
}

impl EntryItem {
    /// The entry that comes next on a day.
    fn after(day: &str, last: Option<&Self>, entry: String) -> Self {
        let before = last.map_or(day, |last| &last.hash);
        let digest = Sha256::digest(format!("{before}\n{entry}"));
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { number: last.map_or(1, |last| last.number.saturating_add(1)), entry, hash }
    }

    fn under(&self, day: &str) -> Item {
        key(day, format!("{:010}", self.number))
    }
}

impl DynamoAudit {
    /// A trail in the table whose name begins with `prefix`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>) -> Self {
        Self { store: Store::new(config, Tables::named(prefix).analytics, clock) }
    }

    /// What all calls of this trail and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.store.consumed()
    }

    async fn plan(&self, day: &str, entry: &str) -> Result<Plan<()>> {
        let last: Vec<EntryItem> = self.store.last(day, "", 1, |_| true).await?;
        let next = EntryItem::after(day, last.first(), entry.to_owned());
        let write = put(&self.store.table, item(next.under(day), &next)?, ABSENT, &[])?;
        Ok(Plan::Write(vec![write], ()))
    }
}

#[async_trait]
impl AuditTrail for DynamoAudit {
    /// An entry whose outcome stays unknown may stand there twice when it is noted again: better than not at all.
    async fn note(&self, entry: &AuditEntry) -> Result<()> {
        let day = partition(entry.at.to_zoned(TimeZone::UTC).date());
        let text = serde_json::to_string(entry).map_err(malformed)?;
        let (day, text) = (&day, &text);
        self.store.change(day, move || self.plan(day, text)).await
    }

    async fn day(&self, day: Date) -> Result<Vec<AuditEntry>> {
        let day = partition(day);
        let found: Vec<EntryItem> = self.store.all(&day, "").await?;
        let mut last: Option<&EntryItem> = None;
        for kept in &found {
            let expected = EntryItem::after(&day, last, kept.entry.clone());
            if (expected.number, &expected.hash) != (kept.number, &kept.hash) {
                let error = unreadable(format!("entry {} of {day} does not follow the one before it", kept.number));
                return Err(error.hint("the audit trail was tampered with: compare it with the table's backups"));
            }
            last = Some(kept);
        }
        found.iter().map(|kept| serde_json::from_str(&kept.entry).map_err(unreadable)).collect()
    }

    async fn ready(&self) -> Result<()> {
        self.store.probe().await
    }
}

fn partition(day: Date) -> String {
    format!("AUDIT#{day}")
}
