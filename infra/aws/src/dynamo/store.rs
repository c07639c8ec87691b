//! What the stores of the back office share: reads of one table, and changes that are tried again until nobody is in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity, TransactWriteItem};
use contract::Result;
use contract::ports::Clock;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::capacity::{Capacity, Meter};
use super::expression::{by_name, key, names, text};
use super::failure::{lost, malformed};
use super::items::parse;
use super::retry::{Lines, Waits};
use super::transaction::{Refusal, transact};
use super::whole::Whole;
use super::{Item, Table};

/// How many items one batch of reads takes.
const BATCH: usize = 100;

/// One table, and what all calls on it share. Cheap to clone.
#[derive(Clone)]
pub(super) struct Store {
    client: Client,
    pub(super) table: Table,
    pub(super) clock: Arc<dyn Clock>,
    meter: Arc<Meter>,
    calls: Arc<AtomicU64>,
    lines: Arc<Lines>,
}

/// What is to be done after what was read.
pub(super) enum Plan<T> {
    /// Nothing: this is the answer.
    Answer(T),
    /// These writes, together or not at all; then this is the answer.
    Write(Vec<TransactWriteItem>, T),
}

impl Store {
    pub(super) fn new(config: &SdkConfig, table: Table, clock: Arc<dyn Clock>) -> Self {
        let (meter, calls, lines) = (Arc::default(), Arc::default(), Arc::default());
        Self { client: Client::new(config), table, clock, meter, calls, lines }
    }

    /// What all calls consumed so far.
    pub(super) fn consumed(&self) -> Capacity {
        self.meter.total()
    }

    /// One item as it is now.
    pub(super) async fn get<T: DeserializeOwned>(&self, key: Item) -> Result<Option<T>> {
        let request = self.client.get_item().table_name(&self.table.name).set_key(Some(key)).consistent_read(true);
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let found = request.send().await.map_err(|cause| lost(cause, &self.table.name))?;
        self.meter.read(found.consumed_capacity());
        found.item.map(parse).transpose()
    }

    /// All items of a partition as they are now whose sort keys begin like this, in the order of these keys.
    pub(super) async fn all<T: DeserializeOwned>(&self, partition: &str, prefix: &str) -> Result<Vec<T>> {
        // Behind every key that begins with the prefix: keys are ordered by their bytes.
        self.between(partition, if prefix.is_empty() { " " } else { prefix }, &format!("{prefix}\u{10ffff}")).await
    }

    /// All items of a partition as they are now from one sort key to another, both included.
    pub(super) async fn between<T: DeserializeOwned>(
        &self,
        partition: &str,
        first: &str,
        last: &str,
    ) -> Result<Vec<T>> {
        const RANGE: &str = "#pk = :partition AND #sk BETWEEN :first AND :last";
        let values = [(":partition", text(partition)), (":first", text(first)), (":last", text(last))];
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let query = self.client.query().table_name(&self.table.name).consistent_read(true);
            let query = query
                .key_condition_expression(RANGE)
                .set_expression_attribute_names(names(&[RANGE]))
                .set_expression_attribute_values(by_name(&values))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(|cause| lost(cause, &self.table.name))?;
            self.meter.read(page.consumed_capacity());
            for item in page.items.unwrap_or_default() {
                found.push(parse(item)?);
            }
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    /// These items as they are now, as far as they are there, in no order.
    pub(super) async fn each<T: DeserializeOwned>(&self, keys: Vec<Item>) -> Result<Vec<T>> {
        self.found(keys).await?.into_iter().map(parse).collect()
    }

    /// As [`Self::each`], each with its key.
    pub(super) async fn found(&self, mut keys: Vec<Item>) -> Result<Vec<Item>> {
        let (mut found, mut waits) = (Vec::with_capacity(keys.len()), Waits::of(&self.nonce("each")));
        while !keys.is_empty() {
            let rest = keys.split_off(keys.len().min(BATCH));
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let request = self.client.batch_get_item().request_items(&self.table.name, wanted.map_err(malformed)?);
            let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
            let page = request.send().await.map_err(|cause| lost(cause, &self.table.name))?;
            self.meter.read(page.consumed_capacity());
            found.extend(page.responses.and_then(|mut all| all.remove(&self.table.name)).unwrap_or_default());
            keys =
                page.unprocessed_keys.and_then(|mut all| all.remove(&self.table.name)).map_or(Vec::new(), |k| k.keys);
            if !keys.is_empty() {
                waits.next().await?;
            }
            keys.extend(rest);
        }
        Ok(found)
    }

    /// At most `limit` items of a partition whose sort keys begin like this and that are wanted, the last keys first.
    pub(super) async fn last<T: DeserializeOwned>(
        &self,
        partition: &str,
        prefix: &str,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>> {
        const BEGINS: &str = "#pk = :partition AND #sk BETWEEN :first AND :last";
        // Behind every key that begins with the prefix: keys are ordered by their bytes, and none is empty.
        let first = text(if prefix.is_empty() { " " } else { prefix });
        let values = by_name(&[
            (":partition", text(partition)),
            (":first", first),
            (":last", text(format!("{prefix}\u{10ffff}"))),
        ]);
        let (mut found, mut start) = (Vec::new(), None);
        while found.len() < limit {
            let missing = i32::try_from(limit - found.len()).unwrap_or(i32::MAX);
            let query = self.client.query().table_name(&self.table.name).key_condition_expression(BEGINS);
            let query = query
                .set_expression_attribute_names(names(&[BEGINS]))
                .set_expression_attribute_values(values.clone())
                .consistent_read(true)
                .scan_index_forward(false)
                .limit(missing)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(|cause| lost(cause, &self.table.name))?;
            self.meter.read(page.consumed_capacity());
            for item in page.items.unwrap_or_default() {
                found.extend(Some(parse(item)?).filter(&wanted));
            }
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// The table as a whole.
    pub(super) fn whole(&self) -> Whole<'_> {
        Whole { client: &self.client, table: &self.table, meter: &self.meter }
    }

    /// Puts an item in place of whatever is there.
    pub(super) async fn put(&self, item: Item) -> Result<()> {
        let request = self.client.put_item().table_name(&self.table.name).set_item(Some(item));
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let done = request.send().await.map_err(|cause| lost(cause, &self.table.name))?;
        self.meter.wrote(done.consumed_capacity());
        Ok(())
    }

    /// Reads, plans and writes, and again from the start when somebody else has written in between. Every write of a plan holds
    /// only for what was read; `place` names what is fought over.
    ///
    /// # Errors
    /// Those of the plan; `Busy` when too many are at it; `Unavailable`: then it may have been written all the same.
    pub(super) async fn change<T, F>(&self, place: &str, plan: impl Fn() -> F + Send + Sync) -> Result<T>
    where
        F: Future<Output = Result<Plan<T>>> + Send,
    {
        let nonce = self.nonce(place);
        let (mut waits, mut line) = (Waits::of(&nonce), None);
        let mut attempt = 0_u32;
        loop {
            let (writes, answer) = match plan().await? {
                Plan::Answer(answer) => return Ok(answer),
                Plan::Write(writes, answer) => (writes, answer),
            };
            match transact(&self.client, &self.meter, writes, &format!("{nonce}-{attempt}"), &self.table.name).await {
                Ok(()) => return Ok(answer),
                Err(Refusal::Conditions(_) | Refusal::Contended) => {}
                Err(Refusal::Undecided(error) | Refusal::Failed(error)) => return Err(error),
            }
            attempt += 1;
            match line {
                None => line = self.lines.stand(&place).await?,
                Some(_) => waits.next().await?,
            }
        }
    }

    /// Carries out these writes together, again while others are at the same items; `place` names what is fought over. Returns
    /// none when they are done; when conditions did not hold, for each write the item that stood against it.
    ///
    /// # Errors
    /// `Busy` when too many are at it; `Unavailable`: then it may have been written all the same.
    pub(super) async fn together(
        &self,
        place: &str,
        writes: &[TransactWriteItem],
    ) -> Result<Option<Vec<Option<Item>>>> {
        if writes.is_empty() {
            return Ok(None);
        }
        let nonce = self.nonce(place);
        let mut waits = Waits::of(&nonce);
        let mut attempt = 0_u32;
        loop {
            let token = format!("{nonce}-{attempt}");
            match transact(&self.client, &self.meter, writes.to_vec(), &token, &self.table.name).await {
                Ok(()) => return Ok(None),
                Err(Refusal::Conditions(failed)) => return Ok(Some(failed)),
                Err(Refusal::Contended) => waits.next().await?,
                Err(Refusal::Undecided(error) | Refusal::Failed(error)) => return Err(error),
            }
            attempt += 1;
        }
    }

    /// Reads an item that never exists: proves access to the table.
    pub(super) async fn probe(&self) -> Result<()> {
        self.get::<serde::de::IgnoredAny>(key("READY#", "READY")).await.map(drop)
    }

    /// What marks one call among all processes, so that the SDK may send it again: 28 characters.
    fn nonce(&self, place: &str) -> String {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        // The address of the counter tells stores of one process apart, the clocks processes.
        let (counter, now, up) = (Arc::as_ptr(&self.calls), self.clock.now(), self.clock.elapsed());
        let digest = Sha256::digest(format!("{}#{place}#{counter:p}#{call}#{now}#{up:?}", self.table.name));
        digest.iter().take(14).map(|byte| format!("{byte:02x}")).collect()
    }
}
