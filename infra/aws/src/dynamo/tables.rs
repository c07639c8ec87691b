//! The four tables: their names, keys and expiry, in one place for the stores, the tests and the check of a deployment.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableOutput;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
    TimeToLiveStatus,
};
use contract::{Error, ErrorKind, Result};

use super::failure::{lost, malformed};

/// Partition key of every table, a string.
pub const PARTITION_KEY: &str = "pk";
/// Sort key of every table, a string.
pub const SORT_KEY: &str = "sk";
/// When an item expires, in seconds since 1970. DynamoDB deletes late, so every read filters by it too.
pub const TTL_ATTRIBUTE: &str = "expires_at";

/// How long a new table may take to become ready.
const CREATION: std::time::Duration = std::time::Duration::from_secs(60);

/// The tables of one deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    /// `CUST#id` / `PROFILE`, `VEH#vin`, `CONSENT#name`, `SERVICE#day#number`, `MEM#session#hash`. Of the back office: `OFFERS#id` /
    /// `META`; `CAR#vin` / `SHADOW`, `FILE`; `DEALERS` / `DEALER#id`, `SLOTS#dealer` / `moment`, `DESK#id` / `APPT#number`,
    /// `NUMBER#number` / `META`; and what came of each action: `ACTIONS#id` / `CAR#action`, `DESK#action`.
    pub customers: Table,
    /// `SESS#id` / `META`, `TICK#sha256` / `META`, `CONN#id` / `META`, `PAID#account` / `META`; of the queue of people `CASE#id` /
    /// `META`, `SAID#key`, `CASES#session` / `META`, `WORD#number` and `QUEUE#OPEN` / `id`.
    pub sessions: Table,
    /// `CONV#session` / `TURN#number`, and `IDEM#owner#key` / `KEY`.
    pub conversations: Table,
    /// Of what was learned: `COUNTS#shard` / `hour`, `NOTE#kind` / `key`, `MARK#mark` / `META`, `OWNED#customer` / `hash`. The audit trail:
    /// `AUDIT#day` / `number`.
    pub analytics: Table,
}

/// One table, as a deployment must have made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Whether its items expire by [`TTL_ATTRIBUTE`].
    pub expires: bool,
}

impl Tables {
    /// The tables whose names begin with `prefix`, such as `motorline-prod`.
    pub fn named(prefix: &str) -> Self {
        let table = |name: &str, expires| Table { name: format!("{prefix}-{name}"), expires };
        Self {
            customers: table("customers", false),
            sessions: table("sessions", true),
            conversations: table("conversations", true),
            analytics: table("analytics", true),
        }
    }

    /// All four.
    pub fn all(&self) -> [&Table; 4] {
        [&self.customers, &self.sessions, &self.conversations, &self.analytics]
    }

    /// Creates what is missing, billed on demand, and waits until it can be used. For emulators and tests: a deployment
    /// has its own templates.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`, `Busy`.
    pub async fn create(&self, client: &Client) -> Result<()> {
        for table in self.all() {
            table.create(client).await?;
        }
        Ok(())
    }

    /// In which ways the tables that exist differ from this description, one sentence each; empty when they agree.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`, `Busy`.
    pub async fn differences(&self, client: &Client) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for table in self.all() {
            found.extend(table.differences(client).await?);
        }
        Ok(found)
    }
}

impl Table {
    async fn create(&self, client: &Client) -> Result<()> {
        let mut request = client.create_table().table_name(&self.name).billing_mode(BillingMode::PayPerRequest);
        for (name, role) in keys() {
            let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            let element = KeySchemaElement::builder().attribute_name(name).key_type(role);
            request = request
                .attribute_definitions(attribute.build().map_err(malformed)?)
                .key_schema(element.build().map_err(malformed)?);
        }
        match request.send().await {
            Ok(_) => self.settle(client).await,
            // Somebody else made it; what it is like is for `differences` to say.
            Err(error) if error.code() == Some("ResourceInUseException") => Ok(()),
            Err(error) => Err(lost(error, &self.name)),
        }
    }

    async fn settle(&self, client: &Client) -> Result<()> {
        client.wait_until_table_exists().table_name(&self.name).wait(CREATION).await.map_err(|cause| {
            Error::new(ErrorKind::Unavailable, format!("the table {} does not become ready", self.name))
                .caused_by(cause.to_string())
        })?;
        if !self.expires {
            return Ok(());
        }
        let expiry = TimeToLiveSpecification::builder().attribute_name(TTL_ATTRIBUTE).enabled(true).build();
        let request = client.update_time_to_live().table_name(&self.name);
        let request = request.time_to_live_specification(expiry.map_err(malformed)?);
        request.send().await.map_err(|cause| lost(cause, &self.name))?;
        Ok(())
    }

    /// In which ways this table differs from its description, one sentence each.
    ///
    /// # Errors
    /// As [`Tables::differences`].
    pub async fn differences(&self, client: &Client) -> Result<Vec<String>> {
        let described = match client.describe_table().table_name(&self.name).send().await {
            Ok(described) => described,
            Err(error) if error.code() == Some("ResourceNotFoundException") => {
                return Ok(vec![format!("the table {} does not exist", self.name)]);
            }
            Err(error) => return Err(lost(error, &self.name)),
        };
        let mut found = Vec::new();
        if !has_our_keys(&described) {
            found.push(format!("the keys of {} are not {PARTITION_KEY} and {SORT_KEY}, both strings", self.name));
        }
        if self.expires && !self.expires_in(client).await? {
            found.push(format!("items of {} do not expire by {TTL_ATTRIBUTE}", self.name));
        }
        Ok(found)
    }

    async fn expires_in(&self, client: &Client) -> Result<bool> {
        let request = client.describe_time_to_live().table_name(&self.name);
        let described = request.send().await.map_err(|cause| lost(cause, &self.name))?;
        Ok(described.time_to_live_description.is_some_and(|expiry| {
            let on = matches!(expiry.time_to_live_status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
            on && expiry.attribute_name.as_deref() == Some(TTL_ATTRIBUTE)
        }))
    }
}

fn keys() -> [(&'static str, KeyType); 2] {
    [(PARTITION_KEY, KeyType::Hash), (SORT_KEY, KeyType::Range)]
}

fn has_our_keys(described: &DescribeTableOutput) -> bool {
    let Some(table) = described.table() else { return false };
    let strings = |name: &str| {
        let definition = table.attribute_definitions().iter().find(|definition| definition.attribute_name() == name);
        definition.is_some_and(|definition| definition.attribute_type() == &ScalarAttributeType::S)
    };
    let schema: Vec<_> =
        table.key_schema().iter().map(|element| (element.attribute_name(), element.key_type().clone())).collect();
    schema == keys() && keys().iter().all(|(name, _)| strings(name))
}
