//! Finds the labelled files of a kind in a folder.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// A labelled file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// Its name, without ending: `intent-hard`; in a folder of its kind: `intent/clinc150`.
    pub name: String,
    /// Where it lies.
    pub file: PathBuf,
    /// What it holds: one JSON object a line. Lines that begin with `#` say what the file is.
    pub text: String,
}

impl Set {
    /// A file by itself, under the name that it has.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn open(file: &Path) -> Result<Self, String> {
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        Self::read(name.to_owned(), file.to_path_buf())
    }

    /// Reads a file; what begins with `#` becomes an empty line, so that lines keep their numbers.
    fn read(name: String, file: PathBuf) -> Result<Self, String> {
        let text =
            std::fs::read_to_string(&file).map_err(|cause| format!("cannot read {}: {cause}", file.display()))?;
        let text = text.lines().map(|line| if line.starts_with('#') { "" } else { line });
        Ok(Self { name, text: text.collect::<Vec<_>>().join("\n"), file })
    }

    /// Its rows.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn rows<T: DeserializeOwned>(&self) -> Result<Vec<T>, String> {
        let filled = self.text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let wrong = |at: usize, cause: serde_json::Error| format!("{}, line {}: {cause}", self.file.display(), at + 1);
        filled.map(|(at, line)| serde_json::from_str(line).map_err(|cause| wrong(at, cause))).collect()
    }
}

/// The files of a kind: `KIND.jsonl`, `KIND-….jsonl`, and all in a folder `KIND`, in the order of their names.
///
/// # Errors
/// A sentence, when the folder or a file cannot be read.
pub fn of_kind(folder: &Path, kind: &str) -> Result<Vec<Set>, String> {
    let mut found = Vec::new();
    for stem in stems(folder)? {
        if stem == kind || stem.strip_prefix(kind).is_some_and(|rest| rest.starts_with('-')) {
            found.push(Set::read(stem.clone(), folder.join(format!("{stem}.jsonl")))?);
        }
    }
    let own = folder.join(kind);
    if own.is_dir() {
        for stem in stems(&own)? {
            found.push(Set::read(format!("{kind}/{stem}"), own.join(format!("{stem}.jsonl")))?);
        }
    }
    Ok(found)
}

fn stems(folder: &Path) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(folder).map_err(|cause| format!("cannot read {}: {cause}", folder.display()))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut stems: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned())).collect();
    stems.sort();
    Ok(stems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_kind_are_found_and_their_heads_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("intent")).unwrap();
        for name in ["intent.jsonl", "intent-hard.jsonl", "intentional.jsonl", "intent/theirs.jsonl"] {
            std::fs::write(folder.path().join(name), "# what this is\n{\"a\": 1}\n").unwrap();
        }
        let sets = of_kind(folder.path(), "intent").unwrap();
        assert_eq!(sets.iter().map(|set| &*set.name).collect::<Vec<_>>(), ["intent", "intent-hard", "intent/theirs"]);
        assert_eq!(sets[0].rows::<serde_json::Value>().unwrap().len(), 1);
        assert!(sets[0].rows::<String>().unwrap_err().contains("line 2"));
        assert!(of_kind(&folder.path().join("none"), "intent").unwrap_err().contains("cannot read"));
    }
}
