//! Values over time: a grid of periods, and lines on it, whose gaps are gaps.

use std::time::Duration;

use contract::{Error, Result};
use jiff::Timestamp;
use metering::{Dimension, Series};

/// So many periods a line has at most, as CloudWatch draws.
pub const MOST_PERIODS: u64 = 1_440;

/// Periods of one length, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    from: i64,
    period: i64,
    count: usize,
}

impl Grid {
    /// The periods that lie from the one that holds `from` until `until`.
    ///
    /// # Errors
    /// `Invalid` when there are more than [`MOST_PERIODS`], or none.
    pub fn over(from: Timestamp, until: Timestamp, period: Duration) -> Result<Self> {
        let period = i64::try_from(period.as_secs()).unwrap_or(i64::MAX).max(1);
        let begins = from.as_second().div_euclid(period).saturating_mul(period);
        let spanned = until.as_second().saturating_sub(begins);
        let count = u64::try_from(spanned).unwrap_or(0).div_ceil(period.unsigned_abs());
        if count == 0 {
            return Err(Error::invalid("until", "the span ends before it begins"));
        }
        if count > MOST_PERIODS {
            let hint = format!("ask for a shorter span, or for periods of at least {} seconds", spanned / 1_440 + 1);
            return Err(Error::invalid("period", format!("more than {MOST_PERIODS} periods")).hint(hint));
        }
        Ok(Self { from: begins, period, count: usize::try_from(count).unwrap_or(0) })
    }

    /// How many periods there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Seconds.
    pub fn seconds(&self) -> i64 {
        self.period
    }

    /// How long a period is.
    pub fn period(&self) -> Duration {
        Duration::from_secs(self.period.unsigned_abs())
    }

    /// When a period begins, in seconds since 1970.
    pub fn second(&self, index: usize) -> i64 {
        self.from.saturating_add(self.period.saturating_mul(i64::try_from(index).unwrap_or(i64::MAX)))
    }

    /// When a period begins.
    pub fn at(&self, index: usize) -> Timestamp {
        Timestamp::from_second(self.second(index)).unwrap_or(Timestamp::MAX)
    }

    /// The begin of the first and the end of the last period.
    pub fn span(&self) -> (Timestamp, Timestamp) {
        (self.at(0), self.at(self.count))
    }

    /// A line with these points. What is not a number is a gap.
    pub(crate) fn place(&self, series: &Series) -> Line {
        let mut values = vec![None; self.count];
        for (at, value) in &series.points {
            let index = usize::try_from(at.as_second().saturating_sub(self.from).div_euclid(self.period)).ok();
            if let Some(place) = index.and_then(|index| values.get_mut(index)) {
                *place = Some(*value).filter(|value| value.is_finite());
            }
        }
        let about: Vec<_> = series.about.iter().map(named).collect();
        let label = about.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" \u{b7} ");
        Line { label, about, values }
    }

    /// A line without a value.
    pub(crate) fn empty(&self) -> Line {
        Line { label: String::new(), about: Vec::new(), values: vec![None; self.count] }
    }
}

fn named((dimension, value): &(Dimension, String)) -> (String, String) {
    (dimension.name().to_owned(), value.clone())
}

/// Values over the periods of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What it is called.
    pub label: String,
    /// What tells it apart from others of its metric.
    pub about: Vec<(String, String)>,
    /// One for each period; none is a gap.
    pub values: Vec<Option<f64>>,
}

impl Line {
    /// Each value that is there, changed; what is no number then is a gap.
    pub(crate) fn map(mut self, change: impl Fn(f64) -> f64) -> Self {
        for value in &mut self.values {
            *value = value.map(&change).filter(|value| value.is_finite());
        }
        self
    }

    /// The last value that is there.
    pub fn last(&self) -> Option<f64> {
        self.values.iter().rev().find_map(|value| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn periods_begin_at_whole_ones_and_points_find_their_place() {
        let grid = Grid::over(at(130), at(301), Duration::from_secs(60)).unwrap();
        assert_eq!((grid.count(), grid.at(0), grid.span().1), (4, at(120), at(360)));
        let points = vec![(at(60), 1.0), (at(120), 2.0), (at(240), f64::NAN), (at(300), 4.0), (at(900), 5.0)];
        let line = grid.place(&Series { about: Vec::new(), points });
        assert_eq!(line.values, [Some(2.0), None, None, Some(4.0)]);
    }

    #[test]
    fn too_many_periods_and_none_are_refused() {
        let minute = Duration::from_secs(60);
        assert!(Grid::over(at(0), at(60 * 1_440), minute).is_ok());
        assert!(Grid::over(at(0), at(60 * 1_440 + 1), minute).is_err());
        assert!(Grid::over(at(60), at(60), minute).is_err());
        assert!(Grid::over(Timestamp::MIN, Timestamp::MAX, minute).is_err());
    }
}
