//! What is remembered of a customer: an item for each memory, so that of many conversations that end at once none is lost.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use contract::profile::{MOST_MEMORIES, Memory};
use contract::{CustomerId, Result, SessionId};

use super::DynamoCustomers;
use super::items::{self, MEMORY};
use crate::dynamo::Item;
use crate::dynamo::failure::malformed;
use crate::dynamo::tables::{PARTITION_KEY, SORT_KEY};

impl DynamoCustomers {
    pub(super) async fn keep_memories(&self, customer: &CustomerId, memories: &[Memory]) -> Result<()> {
        self.require(customer).await?;
        // A batch names each item once: the last of two memories with one key is the one that stays.
        let mut new = BTreeMap::new();
        for memory in memories {
            let item = items::of_memory(customer, memory)?;
            new.insert(format!("{:?}", item.get(SORT_KEY)), item);
        }
        if new.is_empty() {
            return Ok(());
        }
        self.put_all(new.into_values().collect(), customer.as_str()).await?;
        self.make_room(customer).await
    }

    pub(super) async fn delete_memories(&self, customer: &CustomerId, session: Option<&SessionId>) -> Result<()> {
        self.require(customer).await?;
        let of_session = |memory: &Memory| session.is_none_or(|session| memory.session == *session);
        let found = self.memories(customer).await?;
        self.delete(customer, found.into_iter().filter(|(memory, _)| of_session(memory))).await
    }

    /// Deletes the oldest memories that are too many. Two who do so at once delete the same.
    async fn make_room(&self, customer: &CustomerId) -> Result<()> {
        let mut found = self.memories(customer).await?;
        found.sort_by_key(|(memory, _)| std::cmp::Reverse(memory.at));
        self.delete(customer, found.into_iter().skip(MOST_MEMORIES)).await
    }

    /// All memories as they are now, each with its key.
    async fn memories(&self, customer: &CustomerId) -> Result<Vec<(Memory, Item)>> {
        let found = self.items(customer, MEMORY, true).await?;
        let with_key = |item: Item| {
            let key = item.iter().filter(|(name, _)| [PARTITION_KEY, SORT_KEY].contains(&name.as_str()));
            let key = key.map(|(name, value)| (name.clone(), value.clone())).collect();
            Ok((items::memory(item)?, key))
        };
        found.into_iter().map(with_key).collect()
    }

    async fn delete(&self, customer: &CustomerId, gone: impl Iterator<Item = (Memory, Item)>) -> Result<()> {
        let mut writes = Vec::new();
        for (_, key) in gone {
            let delete = DeleteRequest::builder().set_key(Some(key)).build().map_err(malformed)?;
            writes.push(WriteRequest::builder().delete_request(delete).build());
        }
        self.whole().write(writes, customer.as_str()).await
    }
}
