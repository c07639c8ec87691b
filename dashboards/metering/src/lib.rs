//! What operators measure: every metric with its unit and its dimensions, where measures go, and where they are read from.
//!
//! Read [`metric`] first: it is the one list that boards, alarms and adapters are held against. Agents contain no telemetry:
//! the supervisor takes every measure, most of them from the records of closed turns.

pub mod breadth;
pub mod history;
mod meaning;
pub mod measure;
pub mod metric;
pub mod metrics;
#[cfg(feature = "testing")]
pub mod testing;
pub mod totals;

pub use breadth::Breadth;
pub use history::{History, Query, Series, Statistic};
pub use measure::{About, Measure};
pub use metric::{Dimension, Kind, Metric, Unit};
pub use metrics::Metrics;
pub use totals::{Total, Totals};
