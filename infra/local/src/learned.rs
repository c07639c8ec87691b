//! What closed turns taught, in SQLite.

mod personal;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::Clock;
use contract::{Error, ErrorKind, Result};
use jiff::Timestamp;
use learning::{Count, Hour, Learned, Lesson, Note};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::Database;
use crate::database::lost;

/// How long marks are kept: longer than anything tells a turn again.
const MARKS: Duration = Duration::from_secs(9 * 86_400);

/// Keeps what was learned in one SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteLearned {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqliteLearned {
    /// A store in `database` that forgets by `clock`.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }
}

#[async_trait]
impl Learned for SqliteLearned {
    async fn notes(&self, keys: &[String]) -> Result<Vec<Note>> {
        let (keys, now) = (keys.to_vec(), self.clock.now());
        self.database
            .read(move |connection| {
                let found = keys.iter().map(|key| note(connection, key, now)).collect::<Result<Vec<_>>>()?;
                Ok(found.into_iter().flatten().collect())
            })
            .await
    }

    async fn noted(&self, prefix: &str, limit: usize) -> Result<Vec<Note>> {
        let (first, now) = (prefix.to_owned(), self.clock.now().as_millisecond());
        // Behind every key that begins so, and before every other.
        let last = format!("{prefix}{}", char::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.database
            .read(move |connection| {
                let sql = "SELECT key, owner, version, expires_ms, body FROM notes
                           WHERE key >= ?1 AND key < ?2 AND expires_ms > ?3 ORDER BY key DESC LIMIT ?4";
                let mut statement = connection.prepare_cached(sql).map_err(lost)?;
                let rows = statement.query_map(params![first, last, now, limit], Stored::read).map_err(lost)?;
                rows.map(|row| row.map_err(lost)?.note()).collect()
            })
            .await
    }

    async fn keep(&self, lesson: &Lesson) -> Result<()> {
        let (lesson, now) = (lesson.clone(), self.clock.now());
        self.database
            .write(move |connection| {
                forget(connection, now)?;
                lesson.marks.iter().try_for_each(|mark| keep_mark(connection, mark, now))?;
                lesson.counts.iter().try_for_each(|(count, more)| add(connection, count, *more))?;
                lesson.notes.iter().try_for_each(|note| keep_note(connection, note))
            })
            .await
    }

    async fn marked(&self, marks: &[String]) -> Result<Vec<String>> {
        let marks = marks.to_vec();
        self.database
            .read(move |connection| {
                let mut statement = connection.prepare_cached("SELECT 1 FROM marks WHERE mark = ?1").map_err(lost)?;
                let mut known = Vec::new();
                for mark in marks {
                    if statement.exists([&mark]).map_err(lost)? {
                        known.push(mark);
                    }
                }
                Ok(known)
            })
            .await
    }

    async fn counts(&self, hours: Range<Hour>) -> Result<Vec<(Count, i64)>> {
        self.database
            .read(move |connection| {
                let sql = "SELECT hour, what, about, number FROM counts WHERE hour >= ?1 AND hour < ?2";
                let mut statement = connection.prepare_cached(sql).map_err(lost)?;
                let count = |row: &Row<'_>| {
                    let count = Count { hour: Hour(row.get(0)?), what: row.get(1)?, about: row.get(2)? };
                    Ok((count, row.get(3)?))
                };
                let rows = statement.query_map([hours.start.0, hours.end.0], count).map_err(lost)?;
                rows.collect::<rusqlite::Result<_>>().map_err(lost)
            })
            .await
    }

    async fn ready(&self) -> Result<()> {
        let probe = "UPDATE marks SET kept_ms = kept_ms WHERE mark = ''";
        self.database.write(move |connection| connection.execute(probe, []).map(drop).map_err(lost)).await
    }
}

/// A row of `notes`.
struct Stored {
    key: String,
    owner: String,
    version: u64,
    expires_ms: i64,
    body: String,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(0)?,
            owner: row.get(1)?,
            version: row.get(2)?,
            expires_ms: row.get(3)?,
            body: row.get(4)?,
        })
    }

    fn note(self) -> Result<Note> {
        let unreadable = |cause| Error::new(ErrorKind::Internal, "a note cannot be read").caused_by(cause);
        Ok(Note {
            // What lies beyond all time that a clock can show was to be kept for ever.
            expires: Timestamp::from_millisecond(self.expires_ms).unwrap_or(Timestamp::MAX),
            body: serde_json::from_str(&self.body).map_err(unreadable)?,
            key: self.key,
            owner: self.owner,
            version: self.version,
        })
    }
}

fn note(connection: &Connection, key: &str, now: Timestamp) -> Result<Option<Note>> {
    let sql = "SELECT key, owner, version, expires_ms, body FROM notes WHERE key = ?1 AND expires_ms > ?2";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let found = statement.query_row(params![key, now.as_millisecond()], Stored::read).optional().map_err(lost)?;
    found.map(Stored::note).transpose()
}

/// What is over is deleted before anything is written: a note that has expired is none.
fn forget(connection: &Connection, now: Timestamp) -> Result<()> {
    let before = now.checked_sub(MARKS).unwrap_or(Timestamp::MIN).as_millisecond();
    let delete = |sql: &str, until: i64| {
        let mut statement = connection.prepare_cached(sql).map_err(lost)?;
        statement.execute([until]).map(drop).map_err(lost)
    };
    delete("DELETE FROM marks WHERE kept_ms <= ?1", before)?;
    delete("DELETE FROM notes WHERE expires_ms <= ?1", now.as_millisecond())
}

fn keep_mark(connection: &Connection, mark: &str, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO marks (mark, kept_ms) VALUES (?1, ?2) ON CONFLICT (mark) DO NOTHING";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let new = statement.execute(params![mark, now.as_millisecond()]).map_err(lost)?;
    if new == 0 { Err(Error::new(ErrorKind::Conflict, "this was learned already")) } else { Ok(()) }
}

fn add(connection: &Connection, count: &Count, more: i64) -> Result<()> {
    let sql = "INSERT INTO counts (hour, what, about, number) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (hour, what, about) DO UPDATE SET number = number + ?4";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    statement.execute(params![count.hour.0, count.what, count.about, more]).map(drop).map_err(lost)
}

fn keep_note(connection: &Connection, note: &Note) -> Result<()> {
    let body = note.body.to_string();
    let expires = note.expires.as_millisecond();
    let changed = if note.version == 0 {
        let sql = "INSERT INTO notes (key, owner, version, expires_ms, body) VALUES (?1, ?2, 1, ?3, ?4)
                   ON CONFLICT (key) DO NOTHING";
        let mut statement = connection.prepare_cached(sql).map_err(lost)?;
        statement.execute(params![note.key, note.owner, expires, body]).map_err(lost)?
    } else {
        let sql = "UPDATE notes SET owner = ?2, version = version + 1, expires_ms = ?3, body = ?4
                   WHERE key = ?1 AND version = ?5";
        let mut statement = connection.prepare_cached(sql).map_err(lost)?;
        statement.execute(params![note.key, note.owner, expires, body, note.version]).map_err(lost)?
    };
    if changed == 0 { Err(Error::new(ErrorKind::Conflict, "a note has changed since it was read")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_promises_of_the_port() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("learned.db");
        learning::testing::learned::check(|clock| Arc::new(SqliteLearned::new(Database::open(&path).unwrap(), clock)))
            .await;
    }
}
