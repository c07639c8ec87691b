//! Turns text into search terms: words in small letters, one spelling, no stop words, reduced to their stems.

use std::collections::{HashMap, HashSet};

use contract::{Error, ErrorKind, Result};
use frostem::Stemmer;
use serde::Deserialize;

/// The word table that is shipped with Motorline.
pub(crate) const WORDS: &str = include_str!("../data/words.toml");

/// Longest word that is indexed, in characters; longer ones are numbers, addresses or noise.
const LONGEST_WORD: usize = 40;

/// Makes terms of texts.
#[derive(Debug, Clone)]
pub(crate) struct Analyzer {
    stop: HashMap<String, HashSet<String>>,
    weak: HashMap<String, HashSet<String>>,
    spelling: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    stop: HashMap<String, String>,
    weak: HashMap<String, String>,
    spelling: HashMap<String, String>,
}

impl Analyzer {
    /// The analyzer of the built-in word table.
    ///
    /// # Errors
    /// `Internal` when the table is not valid TOML.
    pub(crate) fn built_in() -> Result<Self> {
        let table: Table = toml::from_str(WORDS).map_err(|error| {
            Error::new(ErrorKind::Internal, "the word table words.toml cannot be read").hint(error.to_string())
        })?;
        let words = |text: &String| text.split_whitespace().map(str::to_owned).collect();
        let stop = table.stop.iter().map(|(language, text)| (language.clone(), words(text))).collect();
        let mut analyzer = Self { stop, weak: HashMap::new(), spelling: table.spelling };
        for (language, text) in &table.weak {
            let stems = analyzer.terms(text, language).into_iter().collect();
            analyzer.weak.insert(language.clone(), stems);
        }
        Ok(analyzer)
    }

    /// Neighbouring terms as pairs, which is what a phrase leaves behind: `tyre pressur`.
    pub(crate) fn pairs(&self, text: &str, language: &str) -> Vec<String> {
        let mut found = Vec::new();
        for clause in clauses(text) {
            found.extend(self.terms(clause, language).windows(2).map(|pair| pair.join(" ")));
        }
        found
    }

    /// Whether a term of the language is an everyday word that says little about the matter of a question.
    pub(crate) fn is_weak(&self, term: &str, language: &str) -> bool {
        self.weak.get(language).is_some_and(|weak| weak.contains(term))
    }

    /// The terms of `text` in their order. `language` is a BCP 47 tag; for a language without a stemmer or stop
    /// words the words stay as they are.
    pub(crate) fn terms(&self, text: &str, language: &str) -> Vec<String> {
        let language = primary(language);
        let stemmer = Stemmer::try_from_name(&language).ok();
        let stop = self.stop.get(&language);
        let mut terms = Vec::new();
        for word in words(text) {
            let word = self.spelling.get(&word).cloned().unwrap_or(word);
            if stop.is_some_and(|stop| stop.contains(&word)) {
                continue;
            }
            terms.push(match &stemmer {
                Some(stemmer) => stemmer.stem(&word).into_owned(),
                None => word,
            });
        }
        terms
    }
}

/// The primary subtag of a BCP 47 tag: `de-AT` → `de`.
pub(crate) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// The parts of a text within which words belong together: what stands between full stops and the like. The point
/// of `2.5` parts nothing.
pub(crate) fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let mut after_mark = false;
    text.split(move |c: char| {
        let parts = c == '\n' || (after_mark && c.is_whitespace());
        after_mark = matches!(c, '.' | '!' | '?' | ':' | ';');
        parts
    })
}

/// Runs of letters and digits in small letters. A number and its unit are two words: `12V` → `12`, `v`.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let runs = text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty());
    runs.flat_map(|run| {
        let digits = run.len() - run.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = run.split_at(digits);
        [number, unit].into_iter().filter(|part| !part.is_empty() && part.chars().count() <= LONGEST_WORD)
    })
    .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_stems_without_stop_words() {
        let analyzer = Analyzer::built_in().unwrap();
        for (text, language, terms) in [
            ("How do I check the Tires?", "en-GB", vec!["check", "tyre"]),
            ("the driver's door doesn't lock", "en", vec!["driver", "door", "lock"]),
            ("12V battery, 215/55R18 and P0301", "en", vec!["12", "v", "batteri", "215", "55", "r18", "p0301"]),
            ("Wie lade ich die Batterien?", "de", vec!["lad", "batteri"]),
            ("Où est le pneu", "fr", vec!["où", "est", "le", "pneu"]),
            (" ?! \u{0}", "", vec![]),
        ] {
            assert_eq!(analyzer.terms(text, language), terms, "{text:?}");
        }
    }

    #[test]
    fn pairs_are_neighbours_in_one_clause() {
        let pairs = |text: &str| Analyzer::built_in().unwrap().pairs(text, "en");
        assert_eq!(pairs("Is the tyre pressure low? Brake. Steer"), ["tyre pressur", "pressur low"]);
        assert_eq!(pairs("state of charge"), ["state charg"]);
        assert_eq!(pairs("2.5 bar\nfront"), ["2 5", "5 bar"]);
        assert_eq!(pairs(""), Vec::<String>::new());
    }
}
