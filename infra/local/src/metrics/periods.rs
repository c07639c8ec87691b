//! Values by period and series, and how much room they take.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::values::Values;

/// What a series takes in a period before any value, as many powers of [`Values`] as it would be.
const ENTRY: usize = 12;

/// Which series; a number, since there is one for each series and minute.
pub(super) type SeriesId = u32;

/// The values of one period.
pub(super) type Period = HashMap<SeriesId, Values>;

/// Values by period.
#[derive(Debug, Default)]
pub(super) struct Periods {
    kept: BTreeMap<i64, Period>,
    size: usize,
}

impl Periods {
    /// Adds values to a period.
    pub(super) fn add(&mut self, at: i64, series: SeriesId, values: Values) {
        match self.kept.entry(at).or_default().entry(series) {
            Entry::Occupied(mut known) => {
                let before = known.get().size();
                known.get_mut().merge(&values);
                self.size += known.get().size() - before;
            }
            Entry::Vacant(free) => {
                self.size += ENTRY + values.size();
                free.insert(values);
            }
        }
    }

    /// Takes the oldest period out if it is before this one.
    pub(super) fn take_before(&mut self, first: i64) -> Option<(i64, Period)> {
        self.kept.first_key_value().filter(|(at, _)| **at < first)?;
        self.take_oldest()
    }

    /// Takes the oldest period out.
    pub(super) fn take_oldest(&mut self) -> Option<(i64, Period)> {
        let (at, period) = self.kept.pop_first()?;
        self.size -= period.values().map(|values| ENTRY + values.size()).sum::<usize>();
        Some((at, period))
    }

    /// The periods from one until another, which is not included.
    pub(super) fn within(&self, range: Range<i64>) -> impl Iterator<Item = (i64, &Period)> {
        let range = range.start..range.end.max(range.start);
        self.kept.range(range).map(|(at, period)| (*at, period))
    }

    /// How much room all of it takes, in powers: eight bytes each.
    pub(super) fn size(&self) -> usize {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_gives_its_room_back() {
        let mut periods = Periods::default();
        for (at, series, value) in [(1, 7, 1.0), (1, 7, 1.0), (1, 7, 5.0), (2, 7, 1.0), (2, 8, 1.0)] {
            periods.add(at, series, Values::of(value));
        }
        assert_eq!(periods.size(), (ENTRY + 2) + 2 * (ENTRY + 1));
        assert!(periods.take_before(1).is_none());
        assert_eq!(periods.take_before(2).map(|(at, period)| (at, period.len())), Some((1, 1)));
        assert_eq!(periods.take_oldest().map(|(at, period)| (at, period.len())), Some((2, 2)));
        assert_eq!((periods.size(), periods.take_oldest().is_none()), (0, true));
    }
}
