//! Conversations in S3 alone: session memory and history without a database.
//!
//! Three kinds of objects, below the prefix of the store:
//! - `keys/…/<key>.json`, the claim: which session and turn hold an idempotency key, for which body, until when, and by the how
//!   many-th attempt. Created only where there is none, replaced only as it was read, and only past its lease.
//! - `sessions/s-<session>/state.json.gz`: whose session it is, the fences, and the list of its turns. Changed only as it was read.
//!   **This is the one commit point**: a turn is closed when it is in the list.
//! - `sessions/s-<session>/turns/<turn>.json.gz`: one record, written before it is listed, never changed.
//!
//! A *fence* names, for one key, the last attempt that was let into a session, and its turn. `close` needs its own turn in the fence,
//! so whoever passes a fence later shuts out everyone before. Why a crash between any two steps is harmless:
//! - after the claim, before the fence: the lease runs out, the next attempt claims with a higher number and passes the fence. The one
//!   that was only slow finds a higher number there and gives up.
//! - the next attempt comes with another session (its request named none): before it replaces the claim, it shuts the fence of the old
//!   session for the old attempt, or finds the turn closed there and returns it. After the fence, before the claim: shutting a fence
//!   twice changes nothing, so the attempt after goes on from there.
//! - after the record, before the list: the record is an orphan that nobody lists; turn ids are unique, so nobody meets it.
//! - an answer is lost: the write is tried again, fails its condition, and the writer recognises its own work by its turn id.

mod claim;
mod personal;
mod session;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use backon::{BackoffBuilder, ExponentialBuilder};
use contract::ports::{Clock, Closing, Conversations, Opened, Opening, Ticket, Transcript};
use contract::{Caller, Error, ErrorKind, Exchange, Result, SessionId, TurnId, TurnRecord};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::Mutex;

use super::bucket::{Bucket, Provided, Written};
use claim::Claimed;
use session::{Entry, State, pack, unpack};

/// How many records are read at once for a transcript.
const READ_AT_ONCE: usize = 16;
/// Writers of one process to one session wait for each other here instead of overwriting each other there.
const LANES: usize = 256;

/// Keeps conversations in one bucket.
pub struct S3Conversations {
    bucket: Bucket,
    clock: Arc<dyn Clock>,
    lanes: Vec<Mutex<()>>,
}

/// What to do about a state that was read.
enum Change<T> {
    Keep(T),
    Write(State, T),
}

impl S3Conversations {
    /// A store in `bucket` below `prefix` that judges leases by `clock`.
    pub fn new(config: &SdkConfig, bucket: &str, prefix: &str, clock: Arc<dyn Clock>) -> Self {
        let lanes = (0..LANES).map(|_| Mutex::default()).collect();
        Self { bucket: Bucket::new(config, bucket, prefix), clock, lanes }
    }

    /// Changes the state of a session by comparing and swapping. `decide` sees the state and whether a write of this call was lost before.
    async fn change<T>(
        &self,
        session: &SessionId,
        decide: impl Fn(Option<State>, bool) -> Result<Change<T>> + Send,
    ) -> Result<T> {
        let _lane = self.lane(session).lock().await;
        let mut waits = patience();
        let mut lost = false;
        loop {
            let read = self.bucket.get(&state_path(session)).await?;
            let state = read.as_ref().map(|object| unpack(&object.content)).transpose()?;
            let (mut state, outcome) = match decide(state, lost)? {
                Change::Keep(outcome) => return Ok(outcome),
                Change::Write(state, outcome) => (state, outcome),
            };
            // No two states of a session are the same bytes, so an entity tag never comes back.
            state.revision += 1;
            let provided = read.as_ref().map_or(Provided::Absent, |object| Provided::Unchanged(&object.tag));
            match self.bucket.put(&state_path(session), pack(&state)?, provided).await? {
                Written::Done(_) => return Ok(outcome),
                Written::Lost => lost = true,
            }
            tokio::time::sleep(waits.next().ok_or_else(crowded)?).await;
        }
    }

    /// The state of a session of this caller.
    async fn own(&self, session: &SessionId, caller: &Caller) -> Result<State> {
        let read = self.bucket.get(&state_path(session)).await?.ok_or_else(no_session)?;
        let state: State = unpack(&read.content)?;
        state.require(caller)?;
        Ok(state)
    }

    async fn record(&self, session: &SessionId, turn: &TurnId) -> Result<TurnRecord> {
        let read = self.bucket.get(&record_path(session, turn)).await?;
        let read = read.ok_or_else(|| Error::new(ErrorKind::Internal, "the record of a stored turn is missing"))?;
        unpack(&read.content)
    }

    /// The records of these turns, in their order.
    async fn records(&self, session: &SessionId, entries: &[Entry]) -> Result<Vec<TurnRecord>> {
        let turns: Vec<TurnId> = entries.iter().map(|entry| entry.turn.clone()).collect();
        let reads = stream::iter(turns).map(|turn| async move { self.record(session, &turn).await });
        reads.buffered(READ_AT_ONCE).try_collect().await
    }

    /// The last exchanges: as many as the state keeps come from it, older ones from their records.
    async fn history(&self, session: &SessionId, state: &State, limit: usize) -> Result<Vec<Exchange>> {
        let kept = &state.recent[state.recent.len().saturating_sub(limit)..];
        let older = limit.min(state.turns.len()).saturating_sub(state.recent.len());
        let end = state.turns.len() - state.recent.len();
        let records = self.records(session, &state.turns[end - older..end]).await?;
        let mut history: Vec<Exchange> = records.iter().map(TurnRecord::exchange).collect();
        history.extend_from_slice(kept);
        Ok(history)
    }

    fn lane(&self, session: &SessionId) -> &Mutex<()> {
        let mut hasher = DefaultHasher::new();
        session.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % LANES as u64).unwrap_or_default();
        &self.lanes[lane]
    }
}

#[async_trait]
impl Conversations for S3Conversations {
    async fn open(&self, opening: &Opening) -> Result<Opened> {
        let turn = &opening.turn;
        // Before anything is written: a stranger to the session leaves no trace.
        if let Some(read) = self.bucket.get(&state_path(&turn.session)).await? {
            unpack::<State>(&read.content)?.require(&turn.caller)?;
        }
        let (attempt, expires) = match self.claim(opening).await? {
            Claimed::Ours { attempt, expires } => (attempt, expires),
            Claimed::Closed { session, turn } => return self.repeat(&session, &turn).await,
        };
        let entered = self
            .change(&turn.session, |state, _| {
                let mut state = state.unwrap_or_else(|| State::of(&turn.caller));
                state.require(&turn.caller)?;
                if let Some(closed) = state.closed(&opening.key) {
                    let closed = closed.turn.clone();
                    return Ok(Change::Keep((state, Some(closed))));
                }
                state.enter(&opening.key, attempt, &turn.id)?;
                Ok(Change::Write(state.clone(), (state, None)))
            })
            .await?;
        let state = match entered {
            (_, Some(closed)) => return self.repeat(&turn.session, &closed).await,
            (state, None) => state,
        };
        let history = self.history(&turn.session, &state, opening.history_limit).await?;
        Ok(Opened::New(Ticket {
            session: turn.session.clone(),
            caller: turn.caller.clone(),
            key: opening.key.clone(),
            expires,
            turn: turn.id.clone(),
            history,
            turns: state.turns.len() as u64,
        }))
    }

    async fn close(&self, closing: Closing<'_>) -> Result<u64> {
        let Closing { ticket, record } = closing;
        // Where one is there already it is this one: an attempt whose answer was lost, or an earlier close of this turn.
        self.bucket.put(&record_path(&ticket.session, &ticket.turn), pack(record)?, Provided::Absent).await?;
        self.change(&ticket.session, |state, lost| {
            let mut state = state.ok_or_else(taken_over)?;
            if let Some(number) = state.number(&ticket.turn) {
                return if lost { Ok(Change::Keep(number)) } else { Err(taken_over()) };
            }
            let number = state.close(&ticket.key, &ticket.turn, record.exchange())?;
            Ok(Change::Write(state, number))
        })
        .await
    }

    async fn transcript(&self, session: &SessionId, caller: &Caller) -> Result<Transcript> {
        let state = self.own(session, caller).await?;
        let turns = self.records(session, &state.turns).await?;
        Ok(Transcript { session: session.clone(), turns })
    }

    async fn turn(&self, session: &SessionId, turn: &TurnId, caller: &Caller) -> Result<TurnRecord> {
        let state = self.own(session, caller).await?;
        // A record that is not listed was never closed.
        state.number(turn).ok_or_else(|| Error::new(ErrorKind::NotFound, "no such turn in this session"))?;
        self.record(session, turn).await
    }

    async fn ready(&self) -> Result<()> {
        self.bucket.probe().await
    }
}

impl S3Conversations {
    async fn repeat(&self, session: &SessionId, turn: &TurnId) -> Result<Opened> {
        Ok(Opened::Repeat(Box::new(self.record(session, turn).await?)))
    }
}

/// The waits between attempts to change one object: from 5 ms, doubled up to 500 ms, each with chance in it, 40 times.
fn patience() -> impl Iterator<Item = Duration> + Send {
    let waits =
        ExponentialBuilder::new().with_min_delay(Duration::from_millis(5)).with_max_delay(Duration::from_millis(500));
    waits.with_factor(2.0).with_max_times(40).with_jitter().build()
}

fn state_path(session: &SessionId) -> String {
    format!("sessions/s-{session}/state.json.gz")
}

fn record_path(session: &SessionId, turn: &TurnId) -> String {
    format!("sessions/s-{session}/turns/{turn}.json.gz")
}

/// The same answer for "does not exist" and "is not yours": nobody learns which sessions exist.
fn no_session() -> Error {
    Error::new(ErrorKind::NotFound, "no such session")
}

fn taken_over() -> Error {
    Error::new(ErrorKind::Conflict, "another attempt has taken over this turn")
}

fn crowded() -> Error {
    Error::new(ErrorKind::Busy, "too many turns of this session at once").retry_after(Duration::from_secs(1))
}
