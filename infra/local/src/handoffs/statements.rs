//! The statements of the queue of people, one function each.

use backoffice::handoffs::{Case, Word};
use contract::{CaseId, Error, ErrorKind, Result, SessionId};
use rusqlite::{Connection, OptionalExtension, Params, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::database::lost;

/// Runs statements on a connection.
pub(super) struct Statements<'a>(pub(super) &'a Connection);

impl Statements<'_> {
    pub(super) fn case(&self, id: &CaseId) -> Result<Option<Case>> {
        self.first("SELECT body FROM cases WHERE id = ?1", params![id.as_str()])
    }

    pub(super) fn open_case(&self, session: &SessionId) -> Result<Option<Case>> {
        self.first("SELECT body FROM cases WHERE session = ?1 AND open = 1", params![session.as_str()])
    }

    /// The case of a session that was opened last. Of two of one moment, the open one.
    pub(super) fn latest(&self, session: &SessionId) -> Result<Option<Case>> {
        let newest = "SELECT body FROM cases WHERE session = ?1 ORDER BY open DESC, opened DESC, rowid DESC LIMIT 1";
        self.first(newest, params![session.as_str()])
    }

    pub(super) fn open_cases(&self) -> Result<Vec<Case>> {
        self.all("SELECT body FROM cases WHERE open = 1 ORDER BY opened", [])
    }

    pub(super) fn insert(&self, case: &Case) -> Result<()> {
        let matter = &case.matter;
        self.run(
            "INSERT INTO cases (id, session, owner, opened, open, body) VALUES (?1, ?2, ?3, ?4, 1, ?5)",
            params![
                matter.id.as_str(),
                matter.session.as_str(),
                matter.caller.owner(),
                // Of one length, so that it sorts as time does.
                format!("{:.9}", case.opened),
                written(case)?
            ],
        )
    }

    pub(super) fn update(&self, case: &Case) -> Result<()> {
        let (id, open) = (case.matter.id.as_str(), case.is_open());
        self.run("UPDATE cases SET open = ?2, body = ?3 WHERE id = ?1", params![id, open, written(case)?])
    }

    /// Whether the session has a case of this owner.
    pub(super) fn is_of(&self, session: &SessionId, owner: &str) -> Result<bool> {
        let known = "SELECT 1 FROM cases WHERE session = ?1 AND owner = ?2 LIMIT 1";
        let mut statement = self.0.prepare_cached(known).map_err(lost)?;
        statement.exists(params![session.as_str(), owner]).map_err(lost)
    }

    pub(super) fn word(&self, case: &CaseId, key: &str) -> Result<Option<Word>> {
        self.first("SELECT body FROM words WHERE case_id = ?1 AND key = ?2", params![case.as_str(), key])
    }

    /// The number of the next word of a session.
    pub(super) fn next_word(&self, session: &SessionId) -> Result<u64> {
        let next = "SELECT coalesce(max(seq), 0) + 1 FROM words WHERE session = ?1";
        let mut statement = self.0.prepare_cached(next).map_err(lost)?;
        statement.query_row(params![session.as_str()], |row| row.get(0)).map_err(lost)
    }

    pub(super) fn add_word(&self, case: &Case, key: &str, word: &Word) -> Result<()> {
        let (session, id) = (case.matter.session.as_str(), case.matter.id.as_str());
        self.run(
            "INSERT INTO words (session, seq, case_id, key, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![session, word.seq, id, key, written(word)?],
        )
    }

    pub(super) fn words(&self, session: &SessionId, after: u64) -> Result<Vec<Word>> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        self.all(
            "SELECT body FROM words WHERE session = ?1 AND seq > ?2 ORDER BY seq",
            params![session.as_str(), after],
        )
    }

    /// Writes nothing, but takes part in a real transaction.
    pub(super) fn probe(&self) -> Result<()> {
        self.run("UPDATE cases SET open = open WHERE id = ''", [])
    }

    fn run(&self, sql: &str, params: impl Params) -> Result<()> {
        self.0.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(lost)?;
        Ok(())
    }

    fn first<T: DeserializeOwned>(&self, sql: &str, params: impl Params) -> Result<Option<T>> {
        let mut statement = self.0.prepare_cached(sql).map_err(lost)?;
        let found: Option<String> = statement.query_row(params, |row| row.get(0)).optional().map_err(lost)?;
        found.as_deref().map(read).transpose()
    }

    fn all<T: DeserializeOwned>(&self, sql: &str, params: impl Params) -> Result<Vec<T>> {
        let mut statement = self.0.prepare_cached(sql).map_err(lost)?;
        let rows = statement.query_map(params, |row| row.get::<_, String>(0)).map_err(lost)?;
        rows.map(|row| read(&row.map_err(lost)?)).collect()
    }
}

fn written(thing: &impl Serialize) -> Result<String> {
    serde_json::to_string(thing).map_err(unreadable)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(unreadable)
}

fn unreadable(cause: serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, "a stored case cannot be read").caused_by(cause)
}
