//! How much goes into one call, and how a datum of ours looks to CloudWatch.

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum};

use super::aggregate::Datum;
use crate::metrics::{Origin, unit};

/// Data in one call.
const DATA: usize = 1_000;
/// Bytes of one call, before compression. CloudWatch allows a megabyte.
const BYTES: usize = 900_000;
/// Bytes of a datum's fields and their names, without dimensions and values.
const FRAME: usize = 128;
/// Bytes of a dimension's fields and their names.
const LABEL: usize = 24;
/// Bytes of a value and its count.
const VALUE: usize = 18;

/// Splits data into what one call may carry each.
pub(super) fn calls(data: Vec<Datum>, origin: &Origin) -> Vec<Vec<Datum>> {
    let mut calls: Vec<Vec<Datum>> = Vec::new();
    let mut room = 0;
    for datum in data {
        let bytes = bytes(&datum, origin);
        match calls.last_mut() {
            Some(call) if call.len() < DATA && bytes <= room => call.push(datum),
            _ => {
                room = BYTES;
                calls.push(vec![datum]);
            }
        }
        room = room.saturating_sub(bytes);
    }
    calls
}

/// A datum as CloudWatch takes it.
pub(super) fn told(datum: &Datum, origin: &Origin) -> MetricDatum {
    let dimension = |(name, value): (&str, String)| Dimension::builder().name(name).value(value).build();
    let (values, counts) = datum.values.iter().map(|(value, count)| (*value, *count as f64)).unzip();
    MetricDatum::builder()
        .metric_name(datum.series.metric.to_string())
        .set_dimensions(Some(origin.dimensions(&datum.series.about).into_iter().map(dimension).collect()))
        .timestamp(DateTime::from_secs(datum.minute.saturating_mul(60)))
        .unit(unit(datum.series.metric.unit()))
        .set_values(Some(values))
        .set_counts(Some(counts))
        .build()
}

fn bytes(datum: &Datum, origin: &Origin) -> usize {
    let labels = origin.dimensions(&datum.series.about);
    let labels: usize = labels.iter().map(|(name, value)| LABEL + name.len() + value.len()).sum();
    FRAME + labels + VALUE * datum.values.len()
}

#[cfg(test)]
mod tests {
    use contract::Channel;
    use metering::{About, Dimension, Kind, Measure, Metric};

    use super::super::aggregate::{Aggregate, Series};
    use super::*;

    fn datum(agent: usize, values: usize) -> Datum {
        let about = vec![(Dimension::Agent, agent.to_string())];
        let series = Series { metric: Metric::ModelCost, about };
        Datum { minute: 29_893_500, series, values: (0..values).map(|n| (n as f64, 2)).collect() }
    }

    #[test]
    fn a_call_has_at_most_a_thousand_data_and_a_megabyte() {
        let origin = Origin::new("motorline", "dev");
        let sizes = |values| {
            let data = (0..2_500).map(|n| datum(n, values)).collect();
            calls(data, &origin).iter().map(Vec::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(1), [1_000, 1_000, 500]);
        let large = sizes(150);
        assert_eq!(large.iter().sum::<usize>(), 2_500);
        assert!(large.iter().all(|data| data * 150 * VALUE < 1_000_000), "{large:?}");
        assert!(calls(Vec::new(), &origin).is_empty());
    }

    #[test]
    fn a_datum_keeps_its_minute_its_unit_and_its_counts() {
        let told = told(&datum(7, 3), &Origin::new("motorline", "dev"));
        assert_eq!(told.metric_name(), Some("ModelCost"));
        assert_eq!(told.timestamp().unwrap().secs(), 1_793_610_000);
        assert_eq!(told.unit().unwrap().as_str(), "None");
        assert_eq!((told.values(), told.counts()), ([0.0, 1.0, 2.0].as_slice(), [2.0; 3].as_slice()));
        let names: Vec<_> = told.dimensions().iter().filter_map(|one| one.name()).collect();
        assert_eq!(names, ["service", "deployment", "agent"]);
    }

    #[test]
    fn a_measure_is_told_by_exactly_the_sets_of_its_metric() {
        let text = |value: &str| Some(value.to_owned());
        let about = About {
            channel: Some(Channel::Web),
            agent: text("knowledge"),
            model: text("nova"),
            arm: text("b"),
            outcome: Some("answered"),
            queue: text("safety"),
        };
        let origin = Origin::new("motorline", "dev");
        for metric in Metric::ALL {
            let mut held = Aggregate::limited(1_000);
            for value in [2.0, 1.0, 2.0] {
                let measure = Measure { metric, value, about: about.clone() };
                Series::of(&measure).for_each(|series| assert!(held.add(1, series, value, 1)));
            }
            let told: Vec<_> = held.take().iter().map(|datum| told(datum, &origin)).collect();
            assert!(told.iter().all(|one| one.values() == [1.0, 2.0] && one.counts() == [1.0, 2.0]), "{metric}");
            let names =
                |one: &MetricDatum| one.dimensions().iter().filter_map(|one| Some(one.name()?.to_owned())).collect();
            let mut found: Vec<Vec<String>> = told.iter().map(names).collect();
            let all = |set: &&[Dimension]| {
                let theirs = set.iter().map(|one| one.name());
                ["service", "deployment"].into_iter().chain(theirs).map(str::to_owned).collect()
            };
            let mut expected: Vec<Vec<String>> = metric.sets().iter().map(all).collect();
            if metric.kind() == Kind::Gauge {
                // How something stands is told of the most exact thing only: the parts' values are not the whole's.
                let most = expected.iter().map(Vec::len).max();
                expected.retain(|set| Some(set.len()) == most);
            }
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{metric}");
        }
    }
}
