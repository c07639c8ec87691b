//! The port to whoever keeps what was measured.

use async_trait::async_trait;
use contract::Result;

use crate::measure::Measure;

/// Takes measures. Only the supervisor has this port: agents contain no telemetry.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// Takes note. Never blocks on the network and never fails: what cannot be kept is dropped and logged.
    fn record(&self, measures: &[Measure]);

    /// Sends what is still held back, as before a shutdown.
    ///
    /// # Errors
    /// `Unavailable`, `Refused`, `Busy`: what was held back may be lost.
    async fn flush(&self) -> Result<()>;

    /// Whether measures would arrive now.
    ///
    /// # Errors
    /// As [`Self::flush`].
    async fn ready(&self) -> Result<()>;
}
