//! What sockets keep of a person: tickets for an hour at most, connections for two. Their table is read from one end to the other.

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Caller, Result};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{DynamoTickets, Slots};
use crate::dynamo::Item;
use crate::dynamo::expression::text;
use crate::dynamo::items::parse;
use crate::dynamo::tables::PARTITION_KEY;
use crate::dynamo::whole::{Whole, name_of};

/// What both have.
#[derive(Deserialize)]
struct Kept {
    caller: Caller,
    expires_at: i64,
}

impl Slots {
    /// The tickets and connections of a person.
    async fn of_person(&self, access: &Access) -> Result<Vec<(Item, Kept)>> {
        const FILTER: &str = "begins_with(#pk, :tickets) OR begins_with(#pk, :connections)";
        let values = [(":tickets", text("TICK#")), (":connections", text("CONN#"))];
        let mut found = Vec::new();
        for item in self.whole().sweep(FILTER, &values).await? {
            let kept: Kept = parse(item.clone())?;
            if access.owns(&kept.caller.owner()) {
                found.push((item, kept));
            }
        }
        found.sort_by(|(one, _), (other, _)| name_of(one, PARTITION_KEY).cmp(name_of(other, PARTITION_KEY)));
        Ok(found)
    }

    fn whole(&self) -> Whole<'_> {
        Whole { client: &self.client, table: &self.table, meter: &self.meter }
    }
}

#[async_trait]
impl PersonalData for DynamoTickets {
    fn store(&self) -> &'static str {
        "tickets"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let told = |(item, kept): (Item, Kept)| {
            let what =
                if name_of(&item, PARTITION_KEY).starts_with("TICK#") { "ticket_until" } else { "connection_until" };
            json!({what: kept.expires_at, "caller": kept.caller})
        };
        Ok(self.slots.of_person(access).await?.into_iter().map(told).collect())
    }

    /// A socket whose connection is forgotten can say nothing more.
    async fn erase(&self, access: &Access) -> Result<u64> {
        let found = self.slots.of_person(access).await?;
        let count = found.len() as u64;
        self.slots.whole().remove(found.into_iter().map(|(item, _)| item).collect()).await?;
        Ok(count)
    }
}
