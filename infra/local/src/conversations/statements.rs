//! The statements of the conversation store, one function each.

use contract::ports::{Opening, Ticket};
use contract::{Exchange, IdempotencyKey, Result, SessionId, TurnId};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::unreadable;
use crate::database::lost;

/// Runs statements on a connection.
pub(super) struct Statements<'a>(pub(super) &'a Connection);

/// A row of `keys`.
pub(super) struct Key {
    pub(super) fingerprint: String,
    pub(super) turn: String,
    pub(super) expires_ms: i64,
    pub(super) session: String,
    pub(super) seq: Option<u64>,
}

impl Statements<'_> {
    pub(super) fn key(&self, owner: &str, key: &IdempotencyKey) -> Result<Option<Key>> {
        self.first(
            "SELECT fingerprint, turn, expires_ms, session, seq FROM keys WHERE owner = ?1 AND key = ?2",
            params![owner, key.as_str()],
            |row| {
                Ok(Key {
                    fingerprint: row.get(0)?,
                    turn: row.get(1)?,
                    expires_ms: row.get(2)?,
                    session: row.get(3)?,
                    seq: row.get(4)?,
                })
            },
        )
    }

    pub(super) fn take_key(
        &self,
        owner: &str,
        opening: &Opening,
        session: &SessionId,
        expires: Timestamp,
    ) -> Result<()> {
        self.run(
            "INSERT INTO keys (owner, key, fingerprint, turn, expires_ms, session) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (owner, key) DO UPDATE SET turn = ?4, expires_ms = ?5, session = ?6",
            params![
                owner,
                opening.key.as_str(),
                opening.fingerprint.0,
                opening.turn.id.as_str(),
                expires.as_millisecond(),
                session.as_str(),
            ],
        )
    }

    pub(super) fn close_key(&self, ticket: &Ticket, seq: u64) -> Result<()> {
        self.run(
            "UPDATE keys SET seq = ?1 WHERE owner = ?2 AND key = ?3",
            params![seq, ticket.caller.owner(), ticket.key.as_str()],
        )
    }

    pub(super) fn claim_session(&self, session: &SessionId, owner: &str) -> Result<()> {
        self.run(
            "INSERT INTO sessions (session, owner) VALUES (?1, ?2) ON CONFLICT (session) DO NOTHING",
            params![session.as_str(), owner],
        )
    }

    pub(super) fn session_owner(&self, session: &SessionId) -> Result<Option<String>> {
        self.first("SELECT owner FROM sessions WHERE session = ?1", params![session.as_str()], |row| row.get(0))
    }

    /// How many turns the session has.
    pub(super) fn turns(&self, session: &SessionId) -> Result<u64> {
        let count = "SELECT turns FROM sessions WHERE session = ?1";
        Ok(self.first(count, params![session.as_str()], |row| row.get(0))?.unwrap_or_default())
    }

    /// Counts one more turn of the session and returns its number.
    pub(super) fn next_seq(&self, session: &SessionId) -> Result<u64> {
        let mut statement = self
            .0
            .prepare_cached("UPDATE sessions SET turns = turns + 1 WHERE session = ?1 RETURNING turns")
            .map_err(lost)?;
        statement.query_row(params![session.as_str()], |row| row.get(0)).map_err(lost)
    }

    pub(super) fn insert_turn(&self, ticket: &Ticket, seq: u64, exchange: &Exchange, record: &str) -> Result<()> {
        self.run(
            "INSERT INTO turns (session, seq, turn, said, replied, left_open, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                ticket.session.as_str(),
                seq,
                ticket.turn.as_str(),
                exchange.said,
                exchange.replied,
                left_open(exchange)?,
                record
            ],
        )?;
        self.run("INSERT INTO closings (session, seq) VALUES (?1, ?2)", params![ticket.session.as_str(), seq])
    }

    /// The last `limit` exchanges, oldest first.
    pub(super) fn history(&self, session: &SessionId, limit: usize) -> Result<Vec<Exchange>> {
        let mut newest_first = self.all(
            "SELECT said, replied, left_open FROM turns WHERE session = ?1 ORDER BY seq DESC LIMIT ?2",
            params![session.as_str(), limit],
            exchange,
        )?;
        newest_first.reverse();
        Ok(newest_first)
    }

    pub(super) fn record(&self, session: &str, seq: u64) -> Result<String> {
        let mut statement =
            self.0.prepare_cached("SELECT record FROM turns WHERE session = ?1 AND seq = ?2").map_err(lost)?;
        statement.query_row(params![session, seq], |row| row.get(0)).map_err(lost)
    }

    pub(super) fn record_of_turn(&self, session: &SessionId, turn: &TurnId) -> Result<Option<String>> {
        self.first(
            "SELECT record FROM turns WHERE turn = ?1 AND session = ?2",
            params![turn.as_str(), session.as_str()],
            |row| row.get(0),
        )
    }

    pub(super) fn records(&self, session: &SessionId) -> Result<Vec<String>> {
        self.all("SELECT record FROM turns WHERE session = ?1 ORDER BY seq", params![session.as_str()], |row| {
            row.get(0)
        })
    }

    /// Until when a person is barred, in milliseconds.
    pub(super) fn barred(&self, person: &str) -> Result<Option<i64>> {
        self.first("SELECT until_ms FROM barred WHERE person = ?1", [person], |row| row.get(0))
    }

    /// Writes nothing, but takes part in a real transaction.
    pub(super) fn probe(&self) -> Result<()> {
        self.run("UPDATE sessions SET turns = turns WHERE session = ''", [])
    }

    fn run(&self, sql: &str, params: impl Params) -> Result<()> {
        self.0.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(lost)?;
        Ok(())
    }

    fn first<T>(&self, sql: &str, params: impl Params, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Result<Option<T>> {
        let mut statement = self.0.prepare_cached(sql).map_err(lost)?;
        statement.query_row(params, read).optional().map_err(lost)
    }

    fn all<T>(&self, sql: &str, params: impl Params, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        let mut statement = self.0.prepare_cached(sql).map_err(lost)?;
        let rows = statement.query_map(params, read).map_err(lost)?;
        rows.collect::<rusqlite::Result<_>>().map_err(lost)
    }
}

/// What an exchange left besides its words, as JSON; nothing for most of them.
fn left_open(exchange: &Exchange) -> Result<Option<String>> {
    if exchange.actions.is_empty() && exchange.case.is_none() {
        return Ok(None);
    }
    serde_json::to_string(&(&exchange.actions, &exchange.case)).map(Some).map_err(unreadable)
}

fn exchange(row: &Row<'_>) -> rusqlite::Result<Exchange> {
    let left: Option<String> = row.get(2)?;
    let unreadable = |cause| rusqlite::Error::FromSqlConversionFailure(2, Type::Text, Box::new(cause));
    let left = left.map(|text| serde_json::from_str(&text).map_err(unreadable)).transpose()?;
    let (actions, case) = left.unwrap_or_default();
    Ok(Exchange { said: row.get(0)?, replied: row.get(1)?, actions, case })
}
