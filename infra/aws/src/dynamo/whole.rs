//! Whole tables and whole partitions: what a person asks for who wants to see, or to have erased, everything of theirs; and
//! writes of many items.
//!
//! Most items lie in no partition of their person, and an index over all of them would be paid with every turn. So an
//! erasure or an export reads the table from one end to the other, page by page: rare, and half a read unit for each
//! four kilobytes (a scan of ten gigabytes costs about fifty cents).

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{DeleteRequest, ReturnConsumedCapacity, WriteRequest};
use contract::Result;

use super::capacity::Meter;
use super::expression::{Values, by_name, names, text};
use super::failure::{lost, malformed};
use super::retry::Waits;
use super::tables::{PARTITION_KEY, SORT_KEY};
use super::{Item, Table};

/// How many items one batch takes.
const BATCH: usize = 25;

/// A table, looked at as a whole.
pub(super) struct Whole<'a> {
    pub(super) client: &'a Client,
    pub(super) table: &'a Table,
    pub(super) meter: &'a Meter,
}

impl Whole<'_> {
    /// All items of the table as they are now for which the filter holds, with their keys, of as many pages as it has.
    pub(super) async fn sweep(&self, filter: &str, values: Values<'_>) -> Result<Vec<Item>> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let scan = self.client.scan().table_name(&self.table.name).consistent_read(true).filter_expression(filter);
            let scan = scan
                .set_expression_attribute_names(names(&[filter]))
                .set_expression_attribute_values(by_name(values))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .set_exclusive_start_key(start);
            let page = scan.send().await.map_err(|cause| lost(cause, &self.table.name))?;
            self.meter.read(page.consumed_capacity());
            found.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// All items of a partition as they are now, with their keys.
    pub(super) async fn partition(&self, partition: &str) -> Result<Vec<Item>> {
        const PARTITION: &str = "#pk = :partition";
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let query = self.client.query().table_name(&self.table.name).key_condition_expression(PARTITION);
            let query = query
                .set_expression_attribute_names(names(&[PARTITION]))
                .set_expression_attribute_values(by_name(&[(":partition", text(partition))]))
                .consistent_read(true)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(|cause| lost(cause, &self.table.name))?;
            self.meter.read(page.consumed_capacity());
            found.extend(page.items.unwrap_or_default());
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// Deletes these items; only their keys count.
    pub(super) async fn remove(&self, items: Vec<Item>) -> Result<()> {
        let delete = |item| DeleteRequest::builder().set_key(Some(key_of(item))).build().map_err(malformed);
        let write = |item| delete(item).map(|delete| WriteRequest::builder().delete_request(delete).build());
        self.write(items.into_iter().map(write).collect::<Result<_>>()?, &self.table.name).await
    }

    /// Writes in batches, again and again what DynamoDB did not take.
    pub(super) async fn write(&self, mut left: Vec<WriteRequest>, nonce: &str) -> Result<()> {
        let mut waits = Waits::of(nonce);
        while !left.is_empty() {
            let rest = left.split_off(left.len().min(BATCH));
            let request = self.client.batch_write_item().request_items(&self.table.name, left);
            let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let done = request.send().await.map_err(|cause| lost(cause, &self.table.name))?;
            self.meter.wrote(done.consumed_capacity());
            left = done.unprocessed_items.and_then(|mut all| all.remove(&self.table.name)).unwrap_or_default();
            if !left.is_empty() {
                waits.next().await?;
            }
            left.extend(rest);
        }
        Ok(())
    }
}

/// The key of an item.
fn key_of(item: Item) -> Item {
    item.into_iter().filter(|(name, _)| [PARTITION_KEY, SORT_KEY].contains(&name.as_str())).collect()
}

/// The partition or sort key of an item as text.
pub(super) fn name_of<'a>(item: &'a Item, part: &str) -> &'a str {
    item.get(part).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}
