//! The word tables of `data/text.toml`, read once.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// The tables.
pub(super) fn words() -> &'static Words {
    static WORDS: LazyLock<Words> = LazyLock::new(|| {
        // The table is part of the program, and a test reads it: the empty one is never met.
        toml::from_str::<Table>(TABLE).map(Words::from).unwrap_or_default()
    });
    &WORDS
}

const TABLE: &str = include_str!("../data/text.toml");

/// The tables in the form in which they are asked.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) never_ends: HashSet<String>,
    pub(super) number_follows: HashSet<String>,
    pub(super) list_leads: HashSet<String>,
    pub(super) stop: HashSet<String>,
    pub(super) generic: HashSet<String>,
    pub(super) weak: HashSet<String>,
    pub(super) same: HashMap<String, String>,
    /// As `same`, for pairs of words: the first word → the second words and what stands for the pair.
    pub(super) pairs: HashMap<String, Vec<(String, String)>>,
    pub(super) negation: HashSet<String>,
    pub(super) numbers: HashMap<String, u32>,
    /// Spelling of a unit → its first name and what it measures.
    pub(super) units: HashMap<String, (String, String)>,
    pub(super) talk: Vec<String>,
    /// With a blank on either side.
    pub(super) hostile: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    abbreviations: Abbreviations,
    terms: Terms,
    same: HashMap<String, String>,
    negation: Negation,
    numbers: HashMap<String, u32>,
    units: HashMap<String, Vec<String>>,
    talk: Talk,
    hostile: Hostile,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Abbreviations {
    never: String,
    number: String,
    lists: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    stop: String,
    generic: String,
    weak: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Negation {
    words: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Talk {
    openings: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hostile {
    phrases: Vec<String>,
}

impl From<Table> for Words {
    fn from(table: Table) -> Self {
        let set = |text: &str| text.split_whitespace().map(str::to_owned).collect::<HashSet<_>>();
        let (pairs, same): (HashMap<_, _>, _) = table.same.into_iter().partition(|(word, _)| word.contains(' '));
        Self {
            never_ends: set(&table.abbreviations.never),
            number_follows: set(&table.abbreviations.number),
            list_leads: set(&table.abbreviations.lists),
            stop: set(&table.terms.stop),
            generic: set(&table.terms.generic),
            weak: set(&table.terms.weak),
            same,
            pairs: by_first_word(pairs),
            negation: set(&table.negation.words),
            numbers: table.numbers,
            units: units(&table.units),
            talk: table.talk.openings,
            hostile: table.hostile.phrases.iter().map(|phrase| format!(" {phrase} ")).collect(),
        }
    }
}

fn by_first_word(pairs: HashMap<String, String>) -> HashMap<String, Vec<(String, String)>> {
    let mut found: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for (pair, meaning) in pairs {
        if let Some((first, second)) = pair.split_once(' ') {
            found.entry(first.to_owned()).or_default().push((second.to_owned(), meaning));
        }
    }
    found
}

fn units(table: &HashMap<String, Vec<String>>) -> HashMap<String, (String, String)> {
    let mut units = HashMap::new();
    for (measure, rows) in table {
        for row in rows {
            let first = row.split_whitespace().next().unwrap_or_default();
            for spelling in row.split_whitespace() {
                units.insert(spelling.to_owned(), (first.to_owned(), measure.clone()));
            }
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_valid() {
        toml::from_str::<Table>(TABLE).unwrap();
        assert_eq!(words().units["minutes"], ("min".to_owned(), "duration".to_owned()));
        assert!(words().stop.contains("the") && words().hostile.len() > 10);
    }
}
