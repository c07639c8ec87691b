//! Tells whether an index still belongs to the files that it was built from.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::analysis::WORDS;
use crate::index::FORMAT;
use crate::read::Problem;

/// A hash over the formats, the word table that shapes terms, and the path and content of every file, as 32 hexadecimal
/// digits. `format` is that of what the index is kept in.
pub(crate) fn fingerprint(format: &str, folder: &Path, files: &[PathBuf]) -> Result<String, Problem> {
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        // The length keeps the end of one part apart from the beginning of the next.
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    add(FORMAT.as_bytes());
    add(format.as_bytes());
    add(WORDS.as_bytes());
    for file in files {
        let name = file.strip_prefix(folder).unwrap_or(file);
        add(name.to_string_lossy().as_bytes());
        add(&fs::read(file).map_err(|error| Problem::new(file, format!("cannot be read: {error}")))?);
    }
    Ok(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}
