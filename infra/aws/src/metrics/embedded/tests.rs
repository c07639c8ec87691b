//! Tests of the lines: each is held against the published rules of the embedded metric format.

use std::collections::BTreeSet;
use std::io;

use contract::testing::ManualClock;
use contract::{Channel, Stage};

use super::*;

/// A stream that keeps each write, until it is gone.
#[derive(Clone, Default)]
struct Stream(Arc<Mutex<(Vec<Vec<u8>>, bool)>>);

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap();
        if kept.1 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        kept.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.0.lock().unwrap().1 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }
}

impl Stream {
    /// Every write as the document of one line, checked.
    fn lines(&self) -> Vec<Value> {
        let kept = self.0.lock().unwrap();
        kept.0.iter().map(|line| check(std::str::from_utf8(line).unwrap())).collect()
    }

    fn metrics(&self) -> EmbeddedMetrics {
        EmbeddedMetrics::new(Box::new(self.clone()), "Shop", "motorline", "dev", Arc::new(ManualClock::default()))
    }
}

/// Units of `MetricDatum` that we use, as CloudWatch spells them.
const UNITS: [&str; 3] = ["Count", "Milliseconds", "None"];

/// Holds one write against the specification of the format.
fn check(line: &str) -> Value {
    assert_eq!(line.matches('\n').count(), 1, "one line: {line:?}");
    assert!(line.ends_with('\n') && line.len() < 256 * 1_024);
    let document: Value = serde_json::from_str(line).unwrap();
    let metadata = &document["_aws"];
    assert_eq!(keys(metadata), ["CloudWatchMetrics", "Timestamp"].into());
    assert!(metadata["Timestamp"].is_i64(), "milliseconds as a number");
    let directives = metadata["CloudWatchMetrics"].as_array().unwrap();
    assert!(!directives.is_empty());
    let mut targets = BTreeSet::from(["_aws"]);
    for directive in directives {
        check_directive(directive, &document);
        targets.extend(directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| strings(set)));
        targets.extend(directive["Metrics"].as_array().unwrap().iter().map(|one| one["Name"].as_str().unwrap()));
    }
    assert_eq!(keys(&document), targets, "nothing that no directive names");
    document
}

fn check_directive(directive: &Value, document: &Value) {
    assert_eq!(keys(directive), ["Dimensions", "Metrics", "Namespace"].into());
    assert!((1..=1_024).contains(&directive["Namespace"].as_str().unwrap().len()));
    let sets = directive["Dimensions"].as_array().unwrap();
    assert!(!sets.is_empty());
    for set in sets {
        let names = strings(set);
        assert!(names.len() <= 30 && names.iter().collect::<BTreeSet<_>>().len() == names.len());
        for name in names {
            let value = document[name].as_str().expect("a dimension's value is text");
            assert!((1..=250).contains(&name.len()) && (1..=1_024).contains(&value.len()));
        }
    }
    let metrics = directive["Metrics"].as_array().unwrap();
    assert!((1..=100).contains(&metrics.len()));
    let names: BTreeSet<_> = metrics.iter().map(|one| one["Name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), metrics.len(), "each metric once");
    for metric in metrics {
        assert_eq!(keys(metric), ["Name", "Unit"].into());
        assert!(UNITS.contains(&metric["Unit"].as_str().unwrap()));
        match &document[metric["Name"].as_str().unwrap()] {
            Value::Number(_) => {}
            Value::Array(values) => {
                assert!((1..=100).contains(&values.len()) && values.iter().all(Value::is_number));
            }
            other => panic!("a metric's value is a number or an array of numbers, not {other}"),
        }
    }
}

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

fn strings(array: &Value) -> Vec<&str> {
    array.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

fn measure(metric: Metric, value: f64, about: &Dimensions) -> Measure {
    Measure { metric, value, about: about.clone() }
}

fn agent(name: &str) -> Dimensions {
    Dimensions { stage: Some(Stage::Act), agent: Some(name.into()), outcome: Some("answered"), ..Dimensions::default() }
}

#[test]
fn measures_about_the_same_share_a_line() {
    let stream = Stream::default();
    let channel = Dimensions { channel: Some(Channel::Vehicle), ..Dimensions::default() };
    stream.metrics().record(&[
        measure(Metric::Turns, 1.0, &channel),
        measure(Metric::AgentLatency, 3.25, &agent("knowledge")),
        measure(Metric::TurnLatency, 812.5, &channel),
        measure(Metric::AgentLatency, 4.5, &agent("knowledge")),
        measure(Metric::ModelCost, 40.0, &channel),
    ]);
    let lines = stream.lines();
    assert_eq!(lines.len(), 2);
    let expected = json!({
        "_aws": {
            "Timestamp": 1_793_610_000_000_i64,
            "CloudWatchMetrics": [{
                "Namespace": "Shop",
                "Dimensions": [["service", "deployment", "channel"]],
                "Metrics": [
                    {"Name": "Turns", "Unit": "Count"},
                    {"Name": "TurnLatency", "Unit": "Milliseconds"},
                    {"Name": "ModelCost", "Unit": "None"},
                ],
            }],
        },
        "service": "motorline", "deployment": "dev", "channel": "vehicle",
        "Turns": 1.0, "TurnLatency": 812.5, "ModelCost": 40.0,
    });
    assert_eq!(lines[0], expected);
    assert_eq!(lines[1]["AgentLatency"], json!([3.25, 4.5]));
    assert_eq!(lines[1]["agent"], "knowledge");
}

#[test]
fn every_metric_and_dimension_keeps_the_rules() {
    let stream = Stream::default();
    let metrics = stream.metrics();
    let model = Some("\u{fc}ber\n".into());
    let about = Dimensions { channel: Some(Channel::Web), model, ..agent("") };
    let all: Vec<_> = Metric::ALL.into_iter().map(|metric| measure(metric, 1.5, &about)).collect();
    metrics.record(&all);
    metrics.record(&all.iter().map(|one| measure(one.metric, f64::NAN, &about)).collect::<Vec<_>>());
    metrics.record(&[]);
    let lines = stream.lines();
    assert_eq!(lines.len(), 1, "what is no number makes no line");
    assert_eq!(keys(&lines[0]).len(), 1 + 7 + Metric::ALL.len());
}

#[test]
fn more_values_than_an_array_may_have_are_split() {
    let stream = Stream::default();
    let mut measures: Vec<_> =
        (0..250).map(|n| measure(Metric::AgentLatency, f64::from(n), &agent("knowledge"))).collect();
    measures.push(measure(Metric::Turns, 1.0, &agent("knowledge")));
    stream.metrics().record(&measures);
    let lines = stream.lines();
    assert_eq!(lines.iter().filter(|line| line.get("Turns").is_some()).count(), 1);
    let values: Vec<_> = lines.iter().flat_map(|line| line["AgentLatency"].as_array().unwrap()).collect();
    assert_eq!((lines.len(), values.len()), (3, 250));
    assert!(values.iter().enumerate().all(|(n, value)| value.as_f64() == Some(n as f64)));
}

#[test]
fn lines_of_threads_do_not_mix() {
    let stream = Stream::default();
    let metrics = stream.metrics();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let metrics = &metrics;
            scope.spawn(move || {
                for n in 0..200 {
                    metrics.record(&[measure(Metric::AgentLatency, f64::from(n), &agent(&thread.to_string()))]);
                }
            });
        }
    });
    assert_eq!(stream.lines().len(), 1_600);
}

#[tokio::test]
async fn an_output_that_is_gone_fails_nobody() {
    let stream = Stream::default();
    let metrics = stream.metrics();
    let turn = [measure(Metric::Turns, 1.0, &Dimensions::default())];
    metrics.record(&turn);
    assert!(metrics.ready().await.is_ok());
    stream.0.lock().unwrap().1 = true;
    metrics.record(&turn);
    assert!(metrics.output().told);
    assert!(metrics.flush().await.is_ok());
    assert_eq!(metrics.ready().await.unwrap_err().kind, ErrorKind::Unavailable);
    stream.0.lock().unwrap().1 = false;
    metrics.record(&turn);
    assert!(metrics.ready().await.is_ok());
    assert_eq!(stream.lines().len(), 2);
}
