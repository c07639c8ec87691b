//! What every keeper of metrics that can be read again must do.
#![allow(clippy::expect_used, reason = "these are tests that other crates call")]

use std::sync::Arc;
use std::time::Duration;

use contract::Channel;
use contract::ports::Clock;
use contract::testing::ManualClock;

use crate::{About, Dimension, History, Measure, Metric, Metrics, Query, Statistic, Totals};

/// Runs every promise against a fresh keeper each, which follows the clock that it is given.
pub async fn metrics<S: Metrics + History + Totals>(open: impl Fn(Arc<dyn Clock>) -> S) {
    a_value_is_in_each_of_its_series_and_in_no_other(&open);
    statistics_are_those_of_all_values(&open);
    values_stay_in_their_periods(&open);
    what_is_no_number_is_left_out(&open);
    totals_are_of_all_time(&open);
    let fresh = open(Arc::new(ManualClock::default()));
    assert!(fresh.flush().await.is_ok() && fresh.ready().await.is_ok());
}

fn measure(metric: Metric, value: f64, about: About) -> Measure {
    Measure { metric, value, about }
}

fn on(channel: Channel) -> About {
    About { channel: Some(channel), ..About::default() }
}

/// All values so far, in one period.
fn query(clock: &ManualClock, metric: Metric, statistic: Statistic) -> Query {
    let until = clock.now().checked_add(Duration::from_secs(120)).expect("a time");
    let from = clock.now().checked_sub(Duration::from_secs(86_400)).expect("a time");
    Query { metric, by: Vec::new(), statistic, period: Duration::from_secs(864_000_000), from, until }
}

fn only(kept: &impl History, query: &Query) -> Option<f64> {
    let read = kept.read(query);
    assert!(read.len() <= 1 && read.iter().all(|series| series.points.len() == 1), "{read:?}");
    read.first().map(|series| series.points[0].1)
}

fn a_value_is_in_each_of_its_series_and_in_no_other<S: Metrics + History>(open: &impl Fn(Arc<dyn Clock>) -> S) {
    let clock = Arc::new(ManualClock::default());
    let kept = open(clock.clone());
    let turns = [(Channel::Web, 1.0), (Channel::Web, 1.0), (Channel::Vehicle, 1.0)];
    kept.record(&turns.map(|(channel, value)| measure(Metric::Turns, value, on(channel))));
    let total = query(&clock, Metric::Turns, Statistic::Sum);
    assert_eq!(only(&kept, &total), Some(3.0));
    let by = |value: Option<&str>| Query { by: vec![(Dimension::Channel, value.map(str::to_owned))], ..total.clone() };
    let read = kept.read(&by(None));
    let read: Vec<_> = read.iter().map(|series| (series.about[0].1.as_str(), series.points[0].1)).collect();
    assert_eq!(read, [("vehicle", 1.0), ("web", 2.0)]);
    assert_eq!(only(&kept, &by(Some("web"))), Some(2.0));
    assert_eq!(only(&kept, &by(Some("mobile"))), None);
    assert_eq!(only(&kept, &Query { by: vec![(Dimension::Arm, None)], ..total.clone() }), None);
    assert_eq!(only(&kept, &Query { metric: Metric::TurnErrors, ..total }), None);
}

fn statistics_are_those_of_all_values<S: Metrics + History>(open: &impl Fn(Arc<dyn Clock>) -> S) {
    let clock = Arc::new(ManualClock::default());
    let kept = open(clock.clone());
    for value in 1..=100_u8 {
        kept.record(&[measure(Metric::TurnLatency, f64::from(value), About::default())]);
        clock.advance(Duration::from_secs(1));
    }
    let of = |statistic| only(&kept, &query(&clock, Metric::TurnLatency, statistic)).expect("values");
    assert_eq!((of(Statistic::Sum), of(Statistic::Average), of(Statistic::SampleCount)), (5_050.0, 50.5, 100.0));
    assert_eq!((of(Statistic::Minimum), of(Statistic::Maximum)), (1.0, 100.0));
    for (share, exact) in
        [(0.0, 1.0), (1.0, 1.0), (50.0, 50.0), (95.0, 95.0), (99.0, 99.0), (99.1, 100.0), (100.0, 100.0)]
    {
        let told = of(Statistic::Percentile(share));
        assert!((told - exact).abs() <= exact * 0.005, "p{share} is {told}, not {exact}");
    }
}

fn values_stay_in_their_periods<S: Metrics + History>(open: &impl Fn(Arc<dyn Clock>) -> S) {
    let clock = Arc::new(ManualClock::default());
    let kept = open(clock.clone());
    let began = clock.now();
    for value in 0..10_u8 {
        kept.record(&[measure(Metric::TurnErrors, f64::from(value), About::default())]);
        clock.advance(Duration::from_secs(60));
    }
    let after = |minutes: u64| began.checked_add(Duration::from_secs(minutes * 60)).expect("a time");
    let read = |from, until, period| {
        let (from, until, period) = (after(from), after(until), Duration::from_secs(period));
        let read = kept.read(&Query { from, until, period, ..query(&clock, Metric::TurnErrors, Statistic::Sum) });
        read.into_iter().flat_map(|series| series.points).collect::<Vec<_>>()
    };
    assert_eq!(
        read(2, 5, 60).iter().map(|(_, sum)| *sum).collect::<Vec<_>>(),
        [2.0, 3.0, 4.0],
        "until is not included"
    );
    let minutes = read(0, 10, 60);
    assert!(minutes.windows(2).all(|pair| pair[1].0.as_second() - pair[0].0.as_second() == 60), "{minutes:?}");
    let fives = read(0, 10, 300);
    assert!(fives.iter().all(|(begins, _)| begins.as_second() % 300 == 0), "periods begin where all clocks agree");
    assert_eq!(fives.iter().map(|(_, sum)| sum).sum::<f64>(), 45.0);
    assert!(read(20, 30, 60).is_empty() && read(5, 2, 60).is_empty());
}

fn what_is_no_number_is_left_out<S: Metrics + History>(open: &impl Fn(Arc<dyn Clock>) -> S) {
    let clock = Arc::new(ManualClock::default());
    let kept = open(clock.clone());
    let values = [f64::NAN, f64::INFINITY, 2.0, f64::NEG_INFINITY];
    kept.record(&values.map(|value| measure(Metric::ModelCost, value, About::default())));
    assert_eq!(only(&kept, &query(&clock, Metric::ModelCost, Statistic::Sum)), Some(2.0));
    assert_eq!(only(&kept, &query(&clock, Metric::ModelCost, Statistic::SampleCount)), Some(1.0));
}

fn totals_are_of_all_time<S: Metrics + Totals>(open: &impl Fn(Arc<dyn Clock>) -> S) {
    let clock = Arc::new(ManualClock::default());
    let kept = open(clock.clone());
    for value in [3.0, 5.0, 4.0] {
        kept.record(&[measure(Metric::OpenSockets, value, About::default())]);
        kept.record(&[measure(Metric::TurnLatency, value, on(Channel::Web))]);
        clock.advance(Duration::from_secs(30 * 86_400));
    }
    let totals = kept.totals();
    let of = |metric, about: &[(Dimension, String)]| {
        totals.iter().find(|total| total.metric == metric && total.about == about).expect("a total")
    };
    assert_eq!((of(Metric::OpenSockets, &[]).last, of(Metric::OpenSockets, &[]).buckets.len()), (4.0, 0));
    let web = of(Metric::TurnLatency, &[(Dimension::Channel, "web".to_owned())]);
    assert_eq!((web.count, web.sum, web.buckets.iter().sum::<u64>()), (3, 12.0, 3));
    assert_eq!(totals.len(), 3, "the socket, all turns, and those of the web");
}
