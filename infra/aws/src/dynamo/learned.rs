//! What was learned, in DynamoDB: counts, notes and marks, of which a lesson's are written in one transaction.
//!
//! Counts are added to without being read: each lesson adds to one of a few items of its hour, so that lessons at the same time
//! rarely wait for each other, and whoever reads them sums up. A note is replaced only as it was read; a mark is put only where
//! none is.

mod items;
mod personal;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use contract::ports::Clock;
use contract::{Error, ErrorKind, Result};
use futures::future::try_join_all;
use learning::{Count, Hour, Learned, Lesson, Note};

use self::items::{CountsItem, MarkItem, NoteItem, OwnedItem};
use super::Write;
use super::capacity::Capacity;
use super::expression::{number, put};
use super::items::item;
use super::store::Store;
use super::tables::Tables;

/// So many actions a transaction of DynamoDB has at most.
const MOST: usize = 100;
/// A mark is kept for so long: longer than any stream delivers again.
const MARKED: Duration = Duration::from_secs(9 * 24 * 60 * 60);
/// Counts are kept for so long: this year can be compared with the last.
const COUNTED: Duration = Duration::from_secs(400 * 24 * 60 * 60);

const FREE: &str = "attribute_not_exists(#pk) OR #expires_at <= :now_s";
const UNCHANGED: &str = "#version = :version AND #expires_at > :now_s";

/// Keeps what was learned in the table `<prefix>-analytics`. Cheap to clone.
#[derive(Clone)]
pub struct DynamoLearned {
    store: Store,
}

impl DynamoLearned {
    /// A store in the table whose name begins with `prefix`, which judges expiry by `clock`.
    pub fn new(config: &SdkConfig, prefix: &str, clock: Arc<dyn Clock>) -> Self {
        Self { store: Store::new(config, Tables::named(prefix).analytics, clock) }
    }

    /// What all calls of this store and its clones consumed so far.
    pub fn consumed(&self) -> Capacity {
        self.store.consumed()
    }

    fn now(&self) -> i64 {
        self.store.clock.now().as_second()
    }

    fn in_time(&self, time: Duration) -> i64 {
        self.store.clock.now().checked_add(time).map_or(i64::MAX, |end| end.as_second())
    }

    /// The writes of a lesson: its marks, its notes, then what has no condition.
    fn writes(&self, lesson: &Lesson) -> Result<Vec<Write>> {
        let marks: BTreeSet<&String> = lesson.marks.iter().collect();
        let mut writes = Vec::new();
        for mark in marks {
            let kept = MarkItem { expires_at: self.in_time(MARKED) };
            writes.push(put(
                &self.store.table,
                item(items::mark_key(mark), &kept)?,
                FREE,
                &[(":now_s", number(self.now()))],
            )?);
        }
        for note in &lesson.notes {
            writes.push(self.write_note(note)?);
        }
        for (person, notes) in by_person(&lesson.notes) {
            writes.push(items::put_owned(&self.store.table, &person, &OwnedItem::of(&notes))?);
        }
        for ((hour, shard), counts) in spread(lesson) {
            let expires_at = self.in_time(COUNTED);
            writes.push(items::add_counts(&self.store.table, items::counts_key(hour, shard)?, &counts, expires_at)?);
        }
        Ok(writes)
    }

    fn write_note(&self, note: &Note) -> Result<Write> {
        let kept = item(items::note_key(&note.key), &NoteItem::of(note)?)?;
        let now = (":now_s", number(self.now()));
        match note.version {
            0 => put(&self.store.table, kept, FREE, &[now]),
            version => put(&self.store.table, kept, UNCHANGED, &[(":version", number(version)), now]),
        }
    }

    async fn counts_of(&self, shard: usize, first: &str, last: &str) -> Result<Vec<(Count, i64)>> {
        let found: Vec<CountsItem> = self.store.between(&items::shard_name(shard), first, last).await?;
        let now = self.now();
        let mut counts = Vec::new();
        for kept in found.into_iter().filter(|kept| kept.expires_at > now) {
            counts.extend(kept.counts()?);
        }
        Ok(counts)
    }
}

#[async_trait]
impl Learned for DynamoLearned {
    async fn notes(&self, keys: &[String]) -> Result<Vec<Note>> {
        let keys: BTreeSet<&String> = keys.iter().collect();
        let found: Vec<NoteItem> = self.store.each(keys.into_iter().map(|key| items::note_key(key)).collect()).await?;
        let now = self.now();
        found.into_iter().filter(|kept| kept.expires_at > now).map(NoteItem::note).collect()
    }

    async fn noted(&self, prefix: &str, limit: usize) -> Result<Vec<Note>> {
        let now = self.now();
        let stands = |kept: &NoteItem| kept.expires_at > now;
        let found = self.store.last(&items::note_partition(prefix), prefix, limit, stands).await?;
        found.into_iter().map(NoteItem::note).collect()
    }

    async fn keep(&self, lesson: &Lesson) -> Result<()> {
        let writes = self.writes(lesson)?;
        if writes.len() > MOST {
            let message = format!("the lesson needs {} writes at once; DynamoDB takes {MOST}", writes.len());
            return Err(Error::invalid("lesson", message).hint("learn from fewer turns at a time"));
        }
        let place = lesson.marks.first().map_or("lesson", String::as_str);
        let Some(failed) = self.store.together(place, &writes).await? else { return Ok(()) };
        // The refusal tells by index which condition did not hold: marks come first, then notes.
        let marks = lesson.marks.iter().collect::<BTreeSet<_>>().len();
        let what = match failed.iter().position(Option::is_some) {
            Some(index) if index < marks => "something of this was learned already".to_owned(),
            Some(index) => {
                let note = lesson.notes.get(index - marks).map_or("", |note| note.key.as_str());
                format!("the note {note} has changed since it was read")
            }
            None => "others were quicker".to_owned(),
        };
        Err(Error::new(ErrorKind::Conflict, what))
    }

    async fn marked(&self, marks: &[String]) -> Result<Vec<String>> {
        let unique: BTreeSet<&String> = marks.iter().collect();
        let keys: Vec<_> = unique.into_iter().map(|mark| items::mark_key(mark)).collect();
        let (found, now) = (self.store.found(keys).await?, self.now());
        let known = found.into_iter().map(|kept| items::known_mark(kept, now)).collect::<Result<Vec<_>>>()?;
        let known: BTreeSet<String> = known.into_iter().flatten().collect();
        Ok(marks.iter().filter(|mark| known.contains(*mark)).cloned().collect())
    }

    async fn counts(&self, hours: Range<Hour>) -> Result<Vec<(Count, i64)>> {
        let Some((first, last)) = items::hours(&hours) else { return Ok(Vec::new()) };
        let shards = (0..items::SHARDS).map(|shard| self.counts_of(shard, &first, &last));
        let mut sums: BTreeMap<Count, i64> = BTreeMap::new();
        for (count, number) in try_join_all(shards).await?.into_iter().flatten() {
            let sum = sums.entry(count).or_default();
            *sum = sum.saturating_add(number);
        }
        Ok(sums.into_iter().collect())
    }

    async fn ready(&self) -> Result<()> {
        self.store.probe().await
    }
}

/// The notes of each person among them: what is somebody's is found by their name when they ask for it.
fn by_person(notes: &[Note]) -> BTreeMap<String, Vec<&Note>> {
    let mut owned: BTreeMap<String, Vec<&Note>> = BTreeMap::new();
    for note in notes.iter().filter(|note| !note.owner.is_empty()) {
        owned.entry(items::person(&note.owner).to_owned()).or_default().push(note);
    }
    owned
}

/// What a lesson adds, by the hour and the item that takes it. Equal counts are summed up; nothing is not counted.
fn spread(lesson: &Lesson) -> BTreeMap<(Hour, usize), Vec<(&Count, i64)>> {
    let mut sums: BTreeMap<&Count, i64> = BTreeMap::new();
    for (count, more) in &lesson.counts {
        let sum = sums.entry(count).or_default();
        *sum = sum.saturating_add(*more);
    }
    let first = items::shard_of(lesson);
    let (mut spread, mut placed) = (BTreeMap::<_, Vec<_>>::new(), HashMap::<Hour, usize>::new());
    for (count, more) in sums.into_iter().filter(|(_, more)| *more != 0) {
        let before = placed.entry(count.hour).or_default();
        // What is too much for one item goes to the next: it is summed up all the same.
        let shard = (first + *before / items::AT_ONCE) % items::SHARDS;
        *before += 1;
        spread.entry((count.hour, shard)).or_default().push((count, more));
    }
    spread
}
