//! What erased rows leave behind in the files: freed pages, pages that were copied elsewhere, the write-ahead log.

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Result};
use serde_json::Value;

use crate::Database;

/// Cleans the files of databases of everything that was deleted in them, whoever it was of. The last step of an erasure.
pub struct ErasedRows {
    databases: Vec<Database>,
}

impl ErasedRows {
    /// What was deleted in these.
    pub fn of(databases: Vec<Database>) -> Self {
        Self { databases }
    }
}

#[async_trait]
impl PersonalData for ErasedRows {
    fn store(&self) -> &'static str {
        "files"
    }

    /// Nothing that could still be read as rows.
    async fn export(&self, _access: &Access) -> Result<Vec<Value>> {
        Ok(Vec::new())
    }

    /// Writes each file anew without what was deleted. No other write goes on meanwhile: about a second for each few hundred
    /// megabytes.
    async fn erase(&self, _access: &Access) -> Result<u64> {
        for database in &self.databases {
            database.rewrite().await?;
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::database::lost;

    const CANARY: &str = "canary-4711";

    fn found(folder: &Path) -> bool {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
        files.into_iter().any(|bytes| bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()))
    }

    /// Rows of many sizes, changed and moved about before they are deleted, leave copies in pages that were split or merged.
    #[tokio::test(flavor = "multi_thread")]
    async fn no_byte_of_a_deleted_row_is_left_in_any_file() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("erased.db")).unwrap();
        let insert = "INSERT INTO customers (id, profile) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET profile = ?2";
        for round in 1..4 {
            for number in 0..300 {
                let (id, text) = (format!("{number}"), format!("{CANARY} {}", "x".repeat(number * round * 7 % 9_000)));
                database.write(move |c| c.execute(insert, [id, text]).map(drop).map_err(lost)).await.unwrap();
            }
        }
        assert!(found(folder.path()));
        database
            .write(|c| c.execute("DELETE FROM customers WHERE id <> '7'", []).map(drop).map_err(lost))
            .await
            .unwrap();
        let keep = "UPDATE customers SET profile = 'kept'";
        database.write(move |c| c.execute(keep, []).map(drop).map_err(lost)).await.unwrap();
        let access = contract::testing::access("ada");
        assert_eq!(ErasedRows::of(vec![database.clone()]).erase(&access).await.unwrap(), 0);
        assert!(!found(folder.path()));
        let read = "SELECT profile FROM customers WHERE id = '7'";
        let kept = database.read(move |c| c.query_row(read, [], |row| row.get::<_, String>(0)).map_err(lost)).await;
        assert_eq!(kept.unwrap(), "kept", "and the rest is as it was");
    }
}
