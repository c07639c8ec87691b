//! What is held until it is sent: how often each value came, by minute and series.

use std::collections::{BTreeMap, HashMap};

use metering::{Dimension, Measure, Metric};

/// Distinct values that CloudWatch takes of one series at a time.
const VALUES: usize = 150;

/// One metric of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Series {
    /// The metric.
    pub metric: Metric,
    /// The thing.
    pub about: Vec<(Dimension, String)>,
}

impl Series {
    /// Every series that the value belongs to.
    pub(super) fn of(measure: &Measure) -> impl Iterator<Item = Self> {
        measure.series().map(|about| Self { metric: measure.metric, about })
    }
}

/// What CloudWatch takes at a time of one series: statistics and percentiles can be made of it as of the single values.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Datum {
    /// The minute, counted from 1970.
    pub minute: i64,
    /// The series.
    pub series: Series,
    /// Each value once, and how often it came.
    pub values: Vec<(f64, u64)>,
}

/// How often each value came, by its bits: numbers that may not be one cannot be keys.
type Counts = BTreeMap<u64, u64>;

/// Values and counts, up to a limit of distinct values.
#[derive(Debug)]
pub(super) struct Aggregate {
    minutes: BTreeMap<i64, HashMap<Series, Counts>>,
    size: usize,
    limit: usize,
}

impl Aggregate {
    /// Nothing yet, and never more than `limit` distinct values.
    pub(super) fn limited(limit: usize) -> Self {
        Self { minutes: BTreeMap::new(), size: 0, limit }
    }

    /// Distinct values held.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Counts `value`, which came `count` times in `minute`.
    ///
    /// Where there is no room for another value, the oldest minute goes; a value of that minute itself is not taken.
    /// Returns whether all is held that was.
    pub(super) fn add(&mut self, minute: i64, series: Series, value: f64, count: u64) -> bool {
        // Zero has two forms of bits.
        let bits = (value + 0.0).to_bits();
        if let Some(known) = self.known(minute, &series, bits) {
            *known = known.saturating_add(count);
            return true;
        }
        let full = self.size >= self.limit;
        if full && !self.forget_before(minute) {
            return false;
        }
        self.minutes.entry(minute).or_default().entry(series).or_default().insert(bits, count);
        self.size += 1;
        !full
    }

    /// Takes everything out, in pieces that CloudWatch accepts, oldest first.
    pub(super) fn take(&mut self) -> Vec<Datum> {
        self.size = 0;
        let minutes = std::mem::take(&mut self.minutes).into_iter();
        let all =
            minutes.flat_map(|(minute, all)| all.into_iter().map(move |(series, counts)| (minute, series, counts)));
        all.flat_map(|(minute, series, counts)| pieces(minute, &series, counts)).collect()
    }

    fn known(&mut self, minute: i64, series: &Series, bits: u64) -> Option<&mut u64> {
        self.minutes.get_mut(&minute)?.get_mut(series)?.get_mut(&bits)
    }

    /// Lets the oldest minute go if it is before `minute`.
    fn forget_before(&mut self, minute: i64) -> bool {
        let Some(oldest) = self.minutes.first_entry().filter(|oldest| *oldest.key() < minute) else { return false };
        self.size -= oldest.remove().values().map(BTreeMap::len).sum::<usize>();
        true
    }
}

fn pieces(minute: i64, series: &Series, counts: Counts) -> Vec<Datum> {
    let values: Vec<_> = counts.into_iter().map(|(bits, count)| (f64::from_bits(bits), count)).collect();
    let piece = |values: &[_]| Datum { minute, series: series.clone(), values: values.to_vec() };
    values.chunks(VALUES).map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(agent: &str) -> Series {
        let about = vec![(Dimension::Agent, agent.to_owned())];
        Series { metric: Metric::AgentLatency, about }
    }

    #[test]
    fn a_value_is_held_once_and_counted() {
        let mut aggregate = Aggregate::limited(10);
        for value in [3.0, 1.5, 3.0, 0.0, -0.0, 3.0] {
            assert!(aggregate.add(7, series("a"), value, 1));
        }
        assert!(aggregate.add(7, series("a"), 1.5, 4));
        assert_eq!(aggregate.size(), 3);
        let expected = Datum { minute: 7, series: series("a"), values: vec![(0.0, 2), (1.5, 5), (3.0, 3)] };
        assert_eq!(aggregate.take(), [expected]);
        assert_eq!((aggregate.size(), aggregate.take()), (0, Vec::new()));
    }

    #[test]
    fn series_and_minutes_stay_apart_and_long_ones_are_split() {
        let mut aggregate = Aggregate::limited(1_000);
        for value in 0..301 {
            aggregate.add(2, series("a"), f64::from(value), 2);
        }
        aggregate.add(2, series("b"), 1.0, 1);
        aggregate.add(1, series("a"), 1.0, 1);
        let data = aggregate.take();
        assert_eq!((data[0].minute, data.len()), (1, 5));
        let of_a: Vec<_> = data.iter().filter(|one| one.minute == 2 && one.series == series("a")).collect();
        assert_eq!(of_a.iter().map(|one| one.values.len()).collect::<Vec<_>>(), [150, 150, 1]);
        assert_eq!(of_a.iter().flat_map(|one| &one.values).map(|(_, count)| count).sum::<u64>(), 602);
    }

    #[test]
    fn beyond_the_limit_the_oldest_minute_goes_first() {
        let mut aggregate = Aggregate::limited(3);
        for (minute, value) in [(1, 1.0), (1, 2.0), (2, 1.0)] {
            assert!(aggregate.add(minute, series("a"), value, 1));
        }
        assert!(aggregate.add(1, series("a"), 2.0, 1), "a known value needs no room");
        assert!(!aggregate.add(1, series("a"), 3.0, 1), "the oldest minute does not displace itself");
        assert_eq!(aggregate.size(), 3);
        assert!(!aggregate.add(3, series("a"), 1.0, 1), "taken, but something went");
        assert_eq!(aggregate.size(), 2);
        let minutes: Vec<_> = aggregate.take().iter().map(|one| one.minute).collect();
        assert_eq!(minutes, [2, 3]);
    }
}
