//! The only sources of time and chance.

use std::time::Duration;

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The moment, for records. May jump when the machine's clock is set.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment, for measuring. Never goes back.
    fn elapsed(&self) -> Duration;
}

/// Gives chance.
pub trait Entropy: Send + Sync {
    /// 128 random bits, unpredictable to outsiders.
    fn random(&self) -> u128;
}
