//! Chooses the adapter behind each port by the scheme of its URI. The only place that knows which adapters exist.

mod cast;
#[cfg(feature = "aws")]
mod check;
#[cfg(feature = "aws")]
mod cloud;
mod evaluation;
#[cfg(feature = "aws")]
mod functions;
mod office;
mod oversight;
mod places;
mod privacy;
mod rehearsal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use contract::ports::{Clock, Conversations, Customers, Entropy, LanguageModel, Library, Tickets};
use contract::{Error, ErrorKind, Result};
use local::{Database, MemoryTickets, SqliteConversations, SqliteCustomers, SystemClock, SystemEntropy};
use metering::Metrics;
use tokio::task::JoinHandle;

use self::cast::{Cast, Casting};
#[cfg(feature = "aws")]
pub use self::cloud::Gateway;
#[cfg(feature = "aws")]
pub use self::functions::{shelf, stream};
pub use self::office::import;
pub use self::oversight::audit;
#[cfg(feature = "aws")]
pub use self::places::agent;
pub use self::rehearsal::{archive, candidate};
use crate::memory::Memory;
use crate::oversight::Oversight;
use crate::roster::{BackOffice, Roster, SelfTaught, Tools};
use crate::settings::{Identity, Settings};
use crate::turn::{Ports, Rules, Supervisor};

/// The product, ready to take turns, and the ports that the doors need themselves.
#[derive(Clone)]
pub struct Product {
    /// Takes turns.
    pub supervisor: Arc<Supervisor>,
    /// Transcripts and the why view.
    pub conversations: Arc<dyn Conversations>,
    /// The customer store.
    pub customers: Arc<dyn Customers>,
    /// The systems of the house that agents act on.
    pub office: BackOffice,
    /// The library.
    pub library: Arc<dyn Library>,
    /// The models, fast first.
    pub models: Vec<Arc<dyn LanguageModel>>,
    /// The tickets for sockets.
    pub tickets: Arc<dyn Tickets>,
    /// Where measures go.
    pub metrics: Arc<dyn Metrics>,
    /// What those who run it look after it with.
    pub oversight: Oversight,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
}

impl Product {
    /// Opens every adapter that the settings name and hires the agents.
    ///
    /// # Errors
    /// Whatever keeps an adapter from opening, with a hint.
    pub async fn assemble(settings: &Settings) -> Result<Self> {
        let agents = tokio::task::spawn_blocking(SelfTaught::learn);
        let adapters = Adapters::reach(settings, Arc::new(SystemClock::start())).await?;
        Self::on(&adapters, agents).await
    }

    /// The product behind an API Gateway that holds the sockets, and the way to them.
    ///
    /// # Errors
    /// As [`Self::assemble`]; `Invalid` when connections would be kept in this process only.
    #[cfg(feature = "aws")]
    pub async fn behind_gateway(settings: &Settings) -> Result<(Self, Gateway)> {
        let agents = tokio::task::spawn_blocking(SelfTaught::learn);
        let adapters = Adapters::reach(settings, Arc::new(SystemClock::start())).await?;
        let gateway = adapters.cloud()?.gateway(&settings.socket.store)?;
        Ok((Self::on(&adapters, agents).await?, gateway))
    }

    async fn on(adapters: &Adapters<'_>, agents: JoinHandle<Result<SelfTaught>>) -> Result<Self> {
        let entropy = Arc::new(SystemEntropy);
        let tools = adapters.tools(entropy.clone()).await?;
        let (conversations, handoffs) = (tools.conversations.clone(), tools.office.handoffs.clone());
        let (clock, (mut oversight, metrics)) = (adapters.clock.clone(), adapters.oversight()?);
        let (tickets, of_tickets) = adapters.tickets()?;
        oversight.personal.push(of_tickets);
        let ports = Ports { conversations, handoffs, clock, metrics };
        let roster = adapters.placed(Roster::join(taught(agents).await?, &tools)?)?;
        Ok(Self { tickets, oversight, ..Self::over(roster, tools, ports, entropy, adapters.settings)? })
    }

    /// The product over ports that are open already; its tickets and its oversight are kept in this process.
    ///
    /// # Errors
    /// As [`Roster::hire`].
    pub fn of(tools: Tools, ports: Ports, entropy: Arc<dyn Entropy>, settings: &Settings) -> Result<Self> {
        Self::over(Roster::hire(&tools)?, tools, ports, entropy, settings)
    }

    fn over(
        roster: Roster,
        tools: Tools,
        ports: Ports,
        entropy: Arc<dyn Entropy>,
        settings: &Settings,
    ) -> Result<Self> {
        let Ports { conversations, clock, metrics, .. } = ports.clone();
        let rules =
            Rules { lease: settings.turn.lease, history: settings.turn.history, purse: settings.models.caps.turn };
        let memory = Memory::new(tools.customers.clone())?;
        let supervisor = Arc::new(Supervisor::new(roster, ports, rules).with_memory(memory));
        let Tools { library, customers, office, fast, capable, .. } = tools;
        let (models, tickets) = (vec![fast, capable], Arc::new(MemoryTickets::new(clock.clone())));
        let oversight = Oversight::passing()?;
        Ok(Self {
            supervisor,
            conversations,
            customers,
            office,
            library,
            models,
            tickets,
            metrics,
            oversight,
            clock,
            entropy,
        })
    }
}

/// Opens the library that the settings name.
///
/// # Errors
/// `Unavailable` when a folder is missing or holds nothing.
pub async fn library(settings: &Settings) -> Result<Arc<dyn Library>> {
    Adapters::reach(settings, Arc::new(SystemClock::start())).await?.library()
}

/// The model that helps to understand a turn, for measuring it.
///
/// # Errors
/// Whatever keeps it from being called, with a hint.
pub async fn analysis(settings: &Settings) -> Result<Arc<dyn LanguageModel>> {
    let adapters = Adapters::reach(settings, Arc::new(SystemClock::start())).await?;
    Ok(Casting::new(&adapters, Arc::new(SystemEntropy))?.cast()?.assistance.model)
}

/// Looks at everything that the settings need of AWS; changes nothing there.
///
/// # Errors
/// Whatever keeps the clients from being made.
#[cfg(feature = "aws")]
pub async fn check(settings: &Settings) -> Result<Vec<aws::deployment::Check>> {
    let adapters = Adapters::reach(settings, Arc::new(SystemClock::start())).await?;
    Ok(match &adapters.cloud {
        Some(cloud) => check::all(cloud, settings).await,
        None => Vec::new(),
    })
}

/// Makes adapters.
struct Adapters<'a> {
    settings: &'a Settings,
    clock: Arc<dyn Clock>,
    /// Each file once, whoever keeps things in it: their writes are committed together instead of waiting for each other.
    databases: Mutex<BTreeMap<PathBuf, Database>>,
    #[cfg(feature = "aws")]
    cloud: Option<cloud::Cloud>,
}

impl<'a> Adapters<'a> {
    /// Reaches for what several adapters share: the clients of AWS, if any setting names a part of it.
    async fn reach(settings: &'a Settings, clock: Arc<dyn Clock>) -> Result<Self> {
        Ok(Self {
            settings,
            databases: Mutex::default(),
            #[cfg(feature = "aws")]
            cloud: cloud::Cloud::reach(settings, clock.clone()).await?,
            clock,
        })
    }

    /// What the agents work with.
    async fn tools(&self, entropy: Arc<dyn Entropy>) -> Result<Tools> {
        let Cast { fast, capable, assistance } = Casting::new(self, entropy)?.cast()?;
        let (library, customers, office) = (self.library()?, self.customers().await?, self.office().await?);
        let (conversations, reply) = (self.conversations()?, self.settings.reply);
        Ok(Tools { library, customers, conversations, office, fast, capable, assistance, reply })
    }

    fn library(&self) -> Result<Arc<dyn Library>> {
        let uri = &self.settings.library;
        match scheme(uri) {
            "folder" => Ok(Arc::new(knowledge::FolderLibrary::open(&path_of(uri, "folder")?, None)?)),
            #[cfg(feature = "aws")]
            "s3" => self.cloud()?.library(uri),
            _ => Err(unknown("library", uri)),
        }
    }

    fn conversations(&self) -> Result<Arc<dyn Conversations>> {
        let uri = &self.settings.conversations;
        match scheme(uri) {
            "sqlite" => Ok(Arc::new(SqliteConversations::new(self.database(uri, "sqlite")?, self.clock.clone()))),
            #[cfg(feature = "aws")]
            "dynamodb" | "s3" => self.cloud()?.conversations(uri),
            _ => Err(unknown("conversations", uri)),
        }
    }

    async fn customers(&self) -> Result<Arc<dyn Customers>> {
        let uri = &self.settings.customers;
        match scheme(uri) {
            "sqlite" => {
                let customers = SqliteCustomers::new(self.database(uri, "sqlite")?);
                if self.settings.identity == Identity::Demo {
                    customers.seed(SqliteCustomers::demonstration()?).await?;
                }
                Ok(Arc::new(customers))
            }
            #[cfg(feature = "aws")]
            "dynamodb" => self.cloud()?.customers(uri).await,
            _ => Err(unknown("customers", uri)),
        }
    }

    /// The database that a URI of this scheme names; the same file is the same database.
    fn database(&self, uri: &str, scheme: &str) -> Result<Database> {
        let path = self.settings.data.join(path_of(uri, scheme)?);
        std::fs::create_dir_all(&self.settings.data).map_err(|cause| {
            let message = format!("cannot create the folder {}", self.settings.data.display());
            let error = Error::new(ErrorKind::Unavailable, message);
            error.hint("set MOTORLINE_DATA to a folder that may be written").caused_by(cause)
        })?;
        let mut open = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = open.get(&path) {
            return Ok(database.clone());
        }
        let database = Database::open(&path)?;
        open.insert(path, database.clone());
        Ok(database)
    }

    #[cfg(feature = "aws")]
    fn cloud(&self) -> Result<&cloud::Cloud> {
        self.cloud.as_ref().ok_or_else(|| Error::new(ErrorKind::Internal, "AWS is needed but was not reached for"))
    }
}

async fn taught(agents: JoinHandle<Result<SelfTaught>>) -> Result<SelfTaught> {
    agents.await.map_err(|cause| Error::new(ErrorKind::Internal, "an agent panicked").caused_by(cause))?
}

fn scheme(uri: &str) -> &str {
    uri.split_once("://").map_or("", |(scheme, _)| scheme)
}

fn unknown(setting: &str, uri: &str) -> Error {
    Error::invalid(setting, format!("no adapter for {uri:?}")).hint("`motorline config` lists what each setting takes")
}

fn path_of(uri: &str, scheme: &str) -> Result<PathBuf> {
    let path = uri.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")).filter(|path| !path.is_empty());
    let path = path.ok_or_else(|| Error::invalid(uri, "not understood").hint(format!("expected {scheme}://path")))?;
    Ok(Path::new(path).to_path_buf())
}
