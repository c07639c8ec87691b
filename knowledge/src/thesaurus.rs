//! What customers call things and what the library calls them: words that stand for other words.

use std::collections::BTreeMap;

use contract::{Error, ErrorKind, Result};
use serde::Deserialize;

use crate::analysis::Analyzer;

/// The synonym table that is shipped with Motorline.
const SYNONYMS: &str = include_str!("../data/synonyms.toml");

/// The language of the built-in table.
const LANGUAGE: &str = "en";

/// Phrases and what they may be replaced by, all as terms.
#[derive(Debug, Clone, Default)]
pub(crate) struct Thesaurus {
    /// By the first term of the phrase, so that a look into it costs next to nothing.
    entries: BTreeMap<String, Vec<Entry>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    phrase: Vec<String>,
    others: Vec<Vec<String>>,
}

/// A phrase found in a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Synonyms<'a> {
    /// Where its first term stands.
    pub(crate) at: usize,
    /// How many terms it spans.
    pub(crate) length: usize,
    /// What may stand instead.
    pub(crate) others: &'a [Vec<String>],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    groups: Vec<Vec<String>>,
    expand: BTreeMap<String, Vec<String>>,
}

impl Thesaurus {
    /// The built-in table.
    ///
    /// # Errors
    /// `Internal` when it is not valid TOML.
    pub(crate) fn built_in(analyzer: &Analyzer) -> Result<Self> {
        let table: Table = toml::from_str(SYNONYMS).map_err(|error| {
            Error::new(ErrorKind::Internal, "the table synonyms.toml cannot be read").hint(error.to_string())
        })?;
        let terms = |phrase: &String| analyzer.terms(phrase, LANGUAGE);
        let mut thesaurus = Self::default();
        for group in &table.groups {
            let phrases: Vec<_> = group.iter().map(terms).collect();
            for phrase in &phrases {
                thesaurus.add(phrase, phrases.iter().filter(|other| *other != phrase));
            }
        }
        for (phrase, others) in &table.expand {
            thesaurus.add(&terms(phrase), others.iter().map(terms).collect::<Vec<_>>().iter());
        }
        Ok(thesaurus)
    }

    /// The phrases in `terms` that have synonyms; at each place the longest.
    pub(crate) fn find<'a>(&'a self, terms: &[String]) -> Vec<Synonyms<'a>> {
        let mut found = Vec::new();
        for (at, first) in terms.iter().enumerate() {
            let here = self.entries.get(first).into_iter().flatten();
            let fitting = here.filter(|entry| terms[at..].starts_with(&entry.phrase));
            found.extend(fitting.max_by_key(|entry| entry.phrase.len()).map(|entry| Synonyms {
                at,
                length: entry.phrase.len(),
                others: &entry.others,
            }));
        }
        found
    }

    fn add<'a>(&mut self, phrase: &[String], others: impl Iterator<Item = &'a Vec<String>>) {
        let Some(first) = phrase.first() else { return };
        let entries = self.entries.entry(first.clone()).or_default();
        let place = entries.iter().position(|entry| entry.phrase == phrase).unwrap_or_else(|| {
            entries.push(Entry { phrase: phrase.to_vec(), others: Vec::new() });
            entries.len() - 1
        });
        if let Some(entry) = entries.get_mut(place) {
            entry.others.extend(others.filter(|other| !other.is_empty()).cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_longest_phrase_and_what_stands_for_it() {
        let analyzer = Analyzer::built_in().unwrap();
        let thesaurus = Thesaurus::built_in(&analyzer).unwrap();
        let others = |text: &str| {
            let terms = analyzer.terms(text, "en");
            let found = thesaurus.find(&terms);
            found.iter().map(|s| (s.at, s.length, s.others.concat().join(" "))).collect::<Vec<_>>()
        };
        assert_eq!(others("open the hood"), [(1, 1, "bonnet".to_owned())]);
        let state = others("state of charge");
        assert_eq!((state[0].0, state[0].1), (0, 2));
        assert!(state[0].2.contains("soc") && state[0].2.contains("level"), "{state:?}");
        assert_eq!(others("nothing here stands for anything"), []);
    }

    #[test]
    fn every_phrase_of_the_table_has_terms() {
        let analyzer = Analyzer::built_in().unwrap();
        let table: Table = toml::from_str(SYNONYMS).unwrap();
        for phrase in table.groups.iter().flatten().chain(table.expand.keys()).chain(table.expand.values().flatten()) {
            assert!(!analyzer.terms(phrase, LANGUAGE).is_empty(), "{phrase} is all stop words");
        }
        assert!(table.groups.iter().all(|group| group.len() > 1));
    }
}
