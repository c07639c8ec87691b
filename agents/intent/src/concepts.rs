//! Knows which words and phrases say the same thing, so that an example with one of them teaches all.

use std::collections::HashMap;
use std::fmt;

use frostem::{Algorithm, Stemmer};

use crate::features::{hash, join, words};

mod read;

const BUILT_IN_NAME: &str = "concepts.toml";
const BUILT_IN: &str = include_str!("../words/concepts.toml");

/// Groups of words and phrases of one meaning. The default knows none, and so adds nothing to a classifier.
#[derive(Clone, Default, PartialEq)]
pub struct Concepts {
    /// The names of the groups.
    names: Vec<String>,
    /// The features of the groups of each phrase, by the hash of its stems.
    phrases: HashMap<u64, Vec<u64>>,
    /// How many words the longest phrase has.
    longest_phrase: usize,
}

impl Concepts {
    /// The groups that come with Motorline.
    ///
    /// # Errors
    /// Every mistake in the file that was built in.
    pub fn built_in() -> Result<Self, ConceptsError> {
        Self::read(BUILT_IN_NAME, BUILT_IN)
    }

    /// Reads a file of groups: each a name with a list of phrases, below section headings.
    ///
    /// # Errors
    /// Every mistake in the file.
    pub fn read(file: &str, text: &str) -> Result<Self, ConceptsError> {
        Ok(Self::of(read::read(file, text)?))
    }

    fn of(groups: Vec<(String, Vec<String>)>) -> Self {
        let mut concepts = Self::default();
        for (name, phrases) in groups {
            let feature = feature_of(&name);
            concepts.names.push(name);
            for phrase in phrases {
                concepts.add(&phrase, feature);
            }
        }
        concepts
    }

    fn add(&mut self, phrase: &str, feature: u64) {
        let stems: Vec<u64> = words(phrase, usize::MAX).iter().map(|word| stem(word)).collect();
        self.longest_phrase = self.longest_phrase.max(stems.len());
        let features = self.phrases.entry(phrase_hash(&stems)).or_default();
        if !features.contains(&feature) {
            features.push(feature);
        }
    }

    /// The names of the groups, section by section.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is no group at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The groups that `words` mention, as features. A phrase hides what is mentioned inside it: who says "boot liner"
    /// speaks of an accessory and not of the boot.
    pub(crate) fn mentioned(&self, words: &[String]) -> Vec<u64> {
        if self.is_empty() {
            return Vec::new();
        }
        let stems: Vec<u64> = words.iter().map(|word| stem(word)).collect();
        let (mut found, mut furthest) = (Vec::new(), 0);
        for start in 0..stems.len() {
            if let Some((end, groups)) = self.longest(&stems, start)
                && end > furthest
            {
                found.extend_from_slice(groups);
                furthest = end;
            }
        }
        found
    }

    /// Where the longest phrase that begins at `start` ends, and its groups.
    fn longest(&self, stems: &[u64], start: usize) -> Option<(usize, &[u64])> {
        let ends = start + 1..=stems.len().min(start + self.longest_phrase);
        ends.rev().find_map(|end| Some((end, self.phrases.get(&phrase_hash(&stems[start..end]))?.as_slice())))
    }
}

fn feature_of(name: &str) -> u64 {
    join("concept", hash(name.chars()), 0)
}

/// Snowball's English stemmer: "charges" and "charging" are one, "charger" is another.
fn stem(word: &str) -> u64 {
    hash(Stemmer::new(Algorithm::English).stem(word).chars())
}

fn phrase_hash(stems: &[u64]) -> u64 {
    stems.iter().fold(0, |state, &stem| join("phrase", state, stem))
}

impl fmt::Debug for Concepts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Concepts({} groups, {} phrases)", self.names.len(), self.phrases.len())
    }
}

/// One mistake in a file of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConceptDefect {
    /// The file.
    pub file: String,
    /// The group, where the mistake is in one.
    pub group: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What was expected.
    pub hint: String,
}

/// All mistakes of a file of groups, reported together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the word groups cannot be read:{}", .defects.iter().map(|defect| format!("\n  {defect}")).collect::<String>())]
pub struct ConceptsError {
    /// Every mistake, in the order of the file.
    pub defects: Vec<ConceptDefect>,
}

impl fmt::Display for ConceptDefect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        if let Some(group) = &self.group {
            write!(out, ", group `{group}`")?;
        }
        write!(out, ": {}; {}", self.problem, self.hint)
    }
}

#[cfg(test)]
mod tests;
