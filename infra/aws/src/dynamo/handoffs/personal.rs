//! What the queue of people keeps of a person: their cases, and what people said in them. The table is read from one end to the
//! other for it; a conversation leads to its words, so it goes last.

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Result};
use serde_json::{Value, json};

use super::DynamoHandoffs;
use super::items::{self, CaseItem, WordItem};
use crate::dynamo::Item;
use crate::dynamo::expression::text;
use crate::dynamo::items::parse;
use crate::dynamo::tables::{PARTITION_KEY, SORT_KEY};
use crate::dynamo::whole::name_of;

impl DynamoHandoffs {
    /// The cases of a person, each with its item.
    async fn cases_of(&self, access: &Access) -> Result<Vec<(backoffice::handoffs::Case, Item)>> {
        const FILTER: &str = "begins_with(#pk, :cases) AND #sk = :only";
        let values = [(":cases", text("CASE#")), (":only", text("META"))];
        let mut found = Vec::new();
        for item in self.store.whole().sweep(FILTER, &values).await? {
            let case = parse::<CaseItem>(item.clone())?.case()?;
            if access.owns(&case.matter.caller.owner()) {
                found.push((case, item));
            }
        }
        found.sort_by(|(one, _), (other, _)| one.matter.id.as_str().cmp(other.matter.id.as_str()));
        Ok(found)
    }

    /// The partitions of the conversations of a person that have, or had, a case.
    async fn conversations_of(&self, access: &Access) -> Result<Vec<String>> {
        const FILTER: &str = "begins_with(#pk, :conversations) AND #sk = :only";
        let values = [(":conversations", text("CASES#")), (":only", text("META"))];
        let mut found = Vec::new();
        for item in self.store.whole().sweep(FILTER, &values).await? {
            let name = name_of(&item, PARTITION_KEY).to_owned();
            let kept: items::SessionItem = parse(item)?;
            if access.owns(&kept.owner) {
                found.push(name);
            }
        }
        found.sort();
        Ok(found)
    }
}

#[async_trait]
impl PersonalData for DynamoHandoffs {
    fn store(&self) -> &'static str {
        "handoffs"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let mut all: Vec<Value> =
            self.cases_of(access).await?.into_iter().map(|(case, _)| json!({"case": case})).collect();
        for conversation in self.conversations_of(access).await? {
            let words: Vec<WordItem> = self.store.all(&conversation, "WORD#").await?;
            all.extend(words.into_iter().map(|kept| json!({"word": kept.word})));
        }
        Ok(all)
    }

    /// An open case ends with its customer: whoever held it hears that there is no such case.
    async fn erase(&self, access: &Access) -> Result<u64> {
        let (whole, mut count) = (self.store.whole(), 0);
        for conversation in self.conversations_of(access).await? {
            let (meta, words): (Vec<Item>, Vec<Item>) =
                whole.partition(&conversation).await?.into_iter().partition(|item| name_of(item, SORT_KEY) == "META");
            count += words.len();
            whole.remove(words).await?;
            whole.remove(meta).await?;
        }
        for (case, item) in self.cases_of(access).await? {
            count += 1;
            whole.remove(vec![items::open_key(&case.matter.id)]).await?;
            let mut said = whole.partition(name_of(&item, PARTITION_KEY)).await?;
            said.retain(|item| name_of(item, SORT_KEY) != "META");
            whole.remove(said).await?;
            whole.remove(vec![item]).await?;
        }
        Ok(count as u64)
    }
}
