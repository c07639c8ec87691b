//! The values of one series in one period: how many, their sum, the least and the largest exactly, and how they are spread
//! within half a per cent.

use metering::Statistic;

/// Values are counted by the power of this that is nearest to them, so that none is told more than half a per cent wrong.
const GROWTH: f64 = 1.01;
/// Where zero is counted, and what is less.
const NOTHING: i16 = i16::MIN;

/// Values of which only statistics are wanted. As few bytes as it can be: there is one for each series and minute.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Values {
    count: u64,
    sum: f64,
    least: f64,
    largest: f64,
    /// How many values are nearest to each power, by the power.
    spread: Vec<(i16, u32)>,
}

impl Values {
    /// One value.
    pub(super) fn of(value: f64) -> Self {
        Self { count: 1, sum: value, least: value, largest: value, spread: vec![(power(value), 1)] }
    }

    /// Adds others.
    pub(super) fn merge(&mut self, others: &Self) {
        self.count = self.count.saturating_add(others.count);
        self.sum += others.sum;
        (self.least, self.largest) = (self.least.min(others.least), self.largest.max(others.largest));
        for (power, count) in &others.spread {
            match self.spread.binary_search_by_key(power, |(power, _)| *power) {
                Ok(at) => self.spread[at].1 = self.spread[at].1.saturating_add(*count),
                Err(at) => self.spread.insert(at, (*power, *count)),
            }
        }
    }

    /// How much room they take, in powers.
    pub(super) fn size(&self) -> usize {
        self.spread.len()
    }

    /// What is made of them.
    pub(super) fn statistic(&self, statistic: Statistic) -> f64 {
        match statistic {
            Statistic::Sum => self.sum,
            Statistic::Average => self.sum / self.count as f64,
            Statistic::Minimum => self.least,
            Statistic::Maximum => self.largest,
            Statistic::SampleCount => self.count as f64,
            Statistic::Percentile(share) => self.percentile(share),
        }
    }

    /// The least of the values that so many per cent of them do not exceed, within half a per cent; the ends are exact.
    fn percentile(&self, share: f64) -> f64 {
        let rank = ((share / 100.0 * self.count as f64).ceil() as u64).clamp(1, self.count);
        if rank == 1 {
            return self.least;
        }
        if rank == self.count {
            return self.largest;
        }
        let mut below = 0;
        let reached = self.spread.iter().find(|(_, count)| {
            below += u64::from(*count);
            below >= rank
        });
        let nearest = match reached {
            Some((NOTHING, _)) => 0.0,
            Some((power, _)) => GROWTH.powi(i32::from(*power)),
            None => self.largest,
        };
        nearest.clamp(self.least, self.largest)
    }
}

/// The power of [`GROWTH`] that is nearest to a value. Those that have none count at the ends.
fn power(value: f64) -> i16 {
    if value <= 0.0 {
        return NOTHING;
    }
    // A cast holds at the ends of the type.
    ((value.ln() / GROWTH.ln()).round() as i16).max(NOTHING + 1)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn all(values: &[f64]) -> Values {
        let mut all = Values::of(values[0]);
        for value in &values[1..] {
            all.merge(&Values::of(*value));
        }
        all
    }

    /// The definition: sorted, the value at the rank.
    fn naive(values: &[f64], share: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = ((share / 100.0 * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len());
        sorted[rank - 1]
    }

    proptest! {
        #[test]
        fn percentiles_are_those_of_all_values_within_half_a_per_cent(
            values in vec(prop_oneof![Just(0.0), 1e-3..1e7_f64, 100.0..200.0_f64], 1..400),
            share in 0.0..=100.0_f64,
        ) {
            let (told, exact) = (all(&values).statistic(Statistic::Percentile(share)), naive(&values, share));
            prop_assert!((told - exact).abs() <= exact * 0.005, "{told} for {exact}");
        }

        #[test]
        fn it_is_the_same_whether_values_come_one_by_one_or_in_parts(
            values in vec(0.0..1e6_f64, 2..200),
            cut in 1..199_usize,
        ) {
            let cut = cut.min(values.len() - 1);
            let mut parts = all(&values[..cut]);
            parts.merge(&all(&values[cut..]));
            let whole = all(&values);
            prop_assert_eq!((parts.count, parts.least, parts.largest), (whole.count, whole.least, whole.largest));
            prop_assert_eq!(&parts.spread, &whole.spread);
            prop_assert!((parts.sum - whole.sum).abs() <= whole.sum * 1e-9);
            prop_assert!(whole.size() <= values.len());
        }
    }

    #[test]
    fn no_number_breaks_it() {
        for value in [f64::MIN, -1.0, -0.0, f64::MIN_POSITIVE, 5e-324, f64::MAX] {
            let values = all(&[value, value]);
            assert_eq!(values.statistic(Statistic::Percentile(50.0)), value);
        }
    }
}
