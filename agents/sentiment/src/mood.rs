//! Reads how the customer feels: the polarity of a message and how strongly it is felt.

mod compose;
mod grammar;
mod lexicon;
mod sarcasm;

use contract::finding::Polarity;
use serde::{Deserialize, Serialize};

use crate::{
    tables::{TableError, Tables},
    tokens::{Reading, Tokenizer},
};
use grammar::Grammar;
use lexicon::{Hit, Lexicon};

/// The tone of a message.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mood {
    /// The score cut at [`NEGATIVE_FROM`] and [`POSITIVE_FROM`].
    pub label: Polarity,
    /// Polarity from -1 (nothing but bad feeling) over 0 to 1 (nothing but good feeling).
    pub score: f32,
    /// Strength of feeling in either direction, from 0 (none) to 1: a message can be torn and strong.
    pub intensity: f32,
}

/// Scores at or below are negative. A sum of valences of -0.8 reaches it: one plain word of complaint ("unhelpful" is
/// -1.9) does, a faint one ("slow", -0.6) does not.
pub const NEGATIVE_FROM: f32 = -0.2;
/// Scores at or above are positive: a sum of 1.22. Higher than the negative threshold, as politeness flatters: "great, thanks" of
/// a question answered must not hide the fault that is asked about.
pub const POSITIVE_FROM: f32 = 0.3;

/// What "??" says by itself ("where is my car??").
const IMPATIENCE: f32 = -0.8;

/// Reads the mood of messages; built once, shared by all turns.
#[derive(Debug)]
pub struct MoodReader {
    tokenizer: Tokenizer,
    grammar: Grammar,
    lexicon: Lexicon,
}

impl MoodReader {
    /// Builds the reader from its word tables.
    ///
    /// # Errors
    /// When an entry of a table is wrong; the error names it.
    pub fn new(tables: &Tables<'_>) -> Result<Self, TableError> {
        let lexicon = Lexicon::new(tables)?;
        let mut tokenizer: Tokenizer = crate::tables::parse("grammar", tables.grammar)?;
        tokenizer.emoticons = lexicon.emoticons();
        Ok(Self { tokenizer, grammar: Grammar::new(tables)?, lexicon })
    }

    /// Reads a message: its words and phrases, weighed by what stands around them. Linear in its length.
    #[must_use]
    pub fn read(&self, text: &str) -> Mood {
        let reading = self.tokenizer.read(text);
        let names_our_trade = self.grammar.names_our_trade(&reading);
        let mut hits = self.lexicon.find(&reading, |token| names_our_trade && self.grammar.is_fault(token));
        sarcasm::turn(&mut hits, &reading, &self.grammar);
        compose::weigh(&mut hits, &reading, &self.grammar);
        compose::soften_questions(&mut hits, &reading, &self.grammar);
        compose::shift_at_contrast(&mut hits, &reading, &self.grammar);
        summarize(&hits, &reading)
    }
}

/// Sums the hits, with the emphasis of the punctuation, into the bounded measures.
fn summarize(hits: &[Hit], reading: &Reading) -> Mood {
    let impatience = if reading.impatient { IMPATIENCE } else { 0.0 };
    let sum: f32 = impatience + hits.iter().map(|hit| hit.valence).sum::<f32>();
    let felt: f32 = -impatience + hits.iter().map(|hit| hit.valence.abs()).sum::<f32>();
    let emphasis = compose::punctuation_emphasis(reading);
    let signed = if sum.abs() < f32::EPSILON { 0.0 } else { emphasis.copysign(sum) };
    let score = bounded(sum + signed);
    let label = match score {
        low if low <= NEGATIVE_FROM => Polarity::Negative,
        high if high >= POSITIVE_FROM => Polarity::Positive,
        _ => Polarity::Neutral,
    };
    Mood { label, score, intensity: bounded(felt + emphasis) }
}

/// Maps a sum of valences to -1..1; the constant 15 is that of VADER (Hutto & Gilbert 2014).
fn bounded(sum: f32) -> f32 {
    sum / (sum * sum + 15.0).sqrt()
}

#[cfg(test)]
mod tests;
