//! The port to the store of conversations, which makes each turn happen exactly once.
//!
//! `open` writes the idempotency key as pending before any work is done; `close` writes the turn, the reply, the reports
//! and the key's result in one transaction. Whatever happens in between, a key ends with one record or with none.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::turn::Turn;
use crate::{Caller, Exchange, IdempotencyKey, Result, SessionId, TurnId, TurnRecord};

/// Keeps conversations.
#[async_trait]
pub trait Conversations: Send + Sync {
    /// Admits a turn, or returns the stored record of the same key.
    ///
    /// A session belongs to the caller who opened it. A pending key past its lease is taken over: whoever held it can no
    /// longer close.
    ///
    /// # Errors
    /// - `Invalid`: the key was used before with another body.
    /// - `Conflict`: a turn with this key is in progress; `retry_after` says until when its lease runs.
    /// - `NotFound`: the session belongs to someone else.
    /// - `Unavailable`: the store is lost.
    async fn open(&self, opening: &Opening) -> Result<Opened>;

    /// Stores a finished turn as the next of its session, and the key's result, in one transaction. Returns the turn's
    /// number in its session, counted from one.
    ///
    /// # Errors
    /// `Conflict` when the ticket's lease was taken over or the key is closed already, `Busy` when too many turns of the
    /// session close at once, `Invalid` when the record is larger than the store can keep: then nothing was written.
    /// `Unavailable` when the store is lost: a repeat of the request finds the turn if it was written all the same.
    async fn close(&self, closing: Closing<'_>) -> Result<u64>;

    /// All turns of a session in their order.
    ///
    /// # Errors
    /// `NotFound` when there is no such session, or none of this caller's; `Unavailable`.
    async fn transcript(&self, session: &SessionId, caller: &Caller) -> Result<Transcript>;

    /// One turn of a session.
    ///
    /// # Errors
    /// As [`Self::transcript`].
    async fn turn(&self, session: &SessionId, turn: &TurnId, caller: &Caller) -> Result<TurnRecord>;

    /// Whether it could store a turn now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}

/// A turn that asks to be admitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    /// The turn, as the door read it.
    pub turn: Turn,
    /// The key that makes a repeat recognisable. Keys of different callers never meet.
    pub key: IdempotencyKey,
    /// What the request said, so that the same key with another body is noticed.
    pub fingerprint: Fingerprint,
    /// How long the turn may be in progress before another attempt may take it over.
    pub lease: Duration,
    /// At most so many past exchanges are wanted.
    pub history_limit: usize,
}

/// A hash of a request's meaning (SHA-256, hexadecimal).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(pub String);

/// What became of an opening.
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// The turn is ours to answer.
    New(Ticket),
    /// It was answered before; this is the record.
    Repeat(Box<TurnRecord>),
}

/// The right to close one turn, and the history that it continues.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// The session.
    pub session: SessionId,
    /// The caller who owns the session.
    pub caller: Caller,
    /// The key.
    pub key: IdempotencyKey,
    /// When the lease ends; also what tells two holders of one key apart.
    pub expires: Timestamp,
    /// The turn that holds the lease.
    pub turn: TurnId,
    /// The last exchanges of the session, oldest first.
    pub history: Vec<Exchange>,
    /// How many turns the session had. Others may close before this one: a hint for the store, not a promise.
    pub turns: u64,
}

/// A turn that asks to be stored.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// The right to do so.
    pub ticket: &'a Ticket,
    /// What to store.
    pub record: &'a TurnRecord,
}

/// A session and its turns in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    /// The session.
    pub session: SessionId,
    /// Its turns, oldest first.
    pub turns: Vec<TurnRecord>,
}
