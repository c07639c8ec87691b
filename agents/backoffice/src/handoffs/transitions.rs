//! How a case changes: pure functions that every store applies inside its own transaction.

use std::time::Duration;

use contract::{Error, ErrorKind, Result, StaffId};
use jiff::Timestamp;

use super::{Case, CaseEnding, CaseEvent, CaseState, Matter};

/// At most so many events are kept of a case; the oldest behind the first make room.
const MOST_EVENTS: usize = 200;
/// What the log says of a case that became more urgent.
const MORE_URGENT: &str = "became more urgent";

impl Case {
    /// A matter that begins to wait.
    pub fn opened(matter: &Matter, now: Timestamp) -> Self {
        let case =
            Self { matter: matter.clone(), opened: now, state: CaseState::Waiting, callback: None, log: Vec::new() };
        case.noting(now, None, "opened")
    }

    /// The case as it stands at this moment: one whose claim has run out waits again.
    #[must_use]
    pub fn as_of(self, now: Timestamp) -> Self {
        match &self.state {
            CaseState::Held { by, until } if *until <= now => {
                let (until, by) = (*until, by.clone());
                Self { state: CaseState::Waiting, ..self }.noting(until, Some(&by), "the claim ran out")
            }
            _ => self,
        }
    }

    /// Whether it is not done.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, CaseState::Done { .. })
    }

    /// Who holds it.
    pub fn holder(&self) -> Option<&StaffId> {
        if let CaseState::Held { by, .. } = &self.state { Some(by) } else { None }
    }

    /// Whether it became more urgent at this moment or later.
    pub fn became_more_urgent_since(&self, moment: Timestamp) -> bool {
        self.log.iter().rev().take_while(|event| event.at >= moment).any(|event| event.what == MORE_URGENT)
    }

    /// An open case whose customer said more: it takes the new packet. What became more urgent is as urgent from now on,
    /// and while nobody holds it, it waits where that is looked at.
    #[must_use]
    pub fn refreshed(&self, matter: &Matter, now: Timestamp) -> Self {
        let mut case = self.clone();
        case.matter.packet = matter.packet.clone();
        if matter.priority <= self.matter.priority {
            return case;
        }
        case.matter.priority = matter.priority;
        case = case.noting(now, None, MORE_URGENT);
        if self.state == CaseState::Waiting && matter.queue != self.matter.queue {
            case.matter.queue.clone_from(&matter.queue);
            case = case.noting(now, None, format!("moved to {}", matter.queue));
        }
        case
    }

    /// The case in the hands of a person until the lease ends; for the one who holds it already, a renewed claim.
    ///
    /// # Errors
    /// `Conflict`, naming the holder, when somebody else holds it, or it is done.
    pub fn claimed(&self, person: &StaffId, lease: Duration, now: Timestamp) -> Result<Self> {
        let held = CaseState::Held { by: person.clone(), until: now.checked_add(lease).unwrap_or(Timestamp::MAX) };
        match &self.state {
            CaseState::Waiting => Ok(Self { state: held, ..self.clone() }.noting(now, Some(person), "claimed")),
            CaseState::Held { by, .. } if by == person => Ok(Self { state: held, ..self.clone() }),
            CaseState::Held { .. } | CaseState::Done { .. } => Err(self.refusal(person)),
        }
    }

    /// The same case with the claim of its holder renewed.
    ///
    /// # Errors
    /// `Conflict` when the person does not hold it.
    pub fn renewed(&self, person: &StaffId, lease: Duration, now: Timestamp) -> Result<Self> {
        self.held_by(person)?;
        self.claimed(person, lease, now)
    }

    /// The case waiting in this queue.
    ///
    /// # Errors
    /// `Conflict` when the person does not hold it.
    pub fn transferred(&self, person: &StaffId, queue: &str, now: Timestamp) -> Result<Self> {
        self.held_by(person)?;
        let mut case = Self { state: CaseState::Waiting, ..self.clone() };
        queue.clone_into(&mut case.matter.queue);
        Ok(case.noting(now, Some(person), format!("transferred to {queue}")))
    }

    /// The case, done. The same ending by the same person again changes nothing.
    ///
    /// # Errors
    /// `Conflict` when the person does not hold it.
    pub fn finished(&self, person: &StaffId, ending: &CaseEnding, now: Timestamp) -> Result<Self> {
        if matches!(&self.state, CaseState::Done { by, ending: known, .. } if by == person && known == ending) {
            return Ok(self.clone());
        }
        self.held_by(person)?;
        let state = CaseState::Done { by: person.clone(), at: now, ending: ending.clone() };
        let what = match ending {
            CaseEnding::Resolved { .. } => "resolved",
            CaseEnding::Returned => "returned to the assistant",
        };
        Ok(Self { state, ..self.clone() }.noting(now, Some(person), what))
    }

    /// The case with the moment at which the customer wants to be called back, in their words.
    ///
    /// # Errors
    /// `Conflict` when it is done.
    pub fn to_call_back(&self, wish: &str, now: Timestamp) -> Result<Self> {
        if !self.is_open() {
            return Err(done());
        }
        let case = Self { callback: Some(wish.to_owned()), ..self.clone() };
        Ok(case.noting(now, None, "the customer asked to be called back"))
    }

    fn held_by(&self, person: &StaffId) -> Result<()> {
        if self.holder() == Some(person) { Ok(()) } else { Err(self.refusal(person)) }
    }

    /// Why this person can do nothing with it now.
    fn refusal(&self, person: &StaffId) -> Error {
        match &self.state {
            CaseState::Held { by, .. } if by != person => {
                Error::new(ErrorKind::Conflict, format!("{by} holds this case"))
                    .hint("it waits again when they hand it on, or when their claim runs out")
            }
            CaseState::Done { .. } => done(),
            CaseState::Waiting | CaseState::Held { .. } => {
                Error::new(ErrorKind::Conflict, "nobody holds this case").hint("claim it first")
            }
        }
    }

    fn noting(mut self, at: Timestamp, by: Option<&StaffId>, what: impl Into<String>) -> Self {
        if self.log.len() >= MOST_EVENTS {
            self.log.remove(1);
        }
        self.log.push(CaseEvent { at, by: by.cloned(), what: what.into() });
        self
    }
}

fn done() -> Error {
    Error::new(ErrorKind::Conflict, "this case is done")
        .hint("the customer's next message opens a new one when it needs a person")
}
