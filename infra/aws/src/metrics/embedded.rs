//! Metrics as lines of a log, in the embedded metric format: CloudWatch Logs makes the series, and no call is waited for.

use std::io::{Error as IoError, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use contract::ports::Clock;
use contract::{Error, ErrorKind, Result};
use metering::{Dimension, Measure, Metric, Metrics};
use serde_json::{Map, Value, json};

use super::{Origin, countable, unit};

/// Values that one metric may have in one line.
const VALUES: usize = 100;

/// A directive names a hundred metrics at most. All of ours fit, so lines need not be split for their number.
const _: () = assert!(Metric::ALL.len() <= 100);

/// Writes measures as lines of JSON.
pub struct EmbeddedMetrics {
    namespace: String,
    origin: Origin,
    clock: Arc<dyn Clock>,
    output: Mutex<Output>,
}

/// Where lines go.
struct Output {
    stream: Box<dyn Write + Send>,
    /// The last line could not be written.
    gone: bool,
    /// It was logged that a line could not be written.
    told: bool,
}

/// The values of measures that are about the same, by metric.
type Values = Vec<(Metric, Vec<f64>)>;

impl EmbeddedMetrics {
    /// Metrics of `service` in `deployment`, as lines of `output` that belong to `namespace`.
    pub fn new(
        output: Box<dyn Write + Send>,
        namespace: &str,
        service: &str,
        deployment: &str,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let output = Mutex::new(Output { stream: output, gone: false, told: false });
        Self { namespace: namespace.to_owned(), origin: Origin::new(service, deployment), clock, output }
    }

    fn line(&self, milliseconds: i64, about: &[(Dimension, String)], values: &[(Metric, &[f64])]) -> String {
        let dimensions = self.origin.dimensions(about);
        let names: Vec<_> = dimensions.iter().map(|(name, _)| *name).collect();
        let metrics: Vec<_> = values.iter().map(|(metric, _)| definition(*metric)).collect();
        let directive = json!({"Namespace": self.namespace, "Dimensions": [names], "Metrics": metrics});
        let metadata = json!({"Timestamp": milliseconds, "CloudWatchMetrics": [directive]});
        let dimensions = dimensions.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
        let values = values.iter().map(|(metric, values)| (metric.to_string(), target(values)));
        let line: Map<_, _> = [("_aws".to_owned(), metadata)].into_iter().chain(dimensions).chain(values).collect();
        format!("{}\n", Value::Object(line))
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Output {
    fn note(&mut self, outcome: std::result::Result<(), IoError>) {
        self.gone = outcome.is_err();
        let Err(error) = outcome else { return };
        if !std::mem::replace(&mut self.told, true) {
            tracing::error!(%error, "metrics cannot be written");
        }
    }
}

#[async_trait]
impl Metrics for EmbeddedMetrics {
    fn record(&self, measures: &[Measure]) {
        let milliseconds = self.clock.now().as_millisecond();
        for (about, values) in by_series(measures) {
            for part in parts(&values) {
                let line = self.line(milliseconds, &about, &part);
                let mut output = self.output();
                // One write a line: a stream that others write to as well, such as stdout, does not break it up.
                let outcome = output.stream.write_all(line.as_bytes());
                output.note(outcome);
            }
        }
    }

    /// Never fails: nothing is held back here, and what was lost before is not found again.
    async fn flush(&self) -> Result<()> {
        let mut output = self.output();
        let outcome = output.stream.flush();
        output.note(outcome);
        Ok(())
    }

    async fn ready(&self) -> Result<()> {
        if self.output().gone {
            return Err(Error::new(ErrorKind::Unavailable, "metrics cannot be written").hint("check what reads stdout"));
        }
        Ok(())
    }
}

/// Measures by the series that they belong to, in the order in which they came.
fn by_series(measures: &[Measure]) -> Vec<(Vec<(Dimension, String)>, Values)> {
    let mut groups: Vec<(Vec<(Dimension, String)>, Values)> = Vec::new();
    for measure in measures.iter().filter(|measure| countable(measure.value)) {
        for about in measure.series() {
            entry(entry(&mut groups, about), measure.metric).push(measure.value);
        }
    }
    groups
}

/// What `list` has for `key`. Lists are as short as a turn has agents: no need for a map.
fn entry<K: PartialEq, V: Default>(list: &mut Vec<(K, V)>, key: K) -> &mut V {
    let at = list.iter().position(|(other, _)| *other == key).unwrap_or_else(|| {
        list.push((key, V::default()));
        list.len() - 1
    });
    &mut list[at].1
}

/// What goes into one line each: at most [`VALUES`] of each metric.
fn parts(values: &Values) -> Vec<Vec<(Metric, &[f64])>> {
    let count = values.iter().map(|(_, values)| values.len().div_ceil(VALUES)).max().unwrap_or_default();
    let part = |n| values.iter().filter_map(move |(metric, all)| Some((*metric, all.chunks(VALUES).nth(n)?))).collect();
    (0..count).map(part).collect()
}

fn definition(metric: Metric) -> Value {
    json!({"Name": metric.to_string(), "Unit": unit(metric.unit()).as_str()})
}

/// One value as a number, several as an array.
fn target(values: &[f64]) -> Value {
    match values {
        [value] => Value::from(*value),
        values => Value::from(values),
    }
}

#[cfg(test)]
mod tests;
