//! The closed turns of all conversations, in the order in which they were closed.

use async_trait::async_trait;
use contract::Result;
use learning::{Closed, ClosedTurns};
use rusqlite::Row;

use super::{SqliteConversations, parse};
use crate::database::lost;

#[async_trait]
impl ClosedTurns for SqliteConversations {
    async fn after(&self, position: u64, limit: usize) -> Result<Vec<Closed>> {
        // No more places than SQLite can count to.
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.database
            .read(move |connection| {
                let sql = "SELECT position, seq, record FROM closings JOIN turns USING (session, seq)
                           WHERE position > ?1 ORDER BY position LIMIT ?2";
                let mut statement = connection.prepare_cached(sql).map_err(lost)?;
                let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?));
                let rows = statement.query_map([position, limit], row).map_err(lost)?;
                let closed = |row: rusqlite::Result<(u64, u64, String)>| {
                    let (position, number, record) = row.map_err(lost)?;
                    Ok(Closed { position, number, record: parse(&record)? })
                };
                rows.map(closed).collect()
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use contract::ports::{Closing, Conversations};
    use contract::testing::{ManualClock, admitted, customer, opening, record, turn};

    use super::*;
    use crate::Database;

    fn open(path: &std::path::Path) -> Arc<SqliteConversations> {
        Arc::new(SqliteConversations::new(Database::open(path).unwrap(), Arc::new(ManualClock::default())))
    }

    async fn close(store: &SqliteConversations, id: &str) {
        let one = turn(id, "s", &customer("ada"), "hello");
        let ticket = admitted(store.open(&opening(&one, id)).await);
        store.close(Closing { ticket: &ticket, record: &record(&one, "good day") }).await.unwrap();
    }

    async fn told(store: &SqliteConversations) -> Vec<(u64, String)> {
        let turns = store.after(0, 100).await.unwrap();
        turns.iter().map(|closed| (closed.position, closed.record.turn.id.to_string())).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn keeps_the_promises_of_the_port() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("closed.db");
        learning::testing::closed_turns::check(|| {
            let store = open(&path);
            (store.clone(), store)
        })
        .await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_place_of_an_erased_turn_is_not_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("erased.db"));
        for id in ["a", "b"] {
            close(&store, id).await;
        }
        let erase = |connection: &rusqlite::Connection| {
            connection.execute("DELETE FROM turns WHERE turn = 'b'", []).map(drop).map_err(lost)
        };
        store.database.write(erase).await.unwrap();
        close(&store, "c").await;
        assert_eq!(told(&store).await, [(1, "a".into()), (3, "c".into())]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_of_an_earlier_version_tells_its_turns_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("earlier.db");
        let store = open(&path);
        for id in ["a", "b"] {
            close(&store, id).await;
        }
        let earlier = |connection: &rusqlite::Connection| connection.execute_batch("DROP TABLE closings").map_err(lost);
        store.database.write(earlier).await.unwrap();
        drop(store);
        for _ in 0..2 {
            assert_eq!(told(&open(&path)).await, [(1, "a".into()), (2, "b".into())]);
        }
    }
}
