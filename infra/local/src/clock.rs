//! The machine's own clock and chance.

use std::time::{Duration, Instant};

use contract::ports::{Clock, Entropy};
use jiff::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose measured time starts now.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// The operating system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn random(&self) -> u128 {
        let mut bytes = [0; 16];
        // Only a broken kernel refuses, once, at boot. A colliding id is then refused by the store, so nothing mixes.
        if getrandom::fill(&mut bytes).is_err() {
            return 0;
        }
        u128::from_be_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_does_not_repeat() {
        assert_ne!(SystemEntropy.random(), SystemEntropy.random());
    }

    #[test]
    fn measured_time_never_goes_back() {
        let clock = SystemClock::start();
        let first = clock.elapsed();
        assert!(clock.elapsed() >= first);
    }
}
