//! That metrics in memory keep what they promise, and take no more room than that.

use std::time::Duration;

use contract::Channel;
use contract::testing::ManualClock;
use metering::{About, Statistic};

use super::*;
use crate::SystemClock;

fn latency(value: f64) -> Measure {
    let about = About { channel: Some(Channel::Web), ..About::default() };
    Measure { metric: Metric::TurnLatency, value, about }
}

fn all(clock: &ManualClock, period: u64, statistic: Statistic) -> Query {
    let (from, until) = (Timestamp::UNIX_EPOCH, clock.now().checked_add(Duration::from_secs(60)).unwrap());
    let period = Duration::from_secs(period);
    Query { metric: Metric::TurnLatency, by: Vec::new(), statistic, period, from, until }
}

#[tokio::test]
async fn it_keeps_the_promises_of_its_ports() {
    metering::testing::metrics(MemoryMetrics::new).await;
}

#[test]
fn old_minutes_become_quarters_of_an_hour_and_go_after_fifteen_days() {
    let clock = Arc::new(ManualClock::default());
    let metrics = MemoryMetrics::new(clock.clone());
    for _ in 0..16 * 24 * 6 {
        metrics.record(&[latency(7.0), latency(9.0)]);
        clock.advance(Duration::from_secs(600));
    }
    metrics.record(&[latency(7.0)]);
    let read = metrics.read(&all(&clock, 900, Statistic::SampleCount));
    let (points, values) = (read[0].points.len(), read[0].points.iter().map(|(_, count)| *count as i64).sum::<i64>());
    let kept = QUARTERS;
    assert!((kept - 13..=kept + 13).contains(&(points as i64)), "{points} of {kept}");
    assert!(
        (values - 15 * 24 * 6 * 2).abs() <= 13,
        "{values}: none is counted twice or lost where minutes became quarters"
    );
    let recent = metrics.read(&all(&clock, 60, Statistic::Sum));
    let minutes = recent[0].points.iter().filter(|(at, _)| minute(*at) >= minute(clock.now()) - MINUTES);
    assert_eq!(minutes.count(), 19, "every ten minutes of three hours");
}

#[test]
fn the_room_that_it_takes_is_bounded_and_the_oldest_goes_first() {
    let clock = Arc::new(ManualClock::default());
    let metrics = MemoryMetrics::new(clock.clone());
    for value in 1..=600_u32 {
        metrics.record(&[latency(f64::from(value))]);
        clock.advance(Duration::from_secs(60));
        let mut kept = metrics.kept();
        kept.age(minute(clock.now()), 1_000);
        assert!(kept.minutes.size() + kept.quarters.size() <= 1_000);
    }
    let read = metrics.read(&all(&clock, 60, Statistic::Maximum));
    assert_eq!(read[0].points.last().map(|(_, value)| *value), Some(600.0));
}

#[test]
fn there_are_no_more_series_than_have_room() {
    let metrics = MemoryMetrics::new(Arc::new(ManualClock::default()));
    for agent in 0..MOST_SERIES + 9 {
        let about = About { agent: Some(agent.to_string()), ..About::default() };
        metrics.record(&[Measure { metric: Metric::AgentLatency, value: 1.0, about }]);
    }
    assert_eq!((metrics.totals().len(), metrics.kept().told), (MOST_SERIES, true));
}

#[test]
fn times_fall_into_the_buckets_that_hold_them() {
    let metrics = MemoryMetrics::new(Arc::new(ManualClock::default()));
    metrics.record(&[latency(0.5), latency(1.0), latency(1.1), latency(31_000.0)]);
    let totals = metrics.totals();
    let total = totals.iter().find(|total| total.about.is_empty()).unwrap();
    assert_eq!((total.count, total.last), (4, 31_000.0));
    assert_eq!((total.buckets[0], total.buckets[1], total.buckets[BUCKETS_MS.len()]), (2, 1, 1));
}

/// `cargo test -p local what_a_turn_costs -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a promise"]
fn what_a_turn_costs() {
    let clock = Arc::new(ManualClock::default());
    let metrics = MemoryMetrics::new(clock.clone());
    let agents = (0..11_u32).flat_map(|agent| {
        let agent = Some(format!("agent-{agent}"));
        let about = About { agent, outcome: Some("answered"), ..About::default() };
        [(Metric::AgentLatency, 3.0), (Metric::AgentReports, 1.0)].map(|(metric, value)| Measure {
            metric,
            value,
            about: about.clone(),
        })
    });
    let model = About {
        agent: Some("response".into()),
        model: Some("nova".into()),
        outcome: Some("complete"),
        ..About::default()
    };
    let call = [Metric::ModelCalls, Metric::ModelLatency, Metric::InputTokens, Metric::OutputTokens, Metric::ModelCost]
        .map(|metric| Measure { metric, value: 5.0, about: model.clone() });
    let turn: Vec<Measure> = agents.chain(call).chain([latency(20.0), latency(21.0), latency(22.0)]).collect();
    let (turns, watch) = (50_000, SystemClock::start());
    let began = watch.elapsed();
    for number in 0..turns {
        if number % 500 == 0 {
            clock.advance(Duration::from_secs(60));
        }
        metrics.record(&turn);
    }
    let took = watch.elapsed().saturating_sub(began);
    let kept = metrics.kept();
    println!(
        "{} measures a turn: {:.1} us a turn; {} series in {} KB after {turns} turns",
        turn.len(),
        took.as_secs_f64() * 1e6 / f64::from(turns),
        kept.totals.len(),
        (kept.minutes.size() + kept.quarters.size()) * 8 / 1_024
    );
}
