//! What models have cost, in memory and in SQLite.
//!
//! The accounts in memory end with their process and hold for it alone; those in SQLite are kept, and hold for every
//! process that opens the file.

mod memory;
mod sqlite;

use std::time::Duration;

pub use memory::MemoryLedger;
pub use sqlite::SqliteLedger;

/// An account that nobody used for so long is forgotten: as long as the port asks for.
const FORGOTTEN: Duration = Duration::from_secs(2 * 24 * 60 * 60);
