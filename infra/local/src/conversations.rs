//! Conversations in SQLite.

mod closed;
mod personal;
mod statements;

use std::sync::Arc;

use async_trait::async_trait;
use contract::ports::{Clock, Closing, Conversations, Opened, Opening, Ticket, Transcript};
use contract::{Caller, Error, ErrorKind, Result, SessionId, TurnId, TurnRecord};
use jiff::Timestamp;

use crate::Database;
use statements::Statements;

/// Keeps conversations in one SQLite file.
#[derive(Clone)]
pub struct SqliteConversations {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqliteConversations {
    /// A store in `database` that judges leases by `clock`.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }
}

#[async_trait]
impl Conversations for SqliteConversations {
    async fn open(&self, opening: &Opening) -> Result<Opened> {
        let (opening, now) = (opening.clone(), self.clock.now());
        self.database.write(move |connection| admit(&Statements(connection), opening, now)).await
    }

    async fn close(&self, closing: Closing<'_>) -> Result<u64> {
        let ticket = closing.ticket.clone();
        let exchange = closing.record.exchange();
        let record = serde_json::to_string(closing.record).map_err(unreadable)?;
        self.database
            .write(move |connection| {
                let statements = Statements(connection);
                let held = statements.key(&ticket.caller.owner(), &ticket.key)?;
                if !held.is_some_and(|key| key.seq.is_none() && key.turn == ticket.turn.as_str()) {
                    return Err(Error::new(ErrorKind::Conflict, "another attempt has taken over this turn"));
                }
                let seq = statements.next_seq(&ticket.session)?;
                statements.insert_turn(&ticket, seq, &exchange, &record)?;
                statements.close_key(&ticket, seq)?;
                Ok(seq)
            })
            .await
    }

    async fn transcript(&self, session: &SessionId, caller: &Caller) -> Result<Transcript> {
        let (session, caller) = (session.clone(), caller.clone());
        self.database
            .read(move |connection| {
                let statements = Statements(connection);
                require_owner(&statements, &session, &caller)?;
                let turns = statements.records(&session)?.iter().map(|text| parse(text)).collect::<Result<_>>()?;
                Ok(Transcript { session, turns })
            })
            .await
    }

    async fn turn(&self, session: &SessionId, turn: &TurnId, caller: &Caller) -> Result<TurnRecord> {
        let (session, turn, caller) = (session.clone(), turn.clone(), caller.clone());
        self.database
            .read(move |connection| {
                let statements = Statements(connection);
                require_owner(&statements, &session, &caller)?;
                let record = statements.record_of_turn(&session, &turn)?;
                parse(&record.ok_or_else(|| Error::new(ErrorKind::NotFound, "no such turn in this session"))?)
            })
            .await
    }

    async fn ready(&self) -> Result<()> {
        self.database.write(|connection| Statements(connection).probe()).await
    }
}

/// Decides what becomes of an opening. Runs inside one write transaction, so two openings never interleave.
fn admit(statements: &Statements<'_>, opening: Opening, now: Timestamp) -> Result<Opened> {
    let owner = opening.turn.caller.owner();
    if let Some(access) = opening.turn.caller.access()
        && let Some(until_ms) = statements.barred(&access.pseudonym())?
    {
        refuse_before(until_ms, now, personal::UNDER_WAY)?;
    }
    if let Some(key) = statements.key(&owner, &opening.key)? {
        if key.fingerprint != opening.fingerprint.0 {
            return Err(Error::invalid("Idempotency-Key", "this key was used before with another body")
                .hint("send a new key with a new request, or the same body with the same key"));
        }
        if let Some(seq) = key.seq {
            return Ok(Opened::Repeat(Box::new(parse(&statements.record(&key.session, seq)?)?)));
        }
        refuse_before(key.expires_ms, now, "a turn with this key is in progress")?;
    }
    let session = session_of(statements, &opening, &owner)?;
    let expires = now.checked_add(opening.lease).unwrap_or(Timestamp::MAX);
    statements.take_key(&owner, &opening, &session, expires)?;
    let history = statements.history(&session, opening.history_limit)?;
    let turns = statements.turns(&session)?;
    let Opening { turn, key, .. } = opening;
    Ok(Opened::New(Ticket { session, caller: turn.caller, key, expires, turn: turn.id, history, turns }))
}

fn refuse_before(end_ms: i64, now: Timestamp, why: &str) -> Result<()> {
    let left = end_ms.saturating_sub(now.as_millisecond());
    match u64::try_from(left) {
        Ok(left) if left > 0 => Err(Error::new(ErrorKind::Conflict, why)
            .hint("wait and send the same request again")
            .retry_after(std::time::Duration::from_millis(left))),
        _ => Ok(()),
    }
}

/// The session of the turn: claimed when it is new, refused when it is someone else's.
fn session_of(statements: &Statements<'_>, opening: &Opening, owner: &str) -> Result<SessionId> {
    let session = opening.turn.session.clone();
    statements.claim_session(&session, owner)?;
    require_owner(statements, &session, &opening.turn.caller)?;
    Ok(session)
}

fn require_owner(statements: &Statements<'_>, session: &SessionId, caller: &Caller) -> Result<()> {
    match statements.session_owner(session)? {
        Some(found) if found == caller.owner() => Ok(()),
        // The same answer for "does not exist" and "is not yours": nobody learns which sessions exist.
        _ => Err(Error::new(ErrorKind::NotFound, "no such session")),
    }
}

fn parse(record: &str) -> Result<TurnRecord> {
    serde_json::from_str(record).map_err(unreadable)
}

fn unreadable(cause: serde_json::Error) -> Error {
    Error::new(ErrorKind::Internal, "a stored turn cannot be read").caused_by(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_promises_of_the_port() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("conversations.db");
        contract::testing::conversations::check(|clock| {
            let database = Database::open(&path).unwrap();
            Arc::new(SqliteConversations::new(database, clock))
        })
        .await;
    }
}
