//! How many series a deployment can have: what bounds the bill of whoever keeps them.

use crate::metric::{Dimension, Metric};

/// How many values the dimensions of a deployment have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breadth {
    /// Agents on the roster.
    pub agents: usize,
    /// Models that the settings name, and the built-in answerer.
    pub models: usize,
    /// Arms of the experiment that runs.
    pub arms: usize,
    /// Queues of people.
    pub queues: usize,
}

impl Breadth {
    /// The largest deployment that we keep a promise for ([`Breadth::MOST_SERIES`]); the shipped one is smaller.
    pub const LARGEST: Self = Self { agents: 16, models: 8, arms: 2, queues: 12 };

    /// No deployment up to [`Breadth::LARGEST`] has more series. At CloudWatch's first price of a custom metric ($0.30 a
    /// month) that bounds the bill to 150 dollars a month, if everything happens that can.
    pub const MOST_SERIES: usize = 500;

    fn of(&self, dimension: Dimension, metric: Metric) -> usize {
        match dimension {
            // Web, mobile, vehicle.
            Dimension::Channel => 3,
            Dimension::Agent => self.agents,
            Dimension::Model => self.models,
            Dimension::Arm => self.arms,
            Dimension::Outcome => metric.outcomes().len(),
            Dimension::Queue => self.queues,
        }
    }
}

impl Metric {
    /// The most series that it can have in a deployment: for each of its sets, every combination of values.
    pub fn most_series(self, breadth: &Breadth) -> usize {
        let of_set = |set: &&[Dimension]| set.iter().map(|dimension| breadth.of(*dimension, self)).product::<usize>();
        self.sets().iter().map(of_set).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_deployment_has_more_series_than_is_promised() {
        let all: usize = Metric::ALL.into_iter().map(|metric| metric.most_series(&Breadth::LARGEST)).sum();
        assert!(all <= Breadth::MOST_SERIES, "{all} series");
        assert!(all * 10 > Breadth::MOST_SERIES * 9, "the promise is far from what can be: {all} series");
    }

    #[test]
    fn what_is_told_apart_by_outcome_says_by_which() {
        for metric in Metric::ALL {
            let by_outcome = metric.sets().iter().any(|set| set.contains(&Dimension::Outcome));
            assert_eq!(by_outcome, !metric.outcomes().is_empty(), "{metric}");
            assert!(metric.sets().len() <= 3, "{metric}");
        }
    }
}
