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

/// Work outside of any transaction, such as writing the file anew.
type Chore = Box<dyn FnOnce(&Connection) + Send>;

/// What the writer is asked for.
enum Write {
    Job(Job),
    Chore(Chore),
}

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
    Threads { writer: SyncSender<Write>, reader: SyncSender<Job> },
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
            Engine::Threads { writer, .. } => {
                submit(writer, Write::Job, move |connection| savepoint(connection, work)).await
            }
            Engine::Inline(connection) => savepoint(&connection.lock().unwrap_or_else(PoisonError::into_inner), work),
        }
    }

    /// Writes the file anew without anything that was deleted in it, and empties its write-ahead log. Other writes wait.
    ///
    /// # Errors
    /// `Unavailable`, also when somebody else reads the file all the time: it is to be asked again.
    pub(crate) async fn rewrite(&self) -> Result<()> {
        match &self.0 {
            Engine::Threads { writer, .. } => {
                let (sender, receiver) = oneshot::channel();
                let chore: Chore = Box::new(move |connection| {
                    // A caller that went away no longer needs the answer.
                    let _ = sender.send(guarded(|| rewrite(connection)));
                });
                send(writer, Write::Chore(chore))?;
                receiver.await.map_err(|cause| unavailable().caused_by(cause))?
            }
            Engine::Inline(connection) => {
                connection.lock().unwrap_or_else(PoisonError::into_inner).execute_batch("VACUUM").map_err(lost)
            }
        }
    }

    /// Runs `work`, which only reads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match &self.0 {
            Engine::Threads { reader, .. } => {
                submit(reader, std::convert::identity, |connection| guarded(|| work(connection))).await
            }
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
    connection.execute_batch(include_str!("schema/audit.sql"))?;
    connection.execute_batch(include_str!("schema/offers.sql"))?;
    connection.execute_batch(include_str!("schema/service_desk.sql"))?;
    connection.execute_batch(include_str!("schema/vehicles.sql"))?;
    connection.execute_batch(include_str!("schema/handoffs.sql"))?;
    connection.execute_batch(include_str!("schema/privacy.sql"))?;
    let known = "SELECT count(*) FROM pragma_table_info('turns') WHERE name = 'left_open'";
    if connection.query_row(known, [], |row| row.get::<_, i64>(0))? == 0 {
        connection.execute_batch("ALTER TABLE turns ADD COLUMN left_open TEXT")?;
    }
    connection.execute_batch(include_str!("schema/learned.sql"))?;
    // The turns of a file that gave them no places yet, in the order in which they were closed. Where a place was ever
    // given, all have theirs.
    connection.execute_batch(
        "INSERT INTO closings (session, seq)
         SELECT session, seq FROM turns WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'closings')
         ORDER BY record ->> 'closed', session, seq",
    )
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: a commit is on the disk when it returns, also after a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is overwritten, not only unlinked.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn thread<T: Send + 'static>(
    name: &str,
    connection: Connection,
    work: fn(&Connection, &Receiver<T>),
) -> Result<SyncSender<T>> {
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

fn write_all(connection: &Connection, asked: &Receiver<Write>) {
    while let Ok(first) = asked.recv() {
        let mut batch = Vec::new();
        for next in std::iter::once(first).chain(asked.try_iter()).take(BATCH) {
            match next {
                Write::Job(job) => batch.push(job),
                // In the order in which it was asked for: what was asked for before is committed before.
                Write::Chore(chore) => {
                    write_batch(connection, batch.drain(..));
                    chore(connection);
                }
            }
        }
        write_batch(connection, batch.into_iter());
    }
}

fn rewrite(connection: &Connection) -> Result<()> {
    connection.execute_batch("VACUUM").map_err(lost)?;
    let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
    let busy: bool = connection.query_row(truncate, [], |row| row.get(0)).map_err(lost)?;
    if busy { Err(unavailable().hint("somebody reads the file all the time; ask again")) } else { Ok(()) }
}

fn write_batch(connection: &Connection, batch: impl ExactSizeIterator<Item = Job>) {
    if batch.len() == 0 {
        return;
    }
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

async fn submit<T: Send + 'static, Asked>(
    to: &SyncSender<Asked>,
    ask: impl FnOnce(Job) -> Asked,
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
    send(to, ask(job))?;
    receiver.await.map_err(|cause| unavailable().caused_by(cause))?
}

fn send<Asked>(to: &SyncSender<Asked>, asked: Asked) -> Result<()> {
    to.try_send(asked).map_err(|refused| match refused {
        TrySendError::Full(_) => {
            Error::new(ErrorKind::Busy, "too many writes are waiting").retry_after(Duration::from_secs(1))
        }
        TrySendError::Disconnected(_) => unavailable(),
    })
}

/// Translates an error of SQLite.
pub(crate) fn lost(cause: rusqlite::Error) -> Error {
    unavailable().caused_by(cause)
}

fn unavailable() -> Error {
    Error::new(ErrorKind::Unavailable, "the store cannot be reached")
}

#[cfg(test)]
mod tests;
