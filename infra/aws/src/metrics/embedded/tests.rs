//! Tests of the lines: each is held against the published rules of the embedded metric format.

use std::collections::BTreeSet;
use std::io;

use contract::Channel;
use contract::testing::ManualClock;
use metering::{About, Kind};

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
const UNITS: [&str; 4] = ["Count", "Milliseconds", "Seconds", "None"];

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

fn measure(metric: Metric, value: f64, about: &About) -> Measure {
    Measure { metric, value, about: about.clone() }
}

fn agent(name: &str) -> About {
    About { agent: Some(name.into()), ..About::default() }
}

/// What is about everything that there is.
fn everything() -> About {
    let text = |value: &str| Some(value.to_owned());
    About {
        channel: Some(Channel::Web),
        agent: text("knowledge"),
        model: text("\u{fc}ber\n"),
        arm: text("b"),
        outcome: Some("answered"),
        queue: text("safety"),
    }
}

/// The dimension sets that the lines give a metric, in their order, without those that everything has.
fn sets_of(metric: Metric, lines: &[Value]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for directive in lines.iter().flat_map(|line| line["_aws"]["CloudWatchMetrics"].as_array().unwrap()) {
        let names = |one: &Value| one["Name"] == metric.to_string();
        if directive["Metrics"].as_array().unwrap().iter().any(names) {
            for set in directive["Dimensions"].as_array().unwrap() {
                let set = strings(set);
                assert_eq!(set[..2], ["service", "deployment"]);
                found.push(set[2..].iter().map(|name| (*name).to_owned()).collect());
            }
        }
    }
    found
}

#[test]
fn measures_about_the_same_share_a_line() {
    let stream = Stream::default();
    let channel = About { channel: Some(Channel::Vehicle), ..About::default() };
    stream.metrics().record(&[
        measure(Metric::Turns, 1.0, &channel),
        measure(Metric::AgentLatency, 3.25, &agent("knowledge")),
        measure(Metric::TurnLatency, 812.5, &channel),
        measure(Metric::AgentLatency, 4.5, &agent("knowledge")),
        measure(Metric::ModelCost, 40.0, &channel),
    ]);
    let lines = stream.lines();
    assert_eq!(lines.len(), 3, "the total, the channel, the agent");
    let (turns, latency) =
        (json!({"Name": "Turns", "Unit": "Count"}), json!({"Name": "TurnLatency", "Unit": "Milliseconds"}));
    let cost = json!({"Name": "ModelCost", "Unit": "None"});
    let metadata = |names: Value, metrics: Value| {
        let directive = json!({"Namespace": "Shop", "Dimensions": [names], "Metrics": metrics});
        json!({"Timestamp": 1_793_610_000_000_i64, "CloudWatchMetrics": [directive]})
    };
    let total = json!({
        "_aws": metadata(json!(["service", "deployment"]), json!([turns, latency, cost])),
        "service": "motorline", "deployment": "dev",
        "Turns": 1.0, "TurnLatency": 812.5, "ModelCost": 40.0,
    });
    assert_eq!(lines[0], total);
    let of_channel = json!({
        "_aws": metadata(json!(["service", "deployment", "channel"]), json!([turns, latency])),
        "service": "motorline", "deployment": "dev", "channel": "vehicle",
        "Turns": 1.0, "TurnLatency": 812.5,
    });
    assert_eq!(lines[1], of_channel);
    assert_eq!(lines[2]["AgentLatency"], json!([3.25, 4.5]));
    assert_eq!(lines[2]["agent"], "knowledge");
}

#[test]
fn every_metric_is_told_by_its_own_sets_of_dimensions() {
    let all: Vec<_> = Metric::ALL.into_iter().map(|metric| measure(metric, 1.5, &everything())).collect();
    let stream = Stream::default();
    stream.metrics().record(&all);
    let lines = stream.lines();
    for metric in Metric::ALL {
        let names = |set: &&[Dimension]| set.iter().map(|one| one.name().to_owned()).collect::<Vec<_>>();
        let mut expected: Vec<_> = metric.sets().iter().map(names).collect();
        let mut found = sets_of(metric, &lines);
        if metric.kind() == Kind::Gauge {
            // How something stands is told of the most exact thing only: the parts' values are not the whole's.
            let most = expected.iter().map(Vec::len).max();
            expected.retain(|set| Some(set.len()) == most);
        }
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{metric}");
    }
}

#[test]
fn a_set_of_which_a_dimension_is_not_known_makes_no_series() {
    let all: Vec<_> = Metric::ALL.into_iter().map(|metric| measure(metric, 1.5, &About::default())).collect();
    let stream = Stream::default();
    stream.metrics().record(&all);
    for metric in Metric::ALL {
        let has_total = metric.sets().iter().any(|set| set.is_empty());
        assert_eq!(sets_of(metric, &stream.lines()).len(), usize::from(has_total), "{metric}");
    }
}

#[test]
fn what_is_no_number_makes_no_line() {
    let stream = Stream::default();
    let metrics = stream.metrics();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let all: Vec<_> = Metric::ALL.into_iter().map(|metric| measure(metric, value, &everything())).collect();
        metrics.record(&all);
    }
    metrics.record(&[]);
    assert!(stream.lines().is_empty());
}

#[test]
fn more_values_than_an_array_may_have_are_split() {
    let stream = Stream::default();
    let mut measures: Vec<_> =
        (0..250).map(|n| measure(Metric::AgentLatency, f64::from(n), &agent("knowledge"))).collect();
    measures.push(measure(Metric::InputTokens, 1.0, &agent("knowledge")));
    stream.metrics().record(&measures);
    let lines: Vec<_> = stream.lines().into_iter().filter(|line| line.get("agent").is_some()).collect();
    assert_eq!(lines.iter().filter(|line| line.get("InputTokens").is_some()).count(), 1);
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
    let turn = [measure(Metric::Turns, 1.0, &About::default())];
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
