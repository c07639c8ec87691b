//! What expressions come to: gaps, divisions by zero, traffic floors, searches.

use std::time::Duration;

use jiff::Timestamp;
use metering::{Dimension, History, Metric, Query, Series};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::row::{self, Row};
use crate::sheet::Sheet;

/// Series that are what they are, whatever the period.
struct Told(Vec<(Metric, About, Vec<Option<f64>>)>);

type About = Vec<(Dimension, String)>;

impl History for Told {
    fn read(&self, query: &Query) -> Vec<Series> {
        let wanted = |about: &[(Dimension, String)]| {
            about.len() == query.by.len()
                && about
                    .iter()
                    .zip(&query.by)
                    .all(|((one, value), (by, only))| one == by && only.as_ref().is_none_or(|only| only == value))
        };
        let point = |(minute, value): (usize, &Option<f64>)| {
            Some((Timestamp::from_second(i64::try_from(minute).ok()? * 60).ok()?, (*value)?))
        };
        let told = self.0.iter().filter(|(metric, about, _)| *metric == query.metric && wanted(about));
        told.map(|(_, about, values)| Series {
            about: about.clone(),
            points: values.iter().enumerate().filter_map(point).collect(),
        })
        .collect()
    }
}

fn told() -> Told {
    let agent = |name: &str| vec![(Dimension::Agent, name.to_owned())];
    Told(vec![
        (Metric::Turns, vec![], vec![Some(100.0), Some(10.0), None, Some(50.0), Some(0.0)]),
        (Metric::TurnErrors, vec![], vec![Some(5.0), Some(10.0), Some(1.0), None, None]),
        (Metric::ModelCost, agent("intent"), vec![Some(2e6), None, None, None, None]),
        (Metric::ModelCost, agent("response"), vec![Some(1e6), Some(4e6), None, None, None]),
    ])
}

fn rows(expression: &str) -> Vec<Row> {
    let origin = ["service", "motorline", "deployment", "dev"];
    let metric = |name: &str, id: &str| -> Vec<Value> {
        let names = ["Motorline", name].into_iter().chain(origin).map(Value::from);
        names.chain([json!({"id": id, "visible": false})]).collect()
    };
    let all = [
        metric("Turns", "t"),
        metric("TurnErrors", "e"),
        metric("Handoffs", "gap"),
        vec![json!({"expression": expression, "id": "x"})],
    ];
    row::read(&all, "Sum").unwrap()
}

fn lines(expression: &str) -> Result<Vec<Line>> {
    let rows = rows(expression);
    let span = |minutes: i64| Timestamp::from_second(minutes * 60).unwrap();
    let grid = Grid::over(span(0), span(5), Duration::from_secs(60))?;
    Sheet::new(&rows, &told(), grid).lines(&rows[3])
}

fn one(expression: &str) -> Vec<Option<f64>> {
    let mut lines = lines(expression).unwrap();
    assert_eq!(lines.len(), 1, "{expression}");
    lines.remove(0).values
}

#[test]
fn a_gap_is_a_gap_and_no_zero() {
    assert_eq!(one("t + e"), [Some(105.0), Some(20.0), None, None, None]);
    assert_eq!(one("t + FILL(e, 0)"), [Some(105.0), Some(20.0), None, Some(50.0), Some(0.0)]);
    assert_eq!(one("-gap"), [None; 5]);
    assert_eq!(one("FILL(gap, 0)"), [Some(0.0); 5]);
}

#[test]
fn a_division_by_zero_is_a_gap() {
    assert_eq!(one("1 / t")[4], None);
    assert_eq!(one("t / 0"), [None; 5]);
    assert_eq!(one("0 / t")[4], None);
}

#[test]
fn a_rate_of_errors_has_a_traffic_floor() {
    assert_eq!(one("IF(t > 20, 100 * FILL(e, 0) / t, 0)"), [Some(5.0), Some(0.0), None, Some(0.0), Some(0.0)]);
    // It is not known which of both holds where the condition is missing, whichever way it is put.
    assert_eq!((one("IF(gap > 1, 1, 2)"), one("IF(gap < 1, 1, 2)")), (vec![None; 5], vec![None; 5]));
}

#[test]
fn comparisons_and_constants_are_numbers() {
    assert_eq!(one("t >= 50"), [Some(1.0), Some(0.0), None, Some(1.0), Some(0.0)]);
    assert_eq!(one("2 * (3 + 4) - 1"), [Some(13.0); 5]);
    assert_eq!(one("t / PERIOD(t) * 60"), one("t"));
    assert_eq!(one("RATE(t)"), [None, Some(-1.5), None, None, Some(-50.0 / 60.0)]);
}

const COST: &str = r#"SEARCH('{Motorline,service,deployment,agent} MetricName="ModelCost" service="motorline" deployment="dev"', 'Sum', 60)"#;

#[test]
fn a_search_has_a_line_for_each_value_of_its_dimension() {
    let found = lines(&format!("{COST} / 1000000")).unwrap();
    let told: Vec<_> = found.iter().map(|line| (line.label.as_str(), line.values[0])).collect();
    assert_eq!(told, [("intent", Some(2.0)), ("response", Some(1.0))]);
    assert_eq!(one(&format!("SUM({COST}) / 1000000")), [Some(3.0), Some(4.0), None, None, None]);
    assert_eq!(one(&format!("MAX({COST})"))[0], Some(2e6));
    assert!(lines(&COST.replace("ModelCost", "LearnerWisdom")).is_err());
}

#[test]
fn metrics_are_all_rows_that_are_metrics() {
    assert_eq!(one("SUM(METRICS())"), [Some(105.0), Some(20.0), Some(1.0), Some(50.0), Some(0.0)]);
    assert_eq!(one("AVG([t, e])")[0], Some(52.5));
    assert_eq!(lines("METRICS('t')").unwrap().len(), 1);
    // Of one line the functions make a number, as CloudWatch does.
    assert_eq!(one("SUM(t)"), [Some(160.0); 5]);
    assert_eq!(one("MAX(gap)"), [None; 5]);
}

#[test]
fn what_means_nothing_is_refused() {
    for expression in [
        "",
        "x",
        "y",
        "t +",
        "t and e",
        "t < e < t",
        "t ** 2",
        "IF(t)",
        "IF(t, e)",
        "SUM(1)",
        "'a'",
        "'a' + 1",
        "t.x",
        "t[0]",
        "FILL(t, t)",
        "PERIOD(1)",
        "UNKNOWN(t)",
    ] {
        assert!(lines(expression).is_err(), "{expression}");
    }
    assert!(lines(&format!("{COST} + {COST}")).is_err());
    assert!(lines(&"(".repeat(10_000)).is_err());
}

proptest! {
    #[test]
    fn nothing_that_is_written_breaks_it(expression in "[te x0-9+*/<>=().,'\\[\\]A-Z-]{0,40}") {
        let _ = lines(&expression);
    }

    #[test]
    fn any_text_is_read_or_refused(expression in any::<String>()) {
        let _ = lines(&expression);
    }
}
