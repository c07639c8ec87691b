//! The state of a session: pure, so that every step of the protocol can be tried without a store.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use contract::{Caller, Error, ErrorKind, Exchange, IdempotencyKey, Result, TurnId};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{no_session, taken_over};

/// So many exchanges are kept in the state itself; older ones are in their records only, which bounds what a turn writes.
const RECENT: usize = 24;

/// Whose session it is, who may close, and what was closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) revision: u64,
    owner: Caller,
    /// By key: the last attempt let in, and its turn.
    fences: BTreeMap<String, Fence>,
    pub(super) turns: Vec<Entry>,
    pub(super) recent: Vec<Exchange>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Fence {
    attempt: u64,
    /// None: shut, nobody of this attempt or before may close.
    turn: Option<TurnId>,
}

/// A closed turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) turn: TurnId,
    key: String,
}

impl State {
    pub(super) fn of(owner: &Caller) -> Self {
        Self { revision: 0, owner: owner.clone(), fences: BTreeMap::new(), turns: Vec::new(), recent: Vec::new() }
    }

    /// Whose session it is.
    pub(super) fn owner(&self) -> &Caller {
        &self.owner
    }

    pub(super) fn require(&self, caller: &Caller) -> Result<()> {
        if self.owner == *caller { Ok(()) } else { Err(no_session()) }
    }

    /// The turn that a key was closed with.
    pub(super) fn closed(&self, key: &IdempotencyKey) -> Option<&Entry> {
        self.turns.iter().rev().find(|entry| entry.key == key.as_str())
    }

    /// The number of a closed turn, counted from one.
    pub(super) fn number(&self, turn: &TurnId) -> Option<u64> {
        self.turns.iter().position(|entry| entry.turn == *turn).map(|at| at as u64 + 1)
    }

    /// Lets an attempt in, unless a later one was.
    pub(super) fn enter(&mut self, key: &IdempotencyKey, attempt: u64, turn: &TurnId) -> Result<()> {
        if let Some(fence) = self.fences.get(key.as_str()) {
            let own = fence.attempt == attempt && fence.turn.as_ref() == Some(turn);
            if fence.attempt >= attempt && !own {
                return Err(taken_over());
            }
        }
        self.fences.insert(key.as_str().to_owned(), Fence { attempt, turn: Some(turn.clone()) });
        Ok(())
    }

    /// Shuts an attempt and all before it out; whether that changed anything.
    pub(super) fn shut(&mut self, key: &IdempotencyKey, attempt: u64) -> bool {
        let standing = self.fences.get(key.as_str());
        if standing.is_some_and(|fence| fence.attempt > attempt || (fence.attempt == attempt && fence.turn.is_none())) {
            return false;
        }
        self.fences.insert(key.as_str().to_owned(), Fence { attempt, turn: None });
        true
    }

    /// Lists the turn as the next, if its attempt was the last let in; its number, counted from one.
    pub(super) fn close(&mut self, key: &IdempotencyKey, turn: &TurnId, exchange: Exchange) -> Result<u64> {
        let held = self.fences.get(key.as_str()).is_some_and(|fence| fence.turn.as_ref() == Some(turn));
        if !held {
            return Err(taken_over());
        }
        self.fences.remove(key.as_str());
        self.turns.push(Entry { turn: turn.clone(), key: key.as_str().to_owned() });
        self.recent.push(exchange);
        let surplus = self.recent.len().saturating_sub(RECENT);
        self.recent.drain(..surplus);
        Ok(self.turns.len() as u64)
    }
}

/// As JSON, compressed.
pub(super) fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&serde_json::to_vec(value).map_err(unreadable)?).map_err(unreadable)?;
    encoder.finish().map_err(unreadable)
}

/// What [`pack`] packed.
pub(super) fn unpack<T: DeserializeOwned>(content: &[u8]) -> Result<T> {
    let mut text = Vec::new();
    GzDecoder::new(content).read_to_end(&mut text).map_err(unreadable)?;
    serde_json::from_slice(&text).map_err(unreadable)
}

pub(super) fn unreadable(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Internal, "a stored conversation cannot be read").caused_by(cause)
}

#[cfg(test)]
mod tests {
    use contract::testing::customer;

    use super::*;

    fn key() -> IdempotencyKey {
        IdempotencyKey::new("key").unwrap()
    }

    fn turn(id: &str) -> TurnId {
        TurnId::new(id).unwrap()
    }

    fn said() -> Exchange {
        Exchange::of("hello", "good day")
    }

    #[test]
    fn only_the_last_attempt_let_in_closes() {
        let mut state = State::of(&customer("ada"));
        state.enter(&key(), 1, &turn("first")).unwrap();
        state.enter(&key(), 2, &turn("second")).unwrap();
        assert!(state.enter(&key(), 1, &turn("first")).is_err(), "the slow one comes back");
        assert!(state.close(&key(), &turn("first"), said()).is_err());
        assert_eq!(state.close(&key(), &turn("second"), said()).unwrap(), 1);
        assert!(state.close(&key(), &turn("second"), said()).is_err(), "a turn closes once");
    }

    #[test]
    fn a_shut_fence_lets_nobody_of_that_attempt_in_or_out() {
        let mut state = State::of(&customer("ada"));
        state.enter(&key(), 1, &turn("first")).unwrap();
        assert!(state.shut(&key(), 1));
        assert!(!state.shut(&key(), 1), "shutting twice changes nothing");
        assert!(state.close(&key(), &turn("first"), said()).is_err());
        assert!(state.enter(&key(), 1, &turn("first")).is_err());
        state.enter(&key(), 2, &turn("second")).unwrap();
        assert!(!state.shut(&key(), 1), "a later attempt stays in");
    }

    #[test]
    fn a_long_session_writes_a_bounded_state() {
        let mut state = State::of(&customer("ada"));
        for n in 0..1_000_u128 {
            let id = TurnId::fresh(
                "2026-11-02T09:00:00Z".parse().unwrap(),
                n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_0C5E_4D1B_35A7),
            );
            let key = IdempotencyKey::from(&id);
            state.enter(&key, 1, &id).unwrap();
            state.close(&key, &id, Exchange::of("x".repeat(200), "y".repeat(600))).unwrap();
        }
        assert_eq!(state.recent.len(), RECENT);
        let packed = pack(&state).unwrap();
        println!("1,000 turns: {} bytes", packed.len());
        assert!(packed.len() < 100_000, "{} bytes", packed.len());
        assert_eq!(unpack::<State>(&packed).unwrap(), state);
    }
}
