//! What proposals say, as words that an answer may repeat.

use std::collections::HashSet;

use contract::Action;

/// What proposals say, as words.
pub(crate) struct Said {
    lines: Vec<Vec<String>>,
    words: HashSet<String>,
}

impl Said {
    pub(crate) fn of(actions: &[&Action]) -> Self {
        let lines: Vec<Vec<String>> = actions.iter().map(|action| words(&action.summary)).collect();
        let words = lines.iter().flatten().cloned().collect();
        Self { lines, words }
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// The verb that each proposal begins with.
    pub(crate) fn verbs(&self) -> impl Iterator<Item = &String> {
        self.lines.iter().filter_map(|line| line.first())
    }

    /// Whether a number stands in a proposal as it stands in the answer: beside the same word, or as its only number.
    pub(crate) fn names(&self, number: &str, before: Option<&str>, after: Option<&str>) -> bool {
        let beside = |line: &Vec<String>, at: usize| {
            let same = |other: Option<usize>, word: Option<&str>| {
                word.is_some() && other.and_then(|other| line.get(other)).map(String::as_str) == word
            };
            same(at.checked_sub(1), before) || same(Some(at + 1), after)
        };
        let places = |line: &Vec<String>| -> Vec<usize> { (0..line.len()).filter(|at| line[*at] == number).collect() };
        let only = self.lines.iter().flatten().filter(|word| is_number(word)).count() == 1 && self.has(number);
        only || self.lines.iter().any(|line| places(line).into_iter().any(|at| beside(line, at)))
    }
}

/// Whether a word is a number in digits, perhaps with letters behind: `9`, `3pm`.
pub(crate) fn is_number(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit())
}

/// The words of a text in small letters, without apostrophes. A sign that is no punctuation, such as a thumb, is a word.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for sign in text
        .chars()
        .filter(|sign| !matches!(sign, '\'' | '\u{2019}' | '\u{2018}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}'))
    {
        if sign.is_alphanumeric() {
            word.extend(sign.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if !(sign.is_whitespace()
            || sign.is_ascii_punctuation()
            || matches!(sign, '…' | '–' | '—' | '“' | '”' | '„' | '«' | '»' | '°'))
        {
            words.push(sign.into());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}
