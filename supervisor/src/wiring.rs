//! Chooses the adapter behind each port by the scheme of its URI. The only place that knows which adapters exist.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use contract::ports::{Clock, Conversations, Customers, Entropy, LanguageModel, Library};
use contract::{Error, ErrorKind, Result};
use local::{Database, SqliteConversations, SqliteCustomers, SystemClock, SystemEntropy};

use crate::roster::{Roster, Tools};
use crate::settings::{Identity, Settings};
use crate::turn::Supervisor;

/// The product, ready to take turns, and the ports that the doors need themselves.
#[derive(Clone)]
pub struct Product {
    /// Takes turns.
    pub supervisor: Arc<Supervisor>,
    /// Transcripts and the why view.
    pub conversations: Arc<dyn Conversations>,
    /// The customer store.
    pub customers: Arc<dyn Customers>,
    /// The library.
    pub library: Arc<dyn Library>,
    /// The models, fast first.
    pub models: Vec<Arc<dyn LanguageModel>>,
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
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let library = library(settings)?;
        let conversations =
            Arc::new(SqliteConversations::new(database(settings, &settings.conversations)?, clock.clone()));
        let customers = Arc::new(SqliteCustomers::new(database(settings, &settings.customers)?));
        if settings.identity == Identity::Demo {
            customers.seed(SqliteCustomers::demonstration()?).await?;
        }
        let (fast, capable) = (model(&settings.fast)?, model(&settings.capable)?);
        let tools = Tools { library, customers, fast, capable, reply: settings.reply };
        Self::of(tools, conversations, clock, Arc::new(SystemEntropy), settings)
    }

    /// The product over ports that are open already.
    ///
    /// # Errors
    /// As [`Roster::hire`].
    pub fn of(
        tools: Tools,
        conversations: Arc<dyn Conversations>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        settings: &Settings,
    ) -> Result<Self> {
        let roster = Roster::hire(&tools)?;
        let supervisor =
            Supervisor::new(roster, conversations.clone(), clock.clone(), settings.turn.lease, settings.turn.history);
        let Tools { library, customers, fast, capable, .. } = tools;
        Ok(Self {
            supervisor: Arc::new(supervisor),
            conversations,
            customers,
            library,
            models: vec![fast, capable],
            clock,
            entropy,
        })
    }
}

/// Opens the library that the settings name and indexes it in memory.
///
/// # Errors
/// `Unavailable` when the folder is missing or holds nothing.
pub fn library(settings: &Settings) -> Result<Arc<dyn Library>> {
    let folder = path_of(&settings.library, "folder")?;
    Ok(Arc::new(knowledge::FolderLibrary::open(&folder, None)?))
}

fn database(settings: &Settings, uri: &str) -> Result<Database> {
    let path = path_of(uri, "sqlite")?;
    std::fs::create_dir_all(&settings.data).map_err(|cause| {
        Error::new(ErrorKind::Unavailable, format!("cannot create the folder {}", settings.data.display()))
            .hint("set MOTORLINE_DATA to a folder that may be written")
            .caused_by(cause)
    })?;
    Database::open(&settings.data.join(path))
}

/// The model of a tier. This build has one adapter, so a list may hold nothing else yet.
fn model(uris: &[String]) -> Result<Arc<dyn LanguageModel>> {
    match uris {
        [only] if only == "offline://" => Ok(Arc::new(models::OfflineModel::new())),
        other => Err(Error::invalid("model", format!("no adapter for {other:?}")).hint("this build knows offline://")),
    }
}

fn path_of(uri: &str, scheme: &str) -> Result<PathBuf> {
    let path = uri.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://")).filter(|path| !path.is_empty());
    let path = path.ok_or_else(|| Error::invalid(uri, "not understood").hint(format!("expected {scheme}://path")))?;
    Ok(Path::new(path).to_path_buf())
}
