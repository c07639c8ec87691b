//! What the file says of an alarm of a metric, and what state it has by the values it saw: M of the last N periods.

use std::time::Duration;

use contract::{Error, Result};
use serde::Deserialize;

use super::State;
use crate::row::{Row, Source};

/// An alarm of a metric, as CloudFormation writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct MetricAlarm {
    pub(super) alarm_name: String,
    pub(super) alarm_description: String,
    metrics: Vec<MetricDataQuery>,
    comparison_operator: Comparison,
    threshold: f64,
    evaluation_periods: usize,
    datapoints_to_alarm: usize,
    treat_missing_data: MissingData,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct MetricDataQuery {
    id: String,
    label: Option<String>,
    expression: Option<String>,
    metric_stat: Option<MetricStat>,
    return_data: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct MetricStat {
    metric: MetricName,
    period: u64,
    stat: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct MetricName {
    namespace: String,
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<DimensionOf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct DimensionOf {
    name: String,
    value: String,
}

/// When an alarm is on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// How a value is compared.
    pub comparison: Comparison,
    /// With what.
    pub threshold: f64,
    /// So many periods are looked at.
    pub periods: usize,
    /// In so many of them it must be wrong.
    pub datapoints: usize,
    /// What a period without a value means.
    pub missing: MissingData,
}

/// How a value is compared with the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Comparison {
    /// Wrong when larger.
    #[serde(rename = "GreaterThanThreshold")]
    Above,
    /// Wrong when as large, or larger.
    #[serde(rename = "GreaterThanOrEqualToThreshold")]
    AtLeast,
    /// Wrong when smaller.
    #[serde(rename = "LessThanThreshold")]
    Below,
    /// Wrong when as small, or smaller.
    #[serde(rename = "LessThanOrEqualToThreshold")]
    AtMost,
}

/// What a period without a value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MissingData {
    /// Nothing is wrong.
    NotBreaching,
    /// Something is.
    Breaching,
    /// The alarm stays as it is.
    Ignore,
    /// It cannot be said.
    Missing,
}

impl MetricAlarm {
    /// The rows, which of them is compared, and how long a period is.
    pub(super) fn rows(&self) -> Result<(Vec<Row>, usize, Duration)> {
        let rows: Vec<Row> = self.metrics.iter().map(MetricDataQuery::row).collect::<Result<_>>()?;
        let mut compared = rows.iter().enumerate().filter(|(_, row)| row.visible).map(|(index, _)| index);
        let (Some(index), None) = (compared.next(), compared.next()) else {
            return Err(Error::invalid("Metrics", "exactly one of them has ReturnData, which is what is compared"));
        };
        let mut periods = self.metrics.iter().filter_map(|query| query.metric_stat.as_ref()).map(|stat| stat.period);
        let Some(period) = periods.next().filter(|period| *period > 0) else {
            return Err(Error::invalid("Metrics", "none of them is a metric with a period"));
        };
        if periods.any(|other| other != period) {
            return Err(Error::invalid("Metrics", "their periods differ"));
        }
        Ok((rows, index, Duration::from_secs(period)))
    }

    /// When it is on.
    pub(super) fn rule(&self) -> Result<Rule> {
        let Self { evaluation_periods: periods, datapoints_to_alarm: datapoints, .. } = *self;
        if datapoints == 0 || datapoints > periods {
            return Err(Error::invalid("DatapointsToAlarm", "it is one at least, and EvaluationPeriods at most"));
        }
        let Self { comparison_operator: comparison, threshold, treat_missing_data: missing, .. } = *self;
        Ok(Rule { comparison, threshold, periods, datapoints, missing })
    }
}

impl MetricDataQuery {
    fn row(&self) -> Result<Row> {
        let source = match (&self.expression, &self.metric_stat) {
            (Some(expression), None) if expression.contains("SEARCH") => {
                return Err(Error::invalid("Metrics", "CloudWatch takes no SEARCH in an alarm"));
            }
            (Some(expression), None) => Source::Expression(expression.clone()),
            (None, Some(MetricStat { metric, stat, .. })) => Source::Metric {
                namespace: metric.namespace.clone(),
                name: metric.metric_name.clone(),
                dimensions: metric.dimensions.iter().map(|one| (one.name.clone(), Some(one.value.clone()))).collect(),
                statistic: stat.clone(),
            },
            _ => return Err(Error::invalid("Metrics", format!("{} is an Expression or a MetricStat", self.id))),
        };
        Ok(Row { id: Some(self.id.clone()), label: self.label.clone(), visible: self.return_data, source })
    }
}

impl Rule {
    fn breached(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Above => value > self.threshold,
            Comparison::AtLeast => value >= self.threshold,
            Comparison::Below => value < self.threshold,
            Comparison::AtMost => value <= self.threshold,
        }
    }

    /// The state after these periods, behind an earlier one.
    fn after(&self, window: &[Option<f64>], earlier: State) -> State {
        let missing = window.iter().filter(|value| value.is_none()).count();
        let wrong = window.iter().flatten().filter(|value| self.breached(**value)).count();
        let counted = if self.missing == MissingData::Breaching { wrong + missing } else { wrong };
        match self.missing {
            _ if counted >= self.datapoints => State::Alarm,
            MissingData::Missing if missing == window.len() => State::InsufficientData,
            // With what is missing it might be wrong, or not.
            MissingData::Ignore if wrong + missing >= self.datapoints => earlier,
            _ => State::Ok,
        }
    }
}

/// The state at the end of each period from the N-th on. What was before the first one is not known.
pub fn states(values: &[Option<f64>], rule: &Rule) -> Vec<State> {
    let mut earlier = State::InsufficientData;
    let next = |window: &[Option<f64>]| {
        earlier = rule.after(window, earlier);
        earlier
    };
    values.windows(rule.periods.max(1)).map(next).collect()
}

#[cfg(test)]
mod tests {
    use State::{Alarm, InsufficientData, Ok};

    use super::*;

    fn rule(missing: MissingData) -> Rule {
        Rule { comparison: Comparison::Above, threshold: 5.0, periods: 3, datapoints: 2, missing }
    }

    /// The last state behind values: `x` is wrong, `o` is right, `-` is missing.
    fn last(values: &str, missing: MissingData) -> State {
        let value = |letter| match letter {
            'x' => Some(6.0),
            'o' => Some(5.0),
            _ => None,
        };
        *states(&values.chars().map(value).collect::<Vec<_>>(), &rule(missing)).last().unwrap()
    }

    #[test]
    fn two_of_three_periods_must_be_wrong() {
        let states = ["oox", "oxx", "xox", "xxo", "xoo"].map(|values| last(values, MissingData::Missing));
        assert_eq!(states, [Ok, Alarm, Alarm, Alarm, Ok]);
    }

    #[test]
    fn what_is_missing_means_what_the_rule_says() {
        let rules = [MissingData::NotBreaching, MissingData::Breaching, MissingData::Ignore, MissingData::Missing];
        let all = |values| rules.map(|rule| last(values, rule));
        assert_eq!(all("---"), [Ok, Alarm, InsufficientData, InsufficientData]);
        assert_eq!(all("o-o"), [Ok, Ok, Ok, Ok]);
        assert_eq!(all("x-x"), [Alarm; 4]);
        assert_eq!(all("x-o"), [Ok, Alarm, InsufficientData, Ok]);
        // It was on, and stays on while nothing is measured.
        assert_eq!(all("oxx---"), [Ok, Alarm, Alarm, InsufficientData]);
    }

    #[test]
    fn fewer_periods_than_the_rule_looks_at_say_nothing() {
        assert!(states(&[Some(6.0), Some(6.0)], &rule(MissingData::Breaching)).is_empty());
    }

    #[test]
    fn thresholds_hold_on_both_sides() {
        let breached = |comparison| Rule { comparison, ..rule(MissingData::Missing) }.breached(5.0);
        assert!(!breached(Comparison::Above) && breached(Comparison::AtLeast));
        assert!(!breached(Comparison::Below) && breached(Comparison::AtMost));
    }
}
