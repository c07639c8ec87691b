//! One job's failure is its own, and a file that is no database is named.

use super::*;

fn open() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("test.db")).unwrap();
    (folder, database)
}

fn insert(id: &str) -> impl FnOnce(&Connection) -> Result<()> + Send + use<> {
    let id = id.to_owned();
    move |connection| {
        connection.execute("INSERT INTO customers (id, profile) VALUES (?1, '{}')", [id]).map_err(lost)?;
        Ok(())
    }
}

async fn count(database: &Database) -> i64 {
    let count = |c: &Connection| c.query_row("SELECT count(*) FROM customers", [], |row| row.get(0)).map_err(lost);
    database.read(count).await.unwrap()
}

#[tokio::test]
async fn a_failed_write_leaves_its_neighbours_alone() {
    let (_folder, database) = open();
    let writes = ["a", "a", "b", "c", "c"].map(|id| database.write(insert(id)));
    let failed = futures::future::join_all(writes).await.iter().filter(|outcome| outcome.is_err()).count();
    assert_eq!((failed, count(&database).await), (2, 3));
}

#[tokio::test]
async fn a_panicking_job_undoes_itself_and_nothing_else() {
    let (_folder, database) = open();
    let planted = database.write::<()>(|connection| {
        insert("half")(connection)?;
        panic!("planted");
    });
    let (outcome, neighbour) = tokio::join!(planted, database.write(insert("whole")));
    assert_eq!(outcome.unwrap_err().kind, ErrorKind::Internal);
    assert!(neighbour.is_ok());
    assert_eq!(count(&database).await, 1);
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.db");
    std::fs::write(&path, "x".repeat(5_000)).unwrap();
    let error = Database::open(&path).err().unwrap();
    assert!(error.to_string().contains("broken.db"), "{error}");
}
