//! Finds word patterns with gaps, alternatives and named word sets in a message, in linear time.
//!
//! The notation: `word`, `stem*`, `one|two`, `{set}`, `maybe?` (optional), `_3` (up to three words of any kind).
//! A match never leaves its sentence, and a gap never skips a word of the set named `barrier`.

mod vocabulary;

use rustc_hash::FxHashMap;

use crate::{
    tables::{Sets, TableError},
    tokens::Reading,
};
pub(crate) use vocabulary::WordList;
use vocabulary::{Symbol, Vocabulary};

/// Offsets of a match are kept as bits of one machine word.
const LONGEST_MATCH: usize = 60;
const NOTATION: &str =
    "write words, stem*, one|two, {set}, maybe?, and _3 for a gap; begin and end with a word that must be there";

/// A found pattern: tokens `first..end`, and what the pattern stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Match<'a, T> {
    pub(crate) first: usize,
    pub(crate) end: usize,
    pub(crate) value: &'a T,
}

/// Many patterns that are looked for in one pass, each standing for a value.
#[derive(Debug)]
pub(crate) struct PatternBook<T> {
    file: &'static str,
    vocabulary: Vocabulary,
    patterns: Vec<(Vec<Step>, T)>,
    /// What a gap must not skip.
    barrier: Option<Symbol>,
    /// Patterns by the symbol of their first word, so that few are tried at each place.
    by_first: FxHashMap<Symbol, Vec<usize>>,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Word(Symbol),
    Maybe(Symbol),
    Gap(u32),
}

impl<T> PatternBook<T> {
    /// An empty book whose patterns may use these sets; `file` is named in errors.
    pub(crate) fn new(file: &'static str, sets: &Sets) -> Self {
        let mut vocabulary = Vocabulary::new(sets);
        let barrier = vocabulary.symbol("{barrier}").ok();
        Self { file, vocabulary, barrier, patterns: Vec::new(), by_first: FxHashMap::default() }
    }

    /// Adds a pattern.
    ///
    /// # Errors
    /// When the pattern is empty, too long, begins or ends with something optional, or names an unknown set.
    pub(crate) fn add(&mut self, pattern: &str, value: T) -> Result<(), TableError> {
        let wrong = |problem: String| TableError::new(self.file, pattern, problem, NOTATION);
        let mut steps = Vec::new();
        for element in pattern.split_whitespace() {
            steps.push(self.vocabulary.step(element).map_err(wrong)?);
        }
        let (Some(Step::Word(first)), Some(Step::Word(_))) = (steps.first().copied(), steps.last()) else {
            return Err(wrong("it must begin and end with a word".to_owned()));
        };
        let length: usize =
            steps.iter().map(|step| if let Step::Gap(words) = step { *words as usize } else { 1 }).sum();
        if length > LONGEST_MATCH {
            return Err(wrong(format!("it spans up to {length} words, at most {LONGEST_MATCH} are allowed")));
        }
        self.by_first.entry(first).or_default().push(self.patterns.len());
        self.patterns.push((steps, value));
        Ok(())
    }

    /// Every match, ordered by its first token; for one pattern and first token the shortest.
    pub(crate) fn find<'a>(&'a self, reading: &Reading) -> Vec<Match<'a, T>> {
        let symbols: Vec<Vec<Symbol>> = reading.tokens.iter().map(|token| self.vocabulary.symbols(token)).collect();
        let mut sentence_end = reading.tokens.len();
        let mut found = Vec::new();
        for first in (0..reading.tokens.len()).rev() {
            if !same_sentence(reading, first, first + 1) {
                sentence_end = first + 1;
            }
            let ahead = symbols.get(first..sentence_end).unwrap_or(&[]);
            for candidate in self.starting_with(ahead) {
                let Some((steps, value)) = self.patterns.get(candidate) else {
                    continue;
                };
                if let Some(length) = shortest(steps, self.barrier, ahead) {
                    found.push(Match { first, end: first + length, value });
                }
            }
        }
        found.reverse();
        found
    }

    fn starting_with<'a>(&'a self, ahead: &'a [Vec<Symbol>]) -> impl Iterator<Item = usize> + 'a {
        let symbols = ahead.first().into_iter().flatten();
        symbols.filter_map(|symbol| self.by_first.get(symbol)).flatten().copied()
    }
}

fn same_sentence(reading: &Reading, one: usize, other: usize) -> bool {
    let sentence = |at: usize| reading.tokens.get(at).map(|token| token.sentence);
    sentence(one) == sentence(other)
}

/// Follows all ways through the pattern at once: bit `n` of `reached` says that the steps so far can end after `n` words.
fn shortest(steps: &[Step], barrier: Option<Symbol>, ahead: &[Vec<Symbol>]) -> Option<usize> {
    let mut reached: u64 = 1;
    for step in steps {
        reached = match step {
            Step::Word(symbol) => advance(reached, *symbol, ahead),
            Step::Maybe(symbol) => reached | advance(reached, *symbol, ahead),
            Step::Gap(words) => (0..*words).fold(reached, |all, _| all | skip(all, barrier, ahead)),
        };
        if reached == 0 {
            return None;
        }
    }
    Some(reached.trailing_zeros() as usize)
}

/// One word further where that word satisfies the symbol.
fn advance(reached: u64, symbol: Symbol, ahead: &[Vec<Symbol>]) -> u64 {
    step_over(reached, ahead, |symbols| symbols.contains(&symbol))
}

/// One word further over any word but a barrier.
fn skip(reached: u64, barrier: Option<Symbol>, ahead: &[Vec<Symbol>]) -> u64 {
    step_over(reached, ahead, |symbols| barrier.is_none_or(|barrier| !symbols.contains(&barrier)))
}

fn step_over(reached: u64, ahead: &[Vec<Symbol>], may: impl Fn(&[Symbol]) -> bool) -> u64 {
    let (mut left, mut next) = (reached, 0);
    while left != 0 {
        let offset = left.trailing_zeros();
        left &= left - 1;
        if ahead.get(offset as usize).is_some_and(|symbols| may(symbols)) {
            next |= 1 << (offset + 1);
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Tokenizer;

    fn book(patterns: &[&'static str]) -> Result<PatternBook<&'static str>, TableError> {
        let sets = Sets::from([("brakes".to_owned(), "brake brakes brak*".to_owned())]);
        let mut book = PatternBook::new("test", &sets);
        patterns.iter().try_for_each(|pattern| book.add(pattern, *pattern))?;
        Ok(book)
    }

    #[test]
    fn patterns_match_with_sets_gaps_and_options() {
        let cases = [
            ("{brakes} _2 fail*", "the BRAKES have just failed", Some((1, 5))),
            ("{brakes} _2 fail*", "the braking did in the end fail", None),
            ("{brakes} _2 fail*", "brakes. It failed", None),
            ("third very? time|visit", "my third visit", Some((1, 3))),
            ("third very? time|visit", "the third very time", Some((1, 4))),
            ("fire", "fires", None),
        ];
        for (pattern, text, expected) in cases {
            let book = book(&[pattern]).unwrap();
            let found = book.find(&Tokenizer::default().read(text));
            assert_eq!(found.first().map(|found| (found.first, found.end)), expected, "{pattern} in {text}");
        }
    }

    #[test]
    fn wrong_patterns_are_refused_with_their_name() {
        for pattern in [
            "",
            "_2 fire",
            "fire maybe?",
            "{unknown}",
            "fire _61 smoke",
            "fire _x smoke",
            "fire | smoke",
            "*",
            "don't burn",
        ] {
            let error = book(&[pattern]).unwrap_err();
            assert_eq!((error.file, error.entry.as_str()), ("test", pattern));
        }
    }

    #[test]
    fn all_patterns_are_found_in_order() {
        let book = book(&["no smoke", "smoke", "smoke _3 fire"]).unwrap();
        let found = book.find(&Tokenizer::default().read("no smoke without fire"));
        assert_eq!(found.iter().map(|found| found.first).collect::<Vec<_>>(), [0, 1, 1]);
    }
}
