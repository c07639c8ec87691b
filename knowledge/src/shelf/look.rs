//! One look at the shelf: finds the newest edition, fetches and unpacks it, and puts it in the place of the one before.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use contract::ports::Shelf;
use contract::{Error, ErrorKind, Result, ports};
use tokio::sync::watch;

use super::State;
use crate::edition::{self, Edition};

/// An edition that is served, with the folder that goes with it.
pub(super) struct Held {
    pub(super) edition: Edition,
    /// Where it was unpacked; none for one that was shipped.
    folder: Option<PathBuf>,
    /// Whether another edition has taken its place.
    superseded: AtomicBool,
}

impl Held {
    pub(super) fn shipped(edition: Edition) -> Self {
        Self { edition, folder: None, superseded: AtomicBool::new(false) }
    }
}

impl Drop for Held {
    /// The last search in a former edition takes its folder along.
    fn drop(&mut self) {
        if let Some(folder) = self.folder.take().filter(|_| self.superseded.load(Ordering::Acquire)) {
            remove(&folder);
        }
    }
}

/// Looks at the shelf and keeps what is served.
pub(super) struct Looker {
    pub(super) shelf: Arc<dyn Shelf>,
    pub(super) work: PathBuf,
    pub(super) state: watch::Sender<State>,
}

impl Looker {
    /// Looks once. Whatever happens, also a panic in reading what was fetched, the next look can begin afterwards.
    pub(super) async fn look(self: Arc<Self>) {
        let ended = Ended(self.clone());
        match self.newer().await {
            Ok(Some(held)) => self.serve(held),
            Ok(None) => {}
            Err(error) => log("the shelf has no edition that can be used; the one before stays", &error),
        }
        drop(ended);
    }

    /// The newest edition, unless it is the one that is served already.
    async fn newer(&self) -> Result<Option<Held>> {
        let Some(newest) = self.shelf.newest().await? else { return Ok(None) };
        if self.state.borrow().held.as_ref().is_some_and(|held| held.edition.manifest().name == newest.name) {
            return Ok(None);
        }
        let folder = edition::place(&self.work, &newest.name)?;
        if !self.state.borrow().looked {
            sweep(&self.work, &folder);
        }
        let edition = match Edition::open(&folder) {
            Ok(edition) => edition,
            Err(_) => self.fetch(newest).await?,
        };
        Ok(Some(Held { edition, folder: Some(folder), superseded: AtomicBool::new(false) }))
    }

    async fn fetch(&self, newest: ports::Edition) -> Result<Edition> {
        let packed = self.shelf.fetch(&newest).await?;
        let work = self.work.clone();
        let unpacked = tokio::task::spawn_blocking(move || {
            if edition::manifest(&packed)?.name != newest.name {
                return Err(Error::new(ErrorKind::Unavailable, "the shelf has an edition under another's name"));
            }
            edition::unpack(&packed, &work)
        });
        unpacked.await.map_err(|cause| {
            Error::new(ErrorKind::Unavailable, "an edition of the library cannot be unpacked").caused_by(cause)
        })?
    }

    fn serve(&self, held: Held) {
        let name = held.edition.manifest().name.clone();
        self.state.send_modify(|state| {
            let before = state.held.replace(Arc::new(held));
            before.inspect(|before| before.superseded.store(true, Ordering::Release));
        });
        tracing::info!(edition = %name, "serving this edition of the library");
    }
}

/// Notes the end of a look when it is dropped.
struct Ended(Arc<Looker>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.state.send_modify(|state| (state.looking, state.looked) = (false, true));
    }
}

/// Removes what a former process left in `work`, but for `newest`.
fn sweep(work: &Path, newest: &Path) {
    let entries = fs::read_dir(work).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.is_dir() && path != newest).for_each(|path| remove(&path));
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        tracing::warn!(folder = %folder.display(), %error, "a former edition could not be removed");
    }
}

/// Writes down an error with its cause.
pub(super) fn log(what: &str, error: &Error) {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    tracing::error!(%error, cause, "{what}");
}
