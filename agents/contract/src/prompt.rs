//! What a language model is asked: governed instructions on one side, everything from outside as data on the other.

use futures::StreamExt;
use serde::{Deserialize, Serialize};

use crate::ports::Deltas;
use crate::record::Citation;
use crate::{Error, ErrorKind, Exchange, Result, Usage};

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
    /// The shape that the answer must have; none: sentences.
    pub shape: Option<Shape>,
}

/// The shape of a structured answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// What it is called, in letters, digits and underscores.
    pub name: String,
    /// Its JSON Schema (draft 2020-12): an object whose properties are all required, and no others allowed.
    pub schema: String,
}

/// A piece of a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// The next piece of text.
    Text(String),
    /// What came so far broke off and is void: what follows begins again, written by a lesser model.
    Restart,
    /// The end; nothing follows.
    End(Ending),
}

/// How a generation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// What it cost. Calls that failed on the way are on the bill only.
    pub usage: Usage,
    /// Why it ended.
    pub stop: Stop,
    /// The model that wrote it: one of a list, where a list was asked.
    pub model: String,
    /// The arm of an experiment that it was written in, such as `haiku:treatment`.
    pub arm: Option<String>,
    /// Why a lesser model wrote it than was asked, in words for operators.
    pub reduced: Option<String>,
}

impl Ending {
    /// The end of a generation by the model that was asked.
    pub fn of(model: &str, usage: Usage, stop: Stop) -> Self {
        Self { usage, stop, model: model.into(), arm: None, reduced: None }
    }
}

/// All text of a generation, and its end.
///
/// # Errors
/// That of the generation; `Internal` when it has no end.
pub async fn whole(mut deltas: Deltas) -> Result<(String, Ending)> {
    let mut text = String::new();
    while let Some(delta) = deltas.next().await {
        match delta? {
            Delta::Text(piece) => text.push_str(&piece),
            Delta::Restart => text.clear(),
            Delta::End(ending) => return Ok((text, ending)),
        }
    }
    Err(Error::new(ErrorKind::Internal, "the model stopped in the middle of its answer"))
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
