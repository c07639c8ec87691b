//! The items of what was learned: counts of an hour, notes, marks, and which notes are whose.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use contract::{Error, Result};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use learning::{Count, Hour, Lesson, Note};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::dynamo::expression::{key, number};
use crate::dynamo::failure::{malformed, unreadable};
use crate::dynamo::items::{item, parse};
use crate::dynamo::tables::{PARTITION_KEY, TTL_ATTRIBUTE};
use crate::dynamo::{Item, Table, Write};

const ONLY: &str = "META";
const MARK: &str = "MARK#";
/// How many items the counts of an hour are spread over.
pub(super) const SHARDS: usize = 8;
/// How many counts one item takes of one lesson: an expression has 4 KB at most.
pub(super) const AT_ONCE: usize = 200;
/// The last hour that a clock can show.
const LAST_HOUR: i64 = 70_389_502;

/// The item of a mark.
#[derive(Serialize, Deserialize)]
pub(super) struct MarkItem {
    pub(super) expires_at: i64,
}

/// The item of a note.
#[derive(Serialize, Deserialize)]
pub(super) struct NoteItem {
    key: String,
    pub(super) owner: String,
    pub(super) version: u64,
    expires: Timestamp,
    pub(super) expires_at: i64,
    /// As JSON.
    body: String,
}

impl NoteItem {
    /// The note as it will lie there, its version counted up.
    pub(super) fn of(note: &Note) -> Result<Self> {
        Ok(Self {
            key: note.key.clone(),
            owner: note.owner.clone(),
            version: note.version.saturating_add(1),
            expires: note.expires,
            expires_at: note.expires.as_second(),
            body: serde_json::to_string(&note.body).map_err(malformed)?,
        })
    }

    pub(super) fn note(self) -> Result<Note> {
        let Self { key, owner, version, expires, body, .. } = self;
        Ok(Note { key, owner, version, expires, body: serde_json::from_str(&body).map_err(unreadable)? })
    }
}

/// Which notes of one lesson are a person's. It lies in their partition, and expires with the last of the notes.
#[derive(Serialize, Deserialize)]
pub(super) struct OwnedItem {
    pub(super) keys: Vec<String>,
    pub(super) expires_at: i64,
}

impl OwnedItem {
    pub(super) fn of(notes: &[&Note]) -> Self {
        let expires_at = notes.iter().map(|note| note.expires.as_second()).max().unwrap_or_default();
        Self { keys: notes.iter().map(|note| note.key.clone()).collect(), expires_at }
    }
}

/// The item of the counts of an hour, or a part of them: each count is an attribute of its own, named as JSON.
#[derive(Deserialize)]
pub(super) struct CountsItem {
    hour: i64,
    pub(super) expires_at: i64,
    #[serde(flatten)]
    counts: HashMap<String, serde_json::Value>,
}

impl CountsItem {
    pub(super) fn counts(self) -> Result<Vec<(Count, i64)>> {
        let read = |(name, value): (String, serde_json::Value)| {
            let (what, about) = serde_json::from_str(&name).map_err(unreadable)?;
            let value = value.as_i64().ok_or_else(|| unreadable("a count is no number"))?;
            Ok((Count { hour: Hour(self.hour), what, about }, value))
        };
        self.counts.into_iter().map(read).collect()
    }
}

/// Adds to an item of counts, which may not be there yet.
pub(super) fn add_counts(table: &Table, under: Item, counts: &[(&Count, i64)], expires_at: i64) -> Result<Write> {
    let hour = counts.first().map_or(0, |(count, _)| count.hour.0);
    let mut names = HashMap::from([("#hour".to_owned(), "hour".to_owned()), ("#expires".into(), TTL_ATTRIBUTE.into())]);
    let mut values: HashMap<String, AttributeValue> =
        HashMap::from([(":hour".to_owned(), number(hour)), (":expires".to_owned(), number(expires_at))]);
    let mut adds = Vec::with_capacity(counts.len());
    for (index, (count, more)) in counts.iter().enumerate() {
        let name = serde_json::to_string(&(&count.what, &count.about)).map_err(malformed)?;
        names.insert(format!("#c{index}"), name);
        values.insert(format!(":c{index}"), number(more));
        adds.push(format!("#c{index} :c{index}"));
    }
    let change = format!("SET #hour = :hour, #expires = :expires ADD {}", adds.join(","));
    let update = Update::builder()
        .table_name(&table.name)
        .set_key(Some(under))
        .update_expression(change)
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(values));
    Ok(TransactWriteItem::builder().update(update.build().map_err(malformed)?).build())
}

/// Puts the item that says which notes are a person's; the same notes have the same item.
pub(super) fn put_owned(table: &Table, person: &str, owned: &OwnedItem) -> Result<Write> {
    let digest = Sha256::digest(owned.keys.join("\n"));
    let name: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let put = aws_sdk_dynamodb::types::Put::builder()
        .table_name(&table.name)
        .set_item(Some(item(key(owned_partition(person), name), owned)?));
    Ok(TransactWriteItem::builder().put(put.build().map_err(malformed)?).build())
}

/// The mark of an item that still counts at `now`.
pub(super) fn known_mark(found: Item, now: i64) -> Result<Option<String>> {
    let name = found.get(PARTITION_KEY).and_then(|value| value.as_s().ok());
    let mark = name.and_then(|name| name.strip_prefix(MARK)).map(str::to_owned);
    let kept: MarkItem = parse(found)?;
    Ok(mark.filter(|_| kept.expires_at > now))
}

pub(super) fn mark_key(mark: &str) -> Item {
    key(format!("{MARK}{mark}"), ONLY)
}

/// Notes whose keys share their first part lie together, so that they can be listed by a longer prefix.
pub(super) fn note_partition(key: &str) -> String {
    format!("NOTE#{}", key.split('/').next().unwrap_or(key))
}

pub(super) fn note_key(note: &str) -> Item {
    key(note_partition(note), note)
}

pub(super) fn owned_partition(person: &str) -> String {
    format!("OWNED#{person}")
}

/// Whose it is that this owner ([`contract::Caller::owner`]) brought: what cars bring is their customer's.
pub(super) fn person(owner: &str) -> &str {
    let car = owner.strip_prefix("vehicle~").map(|rest| rest.split('~').next().unwrap_or(rest));
    car.unwrap_or(owner)
}

pub(super) fn shard_name(shard: usize) -> String {
    format!("COUNTS#{shard}")
}

/// The item of an hour in a shard.
///
/// # Errors
/// `Invalid` for an hour before 1970 or beyond the year 9999.
pub(super) fn counts_key(hour: Hour, shard: usize) -> Result<Item> {
    if !(0..=LAST_HOUR).contains(&hour.0) {
        return Err(Error::invalid("hour", "nothing is counted in such an hour"));
    }
    Ok(key(shard_name(shard), hour_name(hour)?))
}

/// The names of the first and the last of these hours; none when there is none.
pub(super) fn hours(hours: &Range<Hour>) -> Option<(String, String)> {
    let (first, last) = (hours.start.0.max(0), hours.end.0.saturating_sub(1).min(LAST_HOUR));
    if first > last {
        return None;
    }
    Some((hour_name(Hour(first)).ok()?, hour_name(Hour(last)).ok()?))
}

/// Hours in the order of their digits: `2026-11-28T13`.
fn hour_name(hour: Hour) -> Result<String> {
    Ok(hour.begins()?.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H").to_string())
}

/// Which item a lesson adds its counts to: any will do, as long as lessons take different ones.
pub(super) fn shard_of(lesson: &Lesson) -> usize {
    let mut hasher = DefaultHasher::new();
    lesson.marks.hash(&mut hasher);
    usize::try_from(hasher.finish() % SHARDS as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_in_the_order_of_their_names() {
        let (first, last) = hours(&(Hour(496_000)..Hour(496_001))).unwrap();
        assert_eq!((first.as_str(), last.as_str()), ("2026-08-01T16", "2026-08-01T16"));
        let (first, last) = hours(&(Hour(i64::MIN)..Hour(i64::MAX))).unwrap();
        assert_eq!((first.as_str(), last.as_str()), ("1970-01-01T00", "9999-12-30T22"));
        assert_eq!(hours(&(Hour(5)..Hour(5))), None);
        assert!(counts_key(Hour(-1), 0).is_err() && counts_key(Hour(LAST_HOUR + 1), 0).is_err());
    }

    #[test]
    fn what_a_car_noted_is_its_customers() {
        let owners = ["ada", "vehicle~ada", "vehicle~ada~WVELDRA0000000001"];
        assert!(owners.iter().all(|owner| person(owner) == "ada"));
        assert_eq!(person("operator~ada"), "operator~ada");
    }
}
