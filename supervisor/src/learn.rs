//! Learns at home: reads what was closed, has every learner study it, and remembers how far it came.
//!
//! It runs beside the turns and never delays one: a turn is closed before it is read here. The cursor moves only after
//! every learner has kept its lesson, and a turn that is read again counts once ([`learning::study()`]): whenever the process is
//! killed, nothing is lost and nothing counts twice.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use contract::ports::Clock;
use contract::{Error, ErrorKind, Result};
use futures::FutureExt;
use jiff::Timestamp;
use learning::{Closed, ClosedTurns, Learned, Learner, Notes, study};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::roster::Roster;
use crate::wiring::Product;

/// Where it is noted how far learning came.
const CURSOR: &str = "learn/cursor";
/// So many turns are studied at once: what they teach is one short transaction for each learner.
const BATCH: usize = 25;
/// After a batch it rests for so many times as long as that took, because turns want the same processors and the same file. In a
/// rush it falls behind, and catches up later.
const RESTS: u32 = 4;
/// So often it looks for turns that were closed.
const LOOK: Duration = Duration::from_millis(400);
/// How long it waits when a store is lost: at first, and at most.
const BACK_OFF: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];

/// How far learning is behind.
#[derive(Debug, Default)]
pub struct Lag {
    turns: AtomicU64,
    seconds: AtomicU64,
}

impl Lag {
    /// Turns that were seen and not learned yet; when it is a full batch there may be more.
    pub fn turns(&self) -> u64 {
        self.turns.load(Ordering::Relaxed)
    }

    /// How long ago the oldest of them was closed, in seconds, when it was last looked. While that cannot be known: at least
    /// how long ago it was known.
    pub fn seconds(&self) -> u64 {
        self.seconds.load(Ordering::Relaxed)
    }

    fn set(&self, waiting: &[Closed], now: Timestamp) {
        let oldest = waiting.first().map_or(0, |closed| now.duration_since(closed.record.closed).as_secs());
        self.turns.store(waiting.len() as u64, Ordering::Relaxed);
        self.seconds.store(u64::try_from(oldest).unwrap_or_default(), Ordering::Relaxed);
    }

    /// Nothing was learned since then. An alarm must be raised even where what waits cannot be read.
    fn stood_still(&self, since: Timestamp, now: Timestamp) {
        let still = u64::try_from(now.duration_since(since).as_secs()).unwrap_or_default();
        self.seconds.fetch_max(still, Ordering::Relaxed);
    }
}

/// Learns from the closed turns of a store.
pub struct Learning {
    turns: Arc<dyn ClosedTurns>,
    learned: Arc<dyn Learned>,
    learners: Vec<Arc<dyn Learner>>,
    clock: Arc<dyn Clock>,
    lag: Arc<Lag>,
}

impl Learning {
    /// What learns in this product; nothing when turns are told elsewhere, or nothing is kept of them.
    ///
    /// # Errors
    /// As [`Roster::learners`].
    pub fn of(product: &Product, lag: Arc<Lag>) -> Result<Option<Self>> {
        let oversight = &product.oversight;
        let (Some(turns), Some(learned)) = (oversight.closed_turns.clone(), oversight.learned.clone()) else {
            return Ok(None);
        };
        Ok(Some(Self { turns, learned, learners: Roster::learners()?, clock: product.clock.clone(), lag }))
    }

    /// These learners, over these stores.
    pub fn new(
        turns: Arc<dyn ClosedTurns>,
        learned: Arc<dyn Learned>,
        learners: Vec<Arc<dyn Learner>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { turns, learned, learners, clock, lag: Arc::default() }
    }

    /// Learns until `stop`, in a task of its own.
    pub fn start(self, stop: CancellationToken) -> JoinHandle<()> {
        tokio::spawn(async move { stop.run_until_cancelled(self.run()).await.unwrap_or_default() })
    }

    async fn run(self) {
        let [mut pause, longest] = BACK_OFF;
        let mut went_on = self.clock.now();
        loop {
            let began = self.clock.elapsed();
            match self.step().await {
                Ok(learned) => {
                    ([pause, _], went_on) = (BACK_OFF, self.clock.now());
                    let took = self.clock.elapsed().saturating_sub(began);
                    tokio::time::sleep(if learned == 0 { LOOK } else { took * RESTS }).await;
                }
                Err(error) => {
                    tracing::warn!(%error, "nothing is learned for now");
                    self.lag.stood_still(went_on, self.clock.now());
                    tokio::time::sleep(pause).await;
                    pause = longest.min(pause * 2);
                }
            }
        }
    }

    /// Learns from the next turns, and returns how many that were; none when all is learned.
    ///
    /// # Errors
    /// `Unavailable` when a store is lost, `Conflict` when another process was quicker: the same turns are told again.
    pub async fn step(&self) -> Result<usize> {
        let position = self.position().await?;
        let waiting = self.turns.after(position, BATCH).await?;
        self.lag.set(&waiting, self.clock.now());
        let Some(last) = waiting.last() else { return Ok(0) };
        for learner in &self.learners {
            self.taught(&**learner, &waiting).await?;
        }
        self.reach(last.position).await?;
        self.lag.set(&[], self.clock.now());
        Ok(waiting.len())
    }

    /// Has a learner study these turns. One that it cannot learn from is left out: all others would wait for ever.
    async fn taught(&self, learner: &dyn Learner, turns: &[Closed]) -> Result<()> {
        let broken = |error: &Error| error.kind == ErrorKind::Internal;
        match self.studied(learner, turns).await {
            Err(error) if broken(&error) => {}
            outcome => return outcome.map(drop),
        }
        for turn in turns {
            match self.studied(learner, std::slice::from_ref(turn)).await {
                Err(error) if broken(&error) => {
                    tracing::error!(%error, turn = %turn.record.turn.id, learner = learner.card().name, "not learned from");
                }
                outcome => drop(outcome?),
            }
        }
        Ok(())
    }

    /// As [`study()`]; a panic is one more thing that a learner may do wrong with a turn.
    async fn studied(&self, learner: &dyn Learner, turns: &[Closed]) -> Result<usize> {
        let studied = AssertUnwindSafe(study(&*self.learned, learner, turns)).catch_unwind().await;
        studied.unwrap_or_else(|_| Err(Error::new(ErrorKind::Internal, "the learner panicked")))
    }

    /// How far learning came.
    async fn position(&self) -> Result<u64> {
        let known = self.learned.notes(&[CURSOR.to_owned()]).await?;
        Ok(Notes::of(known).get(CURSOR)?.unwrap_or_default())
    }

    /// Notes that it came so far, unless another process came further meanwhile.
    async fn reach(&self, position: u64) -> Result<()> {
        let mut notes = Notes::of(self.learned.notes(&[CURSOR.to_owned()]).await?);
        if notes.get::<u64>(CURSOR)?.unwrap_or_default() >= position {
            return Ok(());
        }
        notes.put(CURSOR, "", Timestamp::MAX, &position)?;
        self.learned.keep(&notes.lesson(Vec::new())).await
    }
}

#[cfg(test)]
mod tests {
    use contract::ports::{Closing, Conversations};
    use contract::testing::{ManualClock, admitted, customer, opening, record, turn};
    use contract::{Card, Stage};
    use local::{Database, SqliteConversations, SqliteLearned};

    use super::*;

    /// Panics over the turn `bad`.
    struct Frail;

    impl Learner for Frail {
        fn card(&self) -> Card {
            Card { name: "frail", purpose: "Panics.", stage: Stage::Learn, budget: Duration::from_secs(1) }
        }

        fn needs(&self, _closed: &Closed) -> Vec<String> {
            Vec::new()
        }

        fn learn(&self, closed: &Closed, _notes: &mut Notes) -> Result<()> {
            assert_ne!(closed.record.turn.id.as_str(), "bad", "planted");
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_turn_over_which_a_learner_panics_is_left_out() {
        let (database, clock) = (Database::in_memory().unwrap(), Arc::new(ManualClock::default()));
        let turns = Arc::new(SqliteConversations::new(database.clone(), clock.clone()));
        for id in ["before", "bad", "behind"] {
            let one = turn(id, "s", &customer("ada"), "hello");
            let ticket = admitted(turns.open(&opening(&one, id)).await);
            turns.close(Closing { ticket: &ticket, record: &record(&one, "good day") }).await.unwrap();
        }
        let learned = Arc::new(SqliteLearned::new(database, clock.clone()));
        let learning = Learning::new(turns, learned.clone(), vec![Arc::new(Frail)], clock);
        assert_eq!((learning.step().await.unwrap(), learning.step().await.unwrap()), (3, 0));
        let marks = ["before", "bad", "behind"].map(|id| format!("frail/{id}"));
        assert_eq!(learned.marked(&marks).await.unwrap(), ["frail/before", "frail/behind"]);
    }

    #[test]
    fn who_does_not_know_what_waits_is_behind_all_the_same() {
        let (lag, since) = (Lag::default(), Timestamp::UNIX_EPOCH);
        lag.stood_still(since, since.checked_add(Duration::from_secs(900)).unwrap());
        assert_eq!((lag.turns(), lag.seconds()), (0, 900));
        lag.set(&[], since);
        assert_eq!(lag.seconds(), 0);
    }
}
