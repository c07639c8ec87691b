//! A house whose every store is a file, as `motorline` opens it; and one whose cars obey late.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use backoffice::Vehicles;
use backoffice::vehicles::{Command, Readings};
use contract::{Access, ActionId, Result, Vin};
use local::{
    Database, ErasedRows, SimulatedVehicles, SqliteConversations, SqliteCustomers, SqliteHandoffs, SqliteOffers,
    SqliteServiceDesk,
};
use serde_json::Value;
use supervisor::doors::Doors;
use supervisor::oversight::Oversight;
use supervisor::roster::{BackOffice, Tools};
use supervisor::settings::{Settings, Sources};
use supervisor::turn::Ports;
use supervisor::wiring::Product;
use tempfile::TempDir;
use tokio::time::sleep;
use tower::ServiceExt;

use crate::house::{House, tools};
use crate::identity::leaks::Log;

/// A house of its own and the folder of all that it writes.
pub(super) struct Scene {
    pub(super) house: House,
    folder: PathBuf,
}

impl Scene {
    /// As the program opens it.
    pub(super) async fn open(flags: &[(&str, &str)]) -> Self {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path().to_path_buf();
        Self { house: assembled(&folder, own, flags).await, folder }
    }

    /// The same house as another process would open it.
    pub(super) async fn restarted(&self) -> House {
        assembled(&self.folder, tempfile::tempdir().unwrap(), &[]).await
    }

    /// One whose cars do what they are told a second later, whether or not anybody waits for it.
    pub(super) async fn slow() -> Self {
        let own = tempfile::tempdir().unwrap();
        let folder = own.path().to_path_buf();
        let clock = Arc::new(local::SystemClock::start());
        let database = Database::open(&folder.join("house.db")).unwrap();
        let cars = SimulatedVehicles::new(database.clone());
        let desk = Arc::new(SqliteServiceDesk::new(database.clone(), clock.clone()));
        let offers = Arc::new(SqliteOffers::new(database.clone()));
        let handoffs = Arc::new(SqliteHandoffs::new(database.clone(), clock.clone()));
        let customers = Arc::new(SqliteCustomers::new(database.clone()));
        customers.seed(SqliteCustomers::demonstration().unwrap()).await.unwrap();
        let conversations = Arc::new(SqliteConversations::new(database.clone(), clock.clone()));
        let office = BackOffice {
            service_desk: desk.clone(),
            vehicles: Arc::new(SlowCars(cars.clone())),
            offers: offers.clone(),
            handoffs: handoffs.clone(),
        };
        let tools = Tools { office, customers: customers.clone(), conversations: conversations.clone(), ..tools() };
        let ports = Ports {
            conversations: conversations.clone(),
            handoffs: handoffs.clone(),
            clock,
            metrics: Arc::new(local::NoMetrics),
        };
        let settings = settings(&folder, &[]);
        let mut product = Product::of(tools, ports, Arc::new(local::SystemEntropy), &settings).unwrap();
        product.oversight = Oversight {
            personal: vec![conversations.clone(), customers, desk, Arc::new(cars), offers, handoffs],
            bars: Some(conversations),
            leftovers: Some(Arc::new(ErasedRows::of(vec![database]))),
            ..product.oversight
        };
        Self { house: House::behind(Doors::over(product, &settings).unwrap(), own), folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

fn settings(data: &Path, flags: &[(&str, &str)]) -> Settings {
    let library = concat!("folder://", env!("CARGO_MANIFEST_DIR"), "/../knowledge/manuals");
    let mut all = vec![("data", data.to_str().unwrap()), ("library", library), ("turn.deadline_ms", "5000")];
    all.extend(flags);
    let flags = all.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Settings::resolve(&Sources { flags, ..Sources::default() }).unwrap()
}

async fn assembled(data: &Path, own: TempDir, flags: &[(&str, &str)]) -> House {
    let settings = settings(data, flags);
    let product = Product::assemble(&settings).await.unwrap();
    House::behind(Doors::over(product, &settings).unwrap(), own)
}

/// Cars that do what they are told a second later.
struct SlowCars(SimulatedVehicles);

#[async_trait]
impl Vehicles for SlowCars {
    async fn readings(&self, access: &Access, vin: &Vin) -> Result<Readings> {
        self.0.readings(access, vin).await
    }

    async fn command(&self, access: &Access, vin: &Vin, commands: &[Command], action: &ActionId) -> Result<()> {
        let (cars, access, vin) = (self.0.clone(), access.clone(), vin.clone());
        let (commands, action) = (commands.to_vec(), action.clone());
        let obey = async move {
            sleep(Duration::from_secs(1)).await;
            cars.command(&access, &vin, &commands, &action).await
        };
        tokio::spawn(obey).await.unwrap()
    }

    async fn ready(&self) -> Result<()> {
        self.0.ready().await
    }
}

/// The body of an answer that must be good.
pub(super) async fn ok(answer: impl Future<Output = (StatusCode, Value)>) -> Value {
    let (status, body) = answer.await;
    assert!(status.is_success(), "{status}: {body}");
    body
}

/// Asks without a body.
pub(super) async fn request(house: &House, method: &str, who: Option<&str>, path: &str) -> (StatusCode, Value) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(who) = who {
        request = request.header("authorization", format!("Bearer demo-{who}"));
    }
    house.send(request.body(Body::empty()).unwrap()).await
}

/// Posts.
pub(super) async fn does(house: &House, who: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer demo-{who}"));
    house.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// What somebody reads there, whatever it is.
pub(super) async fn text(house: &House, who: &str, path: &str) -> String {
    let request = Request::get(path).header("authorization", format!("Bearer demo-{who}"));
    let answer = house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

/// An export without the moment at which it was made.
pub(super) fn without_time(mut export: Value) -> Value {
    export["at"] = Value::Null;
    export
}

/// Listens to everything that is logged from here on, on this thread.
pub(super) fn listen(log: &Log) -> (tracing::Dispatch, tracing::subscriber::DefaultGuard) {
    // While there is only one listener, tracing remembers for all threads what the first thread at an event listens to.
    let another = tracing::Dispatch::new(tracing_subscriber::registry());
    let everything = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let log = log.clone();
    (another, tracing::subscriber::set_default(everything.with_writer(move || log.clone()).finish()))
}
