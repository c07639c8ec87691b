//! Reads and writes the two folders of a shelf, so that a reader never sees half of anything.

use std::fs::{self, File};
use std::io::{self, ErrorKind::NotFound, Write};
use std::path::{Component, Path, PathBuf};

use contract::ports::{Edition, ShelvedDocument};
use contract::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};

/// Names the newest edition.
const NEWEST: &str = "newest.json";

/// Held while something is published.
const LOCK: &str = "publish.lock";

/// Ending of the packed editions.
const PACK: &str = "pack";

/// Where everything is.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    pub(super) documents: PathBuf,
    pub(super) editions: PathBuf,
}

impl Folders {
    /// Every file below the folder of documents that is not hidden.
    pub(super) fn list(&self) -> Result<Vec<ShelvedDocument>> {
        let mut found = Vec::new();
        self.collect(&self.documents, "", &mut found).map_err(unavailable)?;
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    fn collect(&self, folder: &Path, prefix: &str, found: &mut Vec<ShelvedDocument>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let (kind, name) = (entry.file_type()?, format!("{prefix}{name}"));
            if kind.is_dir() {
                self.collect(&entry.path(), &format!("{name}/"), found)?;
            } else if kind.is_file() {
                found.push(ShelvedDocument { name, version: hash(&fs::read(entry.path())?) });
            }
        }
        Ok(())
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>> {
        let path = Path::new(name);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        let file = self.documents.join(path);
        if !inside || !file.is_file() {
            return Err(Error::new(ErrorKind::NotFound, "there is no such document on the shelf"));
        }
        fs::read(file).map_err(unavailable)
    }

    pub(super) fn newest(&self) -> Result<Option<Edition>> {
        match fs::read(self.editions.join(NEWEST)) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|cause| unavailable(cause.into())),
            Err(cause) if cause.kind() == NotFound => Ok(None),
            Err(cause) => Err(unavailable(cause)),
        }
    }

    pub(super) fn fetch(&self, edition: &Edition) -> Result<Vec<u8>> {
        let gone = || Error::new(ErrorKind::NotFound, "there is no such edition on the shelf");
        let pack = self.pack(edition).ok_or_else(gone)?;
        fs::read(pack).map_err(|cause| if cause.kind() == NotFound { gone() } else { unavailable(cause) })
    }

    /// Publishes under a lock. The pack is there before its name is, and older packs go only after that.
    pub(super) fn publish(&self, name: &str, packed: &[u8], before: Option<&Edition>) -> Result<Edition> {
        let edition = Edition { name: name.to_owned(), tag: hash(packed) };
        let pack = self.pack(&edition).ok_or_else(|| {
            Error::invalid("edition", "this is no name of an edition").hint("letters and digits, at least one")
        })?;
        fs::create_dir_all(&self.editions).map_err(unavailable)?;
        let lock = File::create(self.editions.join(LOCK)).map_err(unavailable)?;
        lock.lock().map_err(unavailable)?;
        let newest = self.newest()?;
        if newest.as_ref() != before {
            return Err(Error::new(ErrorKind::Conflict, "another edition was published meanwhile"));
        }
        replace(&pack, packed).map_err(unavailable)?;
        let said = serde_json::to_vec(&edition).map_err(|cause| unavailable(cause.into()))?;
        replace(&self.editions.join(NEWEST), &said).map_err(unavailable)?;
        let kept = [Some(pack), newest.and_then(|before| self.pack(&before))];
        self.remove_others(&kept);
        Ok(edition)
    }

    /// Removes all packs but those that are kept. One that stays is only lost space.
    fn remove_others(&self, kept: &[Option<PathBuf>]) {
        let entries = fs::read_dir(&self.editions).into_iter().flatten().flatten().map(|entry| entry.path());
        let old = entries.filter(|path| path.extension().is_some_and(|ending| ending == PACK));
        old.filter(|path| !kept.iter().flatten().any(|kept| kept == path)).for_each(|path| {
            let _ = fs::remove_file(path);
        });
    }

    /// The file of an edition, unless its name or tag could lead elsewhere.
    fn pack(&self, edition: &Edition) -> Option<PathBuf> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let Edition { name, tag } = edition;
        (plain(name) && plain(tag)).then(|| self.editions.join(format!("{name}-{tag}.{PACK}")))
    }
}

/// Writes beside the file, makes sure that it is on the disk, and renames.
fn replace(file: &Path, content: &[u8]) -> io::Result<()> {
    let beside = file.with_extension("new");
    let mut new = File::create(&beside)?;
    new.write_all(content)?;
    new.sync_all()?;
    fs::rename(&beside, file)
}

fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn unavailable(cause: io::Error) -> Error {
    let hint = "check that its folders exist, and their permissions";
    Error::new(ErrorKind::Unavailable, "the shelf cannot be used").hint(hint).caused_by(cause)
}
