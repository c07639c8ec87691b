//! What the queue of people keeps of a person: their cases with all that was gathered for them, and what people said in them.

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Result};
use serde_json::{Value, json};

use super::SqliteHandoffs;
use crate::owned::{OWNED, erased, json as column, owners, pieces};

#[async_trait]
impl PersonalData for SqliteHandoffs {
    fn store(&self) -> &'static str {
        "handoffs"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let owners = owners(access);
        let cases = format!("SELECT body FROM cases WHERE {OWNED} ORDER BY opened, id");
        let words = format!(
            "SELECT case_id, words.body FROM words JOIN cases ON cases.id = case_id WHERE {OWNED}
             ORDER BY words.session, seq"
        );
        self.database
            .read(move |connection| {
                let mut all =
                    pieces(connection, &cases, owners.each_ref(), |row| Ok(json!({"case": column(row, 0)?})))?;
                let word =
                    |row: &rusqlite::Row<'_>| Ok(json!({"word": column(row, 1)?, "of_case": row.get::<_, String>(0)?}));
                all.extend(pieces(connection, &words, owners.each_ref(), word)?);
                Ok(all)
            })
            .await
    }

    /// An open case ends with its customer: whoever held it hears that there is no such case.
    async fn erase(&self, access: &Access) -> Result<u64> {
        let owners = owners(access);
        let words = format!("DELETE FROM words WHERE case_id IN (SELECT id FROM cases WHERE {OWNED})");
        let cases = format!("DELETE FROM cases WHERE {OWNED}");
        let erase = move |connection: &rusqlite::Connection| {
            Ok(erased(connection, &words, owners.each_ref())? + erased(connection, &cases, owners.each_ref())?)
        };
        self.database.write(erase).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use backoffice::Handoffs;
    use backoffice::handoffs::Matter;
    use backoffice::testing::handoffs::matter;
    use contract::finding::Urgency;
    use contract::testing::ManualClock;
    use contract::{Caller, StaffId};

    use super::*;
    use crate::Database;

    #[tokio::test]
    async fn keep_the_promises_of_personal_data() {
        let store = SqliteHandoffs::new(Database::in_memory().unwrap(), Arc::new(ManualClock::default()));
        let plant = async |caller: &Caller, word: &str| {
            let case = store.open(&Matter { caller: caller.clone(), ..matter(word, Urgency::Routine) }).await.unwrap();
            let (id, sam, minute) = (&case.matter.id, StaffId::new("sam").unwrap(), Duration::from_secs(60));
            store.claim(id, &sam, minute).await.unwrap();
            store.say(id, &sam, "key", &format!("I say {word}"), minute).await.unwrap();
            format!("I say {word}")
        };
        contract::testing::personal_data::check(&store, plant).await;
    }
}
