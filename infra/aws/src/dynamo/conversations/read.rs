//! Reads of the conversation store, and the records that lie in the bucket.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use aws_sdk_s3::primitives::ByteStream;
use contract::ports::Ticket;
use contract::{Caller, Error, ErrorKind, Exchange, Result, SessionId, TurnId, TurnRecord};

use super::DynamoConversations;
use super::items::{PastTurn, SessionItem, TURN, conversation, parse, session_key, turn_key};
use super::pack::{too_large, unpack};
use crate::dynamo::expression::{Values, by_name, key, names, number, text};
use crate::dynamo::failure::{lost, unavailable, unreadable};
use crate::dynamo::{Item, Table};

const OF_SESSION: &str = "#pk = :conversation AND begins_with(#sk, :turn_prefix)";
const NOT_EXPIRED: &str = "#expires_at > :now_s";
const RECORD: &str = "#record, #record_at, #expires_at";

impl DynamoConversations {
    /// How many turns the session has, as far as its turns tell, and its last `limit` exchanges, oldest first.
    pub(super) async fn past(&self, session: &SessionId, limit: usize) -> Result<(u64, Vec<Exchange>)> {
        // The last turn is read in any case: its number saves `close` a try.
        let wanted = i32::try_from(limit).unwrap_or(i32::MAX).max(1);
        let mut newest_first: Vec<PastTurn> = Vec::new();
        let mut start = None;
        loop {
            let missing = wanted.saturating_sub(i32::try_from(newest_first.len()).unwrap_or(i32::MAX));
            let query = self.turns_of(session, NOT_EXPIRED, &[]).scan_index_forward(false).limit(missing);
            let (items, next) = self.page(query, "#seq, #said, #replied, #left_open", NOT_EXPIRED, start).await?;
            for item in items {
                newest_first.push(parse(item)?);
            }
            start = next;
            if start.is_none() || newest_first.len() >= limit.max(1) {
                break;
            }
        }
        let turns = newest_first.first().map_or(0, |last| last.seq);
        newest_first.truncate(limit);
        Ok((turns, newest_first.into_iter().rev().map(Exchange::from).collect()))
    }

    /// All records of a session, oldest first, however many pages they fill.
    pub(super) async fn records(&self, session: &SessionId) -> Result<Vec<TurnRecord>> {
        let mut records = Vec::new();
        let mut start = None;
        loop {
            let query = self.turns_of(session, NOT_EXPIRED, &[]);
            let (items, next) = self.page(query, RECORD, NOT_EXPIRED, start).await?;
            for item in items {
                records.push(self.unpacked(item).await?);
            }
            start = next;
            if start.is_none() {
                return Ok(records);
            }
        }
    }

    pub(super) async fn record_of_turn(&self, session: &SessionId, turn: &TurnId) -> Result<TurnRecord> {
        const FILTER: &str = "#expires_at > :now_s AND #turn = :turn";
        let mut start = None;
        loop {
            let query = self.turns_of(session, FILTER, &[(":turn", text(turn.as_str()))]);
            let (items, next) = self.page(query, RECORD, FILTER, start).await?;
            if let Some(item) = items.into_iter().next() {
                return self.unpacked(item).await;
            }
            start = next;
            if start.is_none() {
                return Err(Error::new(ErrorKind::NotFound, "no such turn in this session"));
            }
        }
    }

    /// The record of a turn whose key is closed.
    pub(super) async fn record(&self, session: &str, seq: u64) -> Result<TurnRecord> {
        let found = self.item(&self.tables.conversations, turn_key(session, seq)).await?;
        self.unpacked(found.ok_or_else(|| unreadable("a closed key has no turn"))?).await
    }

    pub(super) async fn require_owner(&self, session: &SessionId, caller: &Caller) -> Result<()> {
        if let Some(found) = self.item(&self.tables.sessions, session_key(session)).await? {
            let found: SessionItem = parse(found)?;
            if found.owner == caller.owner() && found.expires_at > self.clock.now().as_second() {
                return Ok(());
            }
        }
        // The same answer for "does not exist" and "is not yours": nobody learns which sessions exist.
        Err(Error::new(ErrorKind::NotFound, "no such session"))
    }

    /// Reads an item that never exists: costs half a read unit, and proves access to the table.
    pub(super) async fn probe(&self, table: &Table) -> Result<()> {
        self.item(table, key("READY#", "READY")).await.map(|_| ())
    }

    /// One item as it is now.
    pub(super) async fn item(&self, table: &Table, key: Item) -> Result<Option<Item>> {
        let request = self.client.get_item().table_name(&table.name).set_key(Some(key)).consistent_read(true);
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let found = request.send().await.map_err(|cause| lost(cause, &table.name))?;
        self.meter.read(found.consumed_capacity());
        Ok(found.item)
    }

    /// The turns of a session, filtered; `more` are the values that the filter needs besides the time.
    fn turns_of(&self, session: &SessionId, filter: &str, more: Values<'_>) -> QueryFluentBuilder {
        let mut values = vec![
            (":conversation", text(conversation(session.as_str()))),
            (":turn_prefix", text(TURN)),
            (":now_s", number(self.clock.now().as_second())),
        ];
        values.extend_from_slice(more);
        let query = self.client.query().table_name(&self.tables.conversations.name).consistent_read(true);
        query
            .key_condition_expression(OF_SESSION)
            .filter_expression(filter)
            .set_expression_attribute_values(by_name(&values))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// One page of a query, of each item only the `wanted` attributes; and where the next page starts.
    async fn page(
        &self,
        query: QueryFluentBuilder,
        wanted: &str,
        filter: &str,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>)> {
        let query = query
            .projection_expression(wanted)
            .set_expression_attribute_names(names(&[OF_SESSION, filter, wanted]))
            .set_exclusive_start_key(start);
        let page = query.send().await.map_err(|cause| lost(cause, &self.tables.conversations.name))?;
        self.meter.read(page.consumed_capacity());
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key.filter(|key| !key.is_empty())))
    }

    /// The record of a turn's item, wherever it lies.
    pub(super) async fn unpacked(&self, mut item: Item) -> Result<TurnRecord> {
        match (item.remove("record"), item.remove("record_at")) {
            (Some(AttributeValue::B(packed)), _) => unpack(packed.as_ref()),
            (_, Some(AttributeValue::S(name))) => unpack(&self.fetch_aside(&name).await?),
            _ => Err(unreadable("a turn has no record")),
        }
    }

    /// Puts a packed record into the bucket and returns its name there.
    pub(super) async fn put_aside(&self, ticket: &Ticket, packed: Vec<u8>) -> Result<String> {
        let (objects, bucket) = self.overflow.as_ref().ok_or_else(too_large)?;
        let name = format!("records/{}/{}", ticket.session, ticket.turn);
        let request = objects.put_object().bucket(bucket).key(&name).body(ByteStream::from(packed));
        request.send().await.map_err(|cause| lost(cause, bucket))?;
        Ok(name)
    }

    async fn fetch_aside(&self, name: &str) -> Result<Vec<u8>> {
        let (objects, bucket) = self
            .overflow
            .as_ref()
            .ok_or_else(|| unavailable().hint("a record lies in the overflow bucket, which is not configured here"))?;
        let found = objects.get_object().bucket(bucket).key(name).send().await.map_err(|c| lost(c, bucket))?;
        let bytes = found.body.collect().await.map_err(|cause| unavailable().caused_by(cause))?;
        Ok(bytes.to_vec())
    }
}
