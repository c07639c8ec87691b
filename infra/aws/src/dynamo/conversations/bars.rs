//! How a customer is kept out of the conversations while they are erased: an item that says until when, which every `open` of
//! a customer reads beside taking its key and its session. Who finds it gives back what was taken.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue;
use contract::ports::Barring;
use contract::{Access, Caller, Error, ErrorKind, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::DynamoConversations;
use super::items::{idempotency_key, item, parse, session_key};
use super::open::Claim;
use crate::dynamo::expression::{by_name, key, names, number, put, text};
use crate::dynamo::failure::lost;
use crate::dynamo::transaction::{Refusal, transact};
use crate::dynamo::{Item, Table};

const FREE: &str = "attribute_not_exists(#pk) OR #until_ms <= :now_ms";

/// The item of a bar.
#[derive(Serialize, Deserialize)]
struct Bar {
    until_ms: i64,
    expires_at: i64,
}

impl DynamoConversations {
    /// Until when the caller is barred, if they are.
    pub(super) async fn barred(&self, caller: &Caller) -> Result<Option<i64>> {
        let Some(access) = caller.access() else { return Ok(None) };
        let found = self.item(&self.tables.sessions, bar_key(&access)).await?;
        let bar: Option<Bar> = found.map(parse).transpose()?;
        Ok(bar.map(|bar| bar.until_ms).filter(|until| *until > self.clock.now().as_millisecond()))
    }

    /// Gives back the key and the empty session that a call of `open` took.
    pub(super) async fn give_back(&self, claim: &Claim<'_>) {
        let turn = &claim.opening.turn;
        let key = idempotency_key(&turn.caller, &claim.opening.key);
        let ours = self.delete_if(&self.tables.conversations, key, "#opened_by = :ours", text(&claim.nonce));
        let empty = self.delete_if(&self.tables.sessions, session_key(&turn.session), "#turns = :ours", number(0));
        let (key, session) = tokio::join!(ours, empty);
        // What stays is swept with the rest.
        for error in [key.err(), session.err()].into_iter().flatten() {
            tracing::warn!(%error, "what a barred turn took is not given back");
        }
    }

    async fn delete_if(&self, table: &Table, under: Item, condition: &str, value: AttributeValue) -> Result<()> {
        let request = self.client.delete_item().table_name(&table.name).set_key(Some(under));
        let request = request
            .condition_expression(condition)
            .set_expression_attribute_names(names(&[condition]))
            .set_expression_attribute_values(by_name(&[(":ours", value)]));
        match request.send().await {
            Err(error) if error.code() != Some("ConditionalCheckFailedException") => Err(lost(error, &table.name)),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Barring for DynamoConversations {
    async fn bar(&self, access: &Access, lasting: Duration) -> Result<()> {
        let now = self.clock.now();
        let until = now.checked_add(lasting).unwrap_or(Timestamp::MAX);
        let bar = Bar { until_ms: until.as_millisecond(), expires_at: until.as_second().saturating_add(1) };
        let values = [(":now_ms", number(now.as_millisecond()))];
        let write = put(&self.tables.sessions, item(bar_key(access), &bar)?, FREE, &values)?;
        let token = self.nonce(&access.pseudonym());
        match transact(&self.client, &self.meter, vec![write], &token, &self.tables.sessions.name).await {
            Ok(()) => Ok(()),
            Err(Refusal::Conditions(failed)) => {
                let standing = failed.into_iter().flatten().next().unwrap_or_default();
                let standing: Bar = parse(standing)?;
                Err(under_way(standing.until_ms, now))
            }
            Err(Refusal::Contended) => Err(under_way(until.as_millisecond(), now)),
            Err(Refusal::Undecided(error) | Refusal::Failed(error)) => Err(error),
        }
    }

    async fn admit(&self, access: &Access) -> Result<()> {
        let table = &self.tables.sessions.name;
        let request = self.client.delete_item().table_name(table).set_key(Some(bar_key(access)));
        request.send().await.map(drop).map_err(|cause| lost(cause, table))
    }
}

fn bar_key(access: &Access) -> Item {
    key(format!("BAR#{}", access.pseudonym()), "META")
}

/// Why no turn is admitted meanwhile.
pub(super) fn under_way(until_ms: i64, now: Timestamp) -> Error {
    let left = u64::try_from(until_ms.saturating_sub(now.as_millisecond())).unwrap_or_default().max(1);
    Error::new(ErrorKind::Conflict, "what is kept of this customer is being erased")
        .retry_after(Duration::from_millis(left))
}
