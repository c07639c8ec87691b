//! Publishes the library: reads all documents on the shelf, builds the edition of them, and makes it the newest.

use std::path::{Component, Path, PathBuf};

use contract::ports::{Edition, Shelf, ShelvedDocument};
use contract::{Error, ErrorKind, Result};
use futures::{StreamExt, TryStreamExt};

use crate::edition::{self, Built, Manifest};

/// How often it starts over when the shelf changed underneath.
const ATTEMPTS: usize = 4;

/// How many documents are read at a time.
const READERS: usize = 8;

/// What came of publishing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The newest edition.
    pub edition: Edition,
    /// Whether it was published now; `false` when the shelf had it already.
    pub anew: bool,
    /// Files of the library.
    pub files: usize,
    /// Passages in its index.
    pub passages: usize,
    /// Trouble codes in its catalogue.
    pub codes: usize,
    /// Documents that were left out, and why.
    pub problems: Vec<String>,
}

/// Builds the edition of all documents on the `shelf` and publishes it, unless it is the newest already. `work` is a
/// folder for what lies between; it holds nothing afterwards.
///
/// # Errors
/// `Invalid` when no document can be read: an empty edition never takes the place of another. `Conflict` when the shelf
/// changed at every attempt. Else as [`Shelf`] says, and `Unavailable` when `work` cannot be written. Whatever the error,
/// the newest edition is the one it was.
pub async fn publish(shelf: &dyn Shelf, work: &Path) -> Result<Published> {
    let mut left = ATTEMPTS;
    loop {
        left -= 1;
        match attempt(shelf, work).await {
            Err(error) if error.kind == ErrorKind::Conflict && left > 0 => {
                tracing::info!(%error, "the shelf changed while it was read: starting over");
            }
            outcome => return outcome,
        }
    }
}

async fn attempt(shelf: &dyn Shelf, work: &Path) -> Result<Published> {
    // First what is newest and then the documents: who publishes in between makes this attempt a conflict.
    let before = shelf.newest().await?;
    std::fs::create_dir_all(work).map_err(unwritable)?;
    let folder = tempfile::tempdir_in(work).map_err(unwritable)?;
    let mut misnamed = download(shelf, folder.path()).await?;
    let name = blocking(folder.path(), |folder| edition::name(&folder)).await?;
    if let Some(newest) = before.as_ref().filter(|newest| newest.name == name)
        && let Some(manifest) = whole(shelf, newest).await?
    {
        return Ok(published(newest.clone(), false, manifest));
    }
    let between = work.to_path_buf();
    let Built { mut manifest, packed } =
        blocking(folder.path(), move |folder| edition::build(&folder, &between)).await?;
    manifest.problems.append(&mut misnamed);
    if manifest.passages == 0 {
        return Err(empty(&manifest));
    }
    let edition = shelf.publish(&manifest.name, packed, before.as_ref()).await?;
    Ok(published(edition, true, manifest))
}

/// Copies all documents into `folder`. Returns what is wrong with those whose names are no paths in it.
async fn download(shelf: &dyn Shelf, folder: &Path) -> Result<Vec<String>> {
    let (named, misnamed): (Vec<_>, Vec<_>) =
        shelf.documents().await?.into_iter().partition(|document| is_inside(&document.name));
    let copies = futures::stream::iter(named).map(|document| copy(shelf, document, folder.to_path_buf()));
    copies.buffer_unordered(READERS).try_collect::<Vec<()>>().await?;
    Ok(misnamed.iter().map(|document| format!("{}: the name is no path below the library", document.name)).collect())
}

async fn copy(shelf: &dyn Shelf, document: ShelvedDocument, folder: PathBuf) -> Result<()> {
    let content = shelf.read(&document.name).await.map_err(|error| match error.kind {
        ErrorKind::NotFound => {
            Error::new(ErrorKind::Conflict, "a document was taken off the shelf while it was read").caused_by(error)
        }
        _ => error,
    })?;
    blocking(&folder.join(&document.name), move |path| {
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(unwritable)?;
        std::fs::write(&path, content).map_err(unwritable)
    })
    .await
}

/// Whether the name is a relative path that stays where it is put.
fn is_inside(name: &str) -> bool {
    !name.contains(['\\', '\0'])
        && !name.is_empty()
        && !name.ends_with('/')
        && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

/// The manifest of an edition that the shelf has, if it is what its name says.
async fn whole(shelf: &dyn Shelf, newest: &Edition) -> Result<Option<Manifest>> {
    match shelf.fetch(newest).await {
        Ok(packed) => Ok(edition::manifest(&packed).ok().filter(|manifest| manifest.name == newest.name)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn published(edition: Edition, anew: bool, manifest: Manifest) -> Published {
    let Manifest { files, passages, codes, problems, .. } = manifest;
    Published { edition, anew, files, passages, codes, problems }
}

/// Does work that waits for the disk or computes on a thread of its own.
async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(PathBuf) -> Result<T> + Send + 'static,
) -> Result<T> {
    let path = path.to_path_buf();
    tokio::task::spawn_blocking(move || work(path))
        .await
        .map_err(|cause| Error::new(ErrorKind::Internal, "the library could not be built").caused_by(cause))?
}

fn empty(manifest: &Manifest) -> Error {
    let hint = match manifest.problems.first() {
        None => "put Markdown, HTML, text or PDF files on the shelf".to_owned(),
        Some(problem) => format!("the first of {} problems: {problem}", manifest.problems.len()),
    };
    Error::new(ErrorKind::Invalid, "no document on the shelf can be read; nothing was published").hint(hint)
}

fn unwritable(cause: std::io::Error) -> Error {
    let hint = "check the permissions and the free space of the work folder";
    Error::new(ErrorKind::Unavailable, "the work folder cannot be written").hint(hint).caused_by(cause)
}
