//! What sockets keep in DynamoDB: tickets and connections, each one item of the sessions table that expires.

mod connections;
mod personal;
mod tickets;

pub use connections::{Connection, DynamoConnections};
pub use tickets::DynamoTickets;

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::ReturnValue;
use contract::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::capacity::Meter;
use super::expression::{key, names};
use super::failure::lost;
use super::items::{item, parse};
use super::tables::Tables;
use super::{Item, Table};

/// The one item of each partition.
const ONLY: &str = "META";
/// What DynamoDB says of a condition that does not hold.
const TAKEN_BEFORE: &str = "ConditionalCheckFailedException";

/// Partitions of one kind, each of one item.
#[derive(Clone)]
struct Slots {
    client: Client,
    table: Table,
    kind: &'static str,
    meter: Arc<Meter>,
}

impl Slots {
    fn new(config: &SdkConfig, prefix: &str, kind: &'static str) -> Self {
        Self { client: Client::new(config), table: Tables::named(prefix).sessions, kind, meter: Arc::default() }
    }

    fn key(&self, name: &str) -> Item {
        key(format!("{}#{name}", self.kind), ONLY)
    }

    async fn put(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let item = item(self.key(name), value)?;
        let request = self.client.put_item().table_name(&self.table.name).set_item(Some(item));
        request.send().await.map_err(|cause| lost(cause, &self.table.name))?;
        Ok(())
    }

    async fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let request = self.client.get_item().table_name(&self.table.name).set_key(Some(self.key(name)));
        let found = request.consistent_read(true).send().await.map_err(|cause| lost(cause, &self.table.name))?;
        found.item.map(parse).transpose()
    }

    /// Deletes an item and returns it. Of several who do it at once, one gets the item: the condition is what decides, since
    /// only conditional writes of one item are promised to go one after the other.
    async fn take<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        const THERE: &str = "attribute_exists(#pk)";
        let request = self.client.delete_item().table_name(&self.table.name).set_key(Some(self.key(name)));
        let request = request.condition_expression(THERE).set_expression_attribute_names(names(&[THERE]));
        match request.return_values(ReturnValue::AllOld).send().await {
            Ok(taken) => taken.attributes.map(parse).transpose(),
            Err(cause) if cause.code() == Some(TAKEN_BEFORE) => Ok(None),
            Err(cause) => Err(lost(cause, &self.table.name)),
        }
    }
}
