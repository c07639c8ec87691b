//! The scale of time: marks at whole minutes, hours or days, told in UTC.

use std::ops::Range;

use jiff::Timestamp;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// So many marks stand below a chart.
const MOST: f64 = 7.0;
/// How far apart they may be, in seconds.
const STEPS: [f64; 11] = [60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 21_600.0, 43_200.0, 86_400.0];
/// A longer span than this, in seconds, has days beside its hours.
const LONG: f64 = 36.0 * 3_600.0;

/// Time from left to right, in seconds since 1970.
pub(super) struct Times {
    scale: RangedCoordf64,
    marks: Vec<f64>,
    days: bool,
}

impl Times {
    /// Time from one moment until another.
    pub(super) fn new(from: f64, until: f64) -> Self {
        let step = STEPS.into_iter().find(|step| (until - from) / step <= MOST).unwrap_or(7.0 * 86_400.0);
        let first = (from / step).ceil();
        let marks = (0..=MOST as u32).map(|index| (first + f64::from(index)) * step);
        Self {
            scale: RangedCoordf64::from(from..until),
            marks: marks.filter(|mark| *mark < until).collect(),
            days: until - from > LONG,
        }
    }
}

impl Ranged for Times {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.scale.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.marks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.scale.range()
    }
}

impl ValueFormatter<f64> for Times {
    fn format_ext(&self, second: &f64) -> String {
        // The first one says whose time it is.
        let zone = if self.marks.first() == Some(second) { " UTC" } else { "" };
        let form = if self.days { "%d %b %H:%M" } else { "%H:%M" };
        Timestamp::from_second(*second as i64).map(|at| format!("{}{zone}", at.strftime(form))).unwrap_or_default()
    }
}
