//! Alarms: read from the file that CloudFormation takes, and which of them are on by what was measured.

mod states;

use std::collections::BTreeMap;
use std::time::Duration;

use contract::{Error, Result};
use jiff::Timestamp;
use metering::History;
use serde::{Deserialize, Serialize};

use crate::board::placed;
use crate::composite;
use crate::document::parsed;
use crate::line::Grid;
use crate::row::{Row, Source, told_apart};
use crate::sheet::Sheet;
pub use states::{Rule, states};

/// So many periods of the past are looked at to say since when an alarm is as it is.
const REMEMBERED: u32 = 180;

/// What an alarm says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Something is wrong.
    Alarm,
    /// It cannot be said.
    InsufficientData,
    /// Nothing is wrong.
    Ok,
}

/// All alarms.
#[derive(Debug, Clone)]
pub struct Alarms {
    /// Those of metrics.
    pub metric: Vec<Alarm>,
    /// Those of other alarms.
    pub composite: Vec<Composite>,
}

/// An alarm of a metric.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Its name: `motorline-dev-error-rate`.
    pub name: String,
    /// What is wrong when it is on, and where it is read what to do.
    pub description: String,
    /// The name of its runbook.
    pub runbook: String,
    /// What is evaluated.
    pub rows: Vec<Row>,
    /// The row that is compared.
    compared: usize,
    /// When it is on.
    pub rule: Rule,
    period: Duration,
}

/// An alarm of alarms.
#[derive(Debug, Clone)]
pub struct Composite {
    /// Its name.
    pub name: String,
    /// What is wrong when it is on.
    pub description: String,
    /// The name of its runbook.
    pub runbook: String,
    /// When it is on.
    pub rule: String,
    /// The alarm that keeps it silent.
    pub suppressor: Option<String>,
}

/// How an alarm stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// What is wrong when it is on, and where it is read what to do.
    pub description: String,
    /// The name of its runbook.
    pub runbook: String,
    /// Whether it is on.
    pub state: State,
    /// Since when, if it changed lately.
    pub since: Option<Timestamp>,
    /// The last value that was compared.
    pub value: Option<f64>,
    /// What it is compared with; none for an alarm of alarms.
    pub threshold: Option<f64>,
    /// What is compared.
    pub compares: String,
    /// Only AWS measures it.
    pub elsewhere: bool,
    /// It is an alarm of alarms.
    pub composite: bool,
    /// An alarm keeps it silent now.
    pub silent: bool,
}

/// The file: resources of CloudFormation by their logical names.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct File {
    resources: BTreeMap<String, Resource>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "Type", content = "Properties")]
enum Resource {
    #[serde(rename = "AWS::CloudWatch::Alarm")]
    Metric(Box<states::MetricAlarm>),
    #[serde(rename = "AWS::CloudWatch::CompositeAlarm")]
    Composite(CompositeAlarm),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CompositeAlarm {
    alarm_name: String,
    alarm_description: String,
    alarm_rule: String,
    actions_suppressor: Option<String>,
    actions_suppressor_wait_period: Option<u32>,
    actions_suppressor_extension_period: Option<u32>,
}

impl Alarms {
    /// Reads all alarms, for this deployment.
    ///
    /// # Errors
    /// `Invalid`, naming the file and the place in it.
    pub fn read(file: &str, text: &str, deployment: &str) -> Result<Self> {
        let File { resources } = parsed(file, text, deployment)?;
        let mut alarms = Self { metric: Vec::new(), composite: Vec::new() };
        for (logical, resource) in resources {
            let wrong = |error: Error| placed(error, file, &format!("Resources.{logical}"));
            match resource {
                Resource::Metric(body) => alarms.metric.push(Alarm::of(*body).map_err(wrong)?),
                Resource::Composite(body) => alarms.composite.push(Composite::of(body).map_err(wrong)?),
            }
        }
        // What a rule names must be there whatever the states are.
        alarms.composites(&alarms.metric.iter().map(|alarm| (alarm.name.clone(), State::Ok)).collect())?;
        Ok(alarms)
    }

    /// How all alarms stand at this time, those that are on first, and last those that only AWS measures.
    ///
    /// # Errors
    /// `Invalid` when an alarm means nothing.
    pub fn standing(&self, history: &dyn History, now: Timestamp) -> Result<Vec<Standing>> {
        let mut all: Vec<_> = self.metric.iter().map(|alarm| alarm.standing(history, now)).collect::<Result<_>>()?;
        let known = all.iter().map(|standing| (standing.name.clone(), standing.state)).collect();
        all.extend(self.composites(&known)?);
        all.sort_by_key(|standing| (standing.elsewhere, standing.state, !standing.composite));
        Ok(all)
    }

    /// How the alarms of alarms stand. One may name another one that is told before it.
    fn composites(&self, metric: &BTreeMap<String, State>) -> Result<Vec<Standing>> {
        let mut known = metric.clone();
        let mut waiting: Vec<&Composite> = self.composite.iter().collect();
        let mut found = Vec::new();
        while let Some(first) = waiting.first() {
            let told = |(index, one): (usize, &&Composite)| Some((index, composite::holds(&one.rule, &known).ok()?));
            let (index, on) = match waiting.iter().enumerate().find_map(told) {
                Some(told) => told,
                // None can be told: the first one says why.
                None => (0, composite::holds(&first.rule, &known)?),
            };
            let composite = waiting.remove(index);
            let state = if on { State::Alarm } else { State::Ok };
            known.insert(composite.name.clone(), state);
            found.push((composite, state));
        }
        Ok(found.into_iter().map(|(composite, state)| composite.standing(state, &known)).collect())
    }
}

impl Alarm {
    fn of(body: states::MetricAlarm) -> Result<Self> {
        let (rows, compared, period) = body.rows()?;
        told_apart(&rows)?;
        let rule = body.rule()?;
        let runbook = runbook(&body.alarm_description)?;
        Ok(Self { name: body.alarm_name, description: body.alarm_description, runbook, rows, compared, rule, period })
    }

    fn standing(&self, history: &dyn History, now: Timestamp) -> Result<Standing> {
        let seconds = i64::try_from(self.period.as_secs()).unwrap_or(60).max(1);
        // A period that is not over says nothing yet.
        let until = now.as_second().div_euclid(seconds).saturating_mul(seconds);
        let from = until.saturating_sub(seconds.saturating_mul(i64::from(REMEMBERED)));
        let second = |second| Timestamp::from_second(second).map_err(|cause| Error::invalid("now", cause.to_string()));
        let grid = Grid::over(second(from)?, second(until)?, self.period)?;
        let sheet = Sheet::new(&self.rows, history, grid);
        let row = &self.rows[self.compared];
        let line = sheet.lines(row)?.into_iter().next();
        let (compares, values) = line.map(|line| (line.label, line.values)).unwrap_or_default();
        let elsewhere = sheet.elsewhere();
        let states = if elsewhere { Vec::new() } else { states(&values, &self.rule) };
        let state = states.last().copied().unwrap_or(State::InsufficientData);
        let changed = states.iter().rposition(|earlier| *earlier != state);
        Ok(Standing {
            name: self.name.clone(),
            description: self.description.clone(),
            runbook: self.runbook.clone(),
            state,
            since: changed.map(|index| grid.at(index + 1 + self.rule.periods)),
            value: values.last().copied().flatten(),
            threshold: Some(self.rule.threshold),
            compares,
            elsewhere,
            composite: false,
            silent: false,
        })
    }

    /// What is compared is made of metrics that only AWS measures, or of ours.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.rows.iter().map(|row| &row.source)
    }
}

impl Composite {
    fn of(body: CompositeAlarm) -> Result<Self> {
        let waits = body.actions_suppressor_wait_period.is_some() && body.actions_suppressor_extension_period.is_some();
        if body.actions_suppressor.is_some() && !waits {
            return Err(Error::invalid("ActionsSuppressor", "its wait and extension periods must be said"));
        }
        Ok(Self {
            runbook: runbook(&body.alarm_description)?,
            name: body.alarm_name,
            description: body.alarm_description,
            rule: body.alarm_rule,
            suppressor: body.actions_suppressor,
        })
    }

    fn standing(&self, state: State, known: &BTreeMap<String, State>) -> Standing {
        let silent = self.suppressor.as_ref().and_then(|name| known.get(name)) == Some(&State::Alarm);
        Standing {
            name: self.name.clone(),
            description: self.description.clone(),
            runbook: self.runbook.clone(),
            state,
            since: None,
            value: None,
            threshold: None,
            compares: String::new(),
            elsewhere: false,
            composite: true,
            silent,
        }
    }
}

/// The name of the runbook whose link the description holds.
fn runbook(description: &str) -> Result<String> {
    let link = description.split_whitespace().rev().find_map(|word| word.strip_suffix(".md"));
    let name = link.and_then(|link| link.rsplit('/').next()).filter(|name| !name.is_empty());
    name.map(str::to_owned)
        .ok_or_else(|| Error::invalid("AlarmDescription", "it names no runbook, such as …/error-rate.md"))
}
