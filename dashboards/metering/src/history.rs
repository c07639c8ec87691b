//! The port to what was measured: series over time, as CloudWatch's own `GetMetricData` gives them.

use std::time::Duration;

use jiff::Timestamp;

use crate::metric::{Dimension, Metric};

/// Reads what was measured.
pub trait History: Send + Sync {
    /// Every series of the metric that is kept by exactly these dimensions, with one value for each period that has any.
    fn read(&self, query: &Query) -> Vec<Series>;
}

/// Which series are wanted, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The metric.
    pub metric: Metric,
    /// The dimensions that series are told apart by: one of [`Metric::sets`]. A value where only that one is wanted.
    pub by: Vec<(Dimension, Option<String>)>,
    /// What is made of the values of a period.
    pub statistic: Statistic,
    /// How long a period is: whole minutes.
    pub period: Duration,
    /// From when on.
    pub from: Timestamp,
    /// Until when, not included.
    pub until: Timestamp,
}

/// What is made of the values of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// Their sum.
    Sum,
    /// Their mean.
    Average,
    /// The least.
    Minimum,
    /// The largest.
    Maximum,
    /// How many there are.
    SampleCount,
    /// So many per cent of them are no larger; 0 to 100.
    Percentile(f64),
}

/// A series.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What tells it apart.
    pub about: Vec<(Dimension, String)>,
    /// The beginning of each period that has values, and what was made of them, oldest first.
    pub points: Vec<(Timestamp, f64)>,
}
