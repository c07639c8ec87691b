//! What was offered to whom, in SQLite.

use async_trait::async_trait;
use backoffice::Offers;
use backoffice::offers::{Bound, KEPT_DAYS, Shown, looks_back};
use contract::ports::PersonalData;
use contract::{Access, Error, ErrorKind, Result, SessionId, TurnId};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use crate::Database;
use crate::database::lost;
use crate::owned::{erased, pieces};

/// Keeps which offers were shown in one SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteOffers {
    database: Database,
}

impl SqliteOffers {
    /// One in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl Offers for SqliteOffers {
    async fn shown(&self, access: &Access, since: Timestamp) -> Result<Vec<Shown>> {
        let customer = access.customer().as_str().to_owned();
        self.database.read(move |connection| select(connection, &customer, since)).await
    }

    async fn show(&self, access: &Access, showing: &Shown, bounds: &[Bound]) -> Result<bool> {
        let (customer, showing, bounds) = (access.customer().as_str().to_owned(), showing.clone(), bounds.to_vec());
        // One write transaction: what is counted is what is there when it is added.
        self.database
            .write(move |connection| {
                if was_shown(connection, &customer, &showing)? {
                    return Ok(true);
                }
                let past = select(connection, &customer, looks_back(&bounds, showing.at))?;
                let passes = bounds.iter().all(|bound| !bound.is_reached(&past));
                if passes {
                    forget(connection, &customer, showing.at)?;
                    insert(connection, &customer, &showing)?;
                }
                Ok(passes)
            })
            .await
    }

    async fn ready(&self) -> Result<()> {
        let probe = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM offers WHERE customer = ''", [], |_| Ok(())).map_err(lost)
        };
        self.database.read(probe).await
    }
}

#[async_trait]
impl PersonalData for SqliteOffers {
    fn store(&self) -> &'static str {
        "offers"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let customer = access.customer().to_string();
        let select = "SELECT offer, session, turn, at_us FROM offers WHERE customer = ?1 ORDER BY at_us, turn, offer";
        let piece = |row: &Row<'_>| {
            let (offer, session, turn, at) = columns(row)?;
            let at = Timestamp::from_microsecond(at).map(|at| at.to_string()).unwrap_or_default();
            Ok(json!({"offer": offer, "session": session, "turn": turn, "at": at}))
        };
        self.database.read(move |connection| pieces(connection, select, [customer], piece)).await
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        let (delete, customer) = ("DELETE FROM offers WHERE customer = ?1", access.customer().to_string());
        self.database.write(move |connection| erased(connection, delete, [customer])).await
    }
}

fn select(connection: &Connection, customer: &str, since: Timestamp) -> Result<Vec<Shown>> {
    let sql = "SELECT offer, session, turn, at_us FROM offers WHERE customer = ?1 AND at_us >= ?2 ORDER BY at_us DESC";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let rows = statement.query_map(params![customer, since.as_microsecond()], columns).map_err(lost)?;
    rows.map(|row| shown(row.map_err(lost)?)).collect()
}

type Columns = (String, String, String, i64);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn shown((offer, session, turn, at): Columns) -> Result<Shown> {
    let at = Timestamp::from_microsecond(at)
        .map_err(|cause| Error::new(ErrorKind::Internal, "a stored moment cannot be read").caused_by(cause))?;
    Ok(Shown { offer, session: SessionId::new(session)?, turn: TurnId::new(turn)?, at })
}

fn was_shown(connection: &Connection, customer: &str, showing: &Shown) -> Result<bool> {
    let sql = "SELECT count(*) FROM offers WHERE customer = ?1 AND turn = ?2 AND offer = ?3";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let key = params![customer, showing.turn.as_str(), showing.offer];
    Ok(statement.query_row(key, |row| row.get::<_, i64>(0)).map_err(lost)? > 0)
}

fn insert(connection: &Connection, customer: &str, showing: &Shown) -> Result<()> {
    let sql = "INSERT INTO offers (customer, at_us, offer, session, turn) VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let Shown { offer, session, turn, at } = showing;
    let row = params![customer, at.as_microsecond(), offer, session.as_str(), turn.as_str()];
    statement.execute(row).map_err(lost)?;
    Ok(())
}

/// What no bound looks back to need not be kept of a customer.
fn forget(connection: &Connection, customer: &str, now: Timestamp) -> Result<()> {
    let before = now.checked_sub(SignedDuration::from_hours(24 * KEPT_DAYS)).unwrap_or(Timestamp::MIN);
    let sql = "DELETE FROM offers WHERE customer = ?1 AND at_us < ?2";
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    statement.execute(params![customer, before.as_microsecond()]).map_err(lost)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use contract::testing::access;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_promises_of_the_port_in_a_file_and_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let file = Database::open(&folder.path().join("offers.db")).unwrap();
        for database in [file, Database::in_memory().unwrap()] {
            backoffice::testing::offers::check(&SqliteOffers::new(database)).await;
        }
    }

    #[tokio::test]
    async fn keeps_the_promises_of_personal_data() {
        let store = SqliteOffers::new(Database::in_memory().unwrap());
        let plant = async |caller: &contract::Caller, word: &str| {
            let (session, turn) = (SessionId::new("s").unwrap(), TurnId::new(word).unwrap());
            let showing = Shown { offer: "winter".into(), session, turn, at: "2026-11-28T09:00:00Z".parse().unwrap() };
            assert!(store.show(&caller.access().unwrap(), &showing, &[]).await.unwrap());
            word.to_owned()
        };
        contract::testing::personal_data::check(&store, plant).await;
    }

    #[tokio::test]
    async fn what_no_bound_looks_back_to_is_forgotten_with_the_next_one() {
        let store = SqliteOffers::new(Database::in_memory().unwrap());
        let ada = access("ada");
        for (turn, at) in [("old", "2025-01-01T00:00:00Z"), ("new", "2026-11-28T09:00:00Z")] {
            let (session, turn) = (SessionId::new("s").unwrap(), TurnId::new(turn).unwrap());
            let showing = Shown { offer: "winter".into(), session, turn, at: at.parse().unwrap() };
            assert!(store.show(&ada, &showing, &[]).await.unwrap());
        }
        let kept = store.shown(&ada, Timestamp::MIN).await.unwrap();
        assert_eq!(kept.iter().map(|past| past.turn.as_str()).collect::<Vec<_>>(), ["new"]);
    }
}
