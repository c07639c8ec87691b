//! The ledger in a SQLite file, for all processes that open it.

use std::sync::Arc;

use async_trait::async_trait;
use contract::Result;
use contract::ports::{Account, Clock, Ledger};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::FORGOTTEN;
use crate::Database;
use crate::database::lost;

/// The largest amount that a column holds: nine trillion dollars.
const MOST: u64 = i64::MAX.unsigned_abs();

/// Keeps accounts in one SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteLedger {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqliteLedger {
    /// A ledger in `database` that forgets accounts by `clock`.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn set_aside(&self, accounts: &[Account], micro_usd: u64) -> Result<()> {
        let (accounts, now) = (accounts.to_vec(), self.clock.now());
        // One transaction: a refusal by the second account undoes what the first one gave.
        self.database
            .write(move |connection| {
                forget(connection, now)?;
                for account in &accounts {
                    let bounded = Account { limit: account.limit.min(MOST), ..account.clone() };
                    let after = bounded.after(spent(connection, &account.name)?, micro_usd)?;
                    put(connection, &account.name, after, now)?;
                }
                Ok(())
            })
            .await
    }

    async fn settle(&self, accounts: &[Account], set_aside: u64, used: u64) -> Result<()> {
        let (accounts, now) = (accounts.to_vec(), self.clock.now());
        self.database
            .write(move |connection| {
                for Account { name, .. } in &accounts {
                    let corrected = spent(connection, name)?.saturating_sub(set_aside).saturating_add(used);
                    put(connection, name, corrected.min(MOST), now)?;
                }
                Ok(())
            })
            .await
    }

    async fn spent(&self, account: &Account) -> Result<u64> {
        let name = account.name.clone();
        self.database.read(move |connection| spent(connection, &name)).await
    }

    async fn ready(&self) -> Result<()> {
        self.database
            .write(|connection| {
                connection.execute("UPDATE accounts SET spent = spent WHERE name = ''", []).map_err(lost)?;
                Ok(())
            })
            .await
    }
}

fn spent(connection: &Connection, name: &str) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT spent FROM accounts WHERE name = ?1").map_err(lost)?;
    let found = statement.query_row([name], |row| row.get(0)).optional().map_err(lost)?;
    Ok(found.unwrap_or_default())
}

fn put(connection: &Connection, name: &str, spent: u64, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO accounts (name, spent, used_ms) VALUES (?1, ?2, ?3)
               ON CONFLICT (name) DO UPDATE SET spent = ?2, used_ms = ?3";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    statement.execute(params![name, spent, now.as_millisecond()]).map_err(lost)?;
    Ok(())
}

fn forget(connection: &Connection, now: Timestamp) -> Result<()> {
    let before = now.checked_sub(FORGOTTEN).unwrap_or(Timestamp::MIN);
    let mut statement = connection.prepare_cached("DELETE FROM accounts WHERE used_ms <= ?1").map_err(lost)?;
    statement.execute([before.as_millisecond()]).map_err(lost)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use contract::ErrorKind;
    use contract::testing::ManualClock;
    use futures::future::join_all;

    use super::*;

    fn ledger(path: &Path, clock: Arc<dyn Clock>) -> SqliteLedger {
        SqliteLedger::new(Database::open(path).unwrap(), clock)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_promises_of_the_port() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        contract::testing::ledger::check(|clock| Arc::new(ledger(&path, clock))).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn all_processes_share_the_accounts_and_a_restart_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let (path, clock) = (folder.path().join("shared.db"), Arc::new(ManualClock::default()));
        let day = [Account { name: "day:2026-11-02".into(), limit: 100 }];
        let processes = [ledger(&path, clock.clone()), ledger(&path, clock.clone())];
        let outcomes = join_all((0..40).map(|n| processes[n % 2].set_aside(&day, 7))).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 14);
        drop(processes);
        let restarted = ledger(&path, clock);
        assert_eq!(restarted.spent(&day[0]).await.unwrap(), 98);
        assert_eq!(restarted.set_aside(&day, 7).await.unwrap_err().kind, ErrorKind::Refused);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_nobody_uses_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let ledger = ledger(&folder.path().join("forgotten.db"), clock.clone());
        let account = |name: &str| Account { name: name.into(), limit: u64::MAX };
        ledger.set_aside(&[account("session:old")], 1).await.unwrap();
        clock.advance(FORGOTTEN);
        ledger.set_aside(&[account("session:new")], 1).await.unwrap();
        let count = |c: &Connection| c.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0)).map_err(lost);
        assert_eq!(ledger.database.read::<u64>(count).await.unwrap(), 1);
        let beyond = ledger.set_aside(&[account("session:new")], u64::MAX - 1).await.unwrap_err();
        assert_eq!(beyond.kind, ErrorKind::Refused, "more than a column holds");
    }
}
