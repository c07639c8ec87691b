//! The tables of `data/speech.toml`, read once.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// How what is written is said.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) mentioned: Mentioned,
    spelled: Spelled,
    /// Unit → one of it, and many.
    pub(super) units: HashMap<String, (String, String)>,
    alone: Alone,
    /// As `units`, for what stands before its number.
    pub(super) currencies: HashMap<char, (String, String)>,
    pub(super) abbreviations: HashMap<String, String>,
    pub(super) signs: HashMap<char, String>,
}

/// What is said instead of an address.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mentioned {
    pub(super) web: String,
    pub(super) mail: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelled {
    words: HashSet<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Alone {
    units: HashSet<String>,
}

impl Table {
    /// Whether a word is spelled wherever it stands.
    pub(super) fn spells(&self, word: &str) -> bool {
        self.spelled.words.contains(word)
    }

    /// The words for a unit that stands without a number, if it can be nothing else.
    pub(super) fn unit_alone(&self, word: &str) -> Option<&str> {
        self.alone.units.get(word).and_then(|word| self.units.get(word)).map(|(_, many)| many.as_str())
    }
}

/// The tables.
pub(super) fn table() -> &'static Table {
    // The table is part of the program, and a test reads it: the empty one is never met.
    static TABLE: LazyLock<Table> = LazyLock::new(|| toml::from_str(TEXT).unwrap_or_default());
    &TABLE
}

const TEXT: &str = include_str!("../../../data/speech.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_its_parts_agree() {
        let table: Table = toml::from_str(TEXT).unwrap();
        assert!(table.units.len() >= 30 && table.signs.len() >= 20 && table.spells("112"));
        for unit in &table.alone.units {
            assert!(table.units.contains_key(unit), "{unit} is no unit");
        }
        assert!(table.abbreviations.keys().all(|short| *short == short.to_lowercase()));
    }
}
