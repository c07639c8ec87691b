//! What is noted of one person, for them to see and to erase. Counts name nobody, and stay.

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Result};
use jiff::Timestamp;
use rusqlite::Row;
use serde_json::{Value, json};

use super::SqliteLearned;
use crate::owned::{OWNED, erased, json as column, owners, pieces};

#[async_trait]
impl PersonalData for SqliteLearned {
    fn store(&self) -> &'static str {
        "learned"
    }

    /// Also the notes that have expired and still lie there.
    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let owners = owners(access);
        let select = format!("SELECT key, body, expires_ms FROM notes WHERE owner <> '' AND {OWNED} ORDER BY key");
        let piece = |row: &Row<'_>| {
            // What lies beyond all time that a clock can show was to be kept for ever.
            let expires = Timestamp::from_millisecond(row.get(2)?).unwrap_or(Timestamp::MAX);
            Ok(json!({ "key": row.get::<_, String>(0)?, "note": column(row, 1)?, "expires": expires }))
        };
        self.database.read(move |connection| pieces(connection, &select, owners.each_ref(), piece)).await
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        let (delete, owners) = (format!("DELETE FROM notes WHERE owner <> '' AND {OWNED}"), owners(access));
        self.database.write(move |connection| erased(connection, &delete, owners.each_ref())).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::Caller;
    use contract::testing::{ManualClock, access, personal_data};
    use learning::{Learned, Lesson, Note};

    use super::*;
    use crate::Database;

    #[tokio::test]
    async fn keeps_the_promises_of_personal_data() {
        let store = SqliteLearned::new(Database::in_memory().unwrap(), Arc::new(ManualClock::default()));
        let plant = async |caller: &Caller, word: &str| {
            let (key, owner) = (format!("n/{word}"), caller.owner().into_owned());
            let note = Note { key, owner, version: 0, expires: Timestamp::MAX, body: json!(word) };
            store.keep(&Lesson { notes: vec![note], ..Lesson::default() }).await.unwrap();
            word.to_owned()
        };
        personal_data::check(&store, plant).await;
    }

    #[tokio::test]
    async fn what_is_noted_of_a_customer_and_their_cars_is_theirs() {
        let store = SqliteLearned::new(Database::in_memory().unwrap(), Arc::new(ManualClock::default()));
        let owners =
            ["", "ada", "adam", "vehicle~ada", "vehicle~ada~WVELDRA0000000001", "vehicle~adam", "operator~ada"];
        let note = |(n, owner): (usize, &&str)| Note {
            key: format!("n/{n}"),
            owner: (*owner).to_owned(),
            version: 0,
            expires: Timestamp::MAX,
            body: json!(n),
        };
        let notes = owners.iter().enumerate().map(note).collect();
        store.keep(&Lesson { notes, ..Lesson::default() }).await.unwrap();
        let ada = access("ada");
        let pieces = store.export(&ada).await.unwrap();
        assert_eq!(pieces.iter().map(|piece| &piece["note"]).collect::<Vec<_>>(), [1, 3, 4]);
        assert_eq!((store.erase(&ada).await.unwrap(), store.erase(&ada).await.unwrap()), (3, 0));
        assert!(store.export(&ada).await.unwrap().is_empty());
        assert_eq!(store.noted("n/", 9).await.unwrap().len(), 4, "everybody else's stay");
    }
}
