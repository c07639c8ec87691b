//! How customers ask for a recommendation, and the sentences that answer: `data/wording.toml`.

use std::collections::BTreeMap;

use contract::{Error, ErrorKind, Result};
use serde::Deserialize;

/// The words.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wording {
    /// A message with one of these asks to be shown something.
    asks: Vec<String>,
    /// Unless one of these stands in it.
    asks_not: Vec<String>,
    /// Matters in which cars are recommended.
    pub(crate) car_matters: Vec<String>,
    /// Matters in which it is said when nothing fits.
    pub(crate) matters: Vec<String>,
    /// A second recommendation must reach this share of the first one's score.
    pub(crate) second_from: f32,
    /// What is said of a month.
    season: BTreeMap<String, String>,
    /// The sentences.
    pub(crate) say: Say,
}

/// Sentences with places in braces.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Say {
    pub(crate) source: String,
    pub(crate) answer: String,
    pub(crate) free: String,
    pub(crate) short: String,
    pub(crate) short_free: String,
    pub(crate) offer: String,
    pub(crate) offer_free: String,
    pub(crate) reason_car: String,
    pub(crate) reason_season: String,
    pub(crate) reason_asked: String,
    pub(crate) fits: String,
    pub(crate) nothing: String,
    pub(crate) nothing_for: String,
    pub(crate) owned: String,
}

impl Wording {
    /// The shipped words.
    pub(crate) fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/wording.toml"))
            .map_err(|cause| Error::new(ErrorKind::Invalid, "wording.toml cannot be read").caused_by(cause))
    }

    /// Whether plain words ask to be shown something.
    pub(crate) fn asks(&self, said: &str) -> bool {
        let has = |words: &String| said.contains(&format!(" {words} "));
        self.asks.iter().any(has) && !self.asks_not.iter().any(has)
    }

    /// What is said of a month.
    pub(crate) fn season(&self, month: i8) -> &str {
        self.season.get(&month.to_string()).map_or("", String::as_str)
    }
}

/// Words in small letters with one blank around each, without punctuation: what the tables are written in.
pub(crate) fn plain(text: &str) -> String {
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | '-')));
    let mut plain = String::from(" ");
    for word in words.filter(|word| word.chars().any(char::is_alphanumeric)) {
        plain.push_str(&word.trim_matches(['\'', '’', '-']).to_lowercase().replace('’', "'"));
        plain.push(' ');
    }
    plain
}
