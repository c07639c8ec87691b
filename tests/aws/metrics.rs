//! Measures on their way to CloudWatch, and read back by a client that knows nothing of ours.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws::CloudWatchMetrics;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    Datapoint, Dimension, Metric as Series, MetricDataQuery, MetricStat, StandardUnit, Statistic,
};
use contract::ports::Clock;
use contract::testing::ManualClock;
use contract::{Channel, ErrorKind};
use jiff::Timestamp;
use metering::{About, Measure, Metric, Metrics};

use super::{cloud, config, unique};

mod played;

/// A clock that stands at the beginning of a minute shortly ago: CloudWatch takes nothing that is older than two weeks.
fn clock() -> Arc<ManualClock> {
    let clock = Arc::new(ManualClock::default());
    let now = Timestamp::now().as_second() / 60 * 60 - 300;
    clock.advance(Duration::from_secs((now - clock.now().as_second()).unsigned_abs()));
    clock
}

fn about(channel: Channel) -> About {
    About { channel: Some(channel), ..About::default() }
}

fn measures(metric: Metric, channel: Channel, values: impl IntoIterator<Item = u32>) -> Vec<Measure> {
    let of = |value| Measure { metric, value: f64::from(value), about: about(channel) };
    values.into_iter().map(of).collect()
}

fn dimensions(part: Option<(&str, &str)>) -> Vec<Dimension> {
    let of = |(name, value)| Dimension::builder().name(name).value(value).build();
    [("service", "motorline"), ("deployment", "tests")].into_iter().chain(part).map(of).collect()
}

/// Each minute of the series from `since` on, in seconds since 1970.
async fn statistics(client: &Client, namespace: &str, metric: &str, channel: &str, since: i64) -> Vec<Datapoint> {
    let call = client.get_metric_statistics().namespace(namespace).metric_name(metric).period(60);
    let call = call.set_dimensions(Some(dimensions(Some(("channel", channel))))).start_time(DateTime::from_secs(since));
    let call = call.end_time(DateTime::from_secs(Timestamp::now().as_second()));
    let basic = [Statistic::Sum, Statistic::SampleCount, Statistic::Minimum, Statistic::Maximum];
    let answer = call.set_statistics(Some(basic.into())).extended_statistics("p90").send().await;
    let answer = answer.expect("statistics (MiniStack reads CBOR only where the package cbor2 is installed beside it)");
    let mut points = answer.datapoints.unwrap_or_default();
    points.sort_by_key(|point| point.timestamp.unwrap().secs());
    points
}

/// 300 values once, and 50 ten times more: two data, since one holds 150 values.
#[tokio::test(flavor = "multi_thread")]
async fn sums_counts_and_percentiles_arrive() {
    let (config, clock, namespace) = (cloud().await, clock(), unique("Motorline"));
    let metrics = CloudWatchMetrics::new(&config, &namespace, "motorline", "tests", clock.clone());
    let since = clock.now().as_second();
    metrics.record(&measures(Metric::TurnLatency, Channel::Web, 1..=300));
    metrics.record(&measures(Metric::TurnLatency, Channel::Vehicle, [7]));
    for _ in 0..10 {
        metrics.record(&measures(Metric::TurnLatency, Channel::Web, [50]));
    }
    clock.advance(Duration::from_secs(60));
    metrics.record(&measures(Metric::TurnLatency, Channel::Web, [4, 4]));
    metrics.flush().await.unwrap();
    metrics.ready().await.unwrap();

    let client = Client::new(&config);
    let points = statistics(&client, &namespace, "TurnLatency", "web", since).await;
    assert_eq!(points.len(), 2, "a point a minute: {points:?}");
    let told = |point: &Datapoint| [point.sum, point.sample_count, point.minimum, point.maximum].map(Option::unwrap);
    assert_eq!(told(&points[0]), [45_150.0 + 500.0, 310.0, 1.0, 300.0]);
    assert_eq!(told(&points[1]), [8.0, 2.0, 4.0, 4.0]);
    assert_eq!(points[0].unit, Some(StandardUnit::Milliseconds));
    assert_eq!(points[0].timestamp.unwrap().secs(), since);
    let percentile = points[0].extended_statistics.as_ref().unwrap()["p90"];
    assert!((268.0..=271.0).contains(&percentile), "nine in ten of all 310: {percentile}");
    let other = statistics(&client, &namespace, "TurnLatency", "vehicle", since).await;
    assert_eq!(told(&other[0]), [7.0, 1.0, 7.0, 7.0]);
}

/// As a board asks: the total, and each part, with a name of its own.
#[tokio::test(flavor = "multi_thread")]
async fn boards_find_the_series() {
    let (config, clock, namespace) = (cloud().await, clock(), unique("Motorline"));
    let metrics = CloudWatchMetrics::new(&config, &namespace, "motorline", "tests", clock.clone());
    let about = About { agent: Some("response".into()), model: Some("nova".into()), ..About::default() };
    let of = |value| Measure { metric: Metric::ModelCost, value, about: about.clone() };
    metrics.record(&[40.0, 40.0, 2.0].map(of));
    metrics.flush().await.unwrap();
    let client = Client::new(&config);
    for part in [None, Some(("agent", "response")), Some(("model", "nova"))] {
        let series = Series::builder().namespace(&namespace).metric_name("ModelCost");
        let series = series.set_dimensions(Some(dimensions(part))).build();
        for (statistic, expected) in [("Sum", 82.0), ("SampleCount", 3.0), ("p50", 40.0)] {
            let one = MetricStat::builder().metric(series.clone()).period(60).stat(statistic).build();
            let query = MetricDataQuery::builder().id("cost").metric_stat(one).build();
            let call = client.get_metric_data().metric_data_queries(query);
            let call = call.start_time(DateTime::from_secs(clock.now().as_second()));
            let answer = call.end_time(DateTime::from_secs(Timestamp::now().as_second())).send().await.unwrap();
            assert_eq!(answer.metric_data_results()[0].values(), [expected], "{part:?} {statistic}");
        }
    }
}

/// A body of this size is compressed on its way.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_values_arrive() {
    let (config, clock, namespace) = (cloud().await, clock(), unique("Motorline"));
    let metrics = CloudWatchMetrics::new(&config, &namespace, "motorline", "tests", clock.clone());
    let measures = measures(Metric::TurnLatency, Channel::Web, 1..=20_000);
    let began = Instant::now();
    metrics.record(&measures);
    println!("20,000 measures recorded: {:?}", began.elapsed());
    metrics.flush().await.unwrap();
    println!("and sent: {:?}", began.elapsed());
    let since = clock.now().as_second();
    let points = statistics(&Client::new(&config), &namespace, "TurnLatency", "web", since).await;
    assert_eq!((points[0].sample_count, points[0].sum), (Some(20_000.0), Some(200_010_000.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_fails_no_turn_and_says_so_to_whoever_asks() {
    let config = config("http://127.0.0.1:1").await;
    let metrics = CloudWatchMetrics::new(&config, "Motorline", "motorline", "tests", clock());
    metrics.ready().await.unwrap();
    let began = Instant::now();
    for n in 0..100 {
        metrics.record(&measures(Metric::Turns, Channel::Web, n * 200..(n + 1) * 200));
    }
    assert!(began.elapsed() < Duration::from_secs(1), "nobody waits for the network");
    assert_eq!(metrics.flush().await.unwrap_err().kind, ErrorKind::Unavailable);
    let error = metrics.ready().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.to_string().contains("check region"), "{error}");
}
