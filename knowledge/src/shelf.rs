//! The library of many processes: serves the newest edition on the shelf, and looks for newer ones beside the requests.

mod look;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::finding::Passage;
use contract::ports::{Clock, Library, Query, Shelf};
use contract::{Error, ErrorKind, Result};
use tokio::sync::watch;

use crate::edition::Edition;
use look::{Held, Looker};

/// How a [`ShelfLibrary`] keeps itself up to date.
#[derive(Debug, Clone)]
pub struct Upkeep {
    /// An unpacked edition that came with the program. Served until the shelf has another.
    pub shipped: Option<PathBuf>,
    /// Where editions are unpacked: a folder of this process alone. Former editions in it are removed.
    pub work: PathBuf,
    /// How long searches wait for a look at the shelf while there is nothing newer to serve.
    pub patience: Duration,
    /// How old a look at the shelf may become before a search starts another one.
    pub refresh: Duration,
}

/// The library over a shelf.
///
/// It opens at once. A first look at the shelf begins right away; later ones begin with a search, one at a time, and no
/// search waits for them. An edition that cannot be used never takes the place of one that can.
pub struct ShelfLibrary {
    looker: Arc<Looker>,
    clock: Arc<dyn Clock>,
    patience: Duration,
    refresh: Duration,
}

/// What is served, and how the looking goes.
#[derive(Default)]
struct State {
    /// The edition that searches are answered from.
    held: Option<Arc<Held>>,
    /// Whether a look is going on.
    looking: bool,
    /// When the last look began, on the clock's measured time.
    began: Duration,
    /// Whether some look came to its end.
    looked: bool,
}

impl ShelfLibrary {
    /// Opens the shipped edition, if there is one, and begins to look for a newer one. Must be called within a runtime.
    pub fn open(shelf: Arc<dyn Shelf>, clock: Arc<dyn Clock>, upkeep: Upkeep) -> Self {
        let Upkeep { shipped, work, patience, refresh } = upkeep;
        let shipped = shipped.filter(|folder| folder.exists()).and_then(|folder| match Edition::open(&folder) {
            Ok(edition) => Some(Arc::new(Held::shipped(edition))),
            Err(error) => {
                look::log("the shipped edition of the library cannot be used", &error);
                None
            }
        });
        let state = State { held: shipped, ..State::default() };
        let looker = Arc::new(Looker { shelf, work, state: watch::Sender::new(state) });
        let library = Self { looker, clock, patience, refresh };
        library.look();
        library
    }

    /// The name of the edition that is served; none while there is none.
    pub fn edition(&self) -> Option<String> {
        self.looker.state.borrow().held.as_ref().map(|held| held.edition.manifest().name.clone())
    }

    /// The edition to search, waiting for the shelf where that may help.
    async fn held(&self) -> Result<Arc<Held>> {
        if self.is_due() {
            self.look();
        }
        if let Some(wait) = self.wait() {
            let mut state = self.looker.state.subscribe();
            // Too late is no error here: what is held by then is served.
            let _ = tokio::time::timeout(wait, state.wait_for(|state| !state.looking)).await;
        }
        self.looker.state.borrow().held.clone().ok_or_else(|| {
            let hint = "publish an edition of the library, and check that the shelf can be read";
            Error::new(ErrorKind::Unavailable, "no edition of the library is there yet").hint(hint)
        })
    }

    /// Whether the last look is too old. While nothing is held, every moment without an edition counts.
    fn is_due(&self) -> bool {
        let state = self.looker.state.borrow();
        let allowed = if state.held.is_some() { self.refresh } else { self.refresh.min(self.patience) };
        !state.looking && self.clock.elapsed().saturating_sub(state.began) >= allowed
    }

    /// How long a search may wait: what is left of the patience with a look that may bring the first edition, or the
    /// first one newer than that which was shipped. All searches share it.
    fn wait(&self) -> Option<Duration> {
        let state = self.looker.state.borrow();
        let worthwhile = state.looking && (!state.looked || state.held.is_none());
        let left = self.patience.saturating_sub(self.clock.elapsed().saturating_sub(state.began));
        (worthwhile && !left.is_zero()).then_some(left)
    }

    /// Begins a look beside the requests, unless one is going on.
    fn look(&self) {
        let now = self.clock.elapsed();
        let begins = self.looker.state.send_if_modified(|state| {
            let begins = !state.looking;
            if begins {
                (state.looking, state.began) = (true, now);
            }
            begins
        });
        if begins {
            tokio::spawn(self.looker.clone().look());
        }
    }
}

#[async_trait]
impl Library for ShelfLibrary {
    async fn search(&self, query: &Query) -> Result<Vec<Passage>> {
        self.held().await?.edition.find(query)
    }

    async fn ready(&self) -> Result<()> {
        self.held().await?.edition.collection.ready("put documents on the shelf and publish an edition of them")
    }
}
