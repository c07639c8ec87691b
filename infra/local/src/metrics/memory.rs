//! Keeps what is measured, in bounded memory: minutes for three hours, then quarters of an hour for fifteen days.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use contract::Result;
use contract::ports::Clock;
use jiff::Timestamp;
use metering::totals::BUCKETS_MS;
use metering::{Dimension, History, Kind, Measure, Metric, Metrics, Query, Series, Total, Totals};

use super::periods::{Periods, SeriesId};
use super::values::Values;

/// So long single minutes are kept.
const MINUTES: i64 = 3 * 60;
/// Minutes in one of the longer periods.
const QUARTER: i64 = 15;
/// So long anything is kept, in quarters of an hour.
const QUARTERS: i64 = 15 * 24 * 4;
/// Most that is kept, in powers of eight bytes: about 64 MB. Beyond it the oldest is forgotten.
const MOST: usize = 8 * 1024 * 1024;
/// Most series. A deployment has fewer ([`metering::Breadth`]); what comes beyond them is dropped.
const MOST_SERIES: usize = 2_000;

/// Keeps measures in memory, for the boards of this process.
///
/// Sums, means, numbers, the least and the largest are exact; percentiles are by the nearest rank, within half a per cent of
/// the value. What is older than three hours is told by quarters of an hour, each at its beginning. All of it is gone with the
/// process.
pub struct MemoryMetrics {
    clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
}

/// What tells a series apart.
type Key = (Metric, Vec<(Dimension, String)>);

#[derive(Default)]
struct Kept {
    ids: HashMap<Key, SeriesId>,
    /// By the number of their series.
    totals: Vec<Total>,
    minutes: Periods,
    quarters: Periods,
    /// It was logged that there are too many series.
    told: bool,
}

impl MemoryMetrics {
    /// Nothing measured yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Metrics for MemoryMetrics {
    fn record(&self, measures: &[Measure]) {
        let minute = minute(self.clock.now());
        let mut kept = self.kept();
        kept.age(minute, MOST);
        for measure in measures.iter().filter(|measure| measure.value.is_finite()) {
            for about in measure.series() {
                kept.add(minute, measure, about);
            }
        }
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

impl Kept {
    fn add(&mut self, minute: i64, measure: &Measure, about: Vec<(Dimension, String)>) {
        let key = (measure.metric, about);
        let known = self.ids.get(&key).copied();
        let Some(series) = known.or_else(|| self.begin(key)) else { return };
        self.minutes.add(minute, series, Values::of(measure.value));
        if let Some(total) = self.totals.get_mut(series as usize) {
            total.count += 1;
            total.sum += measure.value;
            total.last = measure.value;
            let bucket = BUCKETS_MS.partition_point(|bound| *bound < measure.value);
            if let Some(count) = total.buckets.get_mut(bucket) {
                *count += 1;
            }
        }
    }

    /// A series that was not known, if there is room for one.
    fn begin(&mut self, key: Key) -> Option<SeriesId> {
        let series = SeriesId::try_from(self.totals.len()).ok().filter(|_| self.totals.len() < MOST_SERIES);
        let Some(series) = series else {
            if !std::mem::replace(&mut self.told, true) {
                tracing::error!(metric = %key.0, "there are too many series: some metrics are not kept");
            }
            return None;
        };
        let (metric, about) = key.clone();
        let buckets = if metric.kind() == Kind::Distribution { vec![0; BUCKETS_MS.len() + 1] } else { Vec::new() };
        self.totals.push(Total { metric, about, count: 0, sum: 0.0, last: 0.0, buckets });
        self.ids.insert(key, series);
        Some(series)
    }

    /// Puts old minutes together, and forgets what is too old or too much.
    fn age(&mut self, minute: i64, most: usize) {
        while let Some((at, period)) = self.minutes.take_before(minute - MINUTES) {
            for (series, values) in period {
                self.quarters.add(at.div_euclid(QUARTER), series, values);
            }
        }
        while self.quarters.take_before(minute.div_euclid(QUARTER) - QUARTERS).is_some() {}
        while self.minutes.size() + self.quarters.size() > most {
            if self.quarters.take_oldest().is_none() && self.minutes.take_oldest().is_none() {
                return;
            }
        }
    }

    /// Every period that has values of these series, by its first minute.
    fn told(&self, series: SeriesId, from: i64, until: i64) -> impl Iterator<Item = (i64, &Values)> {
        let first = from.div_euclid(QUARTER) + i64::from(from.rem_euclid(QUARTER) > 0);
        let quarters =
            self.quarters.within(first..until.div_euclid(QUARTER) + i64::from(until.rem_euclid(QUARTER) > 0));
        let quarters = quarters.map(|(at, period)| (at * QUARTER, period));
        let periods = quarters.chain(self.minutes.within(from..until));
        periods.filter_map(move |(at, period)| Some((at, period.get(&series)?)))
    }
}

impl History for MemoryMetrics {
    fn read(&self, query: &Query) -> Vec<Series> {
        let period = i64::try_from(query.period.as_secs() / 60).unwrap_or(i64::MAX).max(1);
        let (from, until) = (minute(query.from), minute(query.until));
        let kept = self.kept();
        let wanted = kept.ids.iter().filter(|((metric, about), _)| *metric == query.metric && is_wanted(about, query));
        let mut read = Vec::new();
        for ((_, about), series) in wanted {
            let mut periods: BTreeMap<i64, Values> = BTreeMap::new();
            for (at, values) in kept.told(*series, from, until) {
                let known = periods.entry(at.div_euclid(period));
                known.and_modify(|known| known.merge(values)).or_insert_with(|| values.clone());
            }
            let points = periods.into_iter().filter_map(|(at, values)| {
                let begins = Timestamp::from_second(at.saturating_mul(period).saturating_mul(60)).ok()?;
                Some((begins, values.statistic(query.statistic)))
            });
            let points: Vec<_> = points.collect();
            if !points.is_empty() {
                read.push(Series { about: about.clone(), points });
            }
        }
        read.sort_by(|one, other| one.about.cmp(&other.about));
        read
    }
}

impl Totals for MemoryMetrics {
    fn totals(&self) -> Vec<Total> {
        self.kept().totals.clone()
    }
}

fn is_wanted(about: &[(Dimension, String)], query: &Query) -> bool {
    about.len() == query.by.len()
        && about
            .iter()
            .zip(&query.by)
            .all(|((dimension, value), (by, only))| dimension == by && only.as_ref().is_none_or(|only| only == value))
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

#[cfg(test)]
mod tests;
