//! The items of a conversation, as they are written and read.

use contract::ports::{Opening, Ticket};
use contract::{Action, Caller, CaseId, Exchange, IdempotencyKey, SessionId, TurnRecord};
use serde::{Deserialize, Serialize};

use crate::dynamo::Item;
use crate::dynamo::expression::key;
pub(super) use crate::dynamo::items::{item, parse};

/// What the sort keys of turns begin with.
pub(super) const TURN: &str = "TURN#";

/// The item of an idempotency key: pending until it has a number.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeyItem {
    pub(super) fingerprint: String,
    /// The turn that holds it.
    pub(super) turn: String,
    pub(super) session: String,
    /// Until when the holder may take its time, in milliseconds since 1970.
    pub(super) lease_ms: i64,
    pub(super) expires_at: i64,
    /// The call of `open` that took it.
    pub(super) opened_by: String,
    /// The call of `close` that closed it, and the number it gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) closed_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
}

/// The item of a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SessionItem {
    pub(super) owner: String,
    pub(super) turns: u64,
    /// How often the session has moved to another region, counted from one.
    pub(super) version: u64,
    pub(super) home: String,
    pub(super) expires_at: i64,
}

/// The readable attributes of a turn. The record stands beside them: `record` holds it packed, or `record_at` says under
/// which name it is in the bucket.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TurnItem {
    pub(super) seq: u64,
    pub(super) turn: String,
    pub(super) said: String,
    pub(super) replied: String,
    pub(super) closed: String,
    pub(super) home: String,
    pub(super) expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) record_at: Option<String>,
    /// What the turn left besides its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_open: Option<LeftOpen>,
}

/// What a turn left besides its words: actions, and the case that a person was asked to take over.
#[derive(Debug, Serialize, Deserialize)]
struct LeftOpen {
    actions: Vec<Action>,
    case: Option<CaseId>,
}

/// What `open` reads of a past turn.
#[derive(Debug, Deserialize)]
pub(super) struct PastTurn {
    pub(super) seq: u64,
    said: String,
    replied: String,
    #[serde(default)]
    left_open: Option<LeftOpen>,
}

impl From<PastTurn> for Exchange {
    fn from(past: PastTurn) -> Self {
        let (actions, case) = past.left_open.map(|left| (left.actions, left.case)).unwrap_or_default();
        Self { said: past.said, replied: past.replied, actions, case }
    }
}

impl KeyItem {
    pub(super) fn pending(opening: &Opening, lease_ms: i64, expires_at: i64, nonce: &str) -> Self {
        Self {
            fingerprint: opening.fingerprint.0.clone(),
            turn: opening.turn.id.to_string(),
            session: opening.turn.session.to_string(),
            lease_ms,
            expires_at,
            opened_by: nonce.to_owned(),
            closed_by: None,
            seq: None,
        }
    }
}

impl TurnItem {
    pub(super) fn of(record: &TurnRecord, ticket: &Ticket, home: &str, expires_at: i64) -> Self {
        let Exchange { said, replied, actions, case } = record.exchange();
        let nothing = actions.is_empty() && case.is_none();
        Self {
            seq: 0,
            turn: ticket.turn.to_string(),
            said,
            replied,
            closed: record.closed.to_string(),
            home: home.to_owned(),
            expires_at,
            record_at: None,
            left_open: (!nothing).then_some(LeftOpen { actions, case }),
        }
    }
}

/// `#` is in no identifier and in no owner, so that no owner and key can spell those of another.
pub(super) fn idempotency_key(caller: &Caller, of: &IdempotencyKey) -> Item {
    key(format!("IDEM#{}#{of}", caller.owner()), "KEY")
}

pub(super) fn session_key(session: &SessionId) -> Item {
    key(format!("SESS#{session}"), "META")
}

/// The partition of a session's turns.
pub(super) fn conversation(session: &str) -> String {
    format!("CONV#{session}")
}

/// Zero-padded, so that turns sort by number as text.
pub(super) fn turn_key(session: &str, seq: u64) -> Item {
    key(conversation(session), format!("{TURN}{seq:010}"))
}
