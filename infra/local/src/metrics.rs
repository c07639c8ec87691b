//! Metrics in memory: what is measured on one machine, for its own boards and for a scraper.

mod memory;
mod periods;
mod values;

pub use memory::MemoryMetrics;

use async_trait::async_trait;
use contract::Result;
use metering::{Measure, Metrics};

/// Lets every measure fall: for whoever does not measure.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMetrics;

#[async_trait]
impl Metrics for NoMetrics {
    fn record(&self, _measures: &[Measure]) {}

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}
