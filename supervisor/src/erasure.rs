//! What is kept of one person: shown to them as one document, and erased for good, with a receipt.
//!
//! An erasure ends with nothing left although turns, agents and people go on meanwhile:
//!
//! 1. It is noted in the audit trail, or not done.
//! 2. The customer is barred: the store of conversations admits none of their turns, in any process, until it is done.
//! 3. Every store is swept. A turn under way loses its idempotency key, so it can never be stored.
//! 4. It waits as long as a turn under way may still act or remember anything.
//! 5. Every store is swept again, and the files are cleaned of what was deleted in them.
//! 6. The receipt is kept in the audit trail, and the customer may come back as somebody new.
//!
//! The caller waits for the receipt, which takes little longer than a turn may take (`turn.deadline_ms`): whatever gateway can
//! wait for a turn can wait for an erasure, so nobody has to be told where to ask for the outcome. Who hangs up loses only the
//! answer: it goes on, and may be asked for again.

mod receipt;

use std::sync::Arc;
use std::time::Duration;

use contract::ports::{AuditEntry, AuditTrail, Barring, Clock, Entropy, PersonalData};
use contract::{Access, CustomerId, Error, ErrorKind, Result, TurnId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::time::sleep;

use crate::oversight::Oversight;

pub use receipt::{Erased, Receipt};

/// What a turn may still write once its deadline is over: its own record, and one second of memories.
const GRACE: Duration = Duration::from_secs(2);
/// A bar ends by itself so long after the wait, should this process not live to lift it. The sweeps have this time.
const MARGIN: Duration = Duration::from_secs(60);

/// Exports and erases what is kept of a person. Cheap to clone.
#[derive(Clone)]
pub struct Erasure {
    stores: Vec<Arc<dyn PersonalData>>,
    leftovers: Option<Arc<dyn PersonalData>>,
    bars: Option<Arc<dyn Barring>>,
    audit: Arc<dyn AuditTrail>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    wait: Duration,
}

/// Everything that is kept of a person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Export {
    /// Whose.
    pub customer: CustomerId,
    /// When it was put together.
    pub at: Timestamp,
    /// What each store keeps, also where that is nothing.
    pub stores: Vec<Kept>,
}

/// What one store keeps of a person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Kept {
    /// The store.
    pub store: String,
    /// Piece by piece, as it is kept.
    #[schema(value_type = Vec<Object>)]
    pub pieces: Vec<Value>,
}

impl Erasure {
    /// One over every store of a product, and those that its doors keep in memory. `deadline`: how long a turn may take.
    pub fn over(
        oversight: &Oversight,
        of_doors: Vec<Arc<dyn PersonalData>>,
        (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
        deadline: Duration,
    ) -> Self {
        Self {
            stores: oversight.personal.iter().cloned().chain(of_doors).collect(),
            leftovers: oversight.leftovers.clone(),
            bars: oversight.bars.clone(),
            audit: oversight.audit.clone(),
            clock,
            entropy,
            wait: deadline.saturating_add(GRACE),
        }
    }

    /// Everything that is kept of the person. `actor` is noted before anything is read.
    ///
    /// # Errors
    /// `Unavailable` when the note cannot be kept, or one of the stores cannot be reached: half of it is not all of it.
    pub async fn export(&self, access: &Access, actor: &str) -> Result<Export> {
        self.note(access, actor, "export", "allowed".into()).await?;
        let mut stores = Vec::new();
        for store in &self.stores {
            stores.push(Kept { store: store.store().into(), pieces: store.export(access).await? });
        }
        Ok(Export { customer: access.customer().clone(), at: self.clock.now(), stores })
    }

    /// Erases everything that is kept of the person, and returns the receipt, which says whether all of it is gone. It goes on
    /// when nobody waits for it any more.
    ///
    /// # Errors
    /// `Conflict` while another erasure of the person is under way; `Unavailable` when a note cannot be kept, and then nothing
    /// says that anything was erased.
    pub async fn erase(&self, access: &Access, actor: &str) -> Result<Receipt> {
        let (erasure, access, actor) = (self.clone(), access.clone(), actor.to_owned());
        let broken = |cause| Error::new(ErrorKind::Internal, "the erasure broke off").caused_by(cause);
        tokio::spawn(async move { erasure.walk(&access, &actor).await }).await.map_err(broken)?
    }

    async fn walk(&self, access: &Access, actor: &str) -> Result<Receipt> {
        self.note(access, actor, "erase", "begun".into()).await?;
        if let Some(bars) = &self.bars
            && let Err(error) = bars.bar(access, self.longest()).await
        {
            self.note(access, actor, "erase", "refused".into()).await?;
            return Err(error);
        }
        let swept = self.sweep_twice(access).await;
        let noted = self.note(access, actor, "erase", swept.in_words()).await;
        if let Some(bars) = &self.bars
            && let Err(error) = bars.admit(access).await
        {
            tracing::warn!(%error, receipt = swept.receipt_id, "a customer stays barred for a minute");
        }
        noted.map(|()| swept)
    }

    /// How long it may take until the last sweep is over: so long a customer is kept out at most.
    pub(crate) fn longest(&self) -> Duration {
        self.wait.saturating_add(MARGIN)
    }

    async fn sweep_twice(&self, access: &Access) -> Receipt {
        let began = self.clock.now();
        let first = self.sweep(access, &self.stores).await;
        sleep(self.wait).await;
        let mut second = self.sweep(access, &self.stores).await;
        if self.bars.is_some() && self.clock.now().duration_since(began).unsigned_abs() > self.longest() {
            tracing::error!("the stores took so long that the bar ran out: turns may have been admitted meanwhile");
            second.push(Erased { store: "bar".into(), pieces: 0, failed: true });
        }
        let files: Vec<_> = self.leftovers.iter().cloned().collect();
        let last = self.sweep(access, &files).await;
        let id = TurnId::fresh(began, self.entropy.random()).to_string();
        Receipt::of(id, access.pseudonym(), (began, self.clock.now()), first, [second, last].concat())
    }

    /// Asks every store, also behind one that fails: what can be erased is.
    async fn sweep(&self, access: &Access, stores: &[Arc<dyn PersonalData>]) -> Vec<Erased> {
        let mut swept = Vec::new();
        for store in stores {
            let (pieces, failed) = match store.erase(access).await {
                Ok(pieces) => (pieces, false),
                Err(error) => {
                    let cause = std::error::Error::source(&error);
                    tracing::error!(store = store.store(), %error, ?cause, "a store could not be erased from");
                    (0, true)
                }
            };
            swept.push(Erased { store: store.store().into(), pieces, failed });
        }
        swept
    }

    async fn note(&self, access: &Access, actor: &str, act: &str, outcome: String) -> Result<()> {
        let (at, actor, act) = (self.clock.now(), actor.to_owned(), act.to_owned());
        self.audit.note(&AuditEntry { at, actor, act, subject: Some(access.pseudonym()), outcome }).await
    }
}

#[cfg(test)]
mod tests;
