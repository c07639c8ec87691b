//! Checks what a deployment needs of AWS, one thing at a time, without changing anything there.
//!
//! Permissions are tried by calls that cannot succeed: a write under a condition that never holds is refused for its
//! condition where it is allowed, and for its permission where it is not.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client as Dynamo;
use aws_sdk_dynamodb::config::ProvideCredentials;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, KeysAndAttributes, Put, TransactWriteItem, WriteRequest};
use aws_sdk_s3::Client as S3;
use aws_sdk_s3::types::BucketVersioningStatus;
use contract::ErrorKind;

use crate::GatewaySockets;
use crate::dynamo::{PARTITION_KEY, SORT_KEY, Table, Tables};
use crate::s3;

/// A key that nothing has: our own keys never begin like this.
const NOBODY: &str = "deploy-check";

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What: a part and the permission or property.
    pub what: String,
    /// What is wrong with it, and what to do; `None` when it is as it should be.
    pub missing: Option<String>,
}

impl Check {
    /// A check of `what` with its outcome.
    pub fn new(what: impl Into<String>, outcome: Result<(), String>) -> Self {
        Self { what: what.into(), missing: outcome.err() }
    }
}

/// Region and credentials, without which nothing else can be.
pub async fn access(config: &SdkConfig) -> Vec<Check> {
    let region = config.region().map(drop).ok_or("none: set MOTORLINE_AWS_REGION or AWS_REGION");
    let credentials = match config.credentials_provider() {
        Some(provider) => provider.provide_credentials().await.map(drop).map_err(|cause| format!("none: {cause}")),
        None => Err("none: give the function a role, or set AWS_PROFILE or AWS_ACCESS_KEY_ID".to_owned()),
    };
    vec![Check::new("region", region.map_err(str::to_owned)), Check::new("credentials", credentials)]
}

/// The tables that begin with `prefix`: keys, expiry, and each permission that the stores use.
pub async fn tables(config: &SdkConfig, prefix: &str, wanted: fn(&Tables) -> Vec<&Table>) -> Vec<Check> {
    let client = Dynamo::new(config);
    let tables = Tables::named(prefix);
    let mut checks = Vec::new();
    for table in wanted(&tables) {
        let shape = match table.differences(&client).await {
            Ok(differences) if differences.is_empty() => Ok(()),
            Ok(differences) => Err(differences.join("; ")),
            Err(error) => Err(error.to_string()),
        };
        checks.push(Check::new(format!("{}: keys and expiry", table.name), shape));
        checks.push(Check::new(format!("{}: dynamodb:Query", table.name), query(&client, &table.name).await));
        checks.push(Check::new(format!("{}: dynamodb:GetItem", table.name), get(&client, &table.name).await));
        checks.push(Check::new(
            format!("{}: dynamodb:PutItem in transactions", table.name),
            put(&client, &table.name).await,
        ));
    }
    checks
}

/// What sockets need of the table of sessions that begins with `prefix`.
pub async fn sockets(config: &SdkConfig, prefix: &str) -> Vec<Check> {
    let (client, table) = (Dynamo::new(config), Tables::named(prefix).sessions);
    let put = client.put_item().table_name(&table.name).item(PARTITION_KEY, nobody()).item(SORT_KEY, nobody());
    let put = put.condition_expression("attribute_exists(#pk)").expression_attribute_names("#pk", PARTITION_KEY);
    let delete = client.delete_item().table_name(&table.name).key(PARTITION_KEY, nobody()).key(SORT_KEY, nobody());
    let never = &["ConditionalCheckFailedException"];
    vec![
        Check::new(format!("{}: dynamodb:GetItem for sockets", table.name), get(&client, &table.name).await),
        Check::new(format!("{}: dynamodb:PutItem for sockets", table.name), allowed(put.send().await.map(drop), never)),
        // There is nothing to delete.
        Check::new(
            format!("{}: dynamodb:DeleteItem for sockets", table.name),
            allowed(delete.send().await.map(drop), &[]),
        ),
    ]
}

/// What the queue of people needs of the table of sessions that begins with `prefix`, besides [`tables`].
pub async fn handoffs(config: &SdkConfig, prefix: &str) -> Vec<Check> {
    let (client, table) = (Dynamo::new(config), Tables::named(prefix).sessions);
    let key = HashMap::from([(PARTITION_KEY.to_owned(), nobody()), (SORT_KEY.to_owned(), nobody())]);
    let read = match KeysAndAttributes::builder().keys(key).build() {
        Ok(wanted) => allowed(client.batch_get_item().request_items(&table.name, wanted).send().await.map(drop), &[]),
        Err(cause) => Err(cause.to_string()),
    };
    let delete = client.delete_item().table_name(&table.name).key(PARTITION_KEY, nobody()).key(SORT_KEY, nobody());
    vec![
        Check::new(format!("{}: dynamodb:BatchGetItem for cases", table.name), read),
        // There is nothing to delete.
        Check::new(
            format!("{}: dynamodb:DeleteItem for cases", table.name),
            allowed(delete.send().await.map(drop), &[]),
        ),
    ]
}

/// What learning needs of the table of analytics that begins with `prefix`, besides [`tables`].
pub async fn learned(config: &SdkConfig, prefix: &str) -> Vec<Check> {
    let (client, table) = (Dynamo::new(config), Tables::named(prefix).analytics);
    let key = HashMap::from([(PARTITION_KEY.to_owned(), nobody()), (SORT_KEY.to_owned(), nobody())]);
    let read = match KeysAndAttributes::builder().keys(key.clone()).build() {
        Ok(wanted) => allowed(client.batch_get_item().request_items(&table.name, wanted).send().await.map(drop), &[]),
        Err(cause) => Err(cause.to_string()),
    };
    let update = client.update_item().table_name(&table.name).set_key(Some(key));
    let update = update.update_expression("SET #pks = :nobody").expression_attribute_names("#pks", NOBODY);
    let update = update.expression_attribute_values(":nobody", nobody()).condition_expression("attribute_exists(#pk)");
    let update = update.expression_attribute_names("#pk", PARTITION_KEY).send().await.map(drop);
    vec![
        Check::new(format!("{}: dynamodb:BatchGetItem for notes", table.name), read),
        Check::new(
            format!("{}: dynamodb:UpdateItem for counts", table.name),
            allowed(update, &["ConditionalCheckFailedException"]),
        ),
    ]
}

/// What memories need of the table of customers that begins with `prefix`, besides [`tables`].
pub async fn memories(config: &SdkConfig, prefix: &str) -> Check {
    let (client, table) = (Dynamo::new(config), Tables::named(prefix).customers);
    // There is nothing to delete.
    let delete = DeleteRequest::builder().key(PARTITION_KEY, nobody()).key(SORT_KEY, nobody()).build();
    let written = match delete.map(|delete| WriteRequest::builder().delete_request(delete).build()) {
        Ok(write) => {
            let tried = client.batch_write_item().request_items(&table.name, vec![write]);
            allowed(tried.send().await.map(drop), &[])
        }
        Err(cause) => Err(cause.to_string()),
    };
    Check::new(format!("{}: dynamodb:BatchWriteItem for memories", table.name), written)
}

/// Whether messages may be posted to the sockets of the stage at `endpoint`.
pub async fn gateway(config: &SdkConfig, endpoint: &str) -> Check {
    // Nobody is at the other end: allowed, the post is refused for that.
    let outcome = GatewaySockets::new(config).socket(endpoint, NOBODY).post("{}".into()).await;
    let missing = match outcome {
        Err(error) if error.kind != ErrorKind::Invalid => Err(error.to_string()),
        _ => Ok(()),
    };
    Check::new(format!("{endpoint}: execute-api:ManageConnections"), missing)
}

/// A bucket: versioning, and each permission that the stores use below `prefix`.
pub async fn bucket(config: &SdkConfig, name: &str, prefix: &str, writes: bool) -> Vec<Check> {
    let client = s3::client(config);
    let mut checks = vec![Check::new(format!("{name}: versioning"), versioning(&client, name).await)];
    let key = format!("{prefix}/{NOBODY}").trim_start_matches('/').to_owned();
    let listed = client.list_objects_v2().bucket(name).prefix(&key).max_keys(1).send().await.map(drop);
    checks.push(Check::new(format!("{name}: s3:ListBucket"), allowed(listed, &[])));
    let read = client.get_object().bucket(name).key(&key).send().await.map(drop);
    checks.push(Check::new(format!("{name}: s3:GetObject"), allowed(read, &["NoSuchKey"])));
    if writes {
        let written = client.put_object().bucket(name).key(&key).if_match("\"never\"").send().await.map(drop);
        checks
            .push(Check::new(format!("{name}: s3:PutObject"), allowed(written, &["NoSuchKey", "PreconditionFailed"])));
    }
    checks
}

async fn versioning(client: &S3, name: &str) -> Result<(), String> {
    let found = client.get_bucket_versioning().bucket(name).send().await;
    match found {
        Ok(found) if found.status() == Some(&BucketVersioningStatus::Enabled) => Ok(()),
        Ok(_) => Err("off: a mistaken upload could not be taken back; enable versioning".into()),
        Err(error) => allowed(Err(error), &[]),
    }
}

async fn query(client: &Dynamo, table: &str) -> Result<(), String> {
    let asked = client.query().table_name(table).key_condition_expression("#pk = :nobody");
    let asked = asked.expression_attribute_names("#pk", PARTITION_KEY).expression_attribute_values(":nobody", nobody());
    allowed(asked.send().await.map(drop), &[])
}

async fn get(client: &Dynamo, table: &str) -> Result<(), String> {
    let asked = client.get_item().table_name(table).key(PARTITION_KEY, nobody()).key(SORT_KEY, nobody());
    allowed(asked.send().await.map(drop), &[])
}

async fn put(client: &Dynamo, table: &str) -> Result<(), String> {
    let never = Put::builder()
        .table_name(table)
        .item(PARTITION_KEY, nobody())
        .item(SORT_KEY, nobody())
        .condition_expression("attribute_exists(#pk)")
        .expression_attribute_names("#pk", PARTITION_KEY);
    let never = never.build().map_err(|cause| cause.to_string())?;
    let tried = client.transact_write_items().transact_items(TransactWriteItem::builder().put(never).build());
    allowed(tried.send().await.map(drop), &["TransactionCanceledException"])
}

fn nobody() -> AttributeValue {
    AttributeValue::S(NOBODY.into())
}

/// Whether a call was allowed: it succeeded, or failed with one of the codes that the call was made to fail with.
fn allowed<E: ProvideErrorMetadata>(outcome: Result<(), SdkError<E>>, expected: &[&str]) -> Result<(), String> {
    let Err(error) = outcome else { return Ok(()) };
    match (error.code(), error.message()) {
        (Some(code), _) if expected.contains(&code) => Ok(()),
        (Some(code), message) => Err(format!("{code}: {}", message.unwrap_or("no reason given"))),
        // What never reached the service has no code; the kind of failure is all there is to say.
        (None, _) => Err(match error {
            SdkError::TimeoutError(_) => "no answer in time: check the network and the endpoint".into(),
            SdkError::DispatchFailure(_) => "not reached: check region, endpoint, network and credentials".into(),
            _ => "an answer that is none of the service's: check the endpoint".into(),
        }),
    }
}
