//! What the stream of the conversations table tells: which items are turns that were closed in this region.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use contract::{Result, TurnRecord};
use serde::Deserialize;

use super::DynamoConversations;
use super::items::{TURN, parse};
use crate::dynamo::tables::{PARTITION_KEY, SORT_KEY};

/// What is looked at before a record is unpacked.
#[derive(Deserialize)]
struct Head {
    seq: u64,
    home: String,
}

impl DynamoConversations {
    /// The closed turn that an item of the table holds, as its stream shows it, and its number in its session. None when it holds
    /// something else, or a turn that another region closed: replicas tell those once more.
    ///
    /// # Errors
    /// `Internal` when it cannot be read; `Unavailable` when its record lies in a bucket that cannot be reached.
    pub async fn closed(&self, item: impl Into<HashMap<String, AttributeValue>>) -> Result<Option<(u64, TurnRecord)>> {
        let item = item.into();
        let Some(head) = self.head(&item)? else { return Ok(None) };
        Ok(Some((head.seq, self.unpacked(item).await?)))
    }

    /// Whether the turn that the stream shows is still in the table. It is not when its customer was erased before the stream was
    /// heard. False also for what [`Self::closed`] passes over.
    ///
    /// # Errors
    /// `Internal` when the item cannot be read; `Unavailable`, `Refused`, `Busy`.
    pub async fn keeps(&self, item: &HashMap<String, AttributeValue>) -> Result<bool> {
        if self.head(item)?.is_none() {
            return Ok(false);
        }
        let part = |name: &str| Some((name.to_owned(), item.get(name)?.clone()));
        let key = [PARTITION_KEY, SORT_KEY].into_iter().filter_map(part).collect();
        let found = self.item(&self.tables.conversations, key).await?;
        // A session that begins anew under an old name has another turn there.
        Ok(found.is_some_and(|found| found.get("turn") == item.get("turn")))
    }

    fn head(&self, item: &HashMap<String, AttributeValue>) -> Result<Option<Head>> {
        let name = item.get(SORT_KEY).and_then(|name| name.as_s().ok());
        if !name.is_some_and(|name| name.starts_with(TURN)) {
            return Ok(None);
        }
        let head: Head = parse(item.clone())?;
        Ok((head.home == self.options.home_region).then_some(head))
    }
}
