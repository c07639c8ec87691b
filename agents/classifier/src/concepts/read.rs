//! Checks a file of word groups, so that each mistake is named where it is.

use std::collections::HashSet;

use toml::{Table, Value};

use super::{ConceptDefect, ConceptsError};
use crate::features::words;

/// Longer phrases hardly ever recur, and each costs a look-up per word of every text.
const LONGEST_PHRASE: usize = 4;

const LAYOUT: &str = "expected sections [heading] with lines such as: crash = [\"crash\", \"prang\", \"run into\"]";

/// Reads the file and collects all mistakes.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<(String, Vec<String>)>, ConceptsError> {
    let mut reader = Reader { file, groups: Vec::new(), names: HashSet::new(), defects: Vec::new() };
    match text.parse::<Table>() {
        Ok(sections) => reader.read_sections(&sections),
        Err(error) => reader.report(None, error.to_string(), "expected a TOML file".into()),
    }
    if reader.groups.is_empty() && reader.defects.is_empty() {
        reader.report(None, "there is no group".into(), LAYOUT.into());
    }
    if reader.defects.is_empty() { Ok(reader.groups) } else { Err(ConceptsError { defects: reader.defects }) }
}

struct Reader<'a> {
    file: &'a str,
    groups: Vec<(String, Vec<String>)>,
    names: HashSet<String>,
    defects: Vec<ConceptDefect>,
}

impl Reader<'_> {
    fn read_sections(&mut self, sections: &Table) {
        for (heading, section) in sections {
            match section {
                Value::Table(groups) => groups.iter().for_each(|(name, phrases)| self.read_group(name, phrases)),
                _ => self.report(Some(heading), "this stands outside of a section".into(), LAYOUT.into()),
            }
        }
    }

    fn read_group(&mut self, name: &str, value: &Value) {
        if !self.names.insert(name.to_owned()) {
            let hint = "expected a new name, or the phrases added to the first one";
            self.report(Some(name), "this name was already used in another section".into(), hint.into());
        }
        let Some(values) = value.as_array() else {
            return self.report(Some(name), "this is not a list".into(), LAYOUT.into());
        };
        let phrases: Vec<String> = values.iter().filter_map(|value| self.phrase(name, value)).collect();
        if values.is_empty() {
            self.report(Some(name), "there is no phrase".into(), "expected at least one".into());
        }
        self.groups.push((name.to_owned(), phrases));
    }

    fn phrase(&mut self, name: &str, value: &Value) -> Option<String> {
        let hint = format!("expected a text of 1 to {LONGEST_PHRASE} words");
        let Some(phrase) = value.as_str() else {
            self.report(Some(name), format!("`{value}` is not a text"), hint);
            return None;
        };
        let length = words(phrase, usize::MAX).len();
        if length == 0 || length > LONGEST_PHRASE {
            self.report(Some(name), format!("\"{phrase}\" has {length} words"), hint);
            return None;
        }
        Some(phrase.to_owned())
    }

    fn report(&mut self, group: Option<&str>, problem: String, hint: String) {
        let (file, group) = (self.file.to_owned(), group.map(str::to_owned));
        self.defects.push(ConceptDefect { file, group, problem: problem.trim().to_owned(), hint });
    }
}
