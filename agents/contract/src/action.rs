//! Something that could be done for the customer: proposed by an agent, carried out only after the customer's yes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ActionId, Exchange};

/// One thing that could be done, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Action {
    /// Tells a repeated yes from a new one: whoever carries an action out does so once for each id.
    pub id: ActionId,
    /// The agent that proposed it and would carry it out.
    pub agent: String,
    /// What would be done, such as `book_appointment`.
    pub kind: String,
    /// Its parameters by name.
    pub parameters: BTreeMap<String, String>,
    /// One sentence that says what a yes would do.
    pub summary: String,
    /// After this moment a yes no longer counts.
    pub expires: Timestamp,
    /// How far it has come.
    pub state: ActionState,
}

/// How far an action has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum ActionState {
    /// It waits for the customer's yes.
    Proposed,
    /// It was done.
    CarriedOut {
        /// One sentence that says what was done.
        outcome: String,
    },
    /// It was tried and was not done.
    Failed {
        /// One sentence that says why, for the customer.
        reason: String,
    },
    /// The customer did not want it, or wanted it otherwise.
    Declined,
}

/// What the customer answered to what was proposed to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Verdict {
    /// The answer.
    pub consent: Consent,
    /// What it is about, as it was proposed.
    pub actions: Vec<Action>,
}

/// How a customer answers a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Do it.
    Yes,
    /// Do not.
    No,
    /// Do it otherwise: another time, another place, another value.
    Change,
    /// Neither can be read from the words: nothing is carried out, and the question is asked again.
    Unclear,
}

/// The button that a customer pressed below a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The proposal.
    pub action: ActionId,
    /// Whether it may be carried out.
    pub accepted: bool,
}

impl Action {
    /// Whether a yes at this moment would count.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == ActionState::Proposed && now <= self.expires
    }

    /// The same action, come further.
    #[must_use]
    pub fn now(&self, state: ActionState) -> Self {
        Self { state, ..self.clone() }
    }
}

/// What the last reply left for the customer's yes.
pub fn proposed(history: &[Exchange], now: Timestamp) -> impl Iterator<Item = &Action> {
    history.last().into_iter().flat_map(|last| &last.actions).filter(move |action| action.is_open(now))
}

/// The action as the conversation last left it.
pub fn latest<'a>(history: &'a [Exchange], id: &ActionId) -> Option<&'a Action> {
    history.iter().rev().flat_map(|exchange| exchange.actions.iter().rev()).find(|action| action.id == *id)
}
