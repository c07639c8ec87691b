//! The ports: every door from the inside to the outside world, one trait a file.
//!
//! Each port says what its methods mean, which errors they may return, and has a `ready()` that tells whether the
//! adapter behind it could serve a turn now. Its conformance suite is in `testing`.

mod clock;
mod conversations;
mod customers;
mod language_model;
mod ledger;
mod library;
mod metrics;
mod shelf;
mod tickets;

pub use clock::{Clock, Entropy};
pub use conversations::{Closing, Conversations, Fingerprint, Opened, Opening, Ticket, Transcript};
pub use customers::Customers;
pub use language_model::{Deltas, LanguageModel};
pub use ledger::{Account, Ledger};
pub use library::{Library, Query, VehicleFilter};
pub use metrics::{Dimensions, Measure, Metric, Metrics, Unit};
pub use shelf::{Edition, Shelf, ShelvedDocument};
pub use tickets::{TicketHash, Tickets};
