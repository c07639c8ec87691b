//! The items of the queue of people: a case, which cases are open, the last case of a conversation, and what was said in it.

use backoffice::handoffs::{Case, Word};
use contract::{CaseId, Error, Result, SessionId};
use serde::{Deserialize, Serialize};

use crate::dynamo::Item;
use crate::dynamo::expression::key;
use crate::dynamo::failure::{malformed, unreadable};

const ONLY: &str = "META";
/// The partition of the cases that are open.
pub(super) const OPEN: &str = "QUEUE#OPEN";

/// The item of a case. It expires when it is done.
#[derive(Serialize, Deserialize)]
pub(super) struct CaseItem {
    /// The case as JSON.
    case: String,
    /// How often it was written; whoever writes it must have read the last one.
    pub(super) version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<i64>,
}

/// That a case is open.
#[derive(Serialize, Deserialize)]
pub(super) struct OpenItem {
    pub(super) case: CaseId,
}

/// The item of a conversation that has, or had, a case. It expires when none is open.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct SessionItem {
    /// Whose conversation it is.
    pub(super) owner: String,
    /// The case that was opened last.
    pub(super) latest: CaseId,
    /// Whether that one is open.
    pub(super) open: bool,
    /// How many words people said in it.
    pub(super) words: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<i64>,
}

/// The item of a word: once in the order of the conversation, and once under its key.
#[derive(Serialize, Deserialize)]
pub(super) struct WordItem {
    #[serde(flatten)]
    pub(super) word: Word,
    pub(super) expires_at: i64,
}

impl CaseItem {
    pub(super) fn of(case: &Case, version: u64, expires_at: Option<i64>) -> Result<Self> {
        Ok(Self { case: serde_json::to_string(case).map_err(malformed)?, version, expires_at })
    }

    pub(super) fn case(&self) -> Result<Case> {
        serde_json::from_str(&self.case).map_err(|cause| -> Error { unreadable(cause) })
    }
}

pub(super) fn case_key(id: &CaseId) -> Item {
    key(format!("CASE#{id}"), ONLY)
}

pub(super) fn said_key(id: &CaseId, said: &str) -> Item {
    key(format!("CASE#{id}"), format!("SAID#{said}"))
}

pub(super) fn open_key(id: &CaseId) -> Item {
    key(OPEN, id.as_str())
}

pub(super) fn session_partition(session: &SessionId) -> String {
    format!("CASES#{session}")
}

pub(super) fn session_key(session: &SessionId) -> Item {
    key(session_partition(session), ONLY)
}

pub(super) fn word_key(session: &SessionId, seq: u64) -> Item {
    key(session_partition(session), word_name(seq))
}

/// Numbers in the order of their digits.
pub(super) fn word_name(seq: u64) -> String {
    format!("WORD#{seq:020}")
}
