//! Knows which words and phrases say the same thing, so that an example with one of them teaches all.

use std::fmt;

use frostem::{Algorithm, Stemmer};

use crate::features::{hash, join, words};

mod read;

/// Groups of words and phrases of one meaning. The default knows none, and so adds nothing to a classifier.
#[derive(Clone, Default, PartialEq)]
pub struct Concepts {
    /// The names of the groups; a classifier that was packed does not know them any more.
    pub(crate) names: Vec<String>,
    /// The hash of a phrase's stems with the feature of a group that it is in, sorted, each once.
    pub(crate) phrases: Vec<(u64, u64)>,
    /// How many words the longest phrase has.
    pub(crate) longest_phrase: usize,
}

impl Concepts {
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
        concepts.phrases.sort_unstable();
        concepts.phrases.dedup();
        concepts
    }

    fn add(&mut self, phrase: &str, feature: u64) {
        let stems: Vec<u64> = words(phrase, usize::MAX).iter().map(|word| stem(word)).collect();
        self.longest_phrase = self.longest_phrase.max(stems.len());
        self.phrases.push((phrase_hash(&stems), feature));
    }

    /// The names of the groups, section by section.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether `text` mentions something of the group `name`.
    pub fn mentions(&self, text: &str, name: &str) -> bool {
        self.mentioned(&words(text, usize::MAX)).contains(&feature_of(name))
    }

    /// Whether there is no group at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.phrases.is_empty()
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
                found.extend(groups.iter().map(|(_, feature)| feature));
                furthest = end;
            }
        }
        found
    }

    /// Where the longest phrase that begins at `start` ends, and its groups.
    fn longest(&self, stems: &[u64], start: usize) -> Option<(usize, &[(u64, u64)])> {
        let ends = start + 1..=stems.len().min(start.saturating_add(self.longest_phrase));
        ends.rev().map(|end| (end, self.groups_of(phrase_hash(&stems[start..end])))).find(|(_, of)| !of.is_empty())
    }

    fn groups_of(&self, phrase: u64) -> &[(u64, u64)] {
        let start = self.phrases.partition_point(|&(other, _)| other < phrase);
        let behind = &self.phrases[start..];
        &behind[..behind.iter().take_while(|&&(other, _)| other == phrase).count()]
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
