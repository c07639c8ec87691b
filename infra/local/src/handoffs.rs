//! The queue of people in SQLite: every change of a case is read, made and written in one transaction.

mod personal;
mod statements;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backoffice::Handoffs;
use backoffice::handoffs::{Case, CaseEnding, Matter, Word, in_order};
use contract::ports::Clock;
use contract::{Caller, CaseId, Error, ErrorKind, Result, SessionId, StaffId};
use jiff::Timestamp;

use self::statements::Statements;
use crate::Database;

/// The queue of people in SQLite. Cheap to clone.
#[derive(Clone)]
pub struct SqliteHandoffs {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqliteHandoffs {
    /// One in `database`, whose claims run out by `clock`.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// Changes a case, or leaves it as it is when the change is refused.
    async fn change(
        &self,
        id: &CaseId,
        change: impl FnOnce(&Case, Timestamp) -> Result<Case> + Send + 'static,
    ) -> Result<Case> {
        let (id, now) = (id.clone(), self.clock.now());
        self.database
            .write(move |connection| {
                let statements = Statements(connection);
                let case = change(&known(&statements, &id, now)?, now)?;
                statements.update(&case)?;
                Ok(case)
            })
            .await
    }
}

#[async_trait]
impl Handoffs for SqliteHandoffs {
    async fn open(&self, matter: &Matter) -> Result<Case> {
        let (matter, now) = (matter.clone(), self.clock.now());
        self.database
            .write(move |connection| {
                let statements = Statements(connection);
                if let Some(open) = statements.open_case(&matter.session)? {
                    let case = open.as_of(now).refreshed(&matter, now);
                    statements.update(&case)?;
                    return Ok(case);
                }
                if let Some(done) = statements.case(&matter.id)? {
                    return Ok(done);
                }
                let case = Case::opened(&matter, now);
                statements.insert(&case)?;
                Ok(case)
            })
            .await
    }

    async fn case(&self, id: &CaseId) -> Result<Case> {
        let (id, now) = (id.clone(), self.clock.now());
        self.database.read(move |connection| known(&Statements(connection), &id, now)).await
    }

    async fn latest(&self, session: &SessionId) -> Result<Option<Case>> {
        let (session, now) = (session.clone(), self.clock.now());
        self.database
            .read(move |connection| Ok(Statements(connection).latest(&session)?.map(|case| case.as_of(now))))
            .await
    }

    async fn queue(&self) -> Result<Vec<Case>> {
        let now = self.clock.now();
        let open = self.database.read(|connection| Statements(connection).open_cases()).await?;
        let mut cases: Vec<Case> = open.into_iter().map(|case| case.as_of(now)).collect();
        in_order(&mut cases);
        Ok(cases)
    }

    async fn claim(&self, id: &CaseId, person: &StaffId, lease: Duration) -> Result<Case> {
        let person = person.clone();
        self.change(id, move |case, now| case.claimed(&person, lease, now)).await
    }

    async fn transfer(&self, id: &CaseId, person: &StaffId, queue: &str) -> Result<Case> {
        let (person, queue) = (person.clone(), queue.to_owned());
        self.change(id, move |case, now| case.transferred(&person, &queue, now)).await
    }

    async fn finish(&self, id: &CaseId, person: &StaffId, ending: &CaseEnding) -> Result<Case> {
        let (person, ending) = (person.clone(), ending.clone());
        self.change(id, move |case, now| case.finished(&person, &ending, now)).await
    }

    async fn say(&self, id: &CaseId, person: &StaffId, key: &str, text: &str, lease: Duration) -> Result<Word> {
        let (id, now, by) = (id.clone(), self.clock.now(), person.clone());
        let (key, text) = (key.to_owned(), text.to_owned());
        self.database
            .write(move |connection| {
                let statements = Statements(connection);
                let case = known(&statements, &id, now)?;
                match statements.word(&id, &key)? {
                    Some(word) if word.text == text && word.by == by => return Ok(word),
                    Some(_) => return Err(used()),
                    None => {}
                }
                statements.update(&case.renewed(&by, lease, now)?)?;
                let seq = statements.next_word(&case.matter.session)?;
                let word = Word { seq, at: now, by, text };
                statements.add_word(&case, &key, &word)?;
                Ok(word)
            })
            .await
    }

    async fn words(&self, session: &SessionId, caller: &Caller, after: u64) -> Result<Vec<Word>> {
        let (session, owner) = (session.clone(), caller.owner().into_owned());
        self.database
            .read(move |connection| {
                let statements = Statements(connection);
                if statements.is_of(&session, &owner)? { statements.words(&session, after) } else { Err(unknown()) }
            })
            .await
    }

    async fn call_back(&self, id: &CaseId, wish: &str) -> Result<Case> {
        let wish = wish.to_owned();
        self.change(id, move |case, now| case.to_call_back(&wish, now)).await
    }

    async fn ready(&self) -> Result<()> {
        self.database.write(|connection| Statements(connection).probe()).await
    }
}

/// The case as it stands now.
fn known(statements: &Statements<'_>, id: &CaseId, now: Timestamp) -> Result<Case> {
    Ok(statements.case(id)?.ok_or_else(unknown)?.as_of(now))
}

fn unknown() -> Error {
    Error::new(ErrorKind::NotFound, "there is no such case")
}

fn used() -> Error {
    Error::invalid("Idempotency-Key", "the key was used for other words").hint("send a new key with new words")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn handoffs(path: &Path, clock: Arc<dyn Clock>) -> SqliteHandoffs {
        SqliteHandoffs::new(Database::open(path).unwrap(), clock)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_keeps_the_promises_of_the_port_across_restarts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("handoffs.db");
        backoffice::testing::handoffs::check(|clock| Arc::new(handoffs(&path, clock))).await;
    }

    #[tokio::test]
    async fn memory_keeps_the_promises_of_the_port() {
        let database = Database::in_memory().unwrap();
        backoffice::testing::handoffs::check(|clock| Arc::new(SqliteHandoffs::new(database.clone(), clock))).await;
    }
}
