//! What is kept of a closed turn for the customer's next conversations.

use std::sync::Arc;
use std::time::Duration;

use backoffice::handoffs::{Case, CaseEnding, CaseState};
use contract::ports::Customers;
use contract::profile::Memory as Remembered;
use contract::{Access, ErrorKind, Exchange, Result, TurnRecord};
use personalization::Remembrance;
use tokio::time::timeout;

/// A turn that is closed waits no longer for its memories to be written.
const PATIENCE: Duration = Duration::from_secs(1);

/// Remembers in the customer store what personalization finds worth it.
pub struct Memory {
    customers: Arc<dyn Customers>,
    remembrance: Remembrance,
}

impl Memory {
    /// Memories in this store.
    ///
    /// # Errors
    /// `Invalid` when the tables of personalization are broken.
    pub fn new(customers: Arc<dyn Customers>) -> Result<Self> {
        Ok(Self { customers, remembrance: Remembrance::shipped()? })
    }

    /// Writes down what of a turn is worth it, before its end is told: a function is frozen as soon as it has answered, and
    /// who begins another conversation at once finds it there. Most turns leave nothing, and cost nothing here. What fails
    /// is logged: the turn is closed and answered all the same.
    pub(crate) async fn keep(&self, record: &TurnRecord, history: &[Exchange]) {
        let Some(access) = record.turn.caller.access() else { return };
        let memories = self.remembrance.of(record, history);
        if memories.is_empty() {
            return;
        }
        self.write(&access, &memories, record.turn.id.as_str()).await;
    }

    /// Writes down what a person noted when they settled a case. A case that ended otherwise leaves nothing. What fails is
    /// logged: the case is settled all the same.
    pub(crate) async fn settled(&self, case: &Case) {
        let CaseState::Done { at, ending: CaseEnding::Resolved { note }, .. } = &case.state else { return };
        let Some(access) = case.matter.caller.access() else { return };
        let memory = self.remembrance.settled(&case.matter.session, *at, note);
        self.write(&access, &[memory], case.matter.id.as_str()).await;
    }

    async fn write(&self, access: &Access, memories: &[Remembered], of: &str) {
        match timeout(PATIENCE, self.customers.remember(access, memories)).await {
            Ok(Ok(())) => {}
            // A verified customer without a profile has nobody to be remembered as.
            Ok(Err(error)) if error.kind == ErrorKind::NotFound => {}
            Ok(Err(error)) => tracing::warn!(%error, of, "what it left is not remembered"),
            Err(_) => tracing::warn!(of, "what it left is not remembered in time"),
        }
    }
}
