//! How often and how long a contended call is tried again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use contract::{Error, ErrorKind, Result};
use tokio::sync::{Mutex, MutexGuard};

/// The first wait; jitter adds up to as much again.
const SHORTEST: Duration = Duration::from_millis(4);
/// The longest wait before jitter.
const LONGEST: Duration = Duration::from_millis(120);
/// How fast waits grow.
const GROWTH: f32 = 1.5;
/// Waits at most.
const TRIES: usize = 100;
/// All waits together, and the longest that a call stands in line. The turn is made by then: waiting loses less than giving up.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many characters of a nonce (hexadecimal, hashed) make the seed.
const SEED: usize = 16;

/// The waits of one call.
pub(super) struct Waits(ExponentialBackoff);

impl Waits {
    /// Waits for the call that `nonce` names. Its jitter is its own: callers that collided must not collide again, and
    /// without a seed they would all wait alike.
    pub(super) fn of(nonce: &str) -> Self {
        let seed = nonce.bytes().take(SEED).fold(0, |seed: u64, byte| seed.rotate_left(4) ^ u64::from(byte));
        let waits = ExponentialBuilder::new().with_min_delay(SHORTEST).with_max_delay(LONGEST).with_factor(GROWTH);
        Self(waits.with_max_times(TRIES).with_total_delay(Some(PATIENCE)).with_jitter().with_jitter_seed(seed).build())
    }

    /// Sleeps until the next try.
    ///
    /// # Errors
    /// `Busy` when it was tried often enough.
    pub(super) async fn next(&mut self) -> Result<()> {
        let wait = self.0.next().ok_or_else(crowded)?;
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

/// Where calls of this process that lost a race for an item (a session, an account) wait in line for the next try. Without it,
/// as many as are at one item would all be refused but one, over and over. A first try never waits here.
pub(super) struct Lines(Vec<Mutex<()>>);

/// Items that are fought over at the same time rarely share one of so many lines.
const LINES: usize = 128;

impl Default for Lines {
    fn default() -> Self {
        Self(std::iter::repeat_with(Mutex::default).take(LINES).collect())
    }
}

impl Lines {
    /// Waits for the turn of whoever is at the item of this name.
    ///
    /// # Errors
    /// `Busy` when it does not come in time.
    pub(super) async fn stand(&self, name: &impl Hash) -> Result<Option<MutexGuard<'_, ()>>> {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % LINES as u64).unwrap_or_default();
        let Some(line) = self.0.get(index) else { return Ok(None) };
        tokio::time::timeout(PATIENCE, line.lock()).await.map(Some).map_err(|_| crowded())
    }
}

fn crowded() -> Error {
    Error::new(ErrorKind::Busy, "too much happens at one place of the store at once")
        .retry_after(Duration::from_secs(1))
}
