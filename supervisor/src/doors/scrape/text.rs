//! Totals as OpenMetrics text.
//!
//! Names and units follow Prometheus' own rules, since its tools and boards build on them: base units (seconds, dollars),
//! the unit in the name, `_total` behind what only grows.

use std::fmt::{self, Write};

use metering::totals::{BUCKETS_MS, by_set};
use metering::{Dimension, Kind, Metric, Total, Unit};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit as BaseUnit};

/// What the text is.
pub(super) const TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Writes totals down: one family for each metric and set of dimensions, also for those of which nothing is known yet.
///
/// # Errors
/// When the text cannot be written, which no total brings about.
pub(super) fn written(totals: Vec<Total>) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("motorline");
    registry.register_collector(Box::new(Page(totals)));
    let mut written = String::new();
    text::encode(&mut written, &registry)?;
    Ok(written)
}

#[derive(Debug)]
struct Page(Vec<Total>);

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        for ((metric, set), totals) in by_set(self.0.clone()) {
            let (name, unit) = (name(metric, &set), unit(metric.unit()));
            let kind = match metric.kind() {
                Kind::Counter => MetricType::Counter,
                Kind::Distribution => MetricType::Histogram,
                Kind::Gauge => MetricType::Gauge,
            };
            let mut family = encoder.encode_descriptor(&name, metric.meaning(), unit.as_ref(), kind)?;
            for total in totals {
                let labels: Vec<(&str, String)> =
                    total.about.iter().map(|(dimension, value)| (dimension.name(), value.clone())).collect();
                if labels.is_empty() {
                    encode(&total, &mut family)?;
                } else {
                    encode(&total, &mut family.encode_family(&labels)?)?;
                }
            }
        }
        Ok(())
    }
}

fn encode(total: &Total, encoder: &mut MetricEncoder) -> fmt::Result {
    let size = size(total.metric.unit());
    match total.metric.kind() {
        Kind::Counter => encoder.encode_counter::<NoLabelSet, _, f64>(&(total.sum * size), None),
        Kind::Gauge => encoder.encode_gauge(&(total.last * size)),
        Kind::Distribution => {
            let bounds = BUCKETS_MS.iter().map(|bound| bound * size).chain([f64::INFINITY]);
            let buckets: Vec<(f64, u64)> = bounds.zip(total.buckets.iter().copied()).collect();
            encoder.encode_histogram::<NoLabelSet>(total.sum * size, total.count, &buckets, None)
        }
    }
}

/// `turn_latency`, `turn_latency_by_channel`: the base name is that of a metric's first set, so that the total has it where
/// there is one.
fn name(metric: Metric, set: &[Dimension]) -> String {
    let mut name = String::new();
    for letter in metric.to_string().chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    if metric.sets().len() > 1 && !set.is_empty() {
        name.push_str("_by");
        for dimension in set {
            // Writing to a text cannot fail.
            let _ = write!(name, "_{}", dimension.name());
        }
    }
    name
}

/// The base unit that a unit is told in; pieces have none.
fn unit(unit: Unit) -> Option<BaseUnit> {
    match unit {
        Unit::Count => None,
        Unit::Milliseconds | Unit::Seconds => Some(BaseUnit::Seconds),
        Unit::MicroUsd => Some(BaseUnit::Other("usd".to_owned())),
    }
}

/// One of a unit, in its base unit.
const fn size(unit: Unit) -> f64 {
    match unit {
        Unit::Count | Unit::Seconds => 1.0,
        Unit::Milliseconds => 0.001,
        Unit::MicroUsd => 0.000_001,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_on_the_page_with_its_kind_and_unit_before_anything_happened() {
        let page = written(Vec::new()).unwrap();
        for metric in Metric::ALL {
            for set in metric.sets() {
                let unit = unit(metric.unit()).map(|unit| format!("_{}", unit.as_str())).unwrap_or_default();
                let name = format!("motorline_{}{unit}", name(metric, set));
                let kind = ["counter", "histogram", "gauge"][metric.kind() as usize];
                assert!(page.contains(&format!("# TYPE {name} {kind}\n")), "{name}\n{page}");
                let told = format!("# UNIT {name} {}\n", unit.trim_start_matches('_'));
                assert_eq!(page.contains(&told), !unit.is_empty(), "{name}");
            }
        }
        assert!(page.ends_with("# EOF\n"));
    }

    #[test]
    fn values_are_told_in_base_units_and_labels_cannot_break_the_page() {
        let total = |metric, about: &[(Dimension, &str)], buckets| Total {
            metric,
            about: about.iter().map(|(dimension, value)| (*dimension, (*value).to_owned())).collect(),
            count: 2,
            sum: 1_500.0,
            last: 3.0,
            buckets,
        };
        let mut buckets = vec![0; BUCKETS_MS.len() + 1];
        (buckets[4], buckets[13]) = (1, 1);
        let page = written(vec![
            total(Metric::TurnLatency, &[], buckets),
            total(Metric::ModelCost, &[(Dimension::Model, "a\"b\n\\")], Vec::new()),
            total(Metric::LongestWait, &[(Dimension::Queue, "sales")], Vec::new()),
        ])
        .unwrap();
        for line in [
            "motorline_turn_latency_seconds_sum 1.5\n",
            "motorline_turn_latency_seconds_bucket{le=\"0.025\"} 1\n",
            "motorline_turn_latency_seconds_bucket{le=\"1.0\"} 1\n",
            "motorline_turn_latency_seconds_bucket{le=\"2.5\"} 2\n",
            "motorline_turn_latency_seconds_bucket{le=\"+Inf\"} 2\n",
            "motorline_model_cost_by_model_usd_total{model=\"a\\\"b\\n\\\\\"} 0.0015\n",
            "motorline_longest_wait_by_queue_seconds{queue=\"sales\"} 3.0\n",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
    }
}
