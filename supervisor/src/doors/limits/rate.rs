//! How often a caller may ask: a bucket a key that refills steadily, measured by our own clock.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use contract::ports::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::Key;

/// The part of a minute's allowance that may be used at once.
const BURST: u32 = 4;
/// After so many requests, keys whose buckets are full again are forgotten: they are as good as new ones.
const SWEEP_EVERY: u32 = 1_024;
/// Most keys that are remembered. Whoever comes beyond them shares one bucket.
const MOST_KEYS: usize = 65_536;

/// A steady rate for each key.
pub(super) struct Rate {
    pub(super) per_minute: NonZeroU32,
    buckets: RateLimiter<Key, DashMapStateStore<Key>, Measured, NoOpMiddleware<Duration>>,
    counted: AtomicU32,
}

impl Rate {
    pub(super) fn new(per_minute: NonZeroU32, clock: Arc<dyn Clock>) -> Self {
        let burst = NonZeroU32::new(per_minute.get() / BURST).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        let buckets = RateLimiter::dashmap_with_clock(quota, Measured(clock));
        Self { per_minute, buckets, counted: AtomicU32::new(0) }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// How long to wait, when it is one too many.
    pub(super) fn count(&self, key: &Key) -> Result<(), Duration> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.buckets.retain_recent();
        }
        let key = if self.buckets.len() < MOST_KEYS { key } else { &Key::Crowd };
        self.buckets.check_key(key).map_err(|until| until.wait_time_from(self.now()))
    }

    fn now(&self) -> Duration {
        governor::clock::Clock::now(self.buckets.clock())
    }
}

/// Our clock, as the limiter reads it.
struct Measured(Arc<dyn Clock>);

impl governor::clock::Clock for Measured {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::super::tests::HandClock;
    use super::*;

    fn rate(per_minute: u32) -> (Rate, Arc<HandClock>) {
        let clock = Arc::new(HandClock::default());
        (Rate::new(NonZeroU32::new(per_minute).unwrap(), clock.clone()), clock)
    }

    fn address(n: u32) -> Key {
        Key::Address(Ipv4Addr::from_bits(n).into())
    }

    #[test]
    fn a_quarter_of_a_minute_at_once_then_steadily() {
        let (rate, clock) = rate(60);
        for _ in 0..15 {
            assert_eq!(rate.count(&address(1)), Ok(()));
        }
        let wait = rate.count(&address(1)).unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(rate.count(&address(2)), Ok(()), "another address is not affected");
        clock.wait(wait);
        assert_eq!(rate.count(&address(1)), Ok(()));
        assert!(rate.count(&address(1)).is_err());
    }

    #[test]
    fn memory_does_not_grow_with_the_number_of_addresses() {
        let (rate, clock) = rate(240);
        for n in 0..3 * SWEEP_EVERY {
            let _ = rate.count(&address(n));
            clock.wait(Duration::from_millis(1));
        }
        assert!(rate.buckets.len() <= SWEEP_EVERY as usize + 250, "{}", rate.buckets.len());
        for n in 0..200_000 {
            let _ = rate.count(&address(1_000_000 + n));
        }
        assert!(rate.buckets.len() <= MOST_KEYS + 1, "{}", rate.buckets.len());
    }
}
