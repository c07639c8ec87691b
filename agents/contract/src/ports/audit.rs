//! The port to the audit trail: who looked at or changed what, kept apart from the log and never rewritten.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Access, Result};

/// Keeps the audit trail.
#[async_trait]
pub trait AuditTrail: Send + Sync {
    /// Adds an entry. What an entry stands for is done only when it is kept.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn note(&self, entry: &AuditEntry) -> Result<()>;

    /// The entries of a day (UTC), oldest first.
    ///
    /// # Errors
    /// `Unavailable`; `Internal` when the trail was tampered with.
    async fn day(&self, day: Date) -> Result<Vec<AuditEntry>>;

    /// Whether an entry would be kept now.
    ///
    /// # Errors
    /// `Unavailable`.
    async fn ready(&self) -> Result<()>;
}

/// One entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who, such as `operator~kim`; a customer as a pseudonym ([`Access::pseudonym`]).
    pub actor: String,
    /// What was done, such as `read_transcript` or `erase`.
    pub act: String,
    /// Whose or which it was done to: a case, a session, a pseudonym; none when it concerns nobody.
    pub subject: Option<String>,
    /// What came of it, such as `done` or `refused`.
    pub outcome: String,
}

impl Access {
    /// What stands for the customer where they must not be named: who knows their id can tell that it is theirs, and nobody
    /// can read the id from it.
    pub fn pseudonym(&self) -> String {
        // An id of the contract's own name space: the same customer has the same pseudonym everywhere.
        format!("customer~{}", uuid::Uuid::new_v5(&PSEUDONYMS, self.customer().as_str().as_bytes()).simple())
    }
}

/// The name space of pseudonyms (UUID version 5 of `motorline.pseudonym` among DNS names).
const PSEUDONYMS: uuid::Uuid = uuid::Uuid::from_u128(0xe264_a300_1a43_5a82_ab1f_295f_33bf_ee10);
