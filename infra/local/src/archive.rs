//! The closed turns of a SQLite file, read without touching it: beside a server that runs, or long after.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use contract::{Error, ErrorKind, Result, SessionId, TurnId, TurnRecord};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, params};

use crate::database::lost;

/// A file of conversations that is only read. For whoever runs the product: it asks nobody whose turns they are.
pub struct SqliteArchive(Mutex<Connection>);

impl SqliteArchive {
    /// Opens a file that exists.
    ///
    /// # Errors
    /// `Unavailable`, naming the file.
    pub fn open(path: &Path) -> Result<Self> {
        let lost = |cause| {
            Error::new(ErrorKind::Unavailable, format!("cannot read the database {}", path.display()))
                .hint("name the data folder of the server with --data")
                .caused_by(cause)
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(address(path), flags).map_err(lost)?;
        // A file that is no database shows itself with the first statement.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(lost)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// The turns of a conversation until this one, oldest first.
    ///
    /// # Errors
    /// `NotFound`, `Unavailable`.
    pub fn until(&self, turn: &TurnId) -> Result<Vec<TurnRecord>> {
        let place = "SELECT session, seq FROM turns WHERE turn = ?1";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?));
        let place = self.connection().query_row(place, params![turn.as_str()], read).optional().map_err(lost)?;
        let (session, seq) =
            place.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no turn {turn}")))?;
        self.records("SELECT record FROM turns WHERE session = ?1 AND seq <= ?2 ORDER BY seq", params![session, seq])
    }

    /// All turns of a conversation, oldest first; none where there is no such conversation.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn conversation(&self, session: &SessionId) -> Result<Vec<TurnRecord>> {
        self.records("SELECT record FROM turns WHERE session = ?1 ORDER BY seq", params![session.as_str()])
    }

    /// The turns that were closed last, oldest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn last(&self, limit: u32) -> Result<Vec<TurnRecord>> {
        let newest = "SELECT record FROM turns ORDER BY unixepoch(record ->> 'closed', 'subsec') DESC LIMIT ?1";
        let mut records = self.records(newest, params![limit])?;
        records.reverse();
        Ok(records)
    }

    fn records(&self, sql: &str, params: impl Params) -> Result<Vec<TurnRecord>> {
        let connection = self.connection();
        let mut statement = connection.prepare(sql).map_err(lost)?;
        let texts = statement.query_map(params, |row| row.get::<_, String>(0)).map_err(lost)?;
        let record = |text: rusqlite::Result<String>| {
            serde_json::from_str(&text.map_err(lost)?)
                .map_err(|cause| Error::new(ErrorKind::Internal, "a stored turn cannot be read").caused_by(cause))
        };
        texts.map(record).collect()
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file as SQLite's own kind of address. Without a log beside it nobody writes to it, and nothing is created to find
/// that out.
fn address(path: &Path) -> String {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let still = if Path::new(&log).exists() { "" } else { "?immutable=1" };
    format!("file:{name}{still}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::ports::{Closing, Conversations};
    use contract::testing::{ManualClock, admitted, customer, opening, record, turn};

    use super::*;
    use crate::{Database, SqliteConversations};

    async fn keep(path: &Path, turns: &[(&str, &str)]) -> SqliteConversations {
        let database = Database::open(path).unwrap();
        let store = SqliteConversations::new(database, Arc::new(ManualClock::default()));
        for (id, session) in turns {
            let one = turn(id, session, &customer("ada"), "hello");
            let ticket = admitted(store.open(&opening(&one, id)).await);
            store.close(Closing { ticket: &ticket, record: &record(&one, "good day") }).await.unwrap();
        }
        store
    }

    fn ids(records: &[TurnRecord]) -> Vec<&str> {
        records.iter().map(|record| record.turn.id.as_str()).collect()
    }

    #[tokio::test]
    async fn a_file_is_read_beside_its_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("what? #1 50%.db");
        let _server = keep(&path, &[("a", "s"), ("b", "s"), ("x", "other"), ("c", "s")]).await;
        let archive = SqliteArchive::open(&path).unwrap();
        let turn = |id: &str| TurnId::new(id).unwrap();
        assert_eq!(ids(&archive.until(&turn("b")).unwrap()), ["a", "b"]);
        assert_eq!(ids(&archive.conversation(&SessionId::new("s").unwrap()).unwrap()), ["a", "b", "c"]);
        assert_eq!(archive.until(&turn("nobodys")).unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(archive.last(3).unwrap().len(), 3);
    }

    #[test]
    fn what_is_no_database_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = SqliteArchive::open(&folder.path().join("missing.db")).err().unwrap();
        assert!(error.to_string().contains("missing.db"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
