//! The operators' doors: the queue of people, a case and its conversation, and what a person does with it.
//!
//! A person reads a customer's conversation only through its case, with the caller that the case holds, and only while it
//! is open or for some hours after. The customer's profile stays closed to them: the packet says what they need.

mod bodies;
mod cases;
mod conversations;
mod operator;
mod overview;
mod personal;
mod recent;
mod watch;

use std::time::Duration;

use backoffice::handoffs::{Case, CaseState};
use contract::{Error, ErrorKind, Finding, Result, SessionId, TurnRecord};
use handoff::Queues;
use jiff::Timestamp;
use tokio::sync::broadcast;
use utoipa_axum::router::OpenApiRouter;

use super::router::Doors;
use crate::settings::HandoffRules;
use recent::Recent;

pub(super) use operator::Operator;
pub(super) use watch::watch;

/// So many rings are kept for a listener who is behind; who is further behind looks anew.
const RINGS: usize = 256;

pub(super) fn routes() -> OpenApiRouter<Doors> {
    cases::routes().merge(conversations::routes())
}

/// What people who take over share in this process: what went on lately, and a bell.
pub struct Desk {
    queues: Queues,
    rules: HandoffRules,
    recent: Recent,
    bell: broadcast::Sender<SessionId>,
}

impl Desk {
    /// A desk on which nothing lies yet.
    ///
    /// # Errors
    /// `Invalid` when the shipped table of queues is broken.
    pub fn open(rules: HandoffRules) -> Result<Self> {
        Ok(Self { queues: Queues::shipped()?, rules, recent: Recent::default(), bell: broadcast::channel(RINGS).0 })
    }

    /// Sees a turn that was closed.
    pub fn see(&self, record: &TurnRecord) {
        self.recent.add(record);
        if record.find(|found| if let Finding::Handoff(found) = found { Some(found) } else { None }).is_some() {
            self.ring(&record.turn.session);
        }
    }

    /// Says that something about the case of this conversation has changed.
    pub(super) fn ring(&self, session: &SessionId) {
        // Nobody may listen.
        let _ = self.bell.send(session.clone());
    }

    /// Hears of changes from now on.
    pub(super) fn listen(&self) -> broadcast::Receiver<SessionId> {
        self.bell.subscribe()
    }

    /// How long a person holds a case without a sign of life.
    fn lease(&self) -> Duration {
        self.rules.lease
    }

    /// Whether people may read the conversation of this case.
    fn readable(&self, case: &Case, now: Timestamp) -> Result<()> {
        match &case.state {
            CaseState::Done { at, .. } if at.checked_add(self.rules.readable).is_ok_and(|end| end <= now) => {
                let hours = self.rules.readable.as_secs() / 3_600;
                Err(Error::new(ErrorKind::Refused, "this case is done, and its conversation is the customer's again")
                    .hint(format!("people read it for {hours} hours after the end (handoff.readable_h)")))
            }
            _ => Ok(()),
        }
    }
}
