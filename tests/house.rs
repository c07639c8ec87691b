//! The product as the tests meet it: assembled from the shipped files, in a folder of its own, behind its REST door.

use std::collections::HashMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use contract::ports::{Clock, Conversations, Customers, Library};
use contract::profile::{Memory, Profile};
use contract::{Access, CustomerId, Error, ErrorKind, Result, SessionId, When};
use jiff::Timestamp;
use local::{Database, MemoryMetrics, SqliteConversations, SqliteCustomers, SqliteLearned};
use metering::History;
use serde_json::Value;
use supervisor::doors::{Doors, router, server};
use supervisor::learn::Learning;
use supervisor::oversight::Oversight;
use supervisor::roster::{Assistance, BackOffice, Tools};
use supervisor::settings::{Settings, Sources};
use supervisor::turn::Ports;
use supervisor::wiring::Product;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// The product of this test run. Shared by all tests on purpose: customers who never meet, meet here.
pub static HOUSE: LazyLock<House> = LazyLock::new(House::open);

/// The shipped library, indexed once.
pub static LIBRARY: LazyLock<Arc<dyn Library>> = LazyLock::new(|| {
    let manuals = concat!(env!("CARGO_MANIFEST_DIR"), "/../knowledge/manuals");
    Arc::new(knowledge::FolderLibrary::open(manuals.as_ref(), None).expect("the shipped library opens"))
});

pub struct House {
    pub router: Router,
    doors: Doors,
    /// Where everything is written, as long as the house stands.
    _folder: TempDir,
}

impl House {
    fn open() -> Self {
        Self::with(tools(), |_| {})
    }

    /// The product with these tools, its doors changed by `change`.
    pub fn with(tools: Tools, change: impl FnOnce(&mut Doors)) -> Self {
        let (mut doors, folder) = furnished(tools);
        change(&mut doors);
        Self::behind(doors, folder)
    }

    /// What was measured here.
    pub fn history(&self) -> Arc<dyn History> {
        self.doors.product.oversight.history.clone().expect("a house measures")
    }

    /// The product over these adapters.
    pub fn over(tools: Tools, conversations: Arc<dyn Conversations>, clock: Arc<dyn Clock>, folder: TempDir) -> Self {
        Self::behind(assembled(tools, conversations, clock), folder)
    }

    /// The same, learning from its closed turns into the same file; and what learns, to be told when.
    pub fn learning(tools: Tools, clock: Arc<dyn Clock>) -> (Self, Learning) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("house.db")).unwrap();
        let conversations = Arc::new(SqliteConversations::new(database.clone(), clock.clone()));
        let mut doors = assembled(tools, conversations.clone(), clock.clone());
        doors.product.oversight.closed_turns = Some(conversations);
        doors.product.oversight.learned = Some(Arc::new(SqliteLearned::new(database, clock)));
        let learning = Learning::of(&doors.product, doors.lag.clone()).unwrap().unwrap();
        (Self::behind(doors, folder), learning)
    }

    /// Learns from everything that was closed here so far.
    pub async fn learn(&self) {
        let learning = Learning::of(&self.doors.product, self.doors.lag.clone()).unwrap().expect("this house learns");
        while learning.step().await.unwrap() > 0 {}
    }

    /// What the product is looked after with.
    pub fn oversight(&self) -> &Oversight {
        &self.doors.product.oversight
    }

    /// The product over these adapters, its doors changed by `change`.
    pub fn over_with(
        tools: Tools,
        conversations: Arc<dyn Conversations>,
        clock: Arc<dyn Clock>,
        folder: TempDir,
        change: impl FnOnce(&mut Doors),
    ) -> Self {
        let mut doors = assembled(tools, conversations, clock);
        change(&mut doors);
        Self::behind(doors, folder)
    }

    /// What stands behind these doors; the folder that it writes to is removed with the house.
    pub fn behind(doors: Doors, folder: TempDir) -> Self {
        Self { router: router(doors.clone()), doors, _folder: folder }
    }

    /// Sends a request and reads the answer as JSON (null when it is none).
    pub async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    /// Posts a turn as `customer` (none: a visitor) under `key`.
    pub async fn turn(&self, customer: Option<&str>, key: Option<&str>, body: &Value) -> (StatusCode, Value) {
        let mut request = Request::post("/v1/turns").header("content-type", "application/json");
        if let Some(customer) = customer {
            request = request.header("authorization", format!("Bearer demo-{customer}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Serves on this machine for as long as the test runs, for clients that need a connection.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(server::serve(listener, self.doors.clone(), pending()));
        address
    }

    /// Gets a page as `customer`.
    pub async fn get(&self, customer: Option<&str>, path: &str) -> (StatusCode, Value) {
        let mut request = Request::get(path);
        if let Some(customer) = customer {
            request = request.header("authorization", format!("Bearer demo-{customer}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

/// The doors of a product with these tools, and the folder that it writes to.
pub fn furnished(tools: Tools) -> (Doors, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(local::SystemClock::start());
    let database = Database::open(&folder.path().join("house.db")).unwrap();
    let conversations = Arc::new(SqliteConversations::new(database, clock.clone()));
    (assembled(tools, conversations, clock), folder)
}

fn assembled(tools: Tools, conversations: Arc<dyn Conversations>, clock: Arc<dyn Clock>) -> Doors {
    let settings = settings();
    // Agents read what this house keeps.
    let tools = Tools { conversations: conversations.clone(), ..tools };
    let metrics = Arc::new(MemoryMetrics::new(clock.clone()));
    let ports = Ports { conversations, handoffs: tools.office.handoffs.clone(), clock, metrics: metrics.clone() };
    let mut product = Product::of(tools, ports, Arc::new(local::SystemEntropy), &settings).unwrap();
    product.oversight.history = Some(metrics.clone());
    product.oversight.totals = Some(metrics);
    Doors::over(product, &settings).unwrap()
}

pub fn settings() -> Settings {
    // Healthy agents must not be late because the machine that tests is busy: only the fault tests are about time.
    let flags = [("turn.deadline_ms", "20000"), ("stream.grace_ms", "200")];
    let flags = flags.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    Settings::resolve(&Sources { flags, ..Sources::default() }).unwrap()
}

pub fn tools() -> Tools {
    let model = Arc::new(models::OfflineModel::new());
    let customers = Arc::new(KnownCustomers::demonstration());
    let assistance = Assistance {
        model: model.clone(),
        patience: Duration::from_secs(2),
        intent: When::Never,
        sentiment: When::Never,
    };
    let library = LIBRARY.clone();
    Tools {
        library,
        customers,
        conversations: Arc::new(SqliteConversations::new(
            Database::in_memory().unwrap(),
            Arc::new(local::SystemClock::start()),
        )),
        office: office(Arc::new(local::SystemClock::start())),
        fast: model.clone(),
        capable: model,
        assistance,
        reply: settings().reply,
    }
}

/// The systems of the house, in memory.
pub fn office(clock: Arc<dyn Clock>) -> BackOffice {
    let database = Database::in_memory().unwrap();
    BackOffice {
        service_desk: Arc::new(local::SqliteServiceDesk::new(database.clone(), clock.clone())),
        vehicles: Arc::new(local::SimulatedVehicles::new(database.clone())),
        offers: Arc::new(local::SqliteOffers::new(database.clone())),
        handoffs: Arc::new(local::SqliteHandoffs::new(database, clock)),
    }
}

/// Customers held in memory: answers at once, so that it works under a test's own time.
pub struct KnownCustomers(Mutex<HashMap<CustomerId, Profile>>);

impl KnownCustomers {
    pub fn demonstration() -> Self {
        let profiles = SqliteCustomers::demonstration().unwrap();
        Self(Mutex::new(profiles.into_iter().map(|profile| (profile.customer.clone(), profile)).collect()))
    }
}

impl KnownCustomers {
    fn of<T>(&self, access: &Access, work: impl FnOnce(&mut Profile) -> T) -> Result<T> {
        let mut all = self.0.lock().unwrap();
        all.get_mut(access.customer()).map(work).ok_or_else(|| Error::new(ErrorKind::NotFound, "no such customer"))
    }
}

#[async_trait]
impl Customers for KnownCustomers {
    async fn profile(&self, access: &Access) -> Result<Profile> {
        self.of(access, |profile| profile.clone())
    }

    async fn remember(&self, access: &Access, memories: &[Memory]) -> Result<()> {
        self.of(access, |profile| profile.remember(memories.to_vec()))
    }

    async fn forget(&self, access: &Access, session: Option<&SessionId>) -> Result<()> {
        self.of(access, |profile| profile.forget(session))
    }

    async fn agree_to_offers(&self, access: &Access, agreed: bool) -> Result<()> {
        self.of(access, |profile| profile.consents.marketing = agreed)
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// A clock of the test's own time: it moves when tokio's paused time moves.
pub struct TestClock(pub tokio::time::Instant);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH.checked_add(self.elapsed()).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
