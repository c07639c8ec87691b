//! Dangers that pile up on one model: more reports within seven days than chance would give.

use std::collections::BTreeMap;
use std::ops::Range;

use learning::{Count, Hour};
use serde::Serialize;

use crate::UNKNOWN;
use crate::statistics::at_least;
use crate::week::HOURS;

/// Fewer reports are no cluster.
const FEWEST: i64 = 3;
/// The number of weeks before that say what is usual.
const WEEKS: i64 = 4;
/// What is usual at least, in reports a week: four weeks without one do not rule out one in a month.
const LEAST: f64 = 0.25;
/// As unlikely a number of reports is a cluster.
const UNLIKELY: f64 = 0.01;

/// A danger that piles up on a model.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Cluster {
    /// The model.
    pub model: String,
    /// The danger, as the table of hazards names it.
    pub hazard: String,
    /// Conversations that reported it within seven days.
    pub reports: i64,
    /// How many a week there were in the four weeks before.
    pub usual: f64,
    /// How likely so many would be by chance.
    pub chance: f64,
}

/// How often a danger was reported of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Danger {
    /// The model; `unknown` when the car is not known.
    pub model: String,
    /// The danger.
    pub hazard: String,
    /// Conversations of the week that reported it.
    pub reports: i64,
}

type Series<'a> = BTreeMap<(&'a str, &'a str), BTreeMap<i64, i64>>;

/// Every danger of these hours, by model.
pub(crate) fn reported(counts: &[(Count, i64)], week: &Range<Hour>) -> Vec<Danger> {
    let sum = |series: &BTreeMap<i64, i64>| series.range(week.start.0..week.end.0).map(|(_, number)| number).sum();
    let all = series(counts).into_iter().map(|((model, hazard), series)| Danger {
        model: model.to_owned(),
        hazard: hazard.to_owned(),
        reports: sum(&series),
    });
    let mut all: Vec<Danger> = all.filter(|danger| danger.reports > 0).collect();
    all.sort_by_key(|danger| std::cmp::Reverse(danger.reports));
    all
}

/// The clusters whose seven days end in these hours, the least likely first. The counts reach back five weeks before.
pub(crate) fn clusters(counts: &[(Count, i64)], week: &Range<Hour>) -> Vec<Cluster> {
    let known = series(counts).into_iter().filter(|((model, _), _)| *model != UNKNOWN);
    let mut clusters: Vec<Cluster> = known.filter_map(|(of, series)| worst(of, &series, week)).collect();
    clusters.sort_by(|a, b| a.chance.total_cmp(&b.chance));
    clusters
}

fn series(counts: &[(Count, i64)]) -> Series<'_> {
    let mut all = Series::new();
    for (count, number) in counts {
        if let (Some(hazard), Some(model)) = (count.what.strip_prefix("danger/"), count.about.strip_prefix("car=")) {
            *all.entry((model, hazard)).or_default().entry(count.hour.0).or_default() += number;
        }
    }
    all
}

/// The seven days with most reports that end in the week, if they are a cluster.
fn worst((model, hazard): (&str, &str), series: &BTreeMap<i64, i64>, week: &Range<Hour>) -> Option<Cluster> {
    let sum = |hours: Range<i64>| series.range(hours).map(|(_, number)| *number).sum::<i64>();
    let ends = series.range(week.start.0..week.end.0).map(|(hour, _)| hour + 1);
    let (reports, end) = ends.map(|end| (sum(end - HOURS..end), end)).max()?;
    let begin = end - HOURS;
    let usual = sum(begin - WEEKS * HOURS..begin) as f64 / WEEKS as f64;
    let chance = at_least(u32::try_from(reports).ok()?, usual.max(LEAST));
    let cluster = Cluster { model: model.into(), hazard: hazard.into(), reports, usual, chance };
    (reports >= FEWEST && chance < UNLIKELY).then_some(cluster)
}
