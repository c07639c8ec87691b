//! Weighs each word of feeling by what stands around it, with the rules and constants of VADER.
//!
//! Hutto, C. J., & Gilbert, E. (2014). VADER: A parsimonious rule-based model for sentiment analysis of social media
//! text. ICWSM-14. The constants are the means that the paper measured from human raters. The rules follow the
//! paper with three changes: a negator and a degree word act only within their clause, "but" only within its sentence,
//! and good words in a question are weakened.

use super::{grammar::Grammar, lexicon::Hit};
use crate::tokens::{Reading, Token};

/// How much a degree word ("very", "slightly") adds or takes.
const DEGREE: f32 = 0.293;
/// How much capitals add where not everything is in capitals.
const CAPITALS: f32 = 0.733;
/// What a negator leaves of the valence, turned around: "not good" is less bad than "bad".
const NEGATION: f32 = -0.74;
/// How far back a negator or a degree word reaches.
const REACH: usize = 3;
/// Degree words weigh less with their distance.
const DISTANCE: [f32; REACH] = [1.0, 0.95, 0.9];
/// Before and after "but".
const CONTRAST: (f32, f32) = (0.5, 1.5);
/// What is left of a good word in a sentence that asks. Ours, not VADER's: so that requests stay neutral.
const WISH: f32 = 0.4;

/// Applies capitals, degree words and negation to every hit.
pub(super) fn weigh(hits: &mut [Hit], reading: &Reading, grammar: &Grammar) {
    let mixed = reading.mixes_case();
    for hit in hits.iter_mut().filter(|hit| hit.valence != 0.0) {
        let around = Around { reading, grammar, at: hit.first, mixed };
        let own = reading.tokens.get(hit.first..hit.end).unwrap_or(&[]);
        let emphasis = if mixed && own.iter().all(|token| token.capitals) { CAPITALS } else { 0.0 };
        let held = if own.iter().any(|token| token.stretched) { DEGREE } else { 0.0 };
        let stronger = hit.valence.abs() + emphasis + held + around.degree();
        hit.valence = stronger.max(0.1).copysign(hit.valence);
        if around.negated() {
            hit.valence *= NEGATION;
        }
    }
}

/// What follows the last "but" of a sentence counts more than what precedes it.
pub(super) fn shift_at_contrast(hits: &mut [Hit], reading: &Reading, grammar: &Grammar) {
    let mut contrasts = vec![None; reading.asked.len()];
    for (at, token) in reading.tokens.iter().enumerate() {
        if grammar.contrast.get(token).is_some()
            && let Some(place) = contrasts.get_mut(token.sentence)
        {
            *place = Some(at);
        }
    }
    for hit in hits {
        let sentence = reading.tokens.get(hit.first).map_or(0, |token| token.sentence);
        if let Some(at) = contrasts.get(sentence).copied().flatten() {
            hit.valence *= if hit.first < at { CONTRAST.0 } else { CONTRAST.1 };
        }
    }
}

/// Good words in a sentence that asks are wishes more than feelings: "where is a good place to charge?"
pub(super) fn soften_questions(hits: &mut [Hit], reading: &Reading, grammar: &Grammar) {
    let mut asks = reading.asked.clone();
    let mut sentence = None;
    for (at, token) in reading.tokens.iter().enumerate() {
        if sentence.replace(token.sentence) != Some(token.sentence)
            && let Some(flag) = asks.get_mut(token.sentence)
        {
            // "What a great car" exclaims; "couldn't be happier" states.
            let exclaims =
                reading.tokens.get(at + 1).is_some_and(|next| matches!(next.word.as_str(), "a" | "an" | "not"));
            *flag |= grammar.asking.get(token).is_some() && !exclaims;
        }
    }
    for hit in hits.iter_mut().filter(|hit| hit.valence > 0.0) {
        if reading.tokens.get(hit.first).is_some_and(|token| asks.get(token.sentence) == Some(&true)) {
            hit.valence *= WISH;
        }
    }
}

/// What exclamation and question marks add to the sum: 0.292 for each of up to four "!"; 0.18 for each of two or
/// three "?", and 0.96 for more.
pub(super) fn punctuation_emphasis(reading: &Reading) -> f32 {
    let exclamations = [0.0, 0.292, 0.584, 0.876].get(reading.exclamations).copied().unwrap_or(1.168);
    let questions = [0.0, 0.0, 0.36, 0.54].get(reading.questions).copied().unwrap_or(0.96);
    exclamations + questions
}

/// The words before a hit, back to the start of its clause.
struct Around<'a> {
    reading: &'a Reading,
    grammar: &'a Grammar,
    at: usize,
    mixed: bool,
}

impl<'a> Around<'a> {
    /// The word `distance` places before the hit, if it is in the same clause.
    fn before(&self, distance: usize) -> Option<&'a Token> {
        let clause = self.reading.tokens.get(self.at)?.clause;
        let token = self.reading.tokens.get(self.at.checked_sub(distance)?)?;
        (token.clause == clause).then_some(token)
    }

    fn degree(&self) -> f32 {
        let of =
            |(index, weight): (usize, &f32)| self.before(index + 1).map_or(0.0, |token| weight * self.degree_of(token));
        DISTANCE.iter().enumerate().map(of).sum()
    }

    fn degree_of(&self, token: &Token) -> f32 {
        let shouted = if self.mixed && token.capitals { CAPITALS } else { 0.0 };
        if self.grammar.boosters.get(token).is_some() {
            return DEGREE + shouted + if token.stretched { DEGREE } else { 0.0 };
        }
        if self.grammar.dampers.get(token).is_some() { -DEGREE } else { 0.0 }
    }

    fn negated(&self) -> bool {
        self.least() || (1..=REACH).any(|distance| self.negated_from(distance))
    }

    /// "not", "never" and their like, unless the next word takes the sting out ("not only", "never so", "no doubt").
    fn negated_from(&self, distance: usize) -> bool {
        let Some(negator) = self.before(distance) else {
            return false;
        };
        let next = self.reading.tokens.get(self.at + 1 - distance);
        let harmless = next.is_some_and(|next| self.grammar.not_negating.get(next).is_some());
        self.grammar.negators.get(negator).is_some() && !harmless
    }

    /// "least helpful", but not "at least helpful" nor "the very least".
    fn least(&self) -> bool {
        let word = |distance| self.before(distance).map_or("", |token| &token.word);
        word(1) == "least" && !matches!(word(2), "at" | "very")
    }
}
