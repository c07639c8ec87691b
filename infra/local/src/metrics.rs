//! No metrics: for whoever does not measure.

use async_trait::async_trait;
use contract::Result;
use contract::ports::{Measure, Metrics};

/// Lets every measure fall.
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
