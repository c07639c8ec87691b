//! What was noted of one person, found through the items in their own partition.

use std::collections::BTreeSet;

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Result};
use serde_json::{Value, json};

use super::DynamoLearned;
use super::items::{self, NoteItem, OwnedItem};

impl DynamoLearned {
    /// The notes that are the person's, whether they have expired or not.
    async fn owned(&self, access: &Access) -> Result<Vec<NoteItem>> {
        let partition = items::owned_partition(access.customer().as_str());
        let owned: Vec<OwnedItem> = self.store.all(&partition, "").await?;
        let keys: BTreeSet<String> = owned.into_iter().flat_map(|owned| owned.keys).collect();
        let found: Vec<NoteItem> = self.store.each(keys.iter().map(|key| items::note_key(key)).collect()).await?;
        Ok(found.into_iter().filter(|note| access.owns(&note.owner)).collect())
    }
}

#[async_trait]
impl PersonalData for DynamoLearned {
    fn store(&self) -> &'static str {
        "learned"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let now = self.now();
        let notes = self.owned(access).await?.into_iter().filter(|note| note.expires_at > now);
        notes.map(|note| note.note().map(|note| json!({"note": note.key, "body": note.body}))).collect()
    }

    /// The notes go before what leads to them: an erasure that broke off finds the rest when it is asked again.
    async fn erase(&self, access: &Access) -> Result<u64> {
        let notes = self.owned(access).await?;
        let keys = notes.into_iter().map(|note| note.note().map(|note| items::note_key(&note.key)));
        let keys: Vec<_> = keys.collect::<Result<_>>()?;
        let count = keys.len() as u64;
        self.store.whole().remove(keys).await?;
        let leads = self.store.whole().partition(&items::owned_partition(access.customer().as_str())).await?;
        self.store.whole().remove(leads).await?;
        Ok(count)
    }
}
