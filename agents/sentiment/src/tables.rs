//! The word tables of the engine as text, and the error that says which entry of which table is wrong.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

/// The four tables as TOML text. A deployment may replace any of them by its own.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// Contractions, negators, degree words, sarcasm cues and fault words (`data/grammar.toml`).
    pub grammar: &'a str,
    /// Single words, stems, emojis and emoticons with their valence (`data/lexicon.toml`).
    pub lexicon: &'a str,
    /// Multi-word patterns with their valence (`data/phrases.toml`).
    pub phrases: &'a str,
    /// Hazards with their patterns by urgency, and the frames that weaken them (`data/hazards.toml`).
    pub hazards: &'a str,
}

impl Tables<'static> {
    /// The tables that are shipped with Motorline.
    pub const BUILT_IN: Self = Self {
        grammar: include_str!("../data/grammar.toml"),
        lexicon: include_str!("../data/lexicon.toml"),
        phrases: include_str!("../data/phrases.toml"),
        hazards: include_str!("../data/hazards.toml"),
    };
}

/// An entry of a word table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}.toml: {entry}: {problem} ({hint})")]
pub struct TableError {
    /// Which table: `grammar`, `lexicon`, `phrases` or `hazards`.
    pub file: &'static str,
    /// The entry or the place in it.
    pub entry: String,
    /// What is wrong with it.
    pub problem: String,
    /// What was expected there.
    pub hint: &'static str,
}

impl TableError {
    pub(crate) fn new(file: &'static str, entry: &str, problem: impl Into<String>, hint: &'static str) -> Self {
        Self { file, entry: entry.to_owned(), problem: problem.into(), hint }
    }
}

/// Reads one table into its shape.
pub(crate) fn parse<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, TableError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| 1 + text.get(..span.start).unwrap_or("").matches('\n').count());
        TableError::new(
            file,
            &format!("line {line}"),
            error.message(),
            "compare with the comment at the head of the built-in file",
        )
    })
}

/// Named sets of words: each value is a list of words separated by blanks; `stem*` stands for all words that begin so.
pub(crate) type Sets = BTreeMap<String, String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_table_names_its_line() {
        let error = parse::<Sets>("phrases", "fine = \"a b\"\nbroken = 3\n").unwrap_err();
        assert_eq!(error.entry, "line 2");
        assert!(error.to_string().starts_with("phrases.toml: line 2: "));
    }
}
