//! Turns praise that opens a complaint: "Great, another breakdown."

use super::{grammar::Grammar, lexicon::Hit};
use crate::tokens::Reading;

/// Sarcastic praise is felt about as strongly as it would have been sincerely.
const TURNED: f32 = -0.8;
/// Praise must open its sentence, after at most this many words ("oh well that is").
const OPENING: usize = 4;

/// Turns the praise of each sarcastic sentence; runs before the rules of composition, on plain valences.
pub(super) fn turn(hits: &mut [Hit], reading: &Reading, grammar: &Grammar) {
    let mut sentences = vec![Sentence::default(); reading.asked.len()];
    for (at, token) in reading.tokens.iter().enumerate() {
        if let Some(sentence) = sentences.get_mut(token.sentence) {
            sentence.note(at, reading, grammar);
        }
    }
    for hit in hits.iter().filter(|hit| hit.valence != 0.0) {
        if let Some(sentence) = reading.tokens.get(hit.first).and_then(|token| sentences.get_mut(token.sentence)) {
            sentence.weigh(hit);
        }
    }
    for hit in hits.iter_mut().filter(|hit| hit.valence > 0.0) {
        let Some(token) = reading.tokens.get(hit.first) else {
            continue;
        };
        let here = sentences.get(token.sentence);
        if here.is_some_and(|sentence| sentence.turns(hit.first, sentences.get(token.sentence + 1))) {
            hit.valence *= TURNED;
        }
    }
}

/// What a sentence holds of the signs of sarcasm.
#[derive(Debug, Clone, Default)]
struct Sentence {
    first: Option<usize>,
    words: usize,
    /// The opening praise, and its clause.
    praise: Option<(usize, usize)>,
    /// How many words share the clause of the praise.
    praise_words: usize,
    asked: bool,
    cue: bool,
    /// The cue is the first word: it can answer the praise of the sentence before.
    cue_first: bool,
    fault: bool,
    /// A fault, a negation or bad feeling.
    trouble: bool,
    relief: bool,
    /// Good feeling beyond the opening praise.
    pleased: bool,
}

impl Sentence {
    fn note(&mut self, at: usize, reading: &Reading, grammar: &Grammar) {
        let Some(token) = reading.tokens.get(at) else {
            return;
        };
        let first = *self.first.get_or_insert(at);
        self.words += 1;
        if self.praise.is_none() && at - first <= OPENING && grammar.praise.get(token).is_some() {
            self.praise = Some((at, token.clause));
        }
        self.asked = reading.asked.get(token.sentence) == Some(&true);
        self.praise_words += usize::from(self.praise.is_some_and(|(_, clause)| clause == token.clause));
        let is_cue = grammar.sarcasm_cues.get(token).is_some();
        self.cue |= is_cue;
        self.cue_first |= is_cue && at - first < 2;
        self.fault |= grammar.is_fault(token);
        self.trouble |= self.fault || token.word == "not" || token.word == "no";
        self.relief |= grammar.relief.get(token).is_some();
    }

    fn weigh(&mut self, hit: &Hit) {
        let opens = self.praise.is_some_and(|(praise, _)| (hit.first..hit.end).contains(&praise));
        self.pleased |= hit.valence > 0.0 && !opens;
        self.trouble |= hit.valence < 0.0;
    }

    /// Praise and a trouble in one sentence, with a cue or with the praise set off ("Great, it broke down."); or praise
    /// alone, answered by a sentence that begins with a cue.
    fn turns(&self, hit: usize, next: Option<&Sentence>) -> bool {
        let opens = self.praise.is_some_and(|(praise, _)| hit <= praise && praise < hit + 3);
        let set_off = self.praise_words <= 2 && self.words > self.praise_words && !self.asked && self.fault;
        let within = (set_off || self.cue && self.trouble) && !self.relief && !self.pleased;
        let across = self.words <= OPENING
            && next.is_some_and(|next| next.cue_first && next.trouble && !next.relief && !next.pleased);
        opens && (within || across)
    }
}
