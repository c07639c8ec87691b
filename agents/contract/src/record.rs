//! What is kept of a turn: the turn, who said what about it, the reply, and what it took.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::finding::Passage;
use crate::{Action, ActionState, AgentReport, Consent, Exchange, Finding, Turn, Usage};

/// A closed turn: stored, shown in the why view, replayed, learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TurnRecord {
    /// What was asked.
    pub turn: Turn,
    /// Every agent's part, in the order of the stages.
    pub reports: Vec<AgentReport>,
    /// What was answered.
    pub reply: Reply,
    /// Names of the agents whose part is missing from the reply, or less than it should be.
    pub degraded: Vec<String>,
    /// What the whole turn cost.
    pub usage: Usage,
    /// How long it took.
    pub timing: Timing,
    /// When it was closed.
    pub closed: Timestamp,
}

impl TurnRecord {
    /// The first finding that `pick` recognises.
    pub fn find<'a, T>(&'a self, pick: impl Fn(&'a Finding) -> Option<&'a T>) -> Option<&'a T> {
        self.reports.iter().flat_map(|report| &report.findings).find_map(pick)
    }

    /// The turn as one line of history.
    pub fn exchange(&self) -> Exchange {
        let case = self.find(|finding| if let Finding::Handoff(found) = finding { Some(&found.case) } else { None });
        Exchange {
            said: self.turn.text.clone(),
            replied: self.reply.text.clone(),
            actions: self.actions(),
            case: case.cloned(),
        }
    }

    /// Every action of the turn. One that was agreed to but of which nobody reported what came, because its agent was
    /// late or failed, is still open; one that was not agreed to is declined.
    pub fn actions(&self) -> Vec<Action> {
        let findings = || self.reports.iter().flat_map(|report| &report.findings);
        let reported = findings().filter_map(|f| if let Finding::Action(action) = f { Some(action) } else { None });
        let mut actions: Vec<Action> = reported.cloned().collect();
        let verdicts = findings().filter_map(|f| if let Finding::Verdict(verdict) = f { Some(verdict) } else { None });
        for (consent, action) in verdicts.flat_map(|v| v.actions.iter().map(|action| (v.consent, action))) {
            if actions.iter().all(|known| known.id != action.id) {
                actions.push(match consent {
                    Consent::Yes | Consent::Unclear => action.clone(),
                    Consent::No | Consent::Change => action.now(ActionState::Declined),
                });
            }
        }
        actions
    }
}

/// What is said to the customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reply {
    /// The text. `[n]` behind a sentence refers to the n-th citation, counted from one.
    pub text: String,
    /// The passages and facts that the sentences rest on.
    pub citations: Vec<Citation>,
    /// The model that wrote it.
    pub model: String,
    /// The arm of an experiment that it was written in, if one runs.
    #[serde(default)]
    pub arm: Option<String>,
    /// Hash of the governed prompt that it was written under; empty when none was.
    pub prompt_version: String,
}

/// What a sentence rests on: a passage of the library, or a fact made into one.
pub type Citation = Passage;

/// How long a turn took, in milliseconds since it was received.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Timing {
    /// Until the first words of the reply were released.
    pub first_token_ms: f64,
    /// Until the reply was complete.
    pub total_ms: f64,
}
