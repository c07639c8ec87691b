//! An erasure whose stores or trail fail claims nothing that it did not do.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use contract::testing::access;
use jiff::civil::Date;
use local::{Database, SqliteConversations, SystemClock, SystemEntropy};

use super::*;

/// A store that can be lost, and a trail that can be full.
#[derive(Default)]
struct Frail {
    lost: AtomicBool,
    asked: Mutex<Vec<&'static str>>,
    noted: Mutex<Vec<AuditEntry>>,
}

impl Frail {
    fn answer<T>(&self, good: T) -> Result<T> {
        let lost = self.lost.load(Ordering::Relaxed);
        if lost { Err(Error::new(ErrorKind::Unavailable, "lost")) } else { Ok(good) }
    }
}

#[async_trait]
impl PersonalData for Frail {
    fn store(&self) -> &'static str {
        "frail"
    }

    async fn export(&self, _access: &Access) -> Result<Vec<Value>> {
        self.answer(Vec::new())
    }

    async fn erase(&self, _access: &Access) -> Result<u64> {
        self.asked.lock().unwrap().push("erase");
        self.answer(2)
    }
}

#[async_trait]
impl AuditTrail for Frail {
    async fn note(&self, entry: &AuditEntry) -> Result<()> {
        self.answer(())?;
        self.noted.lock().unwrap().push(entry.clone());
        Ok(())
    }

    async fn day(&self, _day: Date) -> Result<Vec<AuditEntry>> {
        Ok(self.noted.lock().unwrap().clone())
    }

    async fn ready(&self) -> Result<()> {
        self.answer(())
    }
}

fn erasure(store: &Arc<Frail>, audit: &Arc<Frail>) -> Erasure {
    let clock = Arc::new(SystemClock::start());
    let bars = SqliteConversations::new(Database::in_memory().unwrap(), clock.clone());
    Erasure {
        stores: vec![store.clone()],
        leftovers: None,
        bars: Some(Arc::new(bars)),
        audit: audit.clone(),
        clock,
        entropy: Arc::new(SystemEntropy),
        wait: Duration::from_secs(7),
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_store_makes_an_incomplete_receipt_and_the_customer_may_ask_again() {
    let (store, audit) = (Arc::new(Frail::default()), Arc::new(Frail::default()));
    let (erasure, ada) = (erasure(&store, &audit), access("ada"));
    store.lost.store(true, Ordering::Relaxed);
    let receipt = erasure.erase(&ada, "customer~1").await.unwrap();
    assert!(!receipt.complete && receipt.stores[0].failed && receipt.stores[0].pieces == 0, "{receipt:?}");
    assert_eq!(erasure.export(&ada, "customer~1").await.unwrap_err().kind, ErrorKind::Unavailable);
    let last = audit.noted.lock().unwrap().iter().rev().find(|entry| entry.act == "erase").cloned().unwrap();
    assert!(last.outcome.starts_with("incomplete;") && last.outcome.contains("frail failed"), "{last:?}");

    store.lost.store(false, Ordering::Relaxed);
    let receipt = erasure.erase(&ada, "customer~1").await.unwrap();
    assert!(receipt.complete && receipt.stores[0].pieces == 4, "{receipt:?}");
    assert!(!audit.noted.lock().unwrap().iter().any(|entry| format!("{entry:?}").contains("ada")));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_noted_is_not_done() {
    let (store, audit) = (Arc::new(Frail::default()), Arc::new(Frail::default()));
    let erasure = erasure(&store, &audit);
    audit.lost.store(true, Ordering::Relaxed);
    assert_eq!(erasure.erase(&access("ada"), "admin~kim").await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(erasure.export(&access("ada"), "admin~kim").await.unwrap_err().kind, ErrorKind::Unavailable);
    assert!(store.asked.lock().unwrap().is_empty(), "nothing was erased");
    audit.lost.store(false, Ordering::Relaxed);
    assert!(erasure.erase(&access("ada"), "admin~kim").await.unwrap().complete, "and nobody was left barred");
}
