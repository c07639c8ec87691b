//! The queue of people in DynamoDB.
//!
//! A case is one item with a version: whoever changes it has read the last one, or reads it again. What the change means is
//! said by [`Case`] itself. Beside it stand the cases that are open, in one partition that the desk reads, and for each
//! conversation which case it has and how many words it has heard.

mod items;
mod personal;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use backoffice::Handoffs;
use backoffice::handoffs::{Case, CaseEnding, Matter, Word, in_order};
use contract::ports::Clock;
use contract::{Caller, CaseId, Error, ErrorKind, Result, SessionId, StaffId};

use self::items::{CaseItem, OPEN, OpenItem, SessionItem, WordItem};
use super::Write;
use super::capacity::Capacity;
use super::expression::{delete, number, put, text};
use super::failure::unreadable;
use super::items::item;
use super::store::{Plan, Store};
use super::tables::Tables;

const ABSENT: &str = "attribute_not_exists(#pk)";
const UNCHANGED: &str = "#version = :version";

/// Keeps cases in the table `<prefix>-sessions`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoHandoffs {
    store: Store,
    retention: Duration,
}

impl DynamoHandoffs {
    /// A queue in the table whose name begins with `prefix`. Cases that are done, and words, are kept for `retention`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>, retention: Duration) -> Self {
        Self { store: Store::new(config, Tables::named(prefix).sessions, clock), retention }
    }

    /// What all calls of this queue and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.store.consumed()
    }

    /// A case as it stands now, with the version of its item.
    async fn find(&self, id: &CaseId) -> Result<Option<(Case, u64)>> {
        let found: Option<CaseItem> = self.store.get(items::case_key(id)).await?;
        let Some(found) = found.filter(|found| !self.is_over(found.expires_at)) else { return Ok(None) };
        Ok(Some((found.case()?.as_of(self.store.clock.now()), found.version)))
    }

    async fn require(&self, id: &CaseId) -> Result<(Case, u64)> {
        self.find(id).await?.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such case"))
    }

    async fn session(&self, session: &SessionId) -> Result<Option<SessionItem>> {
        let found: Option<SessionItem> = self.store.get(items::session_key(session)).await?;
        Ok(found.filter(|found| !self.is_over(found.expires_at)))
    }

    /// Changes a case by one of its own methods.
    async fn alter(&self, id: &CaseId, change: impl Fn(&Case) -> Result<Case> + Send + Sync) -> Result<Case> {
        let (place, change) = (format!("CASE#{id}"), &change);
        let plan = move || async move {
            let (case, version) = self.require(id).await?;
            let after = change(&case)?;
            if after == case {
                return Ok(Plan::Answer(after));
            }
            let mut writes = vec![self.write(&after, version)?];
            if !after.is_open() {
                writes.extend(self.ended(&after).await?);
            }
            Ok(Plan::Write(writes, after))
        };
        self.store.change(&place, plan).await
    }

    /// Puts a case in place of the one of this version.
    fn write(&self, case: &Case, version: u64) -> Result<Write> {
        let expires = (!case.is_open()).then(|| self.expiry());
        let item = item(items::case_key(&case.matter.id), &CaseItem::of(case, version + 1, expires)?)?;
        put(&self.store.table, item, UNCHANGED, &[(":version", number(version))])
    }

    /// What else is to be written when a case is done.
    async fn ended(&self, case: &Case) -> Result<Vec<Write>> {
        let (table, session) = (&self.store.table, &case.matter.session);
        let mut writes = vec![delete(table, items::open_key(&case.matter.id))?];
        if let Some(found) = self.session(session).await? {
            let after = SessionItem { open: false, expires_at: Some(self.expiry()), ..found.clone() };
            writes.push(self.write_session(session, &after, Some(&found))?);
        }
        Ok(writes)
    }

    /// Puts the item of a conversation in place of the one that was read.
    fn write_session(&self, session: &SessionId, after: &SessionItem, before: Option<&SessionItem>) -> Result<Write> {
        let after = item(items::session_key(session), after)?;
        let Some(before) = before else { return put(&self.store.table, after, ABSENT, &[]) };
        let same = "#words = :words AND #latest = :latest AND #open = :open";
        let values = [
            (":words", number(before.words)),
            (":latest", text(before.latest.as_str())),
            (":open", AttributeValue::Bool(before.open)),
        ];
        put(&self.store.table, after, same, &values)
    }

    /// What opening a matter comes to.
    async fn plan_to_open(&self, matter: &Matter) -> Result<Plan<Case>> {
        let (now, table) = (self.store.clock.now(), &self.store.table);
        let before = self.session(&matter.session).await?;
        if let Some(known) = before.as_ref().filter(|known| known.open) {
            let (case, version) = self.require(&known.latest).await?;
            let after = case.refreshed(matter, now);
            return Ok(if after == case {
                Plan::Answer(after)
            } else {
                Plan::Write(vec![self.write(&after, version)?], after)
            });
        }
        if let Some((done, _)) = self.find(&matter.id).await? {
            return Ok(Plan::Answer(done));
        }
        let case = Case::opened(matter, now);
        let id = &matter.id;
        let owner = matter.caller.owner().into_owned();
        let words = before.as_ref().map_or(0, |before| before.words);
        let after = SessionItem { owner, latest: id.clone(), open: true, words, expires_at: None };
        let writes = vec![
            put(table, item(items::case_key(id), &CaseItem::of(&case, 1, None)?)?, ABSENT, &[])?,
            put(table, item(items::open_key(id), &OpenItem { case: id.clone() })?, ABSENT, &[])?,
            self.write_session(&matter.session, &after, before.as_ref())?,
        ];
        Ok(Plan::Write(writes, case))
    }

    /// What saying something comes to.
    async fn plan_to_say(&self, said: &Said<'_>) -> Result<Plan<Word>> {
        let Said { id, person, key, text, lease } = *said;
        let (now, table) = (self.store.clock.now(), &self.store.table);
        let known: Option<WordItem> = self.store.get(items::said_key(id, key)).await?;
        if let Some(WordItem { word, .. }) = known {
            return if word.text == text { Ok(Plan::Answer(word)) } else { Err(other_words()) };
        }
        let (case, version) = self.require(id).await?;
        let renewed = case.renewed(person, lease, now)?;
        let session = &case.matter.session;
        let before = self.session(session).await?.ok_or_else(|| unreadable("a case without session"))?;
        let word = Word { seq: before.words + 1, at: now, by: person.clone(), text: text.to_owned() };
        let kept = WordItem { word: word.clone(), expires_at: self.expiry() };
        let after = SessionItem { words: word.seq, ..before.clone() };
        let writes = vec![
            self.write(&renewed, version)?,
            self.write_session(session, &after, Some(&before))?,
            put(table, item(items::word_key(session, word.seq), &kept)?, ABSENT, &[])?,
            put(table, item(items::said_key(id, key), &kept)?, ABSENT, &[])?,
        ];
        Ok(Plan::Write(writes, word))
    }

    fn expiry(&self) -> i64 {
        let now = self.store.clock.now();
        now.checked_add(self.retention).map_or(i64::MAX, |expiry| expiry.as_second())
    }

    /// Whether an item is expired although it still lies there: DynamoDB deletes late.
    fn is_over(&self, expires_at: Option<i64>) -> bool {
        expires_at.is_some_and(|expiry| expiry <= self.store.clock.now().as_second())
    }
}

/// What a person says.
struct Said<'a> {
    id: &'a CaseId,
    person: &'a StaffId,
    key: &'a str,
    text: &'a str,
    lease: Duration,
}

#[async_trait]
impl Handoffs for DynamoHandoffs {
    async fn open(&self, matter: &Matter) -> Result<Case> {
        let place = items::session_partition(&matter.session);
        self.store.change(&place, move || self.plan_to_open(matter)).await
    }

    async fn case(&self, id: &CaseId) -> Result<Case> {
        Ok(self.require(id).await?.0)
    }

    async fn latest(&self, session: &SessionId) -> Result<Option<Case>> {
        let Some(known) = self.session(session).await? else { return Ok(None) };
        Ok(self.find(&known.latest).await?.map(|(case, _)| case))
    }

    async fn queue(&self) -> Result<Vec<Case>> {
        let open: Vec<OpenItem> = self.store.all(OPEN, "").await?;
        let keys = open.iter().map(|open| items::case_key(&open.case)).collect();
        let (found, now): (Vec<CaseItem>, _) = (self.store.each(keys).await?, self.store.clock.now());
        let cases = found.iter().map(|found| Ok(found.case()?.as_of(now))).collect::<Result<Vec<Case>>>()?;
        // One that was finished between the two reads is not open any more.
        let mut cases: Vec<Case> = cases.into_iter().filter(Case::is_open).collect();
        in_order(&mut cases);
        Ok(cases)
    }

    async fn claim(&self, id: &CaseId, person: &StaffId, lease: Duration) -> Result<Case> {
        self.alter(id, |case| case.claimed(person, lease, self.store.clock.now())).await
    }

    async fn transfer(&self, id: &CaseId, person: &StaffId, queue: &str) -> Result<Case> {
        self.alter(id, |case| case.transferred(person, queue, self.store.clock.now())).await
    }

    async fn finish(&self, id: &CaseId, person: &StaffId, ending: &CaseEnding) -> Result<Case> {
        self.alter(id, |case| case.finished(person, ending, self.store.clock.now())).await
    }

    async fn say(&self, id: &CaseId, person: &StaffId, key: &str, text: &str, lease: Duration) -> Result<Word> {
        let said = Said { id, person, key, text, lease };
        let said = &said;
        self.store.change(&format!("CASE#{id}"), move || self.plan_to_say(said)).await
    }

    async fn words(&self, session: &SessionId, caller: &Caller, after: u64) -> Result<Vec<Word>> {
        let known = self.session(session).await?.filter(|known| known.owner == caller.owner());
        if known.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such conversation"))?.words <= after {
            return Ok(Vec::new());
        }
        let (first, last) = (items::word_name(after.saturating_add(1)), items::word_name(u64::MAX));
        let found: Vec<WordItem> = self.store.between(&items::session_partition(session), &first, &last).await?;
        Ok(found.into_iter().filter(|kept| !self.is_over(Some(kept.expires_at))).map(|kept| kept.word).collect())
    }

    async fn call_back(&self, id: &CaseId, wish: &str) -> Result<Case> {
        self.alter(id, |case| case.to_call_back(wish, self.store.clock.now())).await
    }

    async fn ready(&self) -> Result<()> {
        self.store.probe().await
    }
}

fn other_words() -> Error {
    Error::invalid("Idempotency-Key", "this key was used before for other words").hint("send a new key with new words")
}
