//! How the intents are learned when the product is built, and what is kept of their files for the agent.

use classifier::{Concepts, Settings};
use contract::finding::Urgency;
use serde::{Deserialize, Serialize};

use super::catalog::Intent;

/// The file of word groups in `words/`.
pub(crate) const WORDS: &str = "concepts.toml";

/// How the agent learns: with the word groups of its trade.
pub(crate) fn settings(concepts: Concepts) -> Settings {
    Settings { concepts, ..Settings::default() }
}

/// What the agent needs to know of an intent apart from how customers say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// Its name.
    pub label: String,
    /// One sentence that says what it is.
    pub description: String,
    /// How soon it needs an answer.
    pub urgency: Urgency,
    /// The action agents that can serve it.
    pub agents: Vec<String>,
}

impl From<&Intent> for Known {
    fn from(intent: &Intent) -> Self {
        Self {
            label: intent.label.clone(),
            description: intent.description.clone(),
            urgency: intent.urgency,
            agents: intent.agents.clone(),
        }
    }
}
