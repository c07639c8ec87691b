//! Knows which words stand for which element of a pattern.

use rustc_hash::FxHashMap;

use super::Step;
use crate::{tables::Sets, tokens::Token};

/// Stands for one element of a pattern: a word, a stem, a set, or alternatives of them.
pub(super) type Symbol = u32;

/// Words and stems with what they stand for; a stem is written with a star ("disappoint*").
#[derive(Debug, Clone)]
pub(crate) struct WordList<T> {
    words: FxHashMap<String, T>,
    stems: FxHashMap<String, T>,
    longest_stem: usize,
}

impl<T> Default for WordList<T> {
    fn default() -> Self {
        Self { words: FxHashMap::default(), stems: FxHashMap::default(), longest_stem: 0 }
    }
}

impl<T> WordList<T> {
    /// Adds a word or a `stem*`, and gives back what it stood for until now.
    pub(crate) fn insert(&mut self, word: &str, value: T) -> Option<T> {
        match word.strip_suffix('*') {
            Some(stem) => {
                self.longest_stem = self.longest_stem.max(stem.len());
                self.stems.insert(stem.to_owned(), value)
            }
            None => self.words.insert(word.to_owned(), value),
        }
    }

    /// What a word or a `stem*` stands for until now, to be changed.
    fn known(&mut self, word: &str) -> Option<&mut T> {
        match word.strip_suffix('*') {
            Some(stem) => self.stems.get_mut(stem),
            None => self.words.get_mut(word),
        }
    }

    /// The most special entry for a token: the word itself before its longest stem.
    pub(crate) fn get(&self, token: &Token) -> Option<&T> {
        self.all(&token.word).next().or_else(|| {
            let held = token.stretched.then(|| single_letters(&token.word))?;
            self.all(&held).next()
        })
    }

    /// Every entry for a word: the word itself, then its stems from the longest to the shortest.
    fn all<'a>(&'a self, word: &str) -> impl Iterator<Item = &'a T> {
        let stems = (1..=self.longest_stem.min(word.len())).rev();
        let of_stems = stems.filter_map(|length| self.stems.get(word.get(..length)?));
        self.words.get(word).into_iter().chain(of_stems)
    }
}

/// Gives each element of the patterns a number, and each word the numbers it satisfies.
#[derive(Debug)]
pub(super) struct Vocabulary {
    sets: Sets,
    numbers: FxHashMap<String, Symbol>,
    words: WordList<Vec<Symbol>>,
}

impl Vocabulary {
    pub(super) fn new(sets: &Sets) -> Self {
        Self { sets: sets.clone(), numbers: FxHashMap::default(), words: WordList::default() }
    }

    /// Reads one element of a pattern.
    pub(super) fn step(&mut self, element: &str) -> Result<Step, String> {
        if let Some(gap) = element.strip_prefix('_') {
            return gap.parse().map(Step::Gap).map_err(|_| format!("{element:?} is no gap"));
        }
        match element.strip_suffix('?') {
            Some(optional) => self.symbol(optional).map(Step::Maybe),
            None => self.symbol(element).map(Step::Word),
        }
    }

    /// The symbols that a token satisfies.
    pub(super) fn symbols(&self, token: &Token) -> Vec<Symbol> {
        let found: Vec<Symbol> = self.words.all(&token.word).flatten().copied().collect();
        if !found.is_empty() || !token.stretched {
            return found;
        }
        self.words.all(&single_letters(&token.word)).flatten().copied().collect()
    }

    /// The symbol of an element without option mark.
    pub(super) fn symbol(&mut self, element: &str) -> Result<Symbol, String> {
        if let Some(known) = self.numbers.get(element) {
            return Ok(*known);
        }
        let number = Symbol::try_from(self.numbers.len()).map_err(|_| "there are too many patterns".to_owned())?;
        for part in element.split('|') {
            self.satisfy(part, number)?;
        }
        self.numbers.insert(element.to_owned(), number);
        Ok(number)
    }

    fn satisfy(&mut self, part: &str, number: Symbol) -> Result<(), String> {
        let Some(name) = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return self.satisfy_word(part, number);
        };
        let set = self.sets.get(name).cloned().ok_or_else(|| format!("there is no set {name:?}"))?;
        set.split_whitespace().try_for_each(|word| self.satisfy_word(word, number))
    }

    fn satisfy_word(&mut self, word: &str, number: Symbol) -> Result<(), String> {
        if word.trim_end_matches('*').is_empty() || word.contains(['{', '}', '_']) {
            return Err(format!("{word:?} is no word"));
        }
        if word.contains("n't") {
            return Err(format!("{word:?} never occurs, as contractions are taken apart: write \"not\""));
        }
        // Numbers are given in order, so that one which is there already is the last.
        match self.words.known(word) {
            Some(numbers) if numbers.last() == Some(&number) => {}
            Some(numbers) => numbers.push(number),
            None => {
                self.words.insert(word, vec![number]);
            }
        }
        Ok(())
    }
}

/// "loove" → "love": the tokenizer leaves two of each held letter.
fn single_letters(word: &str) -> String {
    let mut single = String::with_capacity(word.len());
    for letter in word.chars() {
        if !single.ends_with(letter) {
            single.push(letter);
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(word: &str, stretched: bool) -> Token {
        Token { word: word.to_owned(), start: 0, end: 0, sentence: 0, clause: 0, capitals: false, stretched }
    }

    #[test]
    fn the_word_goes_before_its_longest_stem() {
        let mut list = WordList::default();
        for (word, value) in [("hope*", 1), ("hopeless*", 2), ("hopes", 3), ("love", 4)] {
            assert_eq!(list.insert(word, value), None);
        }
        for (word, stretched, expected) in [
            ("hopes", false, Some(3)),
            ("hoped", false, Some(1)),
            ("hopelessly", false, Some(2)),
            ("hop", false, None),
            ("loove", true, Some(4)),
            ("loove", false, None),
        ] {
            assert_eq!(list.get(&token(word, stretched)).copied(), expected, "{word}");
        }
    }
}
