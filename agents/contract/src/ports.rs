//! The ports: every door from the inside to the outside world, one trait a file.
//!
//! Each port says what its methods mean, which errors they may return, and has a `ready()` that tells whether the
//! adapter behind it could serve a turn now. Its conformance suite is in `testing`.

mod audit;
mod clock;
mod conversations;
mod customers;
mod language_model;
mod ledger;
mod library;
mod personal_data;
mod shelf;
mod tickets;

pub use audit::{AuditEntry, AuditTrail};
pub use clock::{Clock, Entropy};
pub use conversations::{Closing, Conversations, Fingerprint, Opened, Opening, Ticket, Transcript};
pub use customers::Customers;
pub use language_model::{Deltas, LanguageModel};
pub use ledger::{Account, Ledger};
pub use library::{Library, Query, VehicleFilter};
pub use personal_data::{Barring, PersonalData};
pub use shelf::{Edition, Shelf, ShelvedDocument};
pub use tickets::{TicketHash, Tickets};
