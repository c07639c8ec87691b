//! The audit trail in SQLite: a chain of hashes, so that nobody changes, removes or moves an entry unnoticed.

use async_trait::async_trait;
use contract::ports::{AuditEntry, AuditTrail};
use contract::{Error, ErrorKind, Result};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::Database;
use crate::database::lost;

/// Keeps the audit trail in one SQLite file.
pub struct SqliteAudit {
    database: Database,
}

impl SqliteAudit {
    /// A trail in this database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl AuditTrail for SqliteAudit {
    async fn note(&self, entry: &AuditEntry) -> Result<()> {
        let day = entry.at.to_zoned(TimeZone::UTC).date().to_string();
        let text = serde_json::to_string(entry).map_err(unreadable)?;
        let insert = "INSERT INTO audit (day, entry, hash) VALUES (?1, ?2, ?3)";
        let note = move |connection: &Connection| {
            // Read and written in one transaction: two processes that note at once make one chain.
            let hash = link(&last(connection)?, &text);
            connection.execute(insert, [&day, &text, &hash]).map_err(lost)?;
            Ok((connection.last_insert_rowid(), hash))
        };
        let (number, hash) = self.database.write(note).await?;
        // Outside the file too: a copy of the log shows whether the end of the trail was cut off or written anew.
        tracing::info!(target: "audit", number, hash, "noted in the audit trail");
        Ok(())
    }

    async fn day(&self, day: Date) -> Result<Vec<AuditEntry>> {
        self.database.read(move |connection| checked(connection, &day.to_string())).await
    }

    async fn ready(&self) -> Result<()> {
        self.database.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(())).map_err(lost)).await
    }
}

/// The hash of an entry behind another.
fn link(before: &str, entry: &str) -> String {
    let digest = Sha256::new().chain_update(before).chain_update("\n").chain_update(entry).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The hash of the newest entry; empty before the first one.
fn last(connection: &Connection) -> Result<String> {
    let newest = "SELECT hash FROM audit ORDER BY number DESC LIMIT 1";
    Ok(connection.query_row(newest, [], |row| row.get(0)).optional().map_err(lost)?.unwrap_or_default())
}

/// The entries of a day, if the chain holds from the entry before the first one to the entry behind the last one.
fn checked(connection: &Connection, day: &str) -> Result<Vec<AuditEntry>> {
    whole(connection)?;
    let span = "SELECT min(number), max(number) FROM audit WHERE day = ?1";
    let span = connection.query_row(span, [day], |row| Ok((row.get(0)?, row.get(1)?))).map_err(lost)?;
    let (Some(first), Some(end)): (Option<i64>, Option<i64>) = span else { return Ok(Vec::new()) };
    let before = "SELECT hash FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT 1";
    let before = connection.query_row(before, [first], |row| row.get::<_, String>(0)).optional().map_err(lost)?;
    let mut known = before.unwrap_or_default();
    let chain = "SELECT day, entry, hash FROM audit WHERE number BETWEEN ?1 AND ?2 + 1 ORDER BY number";
    let mut statement = connection.prepare_cached(chain).map_err(lost)?;
    let mut rows = statement.query(params![first, end]).map_err(lost)?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(lost)? {
        let column = |index| row.get::<_, String>(index).map_err(lost);
        let (of, entry, hash) = (column(0)?, column(1)?, column(2)?);
        known = link(&known, &entry);
        if known != hash {
            return Err(broken());
        }
        let entry: AuditEntry = serde_json::from_str(&entry).map_err(unreadable)?;
        if entry.at.to_zoned(TimeZone::UTC).date().to_string() != of {
            return Err(broken());
        }
        if of == day {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// As many entries as there ever were, numbered without gaps.
fn whole(connection: &Connection) -> Result<()> {
    let (count, newest): (i64, i64) = connection
        .query_row("SELECT count(*), coalesce(max(number), 0) FROM audit", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(lost)?;
    let ever = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'";
    let ever = connection.query_row(ever, [], |row| row.get::<_, i64>(0)).optional().map_err(lost)?.unwrap_or_default();
    if count == newest && newest == ever { Ok(()) } else { Err(broken()) }
}

fn broken() -> Error {
    Error::new(ErrorKind::Internal, "the audit trail was tampered with: its chain of hashes is broken")
        .hint("compare it with a backup, and with the hashes in the log (target audit)")
}

fn unreadable(cause: serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, "an entry of the audit trail cannot be read").caused_by(cause)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::testing::audit::{Tampering, check, tampering};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_promises_of_the_port() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.db");
        check(async || {
            let trail: Arc<dyn AuditTrail> = Arc::new(SqliteAudit::new(Database::open(&path).unwrap()));
            trail
        })
        .await;
    }

    #[tokio::test]
    async fn who_tampers_is_noticed() {
        tampering(async |entries: &[AuditEntry], how: Option<Tampering>| {
            let database = Database::in_memory().unwrap();
            let trail = Arc::new(SqliteAudit::new(database.clone()));
            for entry in entries {
                trail.note(entry).await.unwrap();
            }
            let sql = match how {
                None => "",
                Some(Tampering::Changed) => "UPDATE audit SET entry = replace(entry, 'done', 'gone') WHERE number = 2",
                Some(Tampering::Removed) => "DELETE FROM audit WHERE number = 2",
                Some(Tampering::Swapped) => {
                    "UPDATE audit SET number = -1 WHERE number = 1;
                     UPDATE audit SET number = 1 WHERE number = 2;
                     UPDATE audit SET number = 2 WHERE number = -1"
                }
            };
            database.write(move |connection| connection.execute_batch(sql).map_err(lost)).await.unwrap();
            let trail: Arc<dyn AuditTrail> = trail;
            trail
        })
        .await;
    }

    #[tokio::test]
    async fn an_end_that_was_cut_off_is_noticed() {
        let database = Database::in_memory().unwrap();
        let trail = SqliteAudit::new(database.clone());
        let entry = AuditEntry {
            at: "2026-11-28T09:00:00Z".parse().unwrap(),
            actor: "admin~kim".into(),
            act: "erase".into(),
            subject: None,
            outcome: "done".into(),
        };
        for _ in 0..2 {
            trail.note(&entry).await.unwrap();
        }
        let cut = |connection: &Connection| connection.execute("DELETE FROM audit WHERE number = 2", []).map_err(lost);
        database.write(cut).await.unwrap();
        assert_eq!(trail.day("2026-11-28".parse().unwrap()).await.unwrap_err().kind, ErrorKind::Internal);
    }
}
