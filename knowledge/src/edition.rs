//! An edition of the library: index and trouble codes, built once and packed into one piece that travels.
//!
//! Unpacked it is a folder of files that are mapped, so that opening it reads next to nothing: whatever takes time or
//! may go wrong with a document is the business of [`build`].

mod pack;

use std::fs;
use std::path::{Path, PathBuf};

use contract::finding::Passage;
use contract::ports::Query;
use contract::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use crate::codes::Codes;
use crate::collection::Collection;
use crate::folder::{catalogue, catalogue_file, documents, fingerprint};
use crate::index::{Index, StillDirectory};
use crate::read;

pub use pack::{manifest, unpack};

/// Version of what an edition holds beside its index. Editions of another version are not opened.
pub const FORMAT: &str = "edition 1";

/// The file that says what the edition is.
const MANIFEST: &str = "edition.json";

/// What an edition is and what it was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version, [`FORMAT`].
    pub format: String,
    /// The fingerprint of the format and of all documents: the same documents have the same name.
    pub name: String,
    /// Files of the library.
    pub files: usize,
    /// Passages in the index.
    pub passages: usize,
    /// Trouble codes in the catalogue.
    pub codes: usize,
    /// Files that were left out, and why.
    pub problems: Vec<String>,
}

/// An edition that was built just now.
#[derive(Debug)]
pub struct Built {
    /// What it is.
    pub manifest: Manifest,
    /// The whole edition, for [`unpack`].
    pub packed: Vec<u8>,
}

/// The name of the edition of the documents in `folder`, without building it.
///
/// # Errors
/// `Unavailable` when the folder cannot be read.
pub fn name(folder: &Path) -> Result<String> {
    let mut files = read::files(folder).map_err(unreadable)?;
    files.extend(catalogue_file(folder));
    fingerprint(FORMAT, folder, &files).map_err(unreadable)
}

/// Builds the edition of the documents in `folder`: the formats and rules are those of [`crate::folder`]. `work` is a
/// folder for what lies between.
///
/// # Errors
/// `Unavailable` when a folder cannot be read or written. Documents that cannot be read are no error: they are left out
/// and named by the manifest.
pub fn build(folder: &Path, work: &Path) -> Result<Built> {
    let mut problems = Vec::new();
    let codes = catalogue_file(folder).map(|file| catalogue(&file, &mut problems)).unwrap_or_default();
    let files = read::files(folder).map_err(unreadable)?;
    let documents = documents(folder, &files, &mut problems, &mut |_| {});
    let place = tempfile::tempdir_in(work).map_err(unwritable)?;
    let passages = Index::create(place.path(), &documents)?.len();
    codes.keep(place.path()).map_err(unwritable)?;
    let within = |problem: &read::Problem| problem.to_string().replace(&format!("{}/", folder.display()), "");
    let manifest = Manifest {
        format: FORMAT.into(),
        name: name(folder)?,
        files: files.len(),
        passages,
        codes: codes.len(),
        problems: problems.iter().map(within).collect(),
    };
    Ok(Built { packed: pack::pack(place.path(), &manifest).map_err(unwritable)?, manifest })
}

/// Builds the edition of the documents in `folder` and leaves it unpacked as the folder `place`, to be packaged with a
/// program. What was at `place` before is replaced.
///
/// # Errors
/// As [`build`].
pub fn ship(folder: &Path, place: &Path) -> Result<Manifest> {
    let beside = place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(beside).map_err(unwritable)?;
    let work = tempfile::tempdir_in(beside).map_err(unwritable)?;
    let Built { manifest, packed } = build(folder, work.path())?;
    unpack(&packed, work.path())?;
    if place.exists() {
        fs::remove_dir_all(place).map_err(unwritable)?;
    }
    fs::rename(work.path().join(&manifest.name), place).map_err(unwritable)?;
    Ok(manifest)
}

/// An opened edition.
pub struct Edition {
    manifest: Manifest,
    pub(crate) collection: Collection,
}

impl Edition {
    /// Opens the edition that [`unpack`] left in `folder`. Its files are mapped; nothing is written there.
    ///
    /// # Errors
    /// `Unavailable` when there is none, when it is damaged, or of another format.
    pub fn open(folder: &Path) -> Result<Self> {
        let manifest = fs::read(folder.join(MANIFEST)).map_err(|cause| damaged().caused_by(cause))?;
        let manifest: Manifest = serde_json::from_slice(&manifest).map_err(|cause| damaged().caused_by(cause))?;
        if manifest.format != FORMAT {
            return Err(damaged().caused_by(format!("the format is {:?} and not {FORMAT:?}", manifest.format)));
        }
        let directory = StillDirectory::open(folder).map_err(|cause| damaged().caused_by(cause))?;
        let index = Index::open_in(&directory)?;
        if index.len() != manifest.passages {
            return Err(damaged().caused_by(format!("{} passages instead of {}", index.len(), manifest.passages)));
        }
        let codes = Codes::map(&directory).map_err(|cause| damaged().caused_by(cause))?;
        Ok(Self { manifest, collection: Collection { index, codes } })
    }

    /// The passages that bear most on the query, trouble codes first.
    ///
    /// # Errors
    /// `Unavailable` when the index cannot be read.
    pub fn find(&self, query: &Query) -> Result<Vec<Passage>> {
        self.collection.find(query)
    }

    /// What it is.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

/// The folder of the edition `name` below `work`, if the name can be that of an edition: letters and digits.
pub(crate) fn place(work: &Path, name: &str) -> Result<PathBuf> {
    const LONGEST: usize = 64;
    if name.is_empty() || name.len() > LONGEST || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(damaged().caused_by(format!("{name:?} is no name of an edition")));
    }
    Ok(work.join(name))
}

fn damaged() -> Error {
    Error::new(ErrorKind::Unavailable, "the edition of the library cannot be used").hint("publish the library again")
}

fn unreadable(problem: read::Problem) -> Error {
    Error::new(ErrorKind::Unavailable, problem.to_string()).hint("the library must be a folder that can be read")
}

fn unwritable(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    let hint = "check the permissions and the free space of the work folder";
    Error::new(ErrorKind::Unavailable, "an edition of the library cannot be written").hint(hint).caused_by(cause)
}

#[cfg(test)]
mod tests;
