//! What an agent is: a card that says what it does, and one question that it answers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::profile::Profile;
use crate::record::Citation;
use crate::{Action, AgentReport, Consent, Errand, Exchange, Finding, Result, StaffId, Turn, Verdict};

/// A specialist. It reads the turn and what was found so far, and adds what it finds.
///
/// An agent gets its ports in its constructor and holds no state of any request: two customers in one process never
/// meet. It may fail, be late or panic; the supervisor turns each of these into an outcome and the turn goes on.
#[async_trait]
pub trait Agent: Send + Sync {
    /// What it is called, what it is for, when it is asked, and how long it may take.
    fn card(&self) -> Card;

    /// Answers for one turn.
    ///
    /// # Errors
    /// Any [`crate::Error`]; the supervisor reports the agent as failed and the reply says what is missing.
    async fn run(&self, context: &TurnContext) -> Result<Answer>;
}

/// An agent's introduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Card {
    /// Unique on the roster, such as `intent`.
    pub name: &'static str,
    /// One sentence for the why view.
    pub purpose: &'static str,
    /// When in the turn it is asked.
    pub stage: Stage,
    /// Longest time it may take; what it has not answered by then is reported as late. Not how long it takes, but from
    /// when on a reply without it is better than a later one: on a machine under load a good agent may have to wait.
    pub budget: Duration,
}

/// The stages of a turn, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// What is this about? All analysts at once.
    Analyze,
    /// Who acts, who answers?
    Route,
    /// The routed action agents at once.
    Act,
    /// One reply from all findings.
    Respond,
    /// After the turn is closed.
    Learn,
}

/// All that an agent may read. A snapshot: nothing in it changes while the agent runs.
#[derive(Clone)]
pub struct TurnContext {
    /// The turn.
    pub turn: Arc<Turn>,
    /// The conversation so far, oldest first.
    pub history: Arc<[Exchange]>,
    /// What the agents of earlier stages reported.
    pub reports: Arc<Vec<AgentReport>>,
    /// The person who holds the conversation: then the assistant is silent and only helps them.
    pub held_by: Option<StaffId>,
    /// Where a responding agent releases sentences as they are ready.
    pub sink: Arc<dyn TextSink>,
    /// What the agent passes on to a language model that it asks.
    pub errand: Errand,
}

impl TurnContext {
    /// All findings of the earlier stages.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.reports.iter().flat_map(|report| &report.findings)
    }

    /// What this agent proposed and the customer agreed to: it is to be carried out now.
    pub fn agreed<'a>(&'a self, agent: &'a str) -> impl Iterator<Item = &'a Action> {
        let verdicts =
            self.findings().filter_map(|f| if let Finding::Verdict(verdict) = f { Some(verdict) } else { None });
        let agreed = verdicts.filter(|verdict| verdict.consent == Consent::Yes);
        agreed.flat_map(|verdict| &verdict.actions).filter(move |action| action.agent == agent)
    }

    /// What the customer answered to what was proposed to them.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.find(|finding| if let Finding::Verdict(verdict) = finding { Some(verdict) } else { None })
    }

    /// The customer, as far as the profile was found.
    pub fn profile(&self) -> Option<&Profile> {
        self.find(|finding| if let Finding::Profile(profile) = finding { Some(profile) } else { None })
    }

    /// The first finding that `pick` recognises.
    pub fn find<'a, T>(&'a self, pick: impl Fn(&'a Finding) -> Option<&'a T>) -> Option<&'a T> {
        self.findings().find_map(pick)
    }
}

/// Where the text of a reply goes while it is being made.
pub trait TextSink: Send + Sync {
    /// Releases a piece of the reply to the customer. What was released cannot be taken back.
    fn release(&self, text: &str);

    /// Says what the text that follows rests on: the n-th citation of a turn is `[n]` in its text, counted from one.
    fn cite(&self, citation: &Citation);
}

/// What an agent answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// What it found, most important first.
    pub findings: Vec<Finding>,
    /// Why it answers less well than it should, such as that no model could be reached; in words for operators.
    pub reduced: Option<String>,
}

impl Answer {
    /// An answer of one finding.
    pub fn of(finding: Finding) -> Self {
        Self { findings: vec![finding], reduced: None }
    }
}

impl FromIterator<Finding> for Answer {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        Self { findings: findings.into_iter().collect(), reduced: None }
    }
}
