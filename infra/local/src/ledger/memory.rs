//! The ledger of one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use contract::Result;
use contract::ports::{Account, Clock, Ledger};
use jiff::Timestamp;

use super::FORGOTTEN;

/// How often forgotten accounts are looked for, at most.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// Keeps accounts in memory.
pub struct MemoryLedger {
    clock: Arc<dyn Clock>,
    books: Mutex<Books>,
}

/// All accounts: what is out of each, and when it was last used.
struct Books {
    accounts: HashMap<String, (u64, Timestamp)>,
    swept: Timestamp,
}

impl MemoryLedger {
    /// A ledger without accounts, which forgets them by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let books = Books { accounts: HashMap::new(), swept: clock.now() };
        Self { clock, books: Mutex::new(books) }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn spent(&self, account: &Account) -> u64 {
        self.accounts.get(&account.name).map_or(0, |(spent, _)| *spent)
    }

    fn write(&mut self, account: &Account, spent: u64, now: Timestamp) {
        self.accounts.insert(account.name.clone(), (spent, now));
    }

    fn forget(&mut self, now: Timestamp) {
        if now.duration_since(self.swept).unsigned_abs() < SWEEP {
            return;
        }
        self.swept = now;
        self.accounts.retain(|_, (_, used)| now.duration_since(*used).unsigned_abs() < FORGOTTEN);
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn set_aside(&self, accounts: &[Account], micro_usd: u64) -> Result<()> {
        let now = self.clock.now();
        let mut books = self.books();
        books.forget(now);
        let after: Vec<u64> =
            accounts.iter().map(|account| account.after(books.spent(account), micro_usd)).collect::<Result<_>>()?;
        for (account, spent) in accounts.iter().zip(after) {
            books.write(account, spent, now);
        }
        Ok(())
    }

    async fn settle(&self, accounts: &[Account], set_aside: u64, spent: u64) -> Result<()> {
        let now = self.clock.now();
        let mut books = self.books();
        for account in accounts {
            let corrected = books.spent(account).saturating_sub(set_aside).saturating_add(spent);
            books.write(account, corrected, now);
        }
        Ok(())
    }

    async fn spent(&self, account: &Account) -> Result<u64> {
        Ok(self.books().spent(account))
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use contract::testing::ManualClock;

    use super::*;

    #[tokio::test]
    async fn keeps_the_promises_of_the_port() {
        contract::testing::ledger::check(|clock| Arc::new(MemoryLedger::new(clock))).await;
    }

    #[tokio::test]
    async fn what_nobody_uses_is_forgotten() {
        let clock = Arc::new(ManualClock::default());
        let ledger = MemoryLedger::new(clock.clone());
        for session in 0..1_000 {
            let account = Account { name: format!("session:{session}"), limit: 10 };
            ledger.set_aside(&[account], 1).await.unwrap();
        }
        clock.advance(FORGOTTEN);
        ledger.set_aside(&[Account { name: "session:new".into(), limit: 10 }], 1).await.unwrap();
        assert_eq!(ledger.books().accounts.len(), 1);
    }
}
