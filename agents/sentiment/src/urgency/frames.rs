//! Weakens evidence that its sentence denies, supposes, asks about or puts into the far past.

use serde::Deserialize;

use super::{Sign, Urgency};
use crate::{
    patterns::{PatternBook, WordList},
    tables::{Sets, TableError},
    tokens::Reading,
};

/// How far before the evidence a frame may end, in words: "what should I do if, on the motorway, the brakes fail".
const REACH: usize = 8;

/// The `[frames]` of the hazard table: patterns by what they do to the evidence after them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrameTable {
    denied: Vec<String>,
    meaning: Vec<String>,
    supposed: Vec<String>,
    not_supposed: Vec<String>,
    method: Vec<String>,
    past: Vec<String>,
    happening: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// "no smoke": directly before the evidence, which then says nothing.
    Denied,
    /// "what does … mean": one step less urgent.
    Meaning,
    /// "what if …", "the recall for …": a mention.
    Supposed,
    /// Looks like a supposition and is none: "if you can".
    NotSupposed,
    /// "how do I …": a mention, unless the sentence says that it is happening.
    Method,
    /// "last year": a mention, wherever it stands in the sentence.
    Past,
}

#[derive(Debug)]
pub(super) struct Frames {
    book: PatternBook<Frame>,
    happening: WordList<()>,
}

/// Where the frames of one message end (as token positions, sorted), and which sentences tell of the past.
#[derive(Debug, Default)]
pub(super) struct Framing {
    denied: Vec<usize>,
    meaning: Vec<usize>,
    supposed: Vec<usize>,
    method: Vec<usize>,
    past: Vec<bool>,
    happening: Vec<bool>,
}

impl Frames {
    pub(super) fn new(table: &FrameTable, sets: &Sets) -> Result<Self, TableError> {
        let mut book = PatternBook::new("hazards", sets);
        let kinds = [
            (Frame::Denied, &table.denied),
            (Frame::Meaning, &table.meaning),
            (Frame::Supposed, &table.supposed),
            (Frame::NotSupposed, &table.not_supposed),
            (Frame::Method, &table.method),
            (Frame::Past, &table.past),
        ];
        for (frame, patterns) in kinds {
            patterns.iter().try_for_each(|pattern| book.add(pattern, frame))?;
        }
        let mut happening = WordList::default();
        for word in table.happening.split_whitespace() {
            happening.insert(word, ());
        }
        Ok(Self { book, happening })
    }

    /// Finds the frames of a message.
    pub(super) fn find(&self, reading: &Reading) -> Framing {
        let mut framing = Framing { past: vec![false; reading.asked.len()], ..Framing::default() };
        let found = self.book.find(reading);
        let mut no_supposition = vec![false; reading.tokens.len()];
        for found in found.iter().filter(|found| *found.value == Frame::NotSupposed) {
            no_supposition.get_mut(found.first..found.end).unwrap_or(&mut []).fill(true);
        }
        for found in &found {
            if *found.value != Frame::Supposed || no_supposition.get(found.first) == Some(&false) {
                framing.note(*found.value, found.first, found.end, reading);
            }
        }
        for ends in [&mut framing.denied, &mut framing.meaning, &mut framing.supposed, &mut framing.method] {
            ends.sort_unstable();
        }
        framing.happening = reading.tokens.iter().map(|token| self.happening.get(token).is_some()).collect();
        framing
    }
}

impl Framing {
    /// Lowers the urgency of a sign to what its sentence allows; false where the sentence denies it.
    pub(super) fn weaken(&self, sign: &mut Sign, reading: &Reading) -> bool {
        if self.denied.binary_search(&sign.first).is_ok() {
            return false;
        }
        if precedes(&self.meaning, sign, reading) {
            sign.urgency = sign.urgency.min(one_step_less(sign.urgency));
        }
        let mentioned = precedes(&self.supposed, sign, reading)
            || self.is_past(sign, reading)
            || (precedes(&self.method, sign, reading) && !self.is_happening(sign));
        if mentioned {
            sign.urgency = sign.urgency.min(Urgency::Soon);
        }
        true
    }

    fn note(&mut self, frame: Frame, first: usize, end: usize, reading: &Reading) {
        match frame {
            Frame::Denied => self.denied.push(end),
            Frame::Meaning => self.meaning.push(end),
            Frame::Supposed => self.supposed.push(end),
            Frame::Method => self.method.push(end),
            Frame::NotSupposed => {}
            Frame::Past => {
                let sentence = reading.tokens.get(first).map_or(0, |token| token.sentence);
                if let Some(past) = self.past.get_mut(sentence) {
                    *past = true;
                }
            }
        }
    }

    fn is_past(&self, sign: &Sign, reading: &Reading) -> bool {
        reading.tokens.get(sign.first).is_some_and(|token| self.past.get(token.sentence) == Some(&true))
    }

    /// A word of happening among the evidence or the two words before it.
    fn is_happening(&self, sign: &Sign) -> bool {
        self.happening.get(sign.first.saturating_sub(2)..sign.end).is_some_and(|words| words.contains(&true))
    }
}

/// Whether a frame ends before the sign, in its clause and within reach.
fn precedes(ends: &[usize], sign: &Sign, reading: &Reading) -> bool {
    let after = ends.partition_point(|end| *end <= sign.first);
    let Some(end) = after.checked_sub(1).and_then(|index| ends.get(index)) else {
        return false;
    };
    let clause = |at: usize| reading.tokens.get(at).map(|token| token.clause);
    sign.first - end <= REACH && clause(end - 1) == clause(sign.first)
}

fn one_step_less(urgency: Urgency) -> Urgency {
    match urgency {
        Urgency::Emergency => Urgency::Urgent,
        Urgency::Urgent | Urgency::Soon => Urgency::Soon,
        Urgency::Routine => Urgency::Routine,
    }
}
