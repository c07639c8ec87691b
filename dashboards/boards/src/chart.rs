//! A graph with its values: what a picture of it, or a table, is made from.

use crate::document::View;
use crate::line::{Grid, Line};

/// A graph with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it is called.
    pub title: String,
    /// What its values count in.
    pub unit: String,
    /// How it is drawn.
    pub view: View,
    /// Whether lines stand on one another.
    pub stacked: bool,
    /// Where the scale begins.
    pub min: Option<f64>,
    /// Where the scale ends, at least.
    pub max: Option<f64>,
    /// Its periods.
    pub grid: Grid,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Values that mean something.
    pub thresholds: Vec<Threshold>,
    /// Only AWS measures some of it: here nothing can be shown.
    pub elsewhere: bool,
}

/// A value that means something.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// What it means.
    pub label: String,
    /// Where it is.
    pub value: f64,
}

impl Chart {
    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.last().is_none())
    }

    /// What it shows, in words: each line with its last, least and largest value.
    pub fn told(&self) -> String {
        if self.elsewhere {
            return format!("{}: measured on AWS only.", self.title);
        }
        let told: Vec<_> = self.lines.iter().filter_map(|line| told(line, &self.unit)).collect();
        if told.is_empty() {
            return format!("{}: no values in this span.", self.title);
        }
        format!("{}. {}", self.title, told.join("; "))
    }
}

fn told(line: &Line, unit: &str) -> Option<String> {
    let values = || line.values.iter().flatten().copied();
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let (last, least, most) = (written(line.last()?), written(least), written(most));
    Some(format!("{}: last {last}, from {least} to {most} {unit}", line.label).trim_end().to_owned())
}

/// A value as a person reads it: three digits that count, thousands and millions by letter.
pub fn written(value: f64) -> String {
    let (scaled, letter) = match value.abs() {
        size if size >= 1e15 => return format!("{value:.1e}"),
        size if size >= 1e9 => (value / 1e9, "G"),
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        size if size > 0.0 && size < 1e-3 => return format!("{value:.1e}"),
        _ => (value, ""),
    };
    let places = match scaled.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 4,
    };
    let text = format!("{scaled:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{letter}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 0.25, 1.0, 12.34, 123.4, 5_000.0, 12_345.0, 2_500_000.0, 0.0001, -3.5].map(written);
        assert_eq!(texts, ["0", "0.25", "1", "12.3", "123", "5000", "12.3k", "2.5M", "1.0e-4", "-3.5"]);
    }
}
