//! What a language model is asked: governed instructions on one side, everything from outside as data on the other.

use serde::{Deserialize, Serialize};

use crate::record::Citation;
use crate::{Exchange, Usage};

/// One request for text. Instructions are ours and versioned; the rest is data and never read as instructions: each
/// adapter keeps them apart as its vendor allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// The governed system text.
    pub instructions: String,
    /// Hash of the files that the instructions came from.
    pub version: String,
    /// The conversation so far, oldest first.
    pub history: Vec<Exchange>,
    /// What the reply may rest on; the n-th is cited as `[n]`, counted from one.
    pub evidence: Vec<Citation>,
    /// What the customer said.
    pub question: String,
    /// Upper bound of the answer, in tokens. Always set: an unset maximum reserves a whole context.
    pub max_output_tokens: u32,
    /// Sampling temperature, 0 to 1.
    pub temperature: f32,
}

/// A piece of a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// The next piece of text.
    Text(String),
    /// The end; nothing follows.
    End {
        /// What the generation cost.
        usage: Usage,
        /// Why it ended.
        stop: Stop,
    },
}

/// Why a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The model had said all.
    Complete,
    /// The output maximum was reached: the last sentence may be cut.
    Length,
    /// A guardrail of the vendor stepped in.
    Filtered,
}
