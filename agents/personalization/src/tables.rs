//! The tables of `data/memory.toml`, read once.

use contract::{Error, ErrorKind, Result};
use serde::Deserialize;

/// What of a conversation is remembered, and how it is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tables {
    /// The customer's words are cut behind so many characters.
    pub(crate) longest: usize,
    /// At most so many preferences of one message.
    pub(crate) most_preferences: usize,
    /// At most so many memories are told as facts.
    pub(crate) most_told: usize,
    /// Agents whose actions are not worth it.
    pub(crate) not_worth_it: Vec<String>,
    /// How customers state what they like.
    pub(crate) preference: Vec<Preference>,
    /// Words that a sentence may begin with.
    pub(crate) leads: Vec<String>,
    /// What is never remembered.
    pub(crate) never: Never,
    /// How customers ask what was remembered.
    pub(crate) asked: Asked,
    /// What is written down.
    pub(crate) sentences: Sentences,
}

/// A way to state a preference.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preference {
    pub(crate) opens: Vec<String>,
    #[serde(default)]
    pub(crate) not_then: Vec<String>,
    #[serde(default)]
    pub(crate) about: Vec<String>,
}

/// Secrets, and words that speak to a machine.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Never {
    pub(crate) words: Vec<String>,
    pub(crate) digits: usize,
}

/// The question what was remembered, and what answers it when that is nothing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    pub(crate) words: Vec<String>,
    pub(crate) none: String,
    pub(crate) more: String,
}

/// Sentences with the places `{day}` and `{words}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sentences {
    pub(crate) done: String,
    pub(crate) failed: String,
    pub(crate) handed_over: String,
    pub(crate) settled: String,
    pub(crate) preference: String,
}

impl Tables {
    /// The tables that are part of the program.
    pub(crate) fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/memory.toml"))
            .map_err(|cause| Error::new(ErrorKind::Invalid, "memory.toml cannot be read").caused_by(cause))
    }
}
