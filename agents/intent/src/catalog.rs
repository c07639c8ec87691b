//! Reads the intents from their TOML files and names every mistake in them.

use std::fmt;

use classifier::{Example, is_out_of_scope};
use contract::finding::Urgency;

mod read;

/// The intents that the classifier knows, in the order of their files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    intents: Vec<Intent>,
}

/// Something that customers want, and how they say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Its name: lower-case letters, digits and underscores. `out_of_scope` holds what belongs to no intent.
    pub label: String,
    /// One sentence for people.
    pub description: String,
    /// How soon it needs an answer.
    pub urgency: Urgency,
    /// The action agents that can serve it.
    pub agents: Vec<String>,
    /// What customers say, each a text to learn from.
    pub examples: Vec<String>,
}

/// One mistake in an intents file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The file.
    pub file: String,
    /// The label of the intent, or its number where it has none.
    pub intent: Option<String>,
    /// The field.
    pub field: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What was expected.
    pub hint: String,
}

/// All mistakes of a catalog, reported together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the intents cannot be read:{}", .defects.iter().map(|defect| format!("\n  {defect}")).collect::<String>())]
pub struct CatalogError {
    /// Every mistake, in the order of the files.
    pub defects: Vec<Defect>,
}

impl Catalog {
    /// Reads files given as name and text, in alphabetical order of their names.
    ///
    /// # Errors
    /// Every mistake in the files, and the lack of any intent.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, CatalogError> {
        read::read(files).map(|intents| Self { intents })
    }

    /// Every intent, with `out_of_scope` if there is one.
    pub fn intents(&self) -> &[Intent] {
        &self.intents
    }

    /// The intent of that name.
    pub fn intent(&self, label: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| intent.label == label)
    }

    /// Every example of every intent, to train a classifier.
    pub fn examples(&self) -> Vec<Example> {
        let of = |intent: &Intent| {
            let label = intent.label.clone();
            intent.examples.clone().into_iter().map(move |text| Example { text, label: label.clone() })
        };
        self.intents.iter().flat_map(of).collect()
    }
}

impl Intent {
    /// Whether this is the collection of texts that belong to no intent.
    pub fn is_out_of_scope(&self) -> bool {
        is_out_of_scope(&self.label)
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file)?;
        for (kind, name) in [("intent", &self.intent), ("field", &self.field)] {
            if let Some(name) = name {
                write!(out, ", {kind} `{name}`")?;
            }
        }
        write!(out, ": {}; {}", self.problem, self.hint)
    }
}

#[cfg(test)]
mod tests;
