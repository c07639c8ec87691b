//! The port to what was measured since the process began: what a scraper such as Prometheus asks for.

use std::collections::BTreeMap;

use crate::metric::{Dimension, Metric};

/// Tells what was measured since the process began.
pub trait Totals: Send + Sync {
    /// One total for each series that has any, in no order.
    fn totals(&self) -> Vec<Total>;
}

/// All values of a series since the process began.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// The metric.
    pub metric: Metric,
    /// What tells the series apart.
    pub about: Vec<(Dimension, String)>,
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The last one: where things stand.
    pub last: f64,
    /// For a distribution: how many values fell into each of [`BUCKETS_MS`] and above the bound before it. The last is for
    /// those above all bounds. Empty for others.
    pub buckets: Vec<u64>,
}

/// Upper bounds of the buckets that times are counted in, in milliseconds: fine around the 500 ms that a turn may take, and
/// as far as the longest deadline.
pub const BUCKETS_MS: [f64; 16] =
    [1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 200.0, 300.0, 400.0, 500.0, 750.0, 1_000.0, 2_500.0, 5_000.0, 30_000.0];

/// Totals by metric and set of dimensions: what belongs on one page together, as nothing in it is counted twice.
pub fn by_set(totals: Vec<Total>) -> BTreeMap<(Metric, Vec<Dimension>), Vec<Total>> {
    let mut sets: BTreeMap<_, Vec<Total>> = BTreeMap::new();
    for metric in Metric::ALL {
        for set in metric.sets() {
            sets.insert((metric, set.to_vec()), Vec::new());
        }
    }
    for total in totals {
        let set = total.about.iter().map(|(dimension, _)| *dimension).collect();
        sets.entry((total.metric, set)).or_default().push(total);
    }
    sets
}
