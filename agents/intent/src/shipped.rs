//! What was built in: the intents as their files say them, and what was learned from them when the product was built.

use classifier::{Classifier, Concepts, Settings};
use contract::{Error, ErrorKind, Result};
use include_dir::{Dir, include_dir};

use crate::catalog::{Catalog, CatalogError};
use crate::learned::{self, Known};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data");
static WORDS: &str = include_str!("../words/concepts.toml");
static CLASSIFIER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/classifier.bin"));
static INTENTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/intents.json"));

/// The classifier that was trained when the product was built. It is read where it lies in the program.
///
/// # Errors
/// `Internal` when the program is damaged.
pub(crate) fn classifier() -> Result<Classifier> {
    Classifier::open(CLASSIFIER).map_err(damaged)
}

/// What is known of each intent.
///
/// # Errors
/// `Internal` when the program is damaged.
pub(crate) fn intents() -> Result<Vec<Known>> {
    serde_json::from_slice(INTENTS).map_err(damaged)
}

fn damaged(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Internal, "the intents that were built in cannot be read").caused_by(cause)
}

impl Catalog {
    /// The intents that come with Motorline, with all their examples: to learn them anew.
    ///
    /// # Errors
    /// Every mistake in the files that were built in; the build has ruled them out.
    pub fn built_in() -> std::result::Result<Self, CatalogError> {
        let texts = FILES.files().filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)));
        Self::read(texts.filter(|(name, _)| name.ends_with(".toml")))
    }
}

/// How the agent learns: with the word groups of its trade.
///
/// # Errors
/// `Invalid`, with every mistake in the file of word groups; the build has ruled them out.
pub(crate) fn training() -> Result<Settings> {
    let concepts = Concepts::read(learned::WORDS, WORDS);
    let concepts = concepts.map_err(|cause| Error::invalid("agents/intent/words", cause.to_string()))?;
    Ok(learned::settings(concepts))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use classifier::rows::read_rows;

    use super::*;

    fn rows(file: &str) -> Vec<classifier::rows::Row> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/eval").join(file);
        read_rows(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn what_the_build_learned_is_what_is_learned_now() {
        let fresh = Classifier::train(&Catalog::built_in().unwrap().examples(), &training().unwrap());
        let built = classifier().unwrap();
        let rows = [rows("intent.jsonl"), rows("intent-hard.jsonl")].concat();
        assert!(rows.len() > 500, "{}", rows.len());
        for row in &rows {
            assert_eq!(built.classify(&row.text), fresh.classify(&row.text), "{}", row.text);
        }
        assert_eq!(fresh.pack(), CLASSIFIER, "to the last bit");
    }

    #[test]
    fn every_intent_that_was_learned_is_known() {
        let catalog = Catalog::built_in().unwrap();
        assert_eq!(intents().unwrap(), catalog.intents().iter().map(Known::from).collect::<Vec<_>>());
        assert!(classifier().unwrap().labels().iter().all(|label| catalog.intent(label).is_some()));
    }

    #[test]
    fn the_word_groups_have_no_mistakes_and_say_what_their_names_say() {
        let concepts = training().unwrap().concepts;
        assert!(concepts.names().len() >= 200, "{}", concepts.names().len());
        for (text, name) in [("pranged", "crash"), ("overboard", "lost"), ("fobs", "key"), ("windshield", "windscreen")]
        {
            assert!(concepts.mentions(text, name), "{text} is no {name}");
        }
    }
}
