//! Opens what those who run the product look after it with, each where its setting says.

use std::sync::Arc;

use contract::Result;
use contract::ports::AuditTrail;
use learning::{ClosedTurns, Learned};
use local::{Database, SqliteAudit, SqliteConversations, SqliteLearned, SystemClock};
use metering::{History, Metrics, Totals};

use super::{Adapters, scheme, unknown};
use crate::oversight::Oversight;
use crate::settings::Settings;

/// Where measures go, and where they are read from if that is here.
struct Measured {
    metrics: Arc<dyn Metrics>,
    history: Option<Arc<dyn History>>,
    totals: Option<Arc<dyn Totals>>,
}

impl Oversight {
    /// Oversight of a product that is gone with its process: nothing measured, nothing learned, an audit trail in memory.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn passing() -> Result<Self> {
        let audit = Arc::new(SqliteAudit::new(Database::in_memory()?));
        Ok(Self {
            history: None,
            totals: None,
            closed_turns: None,
            learned: None,
            audit,
            personal: Vec::new(),
            bars: None,
            leftovers: None,
        })
    }
}

/// Opens the audit trail that the settings name.
///
/// # Errors
/// `Unavailable`.
pub async fn audit(settings: &Settings) -> Result<Arc<dyn AuditTrail>> {
    Adapters::reach(settings, Arc::new(SystemClock::start())).await?.audit()
}

impl Adapters<'_> {
    /// Everything that oversight needs, and where measures go.
    pub(super) fn oversight(&self) -> Result<(Oversight, Arc<dyn Metrics>)> {
        let Measured { metrics, history, totals } = self.metrics()?;
        let oversight = Oversight {
            history,
            totals,
            closed_turns: self.closed_turns()?,
            learned: self.learned()?,
            audit: self.audit()?,
            personal: self.personal()?,
            bars: self.bars()?,
            leftovers: self.leftovers(),
        };
        Ok((oversight, metrics))
    }

    fn metrics(&self) -> Result<Measured> {
        let uri = &self.settings.oversight.metrics;
        let elsewhere = |metrics| Measured { metrics, history: None, totals: None };
        match scheme(uri) {
            "none" => Ok(elsewhere(Arc::new(local::NoMetrics))),
            "memory" => {
                let metrics = Arc::new(local::MemoryMetrics::new(self.clock.clone()));
                Ok(Measured { history: Some(metrics.clone()), totals: Some(metrics.clone()), metrics })
            }
            #[cfg(feature = "aws")]
            "emf" | "cloudwatch" => Ok(elsewhere(self.cloud()?.metrics(uri)?)),
            _ => Err(unknown("metrics", uri)),
        }
    }

    /// At home the store of conversations tells what was closed there; on AWS its stream does.
    fn closed_turns(&self) -> Result<Option<Arc<dyn ClosedTurns>>> {
        let uri = &self.settings.conversations;
        if scheme(uri) != "sqlite" {
            return Ok(None);
        }
        let database = self.database(uri, "sqlite")?;
        Ok(Some(Arc::new(SqliteConversations::new(database, self.clock.clone()))))
    }

    pub(super) fn learned(&self) -> Result<Option<Arc<dyn Learned>>> {
        let uri = &self.settings.oversight.learned;
        match scheme(uri) {
            "none" => Ok(None),
            "sqlite" => {
                let database = self.database(uri, "sqlite")?;
                Ok(Some(Arc::new(SqliteLearned::new(database, self.clock.clone()))))
            }
            #[cfg(feature = "aws")]
            "dynamodb" => Ok(Some(self.cloud()?.learned(uri)?)),
            _ => Err(unknown("learned", uri)),
        }
    }

    fn audit(&self) -> Result<Arc<dyn AuditTrail>> {
        let uri = &self.settings.oversight.audit;
        match scheme(uri) {
            "sqlite" => Ok(Arc::new(SqliteAudit::new(self.database(uri, "sqlite")?))),
            #[cfg(feature = "aws")]
            "dynamodb" => self.cloud()?.audit(uri),
            _ => Err(unknown("audit", uri)),
        }
    }
}
