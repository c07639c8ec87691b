//! Finds dangers and other reasons for haste in a message, whatever its tone, and the words that show them.

mod frames;
mod topics;

use std::cmp::Reverse;

use contract::finding::Urgency;
use serde::Serialize;

use crate::{
    patterns::{Match, PatternBook},
    tables::{TableError, Tables},
    tokens::{Reading, Tokenizer},
};
use frames::Frames;
use topics::{Rule, Topic};

/// Words of the message that speak for haste, and what they speak of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The topic of the hazard table: `fire`, `brakes`, `stranded`, `deadline`, …
    pub topic: String,
    /// Whether this can hurt somebody; "urgent" for a lost key cannot.
    pub safety: bool,
    /// How urgent these words are, in the light of their sentence.
    pub urgency: Urgency,
    /// Byte offset of the first word in the message.
    pub start: usize,
    /// Byte offset after the last word.
    pub end: usize,
}

/// How urgent a message is, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// The highest urgency of the evidence.
    pub urgency: Urgency,
    /// The most urgent first, at most [`EVIDENCE_SHOWN`] pieces.
    pub evidence: Vec<Evidence>,
}

impl Alarm {
    /// Whether something in the message can hurt somebody, at the urgency given or above.
    #[must_use]
    pub fn is_safety(&self, from: Urgency) -> bool {
        self.evidence.iter().any(|evidence| evidence.safety && evidence.urgency >= from)
    }
}

/// More words than these help nobody to see why.
pub const EVIDENCE_SHOWN: usize = 12;

/// Reads the urgency of messages; built once, shared by all turns.
#[derive(Debug)]
pub struct HazardReader {
    tokenizer: Tokenizer,
    topics: Vec<Topic>,
    book: PatternBook<Rule>,
    frames: Frames,
}

impl HazardReader {
    /// Builds the reader from its word tables.
    ///
    /// # Errors
    /// When an entry of a table is wrong; the error names it.
    pub fn new(tables: &Tables<'_>) -> Result<Self, TableError> {
        let table = topics::parse(tables)?;
        let frames = Frames::new(&table.frames, &table.sets)?;
        let (topics, book) = topics::compile(table)?;
        Ok(Self { tokenizer: crate::tables::parse("grammar", tables.grammar)?, topics, book, frames })
    }

    /// The names of all topics that can hurt somebody.
    pub fn dangers(&self) -> impl Iterator<Item = &str> {
        self.topics.iter().filter(|topic| topic.safety).map(|topic| topic.name.as_str())
    }

    /// Reads a message. Linear in its length.
    #[must_use]
    pub fn read(&self, text: &str) -> Alarm {
        let reading = self.tokenizer.read(text);
        let found = self.book.find(&reading);
        let harmless = topics::harmless_tokens(&found, self.topics.len(), reading.tokens.len());
        let framing = self.frames.find(&reading);
        let mut signs: Vec<Sign> = found.iter().filter_map(|found| sign(found, &harmless)).collect();
        signs.retain_mut(|sign| framing.weaken(sign, &reading));
        signs.sort_by_key(|sign| self.rank(sign));
        let evidence: Vec<Evidence> = outermost(signs).iter().map(|sign| self.evidence(sign, &reading)).collect();
        Alarm { urgency: evidence.first().map_or(Urgency::Routine, |first| first.urgency), evidence }
    }

    /// The most urgent first, dangers before inconveniences, then as written, the longest first.
    fn rank(&self, sign: &Sign) -> impl Ord + use<> {
        let safety = self.topics.get(sign.topic).is_some_and(|topic| topic.safety);
        (Reverse(sign.urgency), Reverse(safety), sign.first, Reverse(sign.end))
    }

    fn evidence(&self, sign: &Sign, reading: &Reading) -> Evidence {
        let (topic, safety) =
            self.topics.get(sign.topic).map_or((String::new(), false), |topic| (topic.name.clone(), topic.safety));
        let start = reading.tokens.get(sign.first).map_or(0, |token| token.start);
        let end = reading.tokens.get(sign.end - 1).map_or(start, |token| token.end);
        Evidence { topic, safety, urgency: sign.urgency, start, end }
    }
}

/// Words that speak for haste, as tokens `first..end`; `end` is above `first`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sign {
    topic: usize,
    urgency: Urgency,
    first: usize,
    end: usize,
}

/// A match speaks for haste unless it is a look-alike or shares a word with a look-alike of its topic.
fn sign(found: &Match<'_, Rule>, harmless: &[Vec<bool>]) -> Option<Sign> {
    let urgency = found.value.urgency?;
    let words = harmless.get(found.value.topic).and_then(|tokens| tokens.get(found.first..found.end)).unwrap_or(&[]);
    let sign = Sign { topic: found.value.topic, urgency, first: found.first, end: found.end };
    (!words.contains(&true)).then_some(sign)
}

/// Of signs of one topic that overlap only the first is kept.
fn outermost(signs: Vec<Sign>) -> Vec<Sign> {
    let mut kept: Vec<Sign> = Vec::new();
    for sign in signs {
        let known = |other: &Sign| other.topic == sign.topic && other.first < sign.end && sign.first < other.end;
        if kept.len() < EVIDENCE_SHOWN && !kept.iter().any(known) {
            kept.push(sign);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
