//! What was measured as a table of text, and as one page that needs nothing else.

use std::collections::BTreeMap;

use minijinja::{Environment, Value, context};

use super::Run;
use super::analysts::CALIBRATION;
use super::baseline::{Compared, build};
use super::figure::{Figure, Miss, Unit};
use super::plots;

/// The page, with places for what was measured.
const PAGE: &str = include_str!("../../data/evaluation.html");
/// So many kinds of confusion are drawn, and so many rows of a set are listed.
const CONFUSIONS: usize = 12;
const LISTED: usize = 60;

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the figure is known by.
    pub key: String,
    /// The value of the baseline.
    pub before: String,
    /// The value of now.
    pub now: String,
    /// The interval of 95 % around it.
    pub interval: String,
    /// Over how many rows.
    pub rows: usize,
    /// `↑` where more is better, `↓` where less is; `!` where every row counts.
    pub way: String,
    /// What has become of it.
    pub verdict: &'static str,
    /// How probable that is by chance, where it is worse.
    pub chance: String,
    /// Whether the gate stays shut for it.
    pub fails: bool,
}

/// The lines of the table; what fails stands first.
pub fn lines(compared: &[Compared]) -> Vec<Line> {
    let mut lines: Vec<Line> = compared.iter().map(line).collect();
    lines.sort_by_key(|line| !line.fails);
    lines
}

fn line(one: &Compared) -> Line {
    let unit = one.now.as_ref().map(|now| now.unit).or(one.before.as_ref().map(|before| before.unit));
    let unit = unit.unwrap_or(Unit::Score);
    let strict = one.before.as_ref().map(|kept| kept.strict).or(one.now.as_ref().map(|now| now.strict));
    let better = one.now.as_ref().map(|now| now.better).or(one.before.as_ref().map(|before| before.better));
    let arrow = if better == Some(super::figure::Better::Lower) { "↓" } else { "↑" };
    let none = || "–".to_owned();
    Line {
        key: one.key.clone(),
        before: one.before.as_ref().map_or_else(none, |before| unit.written(before.value)),
        now: one.now.as_ref().map_or_else(none, |now| unit.written(now.value())),
        interval: one.now.as_ref().map_or_else(none, |now| {
            let [low, high] = now.interval();
            format!("{} – {}", unit.written(low), unit.written(high))
        }),
        rows: one.now.as_ref().map_or(0, |now| now.rows.len()),
        way: format!("{arrow}{}", if strict == Some(true) { "!" } else { "" }),
        verdict: one.verdict.words(),
        chance: one.chance.map_or_else(String::new, |chance| format!("p = {chance:.3}")),
        fails: one.verdict.fails(),
    }
}

/// The table as text.
pub fn table(compared: &[Compared]) -> Vec<String> {
    let lines = lines(compared);
    let wide = lines.iter().map(|line| line.key.chars().count()).max().unwrap_or(0);
    let head = format!(
        "{:wide$}  {:>5}  {:>10}  {:>10}  {:^22}  {:<2}  verdict",
        "set / figure", "rows", "baseline", "now", "interval (95 %)", ""
    );
    let text = |line: &Line| {
        let Line { key, rows, before, now, interval, way, verdict, chance, .. } = line;
        format!("{key:wide$}  {rows:>5}  {before:>10}  {now:>10}  {interval:^22}  {way:<2}  {verdict} {chance}")
            .trim_end()
            .to_owned()
    };
    std::iter::once(head).chain(lines.iter().map(text)).collect()
}

/// Figures alone, a line each.
pub fn figures(all: &[Figure]) -> Vec<String> {
    let written = |figure: &Figure| {
        let [low, high] = figure.interval().map(|value| figure.unit.written(value));
        let value = figure.unit.written(figure.value());
        format!("{:<45} {value:>10}   (95 %: {low} – {high}; {} rows)", figure.key(), figure.rows.len())
    };
    all.iter().filter(|figure| !figure.rows.is_empty()).map(written).collect()
}

/// The page.
///
/// # Errors
/// In words, when the template does not render, which a test rules out.
pub fn page(compared: &[Compared], run: &Run, configuration: &[(String, String)]) -> Result<String, String> {
    let figures = || run.measured.figures.iter();
    let reliability: Vec<_> = figures()
        .filter(|figure| figure.name == CALIBRATION)
        .map(|figure| (figure.set.clone(), plots::reliability(figure), confusions(run, &figure.set)))
        .collect();
    let spreads: Vec<_> = figures()
        .filter(|figure| matches!(figure.unit, Unit::MicroUsd) || figure.name.starts_with("p50"))
        .map(|figure| (figure.key(), plots::spread(figure)))
        .collect();
    let mut misses: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for miss in &run.measured.misses {
        misses.entry(&miss.set).or_default().push(miss);
    }
    let misses: Vec<_> = misses
        .into_iter()
        .map(|(set, rows)| {
            let shown = rows.iter().take(LISTED);
            let shown: Vec<_> =
                shown.map(|Miss { text, expected, got, .. }| context! { text, expected, got }).collect();
            context! { set, count => rows.len(), rows => shown }
        })
        .collect();
    let lines = lines(compared);
    let failing = lines.iter().filter(|line| line.fails).count();
    let values = context! {
        failing,
        lines => lines.iter().map(told).collect::<Vec<_>>(),
        intervals => plots::against_baseline(compared),
        reliability,
        spreads,
        misses,
        listed => LISTED,
        notes => run.notes.clone(),
        configuration => configuration.to_vec(),
        version => env!("CARGO_PKG_VERSION"),
        build => build(),
    };
    // The name's ending is what makes every value escaped.
    Environment::new().render_named_str("evaluation.html", PAGE, values).map_err(|cause| cause.to_string())
}

/// A line as the template reads it.
fn told(line: &Line) -> Value {
    let Line { key, before, now, interval, rows, way, verdict, chance, fails } = line;
    context! { key, before, now, interval, rows, way, verdict => *verdict, chance, fails }
}

/// What was taken for what in a set, the most frequent first.
fn confusions(run: &Run, set: &str) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for miss in run.measured.misses.iter().filter(|miss| miss.set == set) {
        *counts.entry(format!("{} → {}", miss.expected, miss.got)).or_default() += 1;
    }
    let mut pairs: Vec<_> = counts.into_iter().collect();
    pairs.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    pairs.truncate(CONFUSIONS);
    plots::confusions(set, &pairs)
}

#[cfg(test)]
mod tests {
    use super::super::baseline::Baseline;
    use super::super::figure::Measured;
    use super::*;

    #[test]
    fn a_page_says_what_failed_first_and_escapes_what_was_said() {
        let figure = |right: usize| Figure::share("set", "figure", (0..50).map(|at| (format!("{at}"), at < right)));
        let compared = Baseline::of(&[figure(50)], None).compare(&[figure(20), Figure::share("a", "b", [])]);
        assert_eq!(lines(&compared)[0].verdict, "REGRESSED");
        let miss = |text: &str| Miss { set: "set".into(), text: text.into(), expected: "e".into(), got: "g".into() };
        let measured = Measured { figures: vec![figure(20)], misses: vec![miss("<script>alert(1)</script>")] };
        let run = Run { measured, notes: vec!["a note".into()] };
        let page = page(&compared, &run, &[("reply.temperature".into(), "0.3".into())]).unwrap();
        assert!(page.contains("REGRESSED") && page.contains("<svg") && page.contains("currentColor"), "{page}");
        assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;"), "{page}");
        assert!(!page.contains("http://") || page.matches("http://").all(|_| page.contains("http://www.w3.org")));
    }
}
