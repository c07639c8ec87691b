//! Adapters of one machine: SQLite stores for conversations, customers and what models cost, folders as the shelf, tickets
//! in memory, the system's clock and chance.
//!
//! They are the product's default, not test doubles: durable, concurrent, and held to the same conformance suites as
//! every other adapter.

mod archive;
mod audit;
mod clock;
mod conversations;
mod customers;
mod database;
mod erased;
mod handoffs;
mod learned;
mod ledger;
mod metrics;
mod offers;
mod owned;
mod people;
mod seeded;
mod service_desk;
mod shelf;
mod tickets;
mod vehicles;

pub use archive::SqliteArchive;
pub use audit::SqliteAudit;
pub use clock::{SystemClock, SystemEntropy};
pub use conversations::SqliteConversations;
pub use customers::SqliteCustomers;
pub use database::Database;
pub use erased::ErasedRows;
pub use handoffs::SqliteHandoffs;
pub use learned::SqliteLearned;
pub use ledger::{MemoryLedger, SqliteLedger};
pub use metrics::{MemoryMetrics, NoMetrics};
pub use offers::SqliteOffers;
pub use people::{Person, Work, demonstration_people};
pub use service_desk::SqliteServiceDesk;
pub use shelf::FolderShelf;
pub use tickets::MemoryTickets;
pub use vehicles::SimulatedVehicles;
