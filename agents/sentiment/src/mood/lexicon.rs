//! The words and phrases that carry feeling, each with its valence from -4 to 4.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    patterns::{PatternBook, WordList},
    tables::{self, Sets, TableError, Tables},
    tokens::{Reading, Token},
};

/// `data/lexicon.toml`: valence → words.
#[derive(Debug, Deserialize)]
struct WordTable {
    words: BTreeMap<String, String>,
    emoticons: BTreeMap<String, String>,
}

/// `data/phrases.toml`: groups of patterns that share a valence.
#[derive(Debug, Deserialize)]
struct PhraseTable {
    #[serde(default)]
    sets: Sets,
    group: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Group {
    valence: f32,
    patterns: Vec<String>,
}

/// A word or phrase that carries feeling: tokens `first..end`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) valence: f32,
}

/// All words and phrases with a valence.
#[derive(Debug)]
pub(super) struct Lexicon {
    words: WordList<f32>,
    phrases: PatternBook<f32>,
    emoticons: Vec<String>,
}

impl Lexicon {
    pub(super) fn new(tables: &Tables<'_>) -> Result<Self, TableError> {
        let table: WordTable = tables::parse("lexicon", tables.lexicon)?;
        let mut words = WordList::default();
        for (valence, list) in table.words.iter().chain(&table.emoticons) {
            read_line(&mut words, valence, list)?;
        }
        let emoticons = table.emoticons.values().flat_map(|list| list.split_whitespace()).map(str::to_owned).collect();
        Ok(Self { words, phrases: read_phrases(tables)?, emoticons })
    }

    pub(super) fn emoticons(&self) -> Vec<String> {
        self.emoticons.clone()
    }

    /// Finds what carries feeling: phrases before words, the longest phrase first. A word that states a fact carries none.
    pub(super) fn find(&self, reading: &Reading, is_fact: impl Fn(&Token) -> bool) -> Vec<Hit> {
        let mut phrases = self.phrases.find(reading);
        phrases.sort_by_key(|found| (found.first, std::cmp::Reverse(found.end)));
        let mut phrases = phrases.into_iter().peekable();
        let (mut hits, mut at) = (Vec::new(), 0);
        while let Some(token) = reading.tokens.get(at) {
            while phrases.next_if(|found| found.first < at).is_some() {}
            if let Some(found) = phrases.next_if(|found| found.first == at) {
                hits.push(Hit { first: at, end: found.end, valence: *found.value });
                at = found.end;
                continue;
            }
            if let Some(valence) = self.words.get(token).copied().filter(|_| !is_fact(token)) {
                hits.push(Hit { first: at, end: at + 1, valence });
            }
            at += 1;
        }
        hits
    }
}

fn read_line(words: &mut WordList<f32>, valence: &str, list: &str) -> Result<(), TableError> {
    let number = valence.parse().ok().filter(|number| (-4.0..=4.0).contains(number));
    let Some(number) = number else {
        return Err(TableError::new(
            "lexicon",
            valence,
            "is no valence",
            "write a number from \"-4\" to \"4\" before the words",
        ));
    };
    for word in list.split_whitespace() {
        if let Some(before) = words.insert(word, number) {
            let problem = format!("is listed at {before} and at {number}");
            return Err(TableError::new("lexicon", word, problem, "keep one of the two"));
        }
    }
    Ok(())
}

fn read_phrases(tables: &Tables<'_>) -> Result<PatternBook<f32>, TableError> {
    let table: PhraseTable = tables::parse("phrases", tables.phrases)?;
    let mut phrases = PatternBook::new("phrases", &table.sets);
    for group in &table.group {
        for pattern in &group.patterns {
            if !(-4.0..=4.0).contains(&group.valence) {
                return Err(TableError::new(
                    "phrases",
                    pattern,
                    "its group has no valence from -4 to 4",
                    "correct `valence`",
                ));
            }
            phrases.add(pattern, group.valence)?;
        }
    }
    Ok(phrases)
}
