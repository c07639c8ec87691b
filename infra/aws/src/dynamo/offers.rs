//! What was offered to whom, in DynamoDB: one item for each customer, since what may be shown depends on all that was.

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use backoffice::Offers;
use backoffice::offers::{Bound, KEPT_DAYS, Shown};
use contract::ports::{Clock, PersonalData};
use contract::{Access, Result};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Item;
use super::capacity::Capacity;
use super::expression::{key, number, put};
use super::failure::{malformed, unreadable};
use super::items::item;
use super::store::{Plan, Store};
use super::tables::Tables;

/// The first version is absent: no number is smaller.
const UNCHANGED: &str = "attribute_not_exists(#version) OR #version = :version";

/// Keeps what was shown in the table `<prefix>-customers`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoOffers {
    store: Store,
}

/// The item of a customer.
#[derive(Default, Serialize, Deserialize)]
struct OffersItem {
    /// What was shown, newest first, as JSON.
    shown: String,
    /// How often it was written; whoever writes it must have read the last one.
    version: u64,
}

impl DynamoOffers {
    /// A store in the table whose name begins with `prefix`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>) -> Self {
        Self { store: Store::new(config, Tables::named(prefix).customers, clock) }
    }

    /// What all calls of this store and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.store.consumed()
    }

    /// All that is kept, newest first, and its version.
    async fn read(&self, access: &Access) -> Result<(Vec<Shown>, u64)> {
        let found: Option<OffersItem> = self.store.get(under(access)).await?;
        let Some(OffersItem { shown, version }) = found else { return Ok((Vec::new(), 0)) };
        Ok((serde_json::from_str(&shown).map_err(unreadable)?, version))
    }

    async fn plan_to_show(&self, access: &Access, showing: &Shown, bounds: &[Bound]) -> Result<Plan<bool>> {
        let (mut shown, version) = self.read(access).await?;
        if shown.iter().any(|past| past.offer == showing.offer && past.turn == showing.turn) {
            return Ok(Plan::Answer(true));
        }
        if bounds.iter().any(|bound| bound.is_reached(&shown)) {
            return Ok(Plan::Answer(false));
        }
        // What no bound looks back to need not be kept of a customer.
        let kept = showing.at.checked_sub(SignedDuration::from_hours(24 * KEPT_DAYS)).unwrap_or(Timestamp::MIN);
        shown.retain(|past| past.at >= kept);
        let place = shown.partition_point(|past| past.at > showing.at);
        shown.insert(place, showing.clone());
        let after = OffersItem { shown: serde_json::to_string(&shown).map_err(malformed)?, version: version + 1 };
        let write = put(&self.store.table, item(under(access), &after)?, UNCHANGED, &[(":version", number(version))])?;
        Ok(Plan::Write(vec![write], true))
    }
}

#[async_trait]
impl Offers for DynamoOffers {
    async fn shown(&self, access: &Access, since: Timestamp) -> Result<Vec<Shown>> {
        let (mut shown, _) = self.read(access).await?;
        shown.retain(|past| past.at >= since);
        Ok(shown)
    }

    async fn show(&self, access: &Access, showing: &Shown, bounds: &[Bound]) -> Result<bool> {
        let place = format!("OFFERS#{}", access.customer());
        self.store.change(&place, move || self.plan_to_show(access, showing, bounds)).await
    }

    async fn ready(&self) -> Result<()> {
        self.store.probe().await
    }
}

#[async_trait]
impl PersonalData for DynamoOffers {
    fn store(&self) -> &'static str {
        "offers"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let (shown, _) = self.read(access).await?;
        shown.into_iter().rev().map(|past| serde_json::to_value(past).map_err(malformed)).collect()
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        let (shown, version) = self.read(access).await?;
        if version > 0 {
            self.store.whole().remove(vec![under(access)]).await?;
        }
        Ok(shown.len() as u64)
    }
}

fn under(access: &Access) -> Item {
    key(format!("OFFERS#{}", access.customer()), "META")
}
