//! What of the demonstration was stored once: erased things do not come back with the next start.

use contract::Result;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::owned::erased;

/// Whether a thing of this kind was stored before; from now on it was. Only its hash is kept: a trace that a thing was there
/// once, and none of whose it was.
pub(crate) fn seeded_before(connection: &Connection, kind: &str, name: &str) -> Result<bool> {
    let digest = Sha256::new().chain_update(kind).chain_update("~").chain_update(name).finalize();
    let thing: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let insert = "INSERT INTO seeded (thing) VALUES (?1) ON CONFLICT (thing) DO NOTHING";
    Ok(erased(connection, insert, [thing])? == 0)
}
