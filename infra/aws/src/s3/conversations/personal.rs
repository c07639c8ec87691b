//! What the conversations in S3 keep of a person. Sessions lie under their own names, so all are listed and their states read for it,
//! page by page: an erasure is rare, and an index would be written with every turn.
//!
//! The state of a session goes first: it is the one commit point, so a turn under way can no longer close. Records whose state is
//! gone tell themselves whose they are: an erasure that broke off finds the rest when it is asked again, and so does a second
//! one what a turn under way wrote before it found no state. Where the bucket keeps versions, they go by its lifecycle.

use std::collections::BTreeMap;

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Caller, Result, TurnRecord};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::session::{State, unpack};
use super::{READ_AT_ONCE, S3Conversations};

const SESSIONS: &str = "sessions/";
const KEYS: &str = "keys/customers/";
const STATE: &str = "state.json.gz";

/// A session: its name, and the names of its objects within it.
type Listed = (String, Vec<String>);

/// A session of the person.
struct Own {
    name: String,
    /// As whom they came; none when the state is gone.
    owner: Option<Caller>,
    objects: Vec<String>,
}

impl S3Conversations {
    /// Every session, by name.
    async fn sessions(&self) -> Result<Vec<Listed>> {
        let mut sessions: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, _) in self.bucket.list(SESSIONS).await? {
            if let Some((session, object)) = name.split_once('/') {
                sessions.entry(session.to_owned()).or_default().push(object.to_owned());
            }
        }
        Ok(sessions.into_iter().collect())
    }

    /// The sessions of the person.
    async fn own_sessions(&self, access: &Access) -> Result<Vec<Own>> {
        let reads = stream::iter(self.sessions().await?).map(|listed| self.own_session(listed, access));
        let found: Vec<Option<Own>> = reads.buffered(READ_AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn own_session(&self, (name, objects): Listed, access: &Access) -> Result<Option<Own>> {
        if let Some(object) = self.bucket.get(&format!("{SESSIONS}{name}/{STATE}")).await? {
            let owner = unpack::<State>(&object.content)?.owner().clone();
            return Ok(access.owns(&owner.owner()).then_some(Own { name, owner: Some(owner), objects }));
        }
        let Some(first) = objects.iter().find(|object| *object != STATE) else { return Ok(None) };
        let record = self.record_at(&name, first).await?;
        let own = record.is_some_and(|record| access.owns(&record.turn.caller.owner()));
        Ok(own.then_some(Own { name, owner: None, objects }))
    }

    async fn record_at(&self, session: &str, object: &str) -> Result<Option<TurnRecord>> {
        let found = self.bucket.get(&format!("{SESSIONS}{session}/{object}")).await?;
        found.map(|object| unpack(&object.content)).transpose()
    }

    /// The names of the objects of the person's keys.
    async fn own_keys(&self, access: &Access) -> Result<Vec<String>> {
        let listed = self.bucket.list(KEYS).await?;
        let own = listed.into_iter().map(|(name, _)| name).filter(|name| {
            let owner = name.strip_prefix("c-").and_then(|rest| rest.split('/').next());
            owner.is_some_and(|owner| access.owns(owner))
        });
        Ok(own.map(|name| format!("{KEYS}{name}")).collect())
    }
}

#[async_trait]
impl PersonalData for S3Conversations {
    fn store(&self) -> &'static str {
        "conversations"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let mut all = Vec::new();
        for Own { name, owner, objects } in self.own_sessions(access).await? {
            let session = name.trim_start_matches("s-");
            all.push(json!({"session": session, "owner": owner}));
            for object in objects.iter().filter(|object| *object != STATE) {
                let record = self.record_at(&name, object).await?;
                all.extend(record.map(|record| json!({"turn": record})));
            }
        }
        all.extend(self.own_keys(access).await?.into_iter().map(|name| json!({"key": name})));
        Ok(all)
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        let mut count = 0;
        for Own { name, objects, .. } in self.own_sessions(access).await? {
            self.bucket.delete(&format!("{SESSIONS}{name}/{STATE}")).await?;
            count += objects.len() as u64;
            for object in objects.iter().filter(|object| *object != STATE) {
                self.bucket.delete(&format!("{SESSIONS}{name}/{object}")).await?;
            }
        }
        for key in self.own_keys(access).await? {
            self.bucket.delete(&key).await?;
            count += 1;
        }
        Ok(count)
    }
}
