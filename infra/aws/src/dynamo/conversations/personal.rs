//! What the conversations keep of a person: sessions, turns, idempotency keys, and records in the bucket.
//!
//! Both tables are read from one end to the other for it (see `whole.rs`): an index by owner would be paid with every turn.
//! The key of a turn under way goes first, so that it can no longer close; sessions, which lead to their turns, go last.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use contract::ports::PersonalData;
use contract::{Access, ErrorKind, Result, TurnRecord};
use serde_json::{Value, json};

use super::DynamoConversations;
use super::items::{KeyItem, SessionItem, TURN, conversation, parse};
use crate::dynamo::expression::{Values, text};
use crate::dynamo::failure::lost;
use crate::dynamo::tables::{PARTITION_KEY, SORT_KEY};
use crate::dynamo::whole::{Whole, name_of};
use crate::dynamo::{Item, Table};

const SESSION: &str = "SESS#";
const KEY: &str = "IDEM#";

impl DynamoConversations {
    fn whole<'a>(&'a self, table: &'a Table) -> Whole<'a> {
        Whole { client: &self.client, table, meter: &self.meter }
    }

    /// The idempotency keys of the person, whether they have expired or not.
    async fn keys_of(&self, access: &Access) -> Result<Vec<Item>> {
        const FILTER: &str = "begins_with(#pk, :own) OR begins_with(#pk, :cars)";
        let customer = access.customer();
        let values: Values<'_> =
            &[(":own", text(format!("{KEY}{customer}#"))), (":cars", text(format!("{KEY}vehicle~{customer}")))];
        let found = self.whole(&self.tables.conversations).sweep(FILTER, values).await?;
        let owner = |item: &Item| {
            let name = name_of(item, PARTITION_KEY).strip_prefix(KEY).unwrap_or_default();
            name.split('#').next().unwrap_or_default().to_owned()
        };
        Ok(sorted(found.into_iter().filter(|item| access.owns(&owner(item))).collect()))
    }

    /// The sessions of the person, each with its item.
    async fn sessions_of(&self, access: &Access) -> Result<Vec<(String, Item)>> {
        const FILTER: &str =
            "begins_with(#pk, :sessions) AND (#owner = :own OR #owner = :car OR begins_with(#owner, :cars))";
        let customer = access.customer();
        let values: Values<'_> = &[
            (":sessions", text(SESSION)),
            (":own", text(customer.as_str())),
            (":car", text(format!("vehicle~{customer}"))),
            (":cars", text(format!("vehicle~{customer}~"))),
        ];
        let found = sorted(self.whole(&self.tables.sessions).sweep(FILTER, values).await?);
        let named = |item: Item| (name_of(&item, PARTITION_KEY).trim_start_matches(SESSION).to_owned(), item);
        Ok(found.into_iter().map(named).collect())
    }

    /// The turns of a session that are the person's: one of the same name may have been another's before.
    async fn turns_of_person(&self, session: &str, access: &Access) -> Result<Vec<(Item, Option<TurnRecord>)>> {
        let found = self.whole(&self.tables.conversations).partition(&conversation(session)).await?;
        let mut turns = Vec::new();
        for item in sorted(found) {
            if !name_of(&item, SORT_KEY).starts_with(TURN) {
                continue;
            }
            match self.unpacked(item.clone()).await {
                Ok(record) if access.owns(&record.turn.caller.owner()) => turns.push((item, Some(record))),
                Ok(_) => {}
                // What cannot be read is erased with the session that it lies in.
                Err(error) if error.kind == ErrorKind::Internal => turns.push((item, None)),
                Err(error) => return Err(error),
            }
        }
        Ok(turns)
    }

    /// Deletes the records of these turns that lie in the bucket.
    async fn remove_aside(&self, turns: &[(Item, Option<TurnRecord>)]) -> Result<()> {
        for (item, _) in turns {
            if let (Some(AttributeValue::S(name)), Some((objects, bucket))) = (item.get("record_at"), &self.overflow) {
                let gone = objects.delete_object().bucket(bucket).key(name).send().await;
                gone.map_err(|cause| lost(cause, bucket))?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl PersonalData for DynamoConversations {
    fn store(&self) -> &'static str {
        "conversations"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        let mut turns = Vec::new();
        for (session, item) in self.sessions_of(access).await? {
            let kept: SessionItem = parse(item)?;
            all.push(json!({"session": session, "owner": kept.owner}));
            let found = self.turns_of_person(&session, access).await?;
            turns.extend(found.into_iter().filter_map(|(_, record)| record).map(|record| json!({"turn": record})));
        }
        all.extend(turns);
        for item in self.keys_of(access).await? {
            let key = name_of(&item, PARTITION_KEY).rsplit('#').next().unwrap_or_default().to_owned();
            let kept: KeyItem = parse(item)?;
            all.push(json!({"key": key, "session": kept.session, "turn": kept.turn, "closed_as": kept.seq}));
        }
        Ok(all)
    }

    /// Versions that the bucket keeps of records there go by its lifecycle.
    async fn erase(&self, access: &Access) -> Result<u64> {
        let conversations = self.whole(&self.tables.conversations);
        let keys = self.keys_of(access).await?;
        let mut count = keys.len();
        conversations.remove(keys).await?;
        let sessions = self.sessions_of(access).await?;
        for (session, _) in &sessions {
            let turns = self.turns_of_person(session, access).await?;
            count += turns.len();
            self.remove_aside(&turns).await?;
            conversations.remove(turns.into_iter().map(|(item, _)| item).collect()).await?;
        }
        count += sessions.len();
        self.whole(&self.tables.sessions).remove(sessions.into_iter().map(|(_, item)| item).collect()).await?;
        Ok(count as u64)
    }
}

/// In the order of their keys: a table is read in no order that means anything.
fn sorted(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by(|one, other| {
        let key = |item| (name_of(item, PARTITION_KEY), name_of(item, SORT_KEY));
        key(one).cmp(&key(other))
    });
    items
}
