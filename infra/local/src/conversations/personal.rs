//! What the conversations keep of a person, and how they are kept out while it is erased.

use std::time::Duration;

use async_trait::async_trait;
use contract::ports::{Barring, PersonalData};
use contract::{Access, Result};
use rusqlite::{Row, params};
use serde_json::{Value, json};

use super::statements::Statements;
use super::{SqliteConversations, refuse_before};
use crate::owned::{OWNED, erased, json as column, owners, pieces};

/// Why no turn is admitted meanwhile.
pub(super) const UNDER_WAY: &str = "what is kept of this customer is being erased";

#[async_trait]
impl PersonalData for SqliteConversations {
    fn store(&self) -> &'static str {
        "conversations"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let owners = owners(access);
        self.database
            .read(move |connection| {
                let mut all = Vec::new();
                for (sql, piece) in TOLD {
                    all.extend(pieces(connection, &sql.replace("{OWNED}", OWNED), owners.each_ref(), piece)?);
                }
                Ok(all)
            })
            .await
    }

    /// A turn under way loses its key with the others: it can no longer close.
    async fn erase(&self, access: &Access) -> Result<u64> {
        let owners = owners(access);
        let statements = [
            format!("DELETE FROM turns WHERE session IN (SELECT session FROM sessions WHERE {OWNED})"),
            format!("DELETE FROM sessions WHERE {OWNED}"),
            format!("DELETE FROM keys WHERE {OWNED}"),
        ];
        let erase = move |connection: &rusqlite::Connection| {
            statements.iter().map(|statement| erased(connection, statement, owners.each_ref())).sum()
        };
        self.database.write(erase).await
    }
}

#[async_trait]
impl Barring for SqliteConversations {
    async fn bar(&self, access: &Access, lasting: Duration) -> Result<()> {
        let (person, now) = (access.pseudonym(), self.clock.now());
        let until = now.checked_add(lasting).unwrap_or(jiff::Timestamp::MAX).as_millisecond();
        self.database
            .write(move |connection| {
                if let Some(until_ms) = Statements(connection).barred(&person)? {
                    refuse_before(until_ms, now, UNDER_WAY)?;
                }
                // Bars that ran out are of erasures that a crash broke off.
                erased(connection, "DELETE FROM barred WHERE until_ms <= ?1", [now.as_millisecond()])?;
                let insert = "INSERT INTO barred (person, until_ms) VALUES (?1, ?2)";
                erased(connection, insert, params![person, until]).map(drop)
            })
            .await
    }

    async fn admit(&self, access: &Access) -> Result<()> {
        let person = access.pseudonym();
        let delete = "DELETE FROM barred WHERE person = ?1";
        self.database.write(move |connection| erased(connection, delete, [person]).map(drop)).await
    }
}

/// How the rows of a table are told.
type Told = (&'static str, fn(&Row<'_>) -> rusqlite::Result<Value>);

const TOLD: [Told; 3] = [
    ("SELECT session, owner FROM sessions WHERE {OWNED} ORDER BY session", |row| {
        Ok(json!({"session": row.get::<_, String>(0)?, "owner": row.get::<_, String>(1)?}))
    }),
    (
        "SELECT turns.record FROM turns JOIN sessions USING (session) WHERE {OWNED} ORDER BY turns.session, turns.seq",
        |row| Ok(json!({"turn": column(row, 0)?})),
    ),
    ("SELECT key, session, turn, seq FROM keys WHERE {OWNED} ORDER BY owner, key", |row| {
        Ok(json!({
            "key": row.get::<_, String>(0)?,
            "session": row.get::<_, String>(1)?,
            "turn": row.get::<_, String>(2)?,
            "closed_as": row.get::<_, Option<u64>>(3)?,
        }))
    }),
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::Caller;
    use contract::ports::{Closing, Conversations};
    use contract::testing::{ManualClock, admitted, opening, personal_data, record, turn};

    use super::*;
    use crate::Database;

    #[tokio::test(flavor = "multi_thread")]
    async fn keep_the_promises_of_personal_data() {
        let store = SqliteConversations::new(Database::in_memory().unwrap(), Arc::new(ManualClock::default()));
        let plant = async |caller: &Caller, word: &str| {
            let turn = turn(word, &format!("session-{word}"), caller, &format!("it says {word}"));
            let ticket = admitted(store.open(&opening(&turn, &format!("key-{word}"))).await);
            store.close(Closing { ticket: &ticket, record: &record(&turn, "good") }).await.unwrap();
            format!("it says {word}")
        };
        personal_data::check(&store, plant).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn keep_out_who_is_being_erased() {
        let folder = tempfile::tempdir().unwrap();
        let (path, clock) = (folder.path().join("barred.db"), Arc::new(ManualClock::default()));
        let open = || SqliteConversations::new(Database::open(&path).unwrap(), clock.clone());
        personal_data::barring(&open(), &open(), &clock).await;
    }
}
