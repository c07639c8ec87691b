//! The task that sends, and what it shares with those who record.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use contract::{Error, Result};
use tokio::sync::{Notify, mpsc, oneshot};

use super::aggregate::{Aggregate, Datum, Series};
use super::calls::{calls, told};
use super::failure::Failure;
use crate::metrics::Origin;

/// Distinct values that are sent without waiting for the minute to end: a few calls' worth.
const MANY: usize = 10_000;
/// Distinct values held at most, while CloudWatch cannot be reached: a few megabytes.
const MOST: usize = 50_000;

/// What is held for the courier.
pub(super) struct Held {
    state: Mutex<State>,
    many: Notify,
}

struct State {
    aggregate: Aggregate,
    /// What became of the last call, if it failed.
    failure: Option<Failure>,
    /// It was logged that measures are lost, since the last call that arrived.
    told: bool,
}

impl Default for Held {
    fn default() -> Self {
        let state = State { aggregate: Aggregate::limited(MOST), failure: None, told: false };
        Self { state: Mutex::new(state), many: Notify::new() }
    }
}

impl Held {
    /// Holds measures (minute, series, value, count) until they are sent.
    pub(super) fn add(&self, measures: impl Iterator<Item = (i64, Series, f64, u64)>) {
        let mut state = self.state();
        let before = state.aggregate.size();
        for (minute, series, value, count) in measures {
            let kept = state.aggregate.add(minute, series, value, count);
            state.note_loss(kept);
        }
        // Only at the step over the mark: while nothing can be sent, measures must not call for it again and again.
        if before < MANY && state.aggregate.size() >= MANY {
            self.many.notify_one();
        }
    }

    /// What became of the last call, if it failed.
    pub(super) fn failure(&self) -> Option<Failure> {
        self.state().failure
    }

    fn take(&self) -> Vec<Datum> {
        self.state().aggregate.take()
    }

    fn put_back(&self, data: impl Iterator<Item = Datum>) {
        let mut state = self.state();
        for datum in data {
            for (value, count) in datum.values {
                let kept = state.aggregate.add(datum.minute, datum.series.clone(), value, count);
                state.note_loss(kept);
            }
        }
    }

    /// Notes what became of a call, and tells the log where that changes.
    fn note(&self, outcome: std::result::Result<(), (Failure, &Error)>) {
        let mut state = self.state();
        let failure = outcome.err();
        let before = std::mem::replace(&mut state.failure, failure.map(|(failure, _)| failure));
        match failure {
            Some((failure, error)) if before != Some(failure) => {
                tracing::warn!(%error, cause = ?std::error::Error::source(error), "metrics cannot be sent");
            }
            Some(_) => {}
            None => state.told = false,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note_loss(&mut self, kept: bool) {
        if !kept && !std::mem::replace(&mut self.told, true) {
            tracing::error!("measures are lost: more came than can be held until CloudWatch takes them");
        }
    }
}

/// Sends what is held.
pub(super) struct Courier {
    client: Client,
    namespace: String,
    origin: Origin,
    held: Arc<Held>,
}

impl Courier {
    /// A courier to `namespace`.
    pub(super) fn new(client: Client, namespace: &str, origin: Origin, held: Arc<Held>) -> Self {
        Self { client, namespace: namespace.to_owned(), origin, held }
    }

    /// Sends every `interval`, when there is much, and when asked, until nobody can ask any more.
    pub(super) async fn run(self, interval: Duration, mut requests: mpsc::Receiver<oneshot::Sender<Result<()>>>) {
        loop {
            tokio::select! {
                request = requests.recv() => {
                    let Some(reply) = request else { return };
                    // Who asked may have given up waiting.
                    let _ = reply.send(self.send().await);
                }
                // Failures are noted, and what was not sent is sent next time.
                () = self.held.many.notified() => drop(self.send().await),
                () = tokio::time::sleep(interval) => drop(self.send().await),
            }
        }
    }

    async fn send(&self) -> Result<()> {
        let mut outcome = Ok(());
        let mut calls = calls(self.held.take(), &self.origin).into_iter();
        while let Some(data) = calls.next() {
            let Err((failure, error)) = self.put(&data).await else {
                self.held.note(Ok(()));
                continue;
            };
            self.held.note(Err((failure, &error)));
            outcome = Err(error);
            if failure.lasts() {
                tracing::error!(data = data.len(), "measures are lost: CloudWatch does not accept them");
                continue;
            }
            self.held.put_back(data.into_iter().chain(calls.flatten()));
            break;
        }
        outcome
    }

    async fn put(&self, data: &[Datum]) -> std::result::Result<(), (Failure, Error)> {
        let data = data.iter().map(|datum| told(datum, &self.origin)).collect();
        let call = self.client.put_metric_data().namespace(&self.namespace).set_metric_data(Some(data));
        call.send().await.map(drop).map_err(|error| {
            let failure = Failure::of(&error);
            (failure, failure.error().caused_by(error))
        })
    }
}
