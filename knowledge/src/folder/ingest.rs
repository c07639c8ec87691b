//! Reads a folder into an index, and finds the index again as long as no file changed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use contract::{Error, ErrorKind, Result};

use super::fingerprint::fingerprint;
use crate::codes::{self, Codes};
use crate::collection::Collection;
use crate::index::Index;
use crate::read::{self, Document, Problem};

/// An index is kept as the engine writes it.
const KEPT_FORMAT: &str = "";

/// What came of reading a folder.
#[derive(Debug, Default)]
pub struct Ingested {
    /// Files of the library.
    pub files: usize,
    /// Passages in the index.
    pub passages: usize,
    /// Trouble codes in the catalogue.
    pub codes: usize,
    /// Whether the index had to be built; `false` when it was still right.
    pub built: bool,
    /// Files that could not be read, and why. The others are in the index all the same.
    pub problems: Vec<Problem>,
}

/// Reads the library in `folder` and brings the index in `index_folder` up to date.
///
/// `progress` is told of every file before it is read.
///
/// # Errors
/// `Unavailable` when the folder cannot be read or the index cannot be written.
pub fn ingest(folder: &Path, index_folder: Option<&Path>, progress: &mut dyn FnMut(&Path)) -> Result<Ingested> {
    open(folder, index_folder, progress).map(|(_, ingested)| ingested)
}

/// The index and catalogue over `folder`.
pub(crate) fn open(
    folder: &Path,
    index_folder: Option<&Path>,
    progress: &mut dyn FnMut(&Path),
) -> Result<(Collection, Ingested)> {
    let mut problems = Vec::new();
    let codes = catalogue_file(folder).map(|file| catalogue(&file, &mut problems)).unwrap_or_default();
    let files = read::files(folder).map_err(|problem| {
        Error::new(ErrorKind::Unavailable, problem.to_string()).hint("the library must be a folder that can be read")
    })?;
    let (index, built) = match index_folder {
        None => (Index::build(&documents(folder, &files, &mut problems, progress))?, true),
        Some(place) => kept(folder, &files, place, &mut problems, progress)?,
    };
    let ingested = Ingested { files: files.len(), passages: index.len(), codes: codes.len(), built, problems };
    Ok((Collection { index, codes }, ingested))
}

/// The index in `place`, built anew if it belongs to other files than these.
///
/// It is built beside its final place and then renamed, so that another process never sees half an index.
fn kept(
    folder: &Path,
    files: &[PathBuf],
    place: &Path,
    problems: &mut Vec<Problem>,
    progress: &mut dyn FnMut(&Path),
) -> Result<(Index, bool)> {
    let current = place.join(fingerprint(KEPT_FORMAT, folder, files)?);
    if let Ok(index) = Index::open(&current) {
        return Ok((index, false));
    }
    fs::create_dir_all(place).map_err(|error| unwritable(place, error))?;
    let work = tempfile::tempdir_in(place).map_err(|error| unwritable(place, error))?;
    let documents = documents(folder, files, problems, progress);
    let index = Index::create(work.path(), &documents)?;
    if !problems.is_empty() {
        // Kept in memory only: the next start must name the problems again.
        return Ok((Index::build(&documents)?, true));
    }
    drop(index);
    remove_others(place);
    let work = work.keep();
    if let Err(error) = fs::rename(&work, &current) {
        // Another process was faster, or a damaged index is in the way.
        let theirs = Index::open(&current);
        let _ = fs::remove_dir_all(&work);
        return theirs.map(|index| (index, true)).map_err(|_| unwritable(&current, error));
    }
    Ok((Index::open(&current)?, true))
}

/// Removes the indexes of former files.
fn remove_others(place: &Path) {
    let is_index = |path: &PathBuf| path.join("meta.json").is_file() && !is_work_in_progress(path);
    let entries = fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in entries.filter(is_index) {
        if let Err(error) = fs::remove_dir_all(&path) {
            tracing::warn!(path = %path.display(), %error, "an old index could not be removed");
        }
    }
}

/// Whether some process is building there: temporary folders begin with a dot.
fn is_work_in_progress(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Reads `files`; those that cannot be read become problems.
pub(crate) fn documents(
    folder: &Path,
    files: &[PathBuf],
    problems: &mut Vec<Problem>,
    progress: &mut dyn FnMut(&Path),
) -> Vec<Document> {
    let mut documents = Vec::new();
    for file in files {
        progress(file);
        match read::read(folder, file) {
            Ok(document) => documents.push(document),
            Err(problem) => problems.push(problem),
        }
    }
    documents
}

/// Where the catalogue of trouble codes is: `codes.tsv` in the folder or directly below it. Without one no code is known.
pub(crate) fn catalogue_file(folder: &Path) -> Option<PathBuf> {
    let below = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut places: Vec<_> = below.chain([folder.to_path_buf()]).map(|place| place.join(codes::FILE)).collect();
    places.sort();
    places.into_iter().find(|place| place.is_file())
}

/// Reads the catalogue; one that cannot be read becomes a problem.
pub(crate) fn catalogue(file: &Path, problems: &mut Vec<Problem>) -> Codes {
    Codes::open(file).unwrap_or_else(|problem| {
        problems.push(problem);
        Codes::default()
    })
}

fn unwritable(place: &Path, error: io::Error) -> Error {
    let message = format!("the index folder {} cannot be written", place.display());
    Error::new(ErrorKind::Unavailable, message).hint("check its permissions and the free space").caused_by(error)
}
