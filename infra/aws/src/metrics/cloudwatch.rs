//! Metrics sent to CloudWatch, from the background: a turn only adds to what is held in memory.

mod aggregate;
mod calls;
mod courier;
mod failure;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use contract::ports::Clock;
use contract::{Error, ErrorKind, Result};
use metering::{Measure, Metrics};
use tokio::sync::{mpsc, oneshot};

use self::aggregate::Series;
use self::courier::{Courier, Held};
use super::{Origin, countable};

/// How often measures are sent. CloudWatch keeps minutes, so that oftener would only cost more.
const INTERVAL: Duration = Duration::from_secs(60);
/// Requests to send now that may wait at once.
const WAITING: usize = 8;

/// Sends measures to CloudWatch once a minute, and sooner when many have come together.
///
/// What cannot be sent is kept, under its own minute, until there is too much of it. A call that timed out may have been
/// counted and is sent again: CloudWatch has no way to tell.
pub struct CloudWatchMetrics {
    clock: Arc<dyn Clock>,
    held: Arc<Held>,
    /// Asks the courier to send now. It ends when this is dropped.
    requests: mpsc::Sender<oneshot::Sender<Result<()>>>,
}

impl CloudWatchMetrics {
    /// Metrics of `service` in `deployment`, in `namespace`. Must be called within a runtime of tokio, where a task then
    /// sends until the last handle is dropped; what was not flushed by then is lost.
    pub fn new(config: &SdkConfig, namespace: &str, service: &str, deployment: &str, clock: Arc<dyn Clock>) -> Self {
        Self::every(INTERVAL, Client::new(config), namespace, Origin::new(service, deployment), clock)
    }

    fn every(interval: Duration, client: Client, namespace: &str, origin: Origin, clock: Arc<dyn Clock>) -> Self {
        let (requests, inbox) = mpsc::channel(WAITING);
        let held = Arc::new(Held::default());
        tokio::spawn(Courier::new(client, namespace, origin, held.clone()).run(interval, inbox));
        Self { clock, held, requests }
    }
}

#[async_trait]
impl Metrics for CloudWatchMetrics {
    fn record(&self, measures: &[Measure]) {
        let minute = self.clock.now().as_second().div_euclid(60);
        let countable = measures.iter().filter(|measure| countable(measure.value));
        self.held.add(
            countable.flat_map(|measure| Series::of(measure).map(move |series| (minute, series, measure.value, 1))),
        );
    }

    async fn flush(&self) -> Result<()> {
        let (reply, outcome) = oneshot::channel();
        let stopped = || Error::new(ErrorKind::Unavailable, "metrics are no longer sent");
        self.requests.send(reply).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())?
    }

    /// By what became of the last call, at most a minute ago where there is anything to send.
    async fn ready(&self) -> Result<()> {
        self.held.failure().map_or(Ok(()), |failure| Err(failure.error()))
    }
}

#[cfg(test)]
mod tests;
