//! How things stand: looks, at a steady pace, at what no turn tells.

use std::sync::Arc;
use std::time::Duration;

use backoffice::Handoffs;
use backoffice::handoffs::{Case, CaseState};
use contract::ports::Clock;
use contract::{Error, ErrorKind, Result};
use handoff::Queues;
use jiff::Timestamp;
use metering::{About, Measure, Metric, Metrics};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::doors::Doors;
use crate::doors::limits::Limits;
use crate::doors::open::Open;
use crate::learn::Lag;

/// So often it is looked: four times in the minute by which boards are drawn.
const PACE: Duration = Duration::from_secs(15);
/// So long the queue is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks how things stand in this process and at its desk.
pub(crate) struct Gauges {
    handoffs: Arc<dyn Handoffs>,
    queues: Queues,
    limits: Arc<Limits>,
    open: Open,
    /// How far learning is behind; none where this process does not learn.
    lag: Option<Arc<Lag>>,
    metrics: Arc<dyn Metrics>,
    clock: Arc<dyn Clock>,
    closing: CancellationToken,
}

impl Gauges {
    /// Looks at what these doors share.
    ///
    /// # Errors
    /// `Invalid` when the shipped table of queues is broken.
    pub(crate) fn of(doors: &Doors) -> Result<Self> {
        let oversight = &doors.product.oversight;
        let learns = oversight.closed_turns.is_some() && oversight.learned.is_some();
        Ok(Self {
            lag: learns.then(|| doors.lag.clone()),
            handoffs: doors.product.office.handoffs.clone(),
            queues: Queues::shipped()?,
            limits: doors.limits.clone(),
            open: doors.open.clone(),
            metrics: doors.product.metrics.clone(),
            clock: doors.product.clock.clone(),
            closing: doors.closing.clone(),
        })
    }

    /// Looks again and again, until the process is going away.
    pub(crate) async fn run(self) {
        let mut ticks = interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return,
                _ = ticks.tick() => self.look().await,
            }
        }
    }

    async fn look(&self) {
        let waiting = timeout(PATIENCE, self.handoffs.queue()).await;
        let waiting =
            waiting.unwrap_or_else(|_| Err(Error::new(ErrorKind::TimedOut, "the queue did not answer in time")));
        match waiting {
            Ok(cases) => self.metrics.record(&of_queues(&cases, self.queues.names(), self.clock.now())),
            Err(error) => tracing::warn!(%error, "how many wait for a person is not known"),
        }
        let here = [
            (Metric::OpenConnections, self.open.connections()),
            (Metric::OpenSockets, self.open.sockets()),
            (Metric::TurnsUnderWay, self.limits.under_way()),
        ];
        self.metrics.record(&here.map(|(metric, count)| gauge(metric, None, count as f64)));
        if let Some(lag) = &self.lag {
            self.metrics.record(&[gauge(Metric::LearnerLag, None, lag.seconds() as f64)]);
        }
    }
}

/// How many of these open cases wait in each queue and in all, and the longest for how long. A queue in which nobody waits
/// says so.
fn of_queues<'a>(cases: &[Case], queues: impl Iterator<Item = &'a str>, now: Timestamp) -> Vec<Measure> {
    let waiting: Vec<&Case> = cases.iter().filter(|case| case.state == CaseState::Waiting).collect();
    let of = |queue: Option<&str>| {
        let here = || waiting.iter().filter(|case| queue.is_none_or(|queue| case.matter.queue == queue));
        let longest = here().map(|case| now.duration_since(case.opened).as_secs_f64()).fold(0.0, f64::max);
        [gauge(Metric::HandoffsWaiting, queue, here().count() as f64), gauge(Metric::LongestWait, queue, longest)]
    };
    queues.map(Some).chain([None]).flat_map(of).collect()
}

fn gauge(metric: Metric, queue: Option<&str>, value: f64) -> Measure {
    Measure { metric, value, about: About { queue: queue.map(str::to_owned), ..About::default() } }
}

#[cfg(test)]
mod tests {
    use backoffice::handoffs::Matter;
    use contract::finding::Urgency;

    use super::*;

    fn case(id: &str, queue: &str, opened: &str) -> Case {
        let matter = Matter { queue: queue.into(), ..backoffice::testing::handoffs::matter(id, Urgency::Routine) };
        Case::opened(&matter, opened.parse().unwrap())
    }

    #[test]
    fn who_waits_is_counted_by_queue_and_in_all() {
        let now: Timestamp = "2026-11-02T09:10:00Z".parse().unwrap();
        let held = contract::StaffId::new("olga").unwrap();
        let held = case("c", "sales", "2026-11-02T08:00:00Z").claimed(&held, Duration::from_secs(60), now).unwrap();
        let cases = [case("a", "safety", "2026-11-02T09:00:00Z"), case("b", "safety", "2026-11-02T09:09:00Z"), held];
        let told = of_queues(&cases, ["safety", "sales"].into_iter(), now);
        let value = |metric, queue: Option<&str>| {
            let is_it = |measure: &&Measure| measure.metric == metric && measure.about.queue.as_deref() == queue;
            told.iter().find(is_it).map(|measure| measure.value)
        };
        assert_eq!(value(Metric::HandoffsWaiting, Some("safety")), Some(2.0));
        assert_eq!(value(Metric::LongestWait, Some("safety")), Some(600.0));
        assert_eq!(
            (value(Metric::HandoffsWaiting, Some("sales")), value(Metric::LongestWait, Some("sales"))),
            (Some(0.0), Some(0.0))
        );
        assert_eq!((value(Metric::HandoffsWaiting, None), value(Metric::LongestWait, None)), (Some(2.0), Some(600.0)));
    }
}
