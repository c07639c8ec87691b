//! What those who run the product look after it with: what was measured, what was learned, who looked at what, and what is
//! kept of whom.

use std::sync::Arc;

use contract::ports::{AuditTrail, Barring, PersonalData};
use learning::{ClosedTurns, Learned};
use metering::{History, Totals};

/// The ports of oversight. No agent has any of them.
#[derive(Clone)]
pub struct Oversight {
    /// What was measured; none where something else draws the boards.
    pub history: Option<Arc<dyn History>>,
    /// All that was measured since the process began, for a scraper; none where something else keeps it.
    pub totals: Option<Arc<dyn Totals>>,
    /// The closed turns of all conversations; none where a stream tells them.
    pub closed_turns: Option<Arc<dyn ClosedTurns>>,
    /// What was learned; none where nothing is.
    pub learned: Option<Arc<dyn Learned>>,
    /// The audit trail.
    pub audit: Arc<dyn AuditTrail>,
    /// Every store that keeps something of persons.
    pub personal: Vec<Arc<dyn PersonalData>>,
    /// What keeps a customer out while they are erased; none where no store of conversations does.
    pub bars: Option<Arc<dyn Barring>>,
    /// What deleted rows leave in files, which an erasure cleans last; none where no store has files.
    pub leftovers: Option<Arc<dyn PersonalData>>,
}
