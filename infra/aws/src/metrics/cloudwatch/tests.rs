//! Tests of the task that sends, over a wire that the test holds.

use std::sync::Mutex;
use std::time::Duration;

use aws_sdk_cloudwatch::config::http::{HttpRequest, HttpResponse};
use aws_sdk_cloudwatch::config::retry::RetryConfig;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Config, Credentials, Region};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use contract::testing::ManualClock;
use metering::{About, Metric};

use super::*;

/// A service that counts the bytes of each call, and answers as it is told.
#[derive(Debug, Clone, Default)]
struct Wire(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    calls: Vec<usize>,
    /// The status of answers; without one there is no answer.
    status: Option<u16>,
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut seen = self.0.lock().unwrap();
        seen.calls.push(request.body().bytes().unwrap().len());
        let Some(status) = seen.status else {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("nobody listens".into())));
        };
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(vec![0xa0]));
        response.headers_mut().insert("smithy-protocol", "rpc-v2-cbor");
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl Wire {
    fn answering(status: impl Into<Option<u16>>) -> Self {
        let wire = Self::default();
        wire.answer(status);
        wire
    }

    fn answer(&self, status: impl Into<Option<u16>>) {
        self.0.lock().unwrap().status = status.into();
    }

    fn calls(&self) -> Vec<usize> {
        self.0.lock().unwrap().calls.clone()
    }

    fn metrics(&self, interval: Duration) -> (CloudWatchMetrics, Arc<ManualClock>) {
        let connector = SharedHttpConnector::new(self.clone());
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
            .retry_config(RetryConfig::disabled())
            .disable_request_compression(true)
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .build();
        let clock = Arc::new(ManualClock::default());
        let origin = Origin::new("motorline", "dev");
        (CloudWatchMetrics::every(interval, Client::from_conf(config), "Shop", origin, clock.clone()), clock)
    }

    /// Waits until so many calls came.
    async fn called(&self, times: usize) {
        until(|| self.calls().len() >= times).await;
    }
}

async fn until(condition: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited for ten seconds");
}

fn latencies(values: std::ops::Range<usize>) -> Vec<Measure> {
    let of = |n| Measure { metric: Metric::TurnLatency, value: n as f64, about: About::default() };
    values.map(of).collect()
}

const NEVER: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn measures_are_sent_by_themselves_and_nothing_is_sent_without_any() {
    let wire = Wire::answering(200);
    let (metrics, _) = wire.metrics(Duration::from_millis(20));
    tokio::time::sleep(Duration::from_millis(100)).await;
    metrics.flush().await.unwrap();
    assert!(wire.calls().is_empty());
    metrics.record(&latencies(0..3));
    wire.called(1).await;
    metrics.record(&latencies(0..3));
    wire.called(2).await;
    assert_eq!(wire.calls().len(), 2);
}

#[tokio::test]
async fn many_values_do_not_wait_and_no_call_is_larger_than_a_megabyte() {
    let wire = Wire::answering(200);
    let (metrics, _) = wire.metrics(NEVER);
    metrics.record(&latencies(0..9_999));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(wire.calls().is_empty());
    metrics.record(&latencies(9_999..50_000));
    wire.called(2).await;
    let calls = wire.calls();
    assert!(calls.iter().all(|bytes| *bytes < 1_000_000), "{calls:?}");
    assert!(calls.iter().sum::<usize>() > 50_000 * 18, "all of it: {calls:?}");
}

#[tokio::test]
async fn what_was_not_sent_is_kept_and_sent_later() {
    let wire = Wire::answering(None);
    let (metrics, clock) = wire.metrics(NEVER);
    metrics.record(&latencies(0..100));
    assert!(metrics.ready().await.is_ok());
    assert_eq!(metrics.flush().await.unwrap_err().kind, ErrorKind::Unavailable);
    for (status, kind) in [(403, ErrorKind::Refused), (429, ErrorKind::Busy), (500, ErrorKind::Unavailable)] {
        wire.answer(status);
        clock.advance(Duration::from_secs(60));
        metrics.record(&latencies(0..1));
        assert_eq!(metrics.flush().await.unwrap_err().kind, kind);
        assert_eq!(metrics.ready().await.unwrap_err().kind, kind);
    }
    let before = wire.calls();
    assert!(before.is_sorted() && before[3] > before[0], "nothing was lost on the way: {before:?}");
    wire.answer(200);
    metrics.flush().await.unwrap();
    assert_eq!(wire.calls()[4], before[3]);
    assert!(metrics.ready().await.is_ok());
    metrics.flush().await.unwrap();
    assert_eq!(wire.calls().len(), 5, "nothing is left");
}

#[tokio::test]
async fn what_will_never_be_accepted_is_not_sent_again() {
    let wire = Wire::answering(400);
    let (metrics, _) = wire.metrics(NEVER);
    metrics.record(&latencies(0..10));
    assert_eq!(metrics.flush().await.unwrap_err().kind, ErrorKind::Internal);
    metrics.flush().await.unwrap();
    assert_eq!(wire.calls().len(), 1);
}

#[tokio::test]
async fn an_outage_neither_calls_without_end_nor_grows_without_end() {
    let wire = Wire::answering(None);
    let (metrics, _) = wire.metrics(NEVER);
    for n in 0..60 {
        metrics.record(&latencies(n * 1_000..(n + 1) * 1_000));
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!((1..=5).contains(&wire.calls().len()), "{:?}", wire.calls());
    wire.0.lock().unwrap().calls.clear();
    wire.answer(200);
    metrics.flush().await.unwrap();
    let sent: usize = wire.calls().iter().sum();
    assert!((50_000 * 18..60_000 * 18).contains(&sent), "{sent} bytes");
}

#[tokio::test]
async fn the_task_ends_with_the_last_handle() {
    let (metrics, _) = Wire::answering(200).metrics(NEVER);
    let held = Arc::downgrade(&metrics.held);
    let metrics = Arc::new(metrics);
    drop(metrics.clone());
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(held.strong_count(), 2);
    drop(metrics);
    until(|| held.strong_count() == 0).await;
}
