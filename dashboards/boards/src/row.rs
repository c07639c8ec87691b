//! A row of a graph or of an alarm: a metric, or an expression of other rows.

use std::collections::HashSet;

use contract::{Error, Result};
use serde::Deserialize;
use serde_json::Value;

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// By what expressions name it.
    pub id: Option<String>,
    /// What it is called.
    pub label: Option<String>,
    /// Whether it is drawn.
    pub visible: bool,
    /// What it is.
    pub source: Source,
}

/// What a row is.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A metric.
    Metric {
        /// Whose it is.
        namespace: String,
        /// Its name.
        name: String,
        /// The values of its dimensions.
        dimensions: Vec<(String, Option<String>)>,
        /// What is made of the values of a period.
        statistic: String,
    },
    /// Something that is made of other rows.
    Expression(String),
}

/// What stands at the end of a row.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Options {
    id: Option<String>,
    label: Option<String>,
    stat: Option<String>,
    expression: Option<String>,
    visible: Option<bool>,
}

/// Reads the rows of a graph.
///
/// # Errors
/// `Invalid`, naming the row.
pub fn read(rows: &[Vec<Value>], statistic: &str) -> Result<Vec<Row>> {
    let read = |(index, row): (usize, &Vec<Value>)| {
        one(row, statistic).map_err(|message| Error::invalid(format!("metrics[{index}]"), message))
    };
    let rows: Vec<Row> = rows.iter().enumerate().map(read).collect::<Result<_>>()?;
    told_apart(&rows)?;
    Ok(rows)
}

/// Refuses two rows of one name.
pub(crate) fn told_apart(rows: &[Row]) -> Result<()> {
    let mut seen = HashSet::new();
    match rows.iter().filter_map(|row| row.id.as_deref()).find(|id| !seen.insert(*id)) {
        Some(id) => Err(Error::invalid("metrics", format!("two rows are called {id}"))),
        None => Ok(()),
    }
}

fn one(row: &[Value], statistic: &str) -> std::result::Result<Row, String> {
    let (options, words) = match row.split_last() {
        Some((last @ Value::Object(_), words)) => {
            (Options::deserialize(last).map_err(|cause| cause.to_string())?, words)
        }
        _ => (Options::default(), row),
    };
    let words: Option<Vec<&str>> = words.iter().map(Value::as_str).collect();
    let words = words.ok_or("a row holds texts, and options at its end")?;
    let Options { id, label, stat, expression, visible } = options;
    let source = match (expression, words.as_slice()) {
        (Some(expression), []) => Source::Expression(expression),
        (Some(_), _) => return Err("a row is a metric or an expression".into()),
        (None, [namespace, name, dimensions @ ..]) if dimensions.len().is_multiple_of(2) => {
            let pair = |pair: &[&str]| Some((pair.first()?.to_string(), pair.get(1).map(ToString::to_string)));
            Source::Metric {
                namespace: (*namespace).to_owned(),
                name: (*name).to_owned(),
                dimensions: dimensions.chunks(2).filter_map(pair).collect(),
                statistic: stat.unwrap_or_else(|| statistic.to_owned()),
            }
        }
        (None, _) => return Err("a metric has a namespace, a name, and dimensions with their values".into()),
    };
    Ok(Row { id, label, visible: visible.unwrap_or(true), source })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(value: Value) -> Result<Vec<Row>> {
        read(&serde_json::from_value::<Vec<Vec<Value>>>(value).unwrap(), "Sum")
    }

    #[test]
    fn reads_metrics_and_expressions() {
        let read =
            rows(json!([["N", "M", "a", "b", {"id": "m1", "visible": false, "stat": "p99"}], [{"expression": "m1"}]]));
        let read = read.unwrap();
        let dimensions = vec![("a".to_owned(), Some("b".to_owned()))];
        let metric = Source::Metric { namespace: "N".into(), name: "M".into(), dimensions, statistic: "p99".into() };
        assert_eq!((read[0].visible, &read[0].source), (false, &metric));
        assert_eq!(read[1].source, Source::Expression("m1".into()));
    }

    #[test]
    fn another_form_is_refused() {
        for row in
            [json!([]), json!(["N"]), json!(["N", "M", "a"]), json!(["N", "M", 7]), json!(["N", {"expression": "x"}])]
        {
            assert!(rows(json!([row])).is_err(), "{row}");
        }
        assert!(rows(json!([["N", "M", {"id": "a"}], ["N", "O", {"id": "a"}]])).is_err());
        assert!(rows(json!([["N", "M", {"colour": "red"}]])).is_err());
    }
}
