//! The library over a shelf: what is published is served, and nothing that goes wrong takes away what is served.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Edition, Library, Query, Shelf, ShelvedDocument};
use contract::testing::ManualClock;
use contract::{Error, ErrorKind, Result};
use knowledge::{ShelfLibrary, Upkeep, edition, publish};
use local::FolderShelf;
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

const PATIENCE: Duration = Duration::from_millis(400);
const REFRESH: Duration = Duration::from_secs(60);

/// A shelf in folders, and a place to work.
struct Place {
    folder: TempDir,
    shelf: Arc<Troubled>,
    clock: Arc<ManualClock>,
}

/// The shelf with the troubles of a network: slow, away, or overtaken by another publisher.
struct Troubled {
    shelf: FolderShelf,
    hangs: AtomicBool,
    fails: AtomicBool,
    looks: AtomicUsize,
    overtakers: Mutex<Vec<Vec<u8>>>,
}

#[async_trait]
impl Shelf for Troubled {
    async fn documents(&self) -> Result<Vec<ShelvedDocument>> {
        self.shelf.documents().await
    }

    async fn read(&self, name: &str) -> Result<Vec<u8>> {
        self.shelf.read(name).await
    }

    async fn newest(&self) -> Result<Option<Edition>> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        while self.hangs.load(Ordering::SeqCst) {
            sleep(Duration::from_millis(5)).await;
        }
        if self.fails.load(Ordering::SeqCst) {
            return Err(Error::new(ErrorKind::Unavailable, "the shelf is away"));
        }
        self.shelf.newest().await
    }

    async fn fetch(&self, edition: &Edition) -> Result<Vec<u8>> {
        self.shelf.fetch(edition).await
    }

    async fn publish(&self, name: &str, packed: Vec<u8>, before: Option<&Edition>) -> Result<Edition> {
        let overtaker = self.overtakers.lock().unwrap().pop();
        if let Some(other) = overtaker {
            let newest = self.shelf.newest().await?;
            self.shelf.publish("overtaker", other, newest.as_ref()).await?;
        }
        self.shelf.publish(name, packed, before).await
    }

    async fn ready(&self) -> Result<()> {
        self.shelf.ready().await
    }
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shelf = FolderShelf::new(folder.path().join("documents"), folder.path().join("editions"));
        let shelf = Arc::new(Troubled {
            shelf,
            hangs: AtomicBool::default(),
            fails: AtomicBool::default(),
            looks: AtomicUsize::default(),
            overtakers: Mutex::default(),
        });
        let place = Self { folder, shelf, clock: Arc::default() };
        place.write("tyres.md", "# Tyres\n\nInflate the tyres to 2.5 bar.");
        place.write("boot.md", "# Boot\n\nPress the button to open the boot.");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let file = self.path("documents").join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    async fn publish(&self) -> Result<knowledge::Published> {
        let published = publish(&*self.shelf, &self.path("publisher")).await;
        assert_eq!(names(&self.path("publisher")), Vec::<String>::new(), "nothing is left behind");
        published
    }

    fn open(&self, shipped: Option<PathBuf>) -> ShelfLibrary {
        let upkeep = Upkeep { shipped, work: self.path("work"), patience: PATIENCE, refresh: REFRESH };
        ShelfLibrary::open(self.shelf.clone(), self.clock.clone(), upkeep)
    }

    /// An unpacked edition that says how tyres were inflated before anything was published.
    fn shipped(&self) -> PathBuf {
        let documents = self.path("old");
        fs::create_dir_all(&documents).unwrap();
        fs::write(documents.join("tyres.md"), "# Tyres\n\nInflate the tyres to 9 bar.").unwrap();
        let built = edition::build(&documents, self.folder.path()).unwrap();
        let unpacked = edition::unpack(&built.packed, &self.path("shipped")).unwrap();
        self.path("shipped").join(&unpacked.manifest().name)
    }

    /// Puts `packed` on the shelf under `name`, whatever it is.
    async fn force(&self, name: &str, packed: &[u8]) {
        let newest = self.shelf.shelf.newest().await.unwrap();
        self.shelf.shelf.publish(name, packed.to_vec(), newest.as_ref()).await.unwrap();
    }

    /// Lets so much time pass that the next search looks again, searches, and waits for `done`.
    async fn refreshed(&self, library: &ShelfLibrary, done: impl Fn() -> bool) {
        self.clock.advance(REFRESH);
        let before = self.shelf.looks.load(Ordering::SeqCst);
        says(library, "tyre pressure").await.unwrap();
        let wait = async {
            while !done() || self.shelf.looks.load(Ordering::SeqCst) == before {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(20), wait).await.expect("the look comes to its end");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// The best passage for `text`.
async fn says(library: &ShelfLibrary, text: &str) -> Result<String> {
    let found = library.search(&Query { text: text.into(), limit: 1, ..Query::default() }).await?;
    Ok(found.first().map(|passage| passage.text.clone()).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_what_every_library_promises() {
    let place = Place::new();
    place.publish().await.unwrap();
    contract::testing::library::check(&place.open(None), "What tyre pressure do I need?", "tyres").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shipped_manuals_give_the_same_answers_from_a_shelf() {
    let place = Place::new();
    let manuals = Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/manuals");
    let shelf = FolderShelf::new(&manuals, place.path("editions"));
    let published = publish(&shelf, &place.path("publisher")).await.unwrap();
    assert_eq!((published.problems.as_slice(), published.codes), (&[][..], 9_533));
    let library = place.open(None);
    let cases = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("eval/retrieval.jsonl")).unwrap();
    let mut asked = 0;
    for case in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(case).unwrap();
        let text = case["question"].as_str().unwrap();
        let query = Query { text: text.into(), limit: 8, ..Query::default() };
        assert_eq!(
            library.search(&query).await.unwrap(),
            crate::house::LIBRARY.search(&query).await.unwrap(),
            "{text}"
        );
        asked += 1;
    }
    assert!(asked > 50, "{asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_edition_is_picked_up_beside_the_requests_and_the_old_one_is_removed() {
    let place = Place::new();
    place.publish().await.unwrap();
    let library = place.open(None);
    assert!(says(&library, "tyre pressure").await.unwrap().contains("2.5 bar"));
    place.write("tyres.md", "# Tyres\n\nInflate the tyres to 3 bar.");
    let newer = place.publish().await.unwrap();
    assert!(newer.anew);
    assert!(says(&library, "tyre pressure").await.unwrap().contains("2.5 bar"), "the last look is young enough");
    place.refreshed(&library, || library.edition().as_ref() == Some(&newer.edition.name)).await;
    assert!(says(&library, "tyre pressure").await.unwrap().contains("3 bar"));
    assert_eq!(names(&place.path("work")), [newer.edition.name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_never_takes_the_place_of_what_can() {
    let place = Place::new();
    let good = place.publish().await.unwrap().edition;
    let packed = place.shelf.fetch(&good).await.unwrap();
    let library = place.open(None);
    says(&library, "tyre pressure").await.unwrap();
    for (name, bad) in [
        ("garbage", b"garbage".to_vec()),
        ("cut", packed[..packed.len() / 2].to_vec()),
        ("empty", Vec::new()),
        ("mislabelled", packed.clone()),
    ] {
        place.force(name, &bad).await;
        place.refreshed(&library, || true).await;
        sleep(Duration::from_millis(100)).await;
        assert_eq!(library.edition().as_ref(), Some(&good.name), "{name}");
        assert!(says(&library, "tyre pressure").await.unwrap().contains("2.5 bar"), "{name}");
    }
    place.shelf.fails.store(true, Ordering::SeqCst);
    place.refreshed(&library, || true).await;
    library.ready().await.unwrap();
    place.shelf.fails.store(false, Ordering::SeqCst);
    let again = place.publish().await.unwrap();
    assert!(again.anew, "the damaged newest edition is replaced");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shelf_that_hangs_costs_the_patience_once_and_then_the_shipped_edition_serves() {
    let place = Place::new();
    let newest = place.publish().await.unwrap().edition;
    place.shelf.hangs.store(true, Ordering::SeqCst);
    let library = place.open(Some(place.shipped()));
    let began = Instant::now();
    assert!(says(&library, "tyre pressure").await.unwrap().contains("9 bar"));
    assert!(began.elapsed() >= PATIENCE);
    place.clock.advance(PATIENCE);
    let began = Instant::now();
    for _ in 0..20 {
        says(&library, "tyre pressure").await.unwrap();
    }
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    assert_eq!(place.shelf.looks.load(Ordering::SeqCst), 2, "the publisher's and one more: one look at a time");
    place.shelf.hangs.store(false, Ordering::SeqCst);
    let arrives = async {
        while library.edition().as_ref() != Some(&newest.name) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(20), arrives).await.expect("the newest edition arrives");
    assert!(place.path("shipped").read_dir().unwrap().next().is_some(), "what was shipped is never removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_nothing_to_serve_it_says_so_and_serves_as_soon_as_there_is_something() {
    let place = Place::new();
    let library = place.open(Some(place.path("missing")));
    let error = says(&library, "tyre pressure").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.hint.is_some());
    assert_eq!(library.ready().await.unwrap_err().kind, ErrorKind::Unavailable);
    place.publish().await.unwrap();
    place.clock.advance(PATIENCE);
    assert!(says(&library, "tyre pressure").await.unwrap().contains("2.5 bar"));
    library.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_documents_are_published_once() {
    let place = Place::new();
    place.write("bad.md", "---\nkind: novel\n---\nText.");
    let first = place.publish().await.unwrap();
    assert!(first.anew && first.problems.len() == 1 && first.problems[0].starts_with("bad.md"), "{first:?}");
    let again = place.publish().await.unwrap();
    assert_eq!(again, knowledge::Published { anew: false, ..first });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_library_never_replaces_a_good_one() {
    let place = Place::new();
    let good = place.publish().await.unwrap().edition;
    for name in ["tyres.md", "boot.md"] {
        place.write(name, "---\nkind: novel\n---\nText.");
    }
    let error = place.publish().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Invalid);
    assert!(error.hint.unwrap().contains("boot.md"));
    assert_eq!(place.shelf.newest().await.unwrap(), Some(good));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_that_is_overtaken_starts_over_and_gives_up_in_the_end() {
    let place = Place::new();
    place.shelf.overtakers.lock().unwrap().extend([b"1".to_vec(), b"2".to_vec()]);
    let published = place.publish().await.unwrap();
    assert_eq!(place.shelf.newest().await.unwrap(), Some(published.edition));
    place.write("more.md", "# More\n\nThere is more to read.");
    place.shelf.overtakers.lock().unwrap().extend((0..50).map(|number| vec![number]));
    assert_eq!(place.publish().await.unwrap_err().kind, ErrorKind::Conflict);
}
