//! What lies on the desk: every open case with its place, and every queue with its people.

use backoffice::handoffs::{Case, CaseState, place};
use contract::{Result, StaffId};
use jiff::Timestamp;

use super::Desk;
use super::bodies::{CaseBody, DeskBody, QueueBody};
use crate::doors::router::Doors;

impl Desk {
    /// What this person sees of these open cases.
    pub(super) fn overview(&self, you: StaffId, cases: &[Case], now: Timestamp) -> DeskBody {
        let queues = self.queues.names().map(|name| {
            let here = || cases.iter().filter(|case| case.matter.queue == name);
            let opens = self.queues.opens(name, now);
            QueueBody {
                queue: name.to_owned(),
                waiting: here().filter(|case| case.state == CaseState::Waiting).count(),
                held: here().filter(|case| case.holder().is_some()).count(),
                people: self.queues.people(name, now),
                open: self.queues.people(name, now) > 0,
                opens,
            }
        });
        DeskBody { you, queues: queues.collect(), cases: bodies(cases, now) }
    }
}

/// Open cases as people see them.
pub(super) fn bodies(cases: &[Case], now: Timestamp) -> Vec<CaseBody> {
    cases.iter().map(|case| CaseBody::of(case.clone(), place(cases, &case.matter.id), now)).collect()
}

/// One case as people see it.
pub(super) async fn described(doors: &Doors, case: Case) -> Result<CaseBody> {
    let waiting = case.state == CaseState::Waiting;
    let all = if waiting { doors.product.office.handoffs.queue().await? } else { Vec::new() };
    let position = place(&all, &case.matter.id);
    Ok(CaseBody::of(case, position, doors.product.clock.now()))
}
