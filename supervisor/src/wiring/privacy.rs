//! Opens every store once more as what keeps something of persons, and the tickets, which do too.

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;
use contract::ports::{Barring, Clock, PersonalData, Tickets};
use contract::{Access, Error, ErrorKind, Result};
use local::{
    Database, ErasedRows, MemoryTickets, SimulatedVehicles, SqliteConversations, SqliteCustomers, SqliteHandoffs,
    SqliteLearned, SqliteOffers, SqliteServiceDesk,
};
use serde_json::Value;

use super::{Adapters, scheme, unknown};
use crate::settings::Identity;

/// Opens a store in a file.
type Open = fn(Database, Arc<dyn Clock>) -> Arc<dyn PersonalData>;

/// The tickets, and the same store as what keeps something of persons.
type KeptTickets = (Arc<dyn Tickets>, Arc<dyn PersonalData>);

impl Adapters<'_> {
    /// Every store that keeps something of persons, but for the tickets. The conversations come first: a turn under way loses its
    /// key before anything else is gone.
    pub(super) fn personal(&self) -> Result<Vec<Arc<dyn PersonalData>>> {
        let (settings, office) = (self.settings, &self.settings.office);
        let desk: Open = match settings.identity {
            Identity::Demo => |database, clock| Arc::new(SqliteServiceDesk::new(database, clock)),
            _ => |database, clock| Arc::new(SqliteServiceDesk::unfurnished(database, clock)),
        };
        let stores: [(&'static str, &str, Open); 6] = [
            ("conversations", &settings.conversations, |database, clock| {
                Arc::new(SqliteConversations::new(database, clock))
            }),
            ("customers", &settings.customers, |database, _| Arc::new(SqliteCustomers::new(database))),
            ("service_desk", &office.service_desk, desk),
            ("vehicles", &office.vehicles, |database, _| Arc::new(SimulatedVehicles::new(database))),
            ("offers", &office.offers, |database, _| Arc::new(SqliteOffers::new(database))),
            ("handoffs", &office.handoffs, |database, clock| Arc::new(SqliteHandoffs::new(database, clock))),
        ];
        let kept = stores.into_iter().map(|(store, uri, open)| self.kept(store, uri, open));
        kept.chain(self.learned_of_persons()).collect()
    }

    fn kept(&self, store: &'static str, uri: &str, open: Open) -> Result<Arc<dyn PersonalData>> {
        match scheme(uri) {
            scheme @ ("sqlite" | "simulator") => Ok(open(self.database(uri, scheme)?, self.clock.clone())),
            #[cfg(feature = "aws")]
            "dynamodb" | "s3" => self.cloud()?.personal(store, uri),
            _ => Ok(Arc::new(OutOfReach(store))),
        }
    }

    /// What was learned, where anything is.
    fn learned_of_persons(&self) -> Option<Result<Arc<dyn PersonalData>>> {
        let uri = &self.settings.oversight.learned;
        let open: Open = |database, clock| Arc::new(SqliteLearned::new(database, clock));
        (scheme(uri) != "none").then(|| self.kept("learned", uri, open))
    }

    /// What keeps a customer out while they are erased.
    pub(super) fn bars(&self) -> Result<Option<Arc<dyn Barring>>> {
        let uri = &self.settings.conversations;
        match scheme(uri) {
            "sqlite" => Ok(Some(Arc::new(SqliteConversations::new(self.database(uri, "sqlite")?, self.clock.clone())))),
            #[cfg(feature = "aws")]
            "dynamodb" => Ok(Some(Arc::new(self.cloud()?.dynamo_conversations(uri)?))),
            _ => Ok(None),
        }
    }

    /// The files that are open by now, and what was deleted in them.
    pub(super) fn leftovers(&self) -> Option<Arc<dyn PersonalData>> {
        let open = self.databases.lock().unwrap_or_else(PoisonError::into_inner);
        let open: Vec<Database> = open.values().cloned().collect();
        if open.is_empty() { None } else { Some(Arc::new(ErasedRows::of(open))) }
    }

    pub(super) fn tickets(&self) -> Result<KeptTickets> {
        let uri = &self.settings.socket.store;
        match scheme(uri) {
            "memory" => {
                let tickets = Arc::new(MemoryTickets::new(self.clock.clone()));
                Ok((tickets.clone(), tickets))
            }
            #[cfg(feature = "aws")]
            "dynamodb" => {
                let tickets = self.cloud()?.tickets(uri)?;
                Ok((tickets.clone(), tickets))
            }
            _ => Err(unknown("socket.store", uri)),
        }
    }
}

/// A store that cannot be asked what it keeps of a person: no export and no receipt claims to be complete without it.
struct OutOfReach(&'static str);

impl OutOfReach {
    fn refusal(&self) -> Error {
        Error::new(ErrorKind::Unavailable, format!("what {} keep of a person cannot be reached from here", self.0))
    }
}

#[async_trait]
impl PersonalData for OutOfReach {
    fn store(&self) -> &'static str {
        self.0
    }

    async fn export(&self, _access: &Access) -> Result<Vec<Value>> {
        Err(self.refusal())
    }

    async fn erase(&self, _access: &Access) -> Result<u64> {
        Err(self.refusal())
    }
}
