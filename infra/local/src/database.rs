//! One SQLite file, one thread that writes, one that reads.
//!
//! Writes that arrive while a commit is under way wait and are committed together (group commit): each waits for one
//! flush to the disk, and many share it. A write is acknowledged only after its commit, so what was acknowledged
//! survives a crash.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use contract::{Error, ErrorKind, Result};
use rusqlite::Connection;
use tokio::sync::oneshot;

/// How many writes share one commit at most; bounds how long the first of them waits.
const BATCH: usize = 256;
/// How many jobs may wait for each thread; beyond it the caller is told to come back.
const QUEUE: usize = 4_096;

/// What a job does with the connection, or without one when no transaction could begin. It returns what is left to do
/// once the commit is known to have worked or not.
type Job = Box<dyn FnOnce(Option<&Connection>) -> Acknowledge + Send>;
type Acknowledge = Box<dyn FnOnce(std::result::Result<(), String>) + Send>;

/// A handle to one SQLite file. Cheap to clone; the threads end when the last handle is dropped.
#[derive(Clone)]
pub struct Database(Engine);

#[derive(Clone)]
enum Engine {
    /// A file.
    Threads { writer: SyncSender<Job>, reader: SyncSender<Job> },
    /// Memory only: every job runs where it is asked for.
    Inline(Arc<Mutex<Connection>>),
}

impl Database {
    /// Opens the file, creating it and its tables when missing.
    ///
    /// # Errors
    /// `Unavailable`, naming the file, when it cannot be opened or is not a database.
    pub fn open(path: &Path) -> Result<Self> {
        let lost = |cause: rusqlite::Error| {
            Error::new(ErrorKind::Unavailable, format!("cannot open the database {}", path.display()))
                .hint("check that the folder exists and is writable, or set MOTORLINE_DATA")
                .caused_by(cause)
        };
        let writing = connect(path).map_err(lost)?;
        furnish(&writing).map_err(lost)?;
        let reading = connect(path).map_err(lost)?;
        let (writer, reader) =
            (thread("sqlite-writer", writing, write_all)?, thread("sqlite-reader", reading, read_all)?);
        Ok(Self(Engine::Threads { writer, reader }))
    }

    /// A database that is gone with its last handle. Answers at once, on the task that asks: what works under a test's own
    /// time, and is no match for a file under load.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn in_memory() -> Result<Self> {
        let connection = Connection::open_in_memory().map_err(lost)?;
        furnish(&connection).map_err(lost)?;
        Ok(Self(Engine::Inline(Arc::new(Mutex::new(connection)))))
    }

    /// Runs `work` inside a transaction and returns once it is committed. An error of `work` undoes only its own writes.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.0 {
            Engine::Threads { writer, .. } => submit(writer, move |connection| savepoint(connection, work)).await,
            Engine::Inline(connection) => savepoint(&connection.lock().unwrap_or_else(PoisonError::into_inner), work),
        }
    }

    /// Runs `work`, which only reads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.0 {
            Engine::Threads { reader, .. } => submit(reader, |connection| guarded(|| work(connection))).await,
            Engine::Inline(connection) => {
                let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
                guarded(|| work(&connection))
            }
        }
    }
}

/// Makes what is missing of the tables, also in a file of an earlier version.
fn furnish(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(include_str!("schema.sql"))?;
    connection.execute_batch(include_str!("schema/offers.sql"))?;
    connection.execute_batch(include_str!("schema/service_desk.sql"))?;
    connection.execute_batch(include_str!("schema/vehicles.sql"))?;
    connection.execute_batch(include_str!("schema/handoffs.sql"))?;
    let known = "SELECT count(*) FROM pragma_table_info('turns') WHERE name = 'left_open'";
    if connection.query_row(known, [], |row| row.get::<_, i64>(0))? == 0 {
        connection.execute_batch("ALTER TABLE turns ADD COLUMN left_open TEXT")?;
    }
    Ok(())
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: a commit is on the disk when it returns, also after a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn thread(name: &str, connection: Connection, work: fn(&Connection, &Receiver<Job>)) -> Result<SyncSender<Job>> {
    let (sender, receiver) = sync_channel(QUEUE);
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || work(&connection, &receiver))
        .map_err(|cause| Error::new(ErrorKind::Unavailable, "cannot start a database thread").caused_by(cause))?;
    Ok(sender)
}

fn read_all(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(job) = jobs.recv() {
        job(Some(connection))(Ok(()));
    }
}

fn write_all(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let batch = std::iter::once(first).chain(jobs.try_iter()).take(BATCH);
        write_batch(connection, batch);
    }
}

fn write_batch(connection: &Connection, batch: impl Iterator<Item = Job>) {
    let begun = connection.execute_batch("BEGIN IMMEDIATE");
    // Without a transaction a job must not run: each of its statements would be kept although it is told they are not.
    let done: Vec<Acknowledge> = batch.map(|job| job(begun.is_ok().then_some(connection))).collect();
    let committed = begun.and_then(|()| connection.execute_batch("COMMIT")).map_err(|cause| cause.to_string());
    if committed.is_err() {
        // Nothing may be left half-open for the next batch; when there is nothing to undo, that is fine too.
        let _ = connection.execute_batch("ROLLBACK");
    }
    for acknowledge in done {
        acknowledge(committed.clone());
    }
}

fn savepoint<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    connection.execute_batch("SAVEPOINT job").map_err(lost)?;
    let outcome = guarded(|| work(connection));
    let end = if outcome.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    connection.execute_batch(end).map_err(lost)?;
    outcome
}

/// A panic is the job's own failure: the thread and everyone else's jobs go on.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, "a database job panicked")))
}

async fn submit<T: Send + 'static>(
    to: &SyncSender<Job>,
    work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        let outcome = connection.map_or_else(|| Err(unavailable()), work);
        Box::new(move |committed| {
            let outcome = match committed {
                Ok(()) => outcome,
                Err(cause) => outcome.and(Err(unavailable().caused_by(cause))),
            };
            // A caller that went away no longer needs the answer.
            let _ = sender.send(outcome);
        })
    });
    to.try_send(job).map_err(|refused| match refused {
        TrySendError::Full(_) => {
            Error::new(ErrorKind::Busy, "too many writes are waiting").retry_after(Duration::from_secs(1))
        }
        TrySendError::Disconnected(_) => unavailable(),
    })?;
    receiver.await.map_err(|cause| unavailable().caused_by(cause))?
}

/// Translates an error of SQLite.
pub(crate) fn lost(cause: rusqlite::Error) -> Error {
    unavailable().caused_by(cause)
}

fn unavailable() -> Error {
    Error::new(ErrorKind::Unavailable, "the store cannot be reached")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("test.db")).unwrap();
        (folder, database)
    }

    fn insert(id: &str) -> impl FnOnce(&Connection) -> Result<()> + Send + use<> {
        let id = id.to_owned();
        move |connection| {
            connection.execute("INSERT INTO customers (id, profile) VALUES (?1, '{}')", [id]).map_err(lost)?;
            Ok(())
        }
    }

    async fn count(database: &Database) -> i64 {
        let count = |c: &Connection| c.query_row("SELECT count(*) FROM customers", [], |row| row.get(0)).map_err(lost);
        database.read(count).await.unwrap()
    }

    #[tokio::test]
    async fn a_failed_write_leaves_its_neighbours_alone() {
        let (_folder, database) = open();
        let writes = ["a", "a", "b", "c", "c"].map(|id| database.write(insert(id)));
        let failed = futures::future::join_all(writes).await.iter().filter(|outcome| outcome.is_err()).count();
        assert_eq!((failed, count(&database).await), (2, 3));
    }

    #[tokio::test]
    async fn a_panicking_job_undoes_itself_and_nothing_else() {
        let (_folder, database) = open();
        let planted = database.write::<()>(|connection| {
            insert("half")(connection)?;
            panic!("planted");
        });
        let (outcome, neighbour) = tokio::join!(planted, database.write(insert("whole")));
        assert_eq!(outcome.unwrap_err().kind, ErrorKind::Internal);
        assert!(neighbour.is_ok());
        assert_eq!(count(&database).await, 1);
    }

    #[test]
    fn a_file_that_is_no_database_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken.db");
        std::fs::write(&path, "x".repeat(5_000)).unwrap();
        let error = Database::open(&path).err().unwrap();
        assert!(error.to_string().contains("broken.db"), "{error}");
    }
}
