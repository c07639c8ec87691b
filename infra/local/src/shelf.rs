//! The shelf in two folders: one with the documents, one with the editions that were published.

mod folders;

use std::path::Path;

use async_trait::async_trait;
use contract::ports::{Edition, Shelf, ShelvedDocument};
use contract::{Error, ErrorKind, Result};

use folders::Folders;

/// A shelf that processes of one machine share.
///
/// The newest edition is named by a small file that is replaced in one step, under a lock that also other processes keep.
#[derive(Debug, Clone)]
pub struct FolderShelf {
    folders: Folders,
}

impl FolderShelf {
    /// Over the folder of the `documents`, which must exist, and that of the `editions`, which is made when something is
    /// published.
    pub fn new(documents: impl AsRef<Path>, editions: impl AsRef<Path>) -> Self {
        Self {
            folders: Folders { documents: documents.as_ref().to_path_buf(), editions: editions.as_ref().to_path_buf() },
        }
    }

    /// Does work on the folders on a thread that may wait for the disk.
    async fn with<T: Send + 'static>(&self, work: impl FnOnce(Folders) -> Result<T> + Send + 'static) -> Result<T> {
        let folders = self.folders.clone();
        tokio::task::spawn_blocking(move || work(folders))
            .await
            .map_err(|cause| Error::new(ErrorKind::Internal, "the shelf could not be used").caused_by(cause))?
    }
}

#[async_trait]
impl Shelf for FolderShelf {
    async fn documents(&self) -> Result<Vec<ShelvedDocument>> {
        self.with(|folders| folders.list()).await
    }

    async fn read(&self, name: &str) -> Result<Vec<u8>> {
        let name = name.to_owned();
        self.with(move |folders| folders.read(&name)).await
    }

    async fn newest(&self) -> Result<Option<Edition>> {
        self.with(|folders| folders.newest()).await
    }

    async fn fetch(&self, edition: &Edition) -> Result<Vec<u8>> {
        let edition = edition.clone();
        self.with(move |folders| folders.fetch(&edition)).await
    }

    async fn publish(&self, name: &str, packed: Vec<u8>, before: Option<&Edition>) -> Result<Edition> {
        let (name, before) = (name.to_owned(), before.cloned());
        self.with(move |folders| folders.publish(&name, &packed, before.as_ref())).await
    }

    async fn ready(&self) -> Result<()> {
        self.with(|folders| folders.list().map(|_| ())).await
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::{TempDir, tempdir};

    use super::*;

    const KNOWN: [(&str, &[u8]); 3] = [
        ("codes/codes.tsv", b"code\n"),
        ("lumen/charging.md", b"# Charging\n"),
        ("lumen.md", b"\xff\x00 whatever it is\n"),
    ];

    fn shelf() -> (TempDir, FolderShelf) {
        let place = tempdir().unwrap();
        for (name, content) in KNOWN {
            let file = place.path().join("documents").join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        fs::write(place.path().join("documents/.hidden"), "of the machine, not of the library").unwrap();
        let shelf = FolderShelf::new(place.path().join("documents"), place.path().join("editions"));
        (place, shelf)
    }

    #[tokio::test]
    async fn keeps_what_every_shelf_promises() {
        let (_place, shelf) = shelf();
        let mut known = KNOWN;
        known.sort_unstable();
        contract::testing::shelf::check(&shelf, &known).await;
    }

    #[tokio::test]
    async fn nothing_outside_of_the_folders_is_read_or_written() {
        let (place, shelf) = shelf();
        fs::write(place.path().join("secret"), "secret").unwrap();
        let absolute = place.path().join("secret").display().to_string();
        for name in ["../secret", "lumen/../../secret", ".", "", "lumen", absolute.as_str()] {
            assert_eq!(shelf.read(name).await.unwrap_err().kind, ErrorKind::NotFound, "{name:?}");
            let edition = Edition { name: name.into(), tag: String::new() };
            assert_eq!(shelf.fetch(&edition).await.unwrap_err().kind, ErrorKind::NotFound, "{name:?}");
        }
        for name in ["../escaped", "", "a/b", "a.b"] {
            assert_eq!(shelf.publish(name, vec![1], None).await.unwrap_err().kind, ErrorKind::Invalid, "{name:?}");
        }
        assert!(!place.path().join("escaped").exists());
    }

    #[tokio::test]
    async fn of_many_publishers_at_once_one_wins() {
        let (_place, shelf) = shelf();
        let names: Vec<String> = (0..12).map(|number| format!("edition{number}")).collect();
        let all = names.iter().map(|name| shelf.publish(name, name.clone().into_bytes(), None));
        let outcomes = futures::future::join_all(all).await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        assert!(lost.iter().all(|outcome| outcome.as_ref().unwrap_err().kind == ErrorKind::Conflict));
        let newest = shelf.newest().await.unwrap().unwrap();
        assert_eq!(shelf.fetch(&newest).await.unwrap(), newest.name.as_bytes());
    }

    #[tokio::test]
    async fn only_the_newest_and_the_one_before_are_kept() {
        let (place, shelf) = shelf();
        let mut before = None;
        for name in ["one", "two", "three", "four"] {
            before = Some(shelf.publish(name, name.into(), before.as_ref()).await.unwrap());
        }
        let packs = fs::read_dir(place.path().join("editions")).unwrap().map(|entry| entry.unwrap().path());
        assert_eq!(packs.filter(|path| path.extension().is_some_and(|ending| ending == "pack")).count(), 2);
    }

    #[tokio::test]
    async fn a_shelf_without_a_folder_is_not_ready() {
        let place = tempdir().unwrap();
        let shelf = FolderShelf::new(place.path().join("missing"), place.path().join("editions"));
        assert_eq!(shelf.ready().await.unwrap_err().kind, ErrorKind::Unavailable);
        assert_eq!(shelf.newest().await.unwrap(), None);
    }
}
