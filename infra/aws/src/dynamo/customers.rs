//! Customers in DynamoDB.

mod items;
mod memories;
mod personal;

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{PutRequest, ReturnConsumedCapacity, WriteRequest};
use contract::ports::Customers;
use contract::profile::{Memory, Profile};
use contract::{Access, CustomerId, Error, ErrorKind, Result, SessionId};

use super::capacity::{Capacity, Meter};
use super::expression::{by_name, key, names, put, text};
use super::failure::{lost, malformed, unavailable};
use super::tables::Tables;
use super::transaction::{Refusal, transact};
use super::whole::Whole;
use super::{Item, Table};

/// How many items one transaction takes.
const TRANSACTION: usize = 100;

/// Knows the customers of the table `<prefix>-customers`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoCustomers {
    client: Client,
    table: Table,
    meter: Arc<Meter>,
}

impl DynamoCustomers {
    /// A store in the table whose name begins with `prefix`.
    pub fn new(config: &SdkConfig, prefix: &str) -> Self {
        Self { client: Client::new(config), table: Tables::named(prefix).customers, meter: Arc::default() }
    }

    /// What all calls of this store and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.meter.total()
    }

    /// Stores each profile unless its customer is known already. Existing customers are never overwritten.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`, `Busy`.
    pub async fn seed(&self, profiles: Vec<Profile>) -> Result<()> {
        for profile in &profiles {
            self.insert(profile).await?;
        }
        Ok(())
    }

    /// A customer is known once the `PROFILE` item is there, so that it comes last, together with as many others as fit.
    async fn insert(&self, profile: &Profile) -> Result<()> {
        if self.knows(&profile.customer).await? {
            return Ok(());
        }
        let mut parts = items::of(profile)?;
        let early = parts.split_off(parts.len().min(TRANSACTION));
        self.put_all(early, profile.customer.as_str()).await?;
        let absent = "attribute_not_exists(#pk)";
        let mut writes = Vec::with_capacity(parts.len());
        for part in parts {
            // Without the profile item, whatever lies under the same keys is what an interrupted seeding left.
            let condition = if items::is_profile(&part) { absent } else { "attribute_not_exists(#nothing)" };
            writes.push(put(&self.table, part, condition, &[])?);
        }
        let token = format!("{:.36}", items::token(&self.table.name, profile)?);
        match transact(&self.client, &self.meter, writes, &token, &self.table.name).await {
            Ok(()) | Err(Refusal::Conditions(_)) => Ok(()), // Somebody else was faster.
            Err(Refusal::Contended) => Err(unavailable().hint("somebody else is storing this customer; try again")),
            Err(Refusal::Undecided(error) | Refusal::Failed(error)) => Err(error),
        }
    }

    async fn require(&self, customer: &CustomerId) -> Result<()> {
        if self.knows(customer).await? { Ok(()) } else { Err(unknown()) }
    }

    async fn knows(&self, customer: &CustomerId) -> Result<bool> {
        Ok(self.item(items::profile_key(customer)).await?.is_some())
    }

    async fn item(&self, key: Item) -> Result<Option<Item>> {
        let request = self.client.get_item().table_name(&self.table.name).set_key(Some(key)).consistent_read(true);
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let found = request.send().await.map_err(|cause| lost(cause, &self.table.name))?;
        self.meter.read(found.consumed_capacity());
        Ok(found.item)
    }

    /// The table as a whole.
    fn whole(&self) -> Whole<'_> {
        Whole { client: &self.client, table: &self.table, meter: &self.meter }
    }

    /// Puts all items.
    async fn put_all(&self, items: Vec<Item>, nonce: &str) -> Result<()> {
        let put = |item| PutRequest::builder().set_item(Some(item)).build().map_err(malformed);
        let write = |item| put(item).map(|put| WriteRequest::builder().put_request(put).build());
        self.whole().write(items.into_iter().map(write).collect::<Result<_>>()?, nonce).await
    }

    /// All items of a customer whose sort keys begin like this, of as many pages as they fill.
    async fn items(&self, customer: &CustomerId, prefix: &str, consistent: bool) -> Result<Vec<Item>> {
        const OF_CUSTOMER: &str = "#pk = :customer";
        const OF_KIND: &str = "#pk = :customer AND begins_with(#sk, :prefix)";
        let mut values = vec![(":customer", text(items::partition(customer)))];
        let condition = if prefix.is_empty() { OF_CUSTOMER } else { OF_KIND };
        if !prefix.is_empty() {
            values.push((":prefix", text(prefix)));
        }
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let query = self.client.query().table_name(&self.table.name).key_condition_expression(condition);
            let query = query
                .set_expression_attribute_names(names(&[condition]))
                .set_expression_attribute_values(by_name(&values))
                .consistent_read(consistent)
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
}

#[async_trait]
impl Customers for DynamoCustomers {
    /// One query, of as many pages as the history fills. It may be a moment behind the last write: half the price, and
    /// profiles change rarely.
    async fn profile(&self, access: &Access) -> Result<Profile> {
        let customer = access.customer();
        items::profile(customer, self.items(customer, "", false).await?)?.ok_or_else(unknown)
    }

    async fn remember(&self, access: &Access, memories: &[Memory]) -> Result<()> {
        self.keep_memories(access.customer(), memories).await
    }

    async fn forget(&self, access: &Access, session: Option<&SessionId>) -> Result<()> {
        self.delete_memories(access.customer(), session).await
    }

    async fn agree_to_offers(&self, access: &Access, agreed: bool) -> Result<()> {
        let customer = access.customer();
        self.require(customer).await?;
        self.put_all(vec![items::marketing(customer, agreed)?], customer.as_str()).await
    }

    async fn ready(&self) -> Result<()> {
        self.item(key("READY#", "READY")).await.map(|_| ())
    }
}

fn unknown() -> Error {
    Error::new(ErrorKind::NotFound, "no such customer")
}
