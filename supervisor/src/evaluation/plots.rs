//! Draws what was measured, as SVG that stands in a page and takes the colour of its text from there.

use std::collections::BTreeMap;
use std::fmt::Display;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::baseline::Compared;
use super::figure::{Figure, Unit};

/// Stands for the colour of the page's text while something is drawn; no other colour is this one.
const INK: RGBColor = RGBColor(1, 2, 3);
/// The same, as the drawing says it.
const INK_WRITTEN: &str = "#010203";
/// What is now, what was, and what is wrong: each can be told from a light and from a dark page.
const NOW: RGBColor = RGBColor(37, 132, 217);
const BEFORE: RGBColor = RGBColor(214, 137, 16);
const WRONG: RGBColor = RGBColor(217, 72, 72);

const WIDTH: u32 = 900;
const LINE: u32 = 24;
const MARGINS: u32 = 70;
/// Room for the names of lines.
const NAMES: u32 = 400;
const SIZE: u32 = 13;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A drawing, or nothing when it cannot be made: a report without a plot is better than none.
fn drawn(
    about: &str,
    height: u32,
    draw: impl FnOnce(&Area<'_>) -> Result<(), Box<dyn std::error::Error>>,
) -> Option<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        if let Err(cause) = draw(&area).and_then(|()| Ok(area.present()?)) {
            tracing::warn!(%cause, about, "a plot could not be drawn");
            return None;
        }
    }
    let label = format!("<svg role=\"img\" aria-label=\"{about}\" ");
    Some(svg.replacen("<svg ", &label, 1).replace(INK_WRITTEN, "currentColor"))
}

fn text() -> TextStyle<'static> {
    ("sans-serif", SIZE).into_font().color(&INK)
}

/// The name of the line at a height, where there is one.
fn name_at(names: &[String], at: f64) -> String {
    let nearest = at.round();
    if (at - nearest).abs() > 0.01 || nearest < 0.0 {
        return String::new();
    }
    names.get(nearest as usize).cloned().unwrap_or_default()
}

/// Shares and scores of now with their intervals, beside the baseline.
pub(super) fn against_baseline(compared: &[Compared]) -> Option<String> {
    let shown: Vec<(&Compared, &Figure)> = compared
        .iter()
        .filter_map(|one| Some((one, one.now.as_ref()?)))
        .filter(|(_, now)| matches!(now.unit, Unit::Share | Unit::Score))
        .collect();
    let names: Vec<String> = shown.iter().map(|(one, _)| one.key.clone()).collect();
    let lines = shown.len();
    drawn("each share and score with its interval, beside the baseline", MARGINS + LINE * lines as u32, |area| {
        let mut chart = lined(area, 0.0..1.0, &names, &|value: &f64| format!("{:.0} %", value * 100.0))?;
        for (at, (one, now)) in shown.iter().enumerate() {
            let (height, [low, high]) = (at as f64, now.interval());
            let colour = if one.verdict.fails() { WRONG } else { NOW };
            let bar = Rectangle::new([(0.0, height - 0.28), (now.value(), height + 0.28)], colour.mix(0.45).filled());
            chart.draw_series([bar])?;
            chart.draw_series([PathElement::new([(low, height), (high, height)], colour.stroke_width(3))])?;
            if let Some(before) = &one.before {
                let mark = [(before.value, height - 0.4), (before.value, height + 0.4)];
                chart.draw_series([PathElement::new(mark, BEFORE.stroke_width(3))])?;
            }
        }
        Ok(())
    })
}

type Lined<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

/// A chart with a named line for each row, the first on top.
fn lined<'a, 'b>(
    area: &'a Area<'b>,
    across: std::ops::Range<f64>,
    names: &[String],
    written: &dyn Fn(&f64) -> String,
) -> Result<Lined<'a, 'b>, Box<dyn std::error::Error>>
where
    'b: 'a,
{
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .margin_right(30)
        .x_label_area_size(30)
        .y_label_area_size(NAMES)
        .build_cartesian_2d(across, (names.len() as f64 - 0.4)..-0.6)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(INK.mix(0.05))
        .bold_line_style(INK.mix(0.15))
        .axis_style(INK.mix(0.5))
        .label_style(text())
        .y_labels(names.len() * 2 + 2)
        .y_label_formatter(&|at: &f64| name_at(names, *at))
        .x_label_formatter(&|value: &f64| written(value))
        .draw()?;
    Ok(chart)
}

/// How often a confidence was right: on the diagonal it says what it means.
pub(super) fn reliability(figure: &Figure) -> Option<String> {
    const BINS: usize = 10;
    let mut bins = [(0_u32, 0_u32, 0.0); BINS];
    for row in figure.rows.values() {
        let bin = &mut bins[((row.abs() * BINS as f64) as usize).min(BINS - 1)];
        *bin = (bin.0 + 1, bin.1 + u32::from(row.is_sign_positive()), bin.2 + row.abs());
    }
    let about = format!("reliability of the confidences on {}", figure.set);
    drawn(&about, 380, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(10)
            .x_label_area_size(45)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        chart
            .configure_mesh()
            .light_line_style(INK.mix(0.05))
            .bold_line_style(INK.mix(0.15))
            .axis_style(INK.mix(0.5))
            .label_style(text())
            .axis_desc_style(text())
            .x_desc("confidence")
            .y_desc("share that was right")
            .draw()?;
        chart.draw_series([PathElement::new([(0.0, 0.0), (1.0, 1.0)], INK.mix(0.5).stroke_width(1))])?;
        for (rows, right, confidence) in bins.into_iter().filter(|(rows, ..)| *rows > 0) {
            let (rows, right) = (f64::from(rows), f64::from(right));
            let (at, share) = (confidence / rows, right / rows);
            let [low, high] = super::statistics::wilson(right, rows);
            chart.draw_series([PathElement::new([(at, low), (at, high)], NOW.stroke_width(2))])?;
            chart.draw_series([Circle::new((at, share), 5, NOW.filled())])?;
            chart.draw_series([Text::new(format!("{rows}"), (at + 0.008, share), text())])?;
        }
        Ok(())
    })
}

/// What was taken for what, the most frequent first.
pub(super) fn confusions(set: &str, pairs: &[(String, usize)]) -> Option<String> {
    let names: Vec<String> = pairs.iter().map(|(pair, _)| pair.clone()).collect();
    let most = pairs.iter().map(|(_, rows)| *rows).max()?.max(1) as f64;
    let about = format!("the most frequent confusions on {set}");
    drawn(&about, MARGINS + LINE * names.len() as u32, |area| {
        let mut chart = lined(area, 0.0..most * 1.1, &names, &|value: &f64| format!("{value:.1}"))?;
        let bars = pairs.iter().enumerate().map(|(at, (_, rows))| {
            Rectangle::new([(0.0, at as f64 - 0.3), (*rows as f64, at as f64 + 0.3)], NOW.mix(0.6).filled())
        });
        chart.draw_series(bars)?;
        Ok(())
    })
}

/// How the values of a figure are spread over its turns.
pub(super) fn spread(figure: &Figure) -> Option<String> {
    const COLUMNS: usize = 30;
    let values = figure.values();
    let most = values.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let mut columns: BTreeMap<usize, u32> = BTreeMap::new();
    for value in &values {
        *columns.entry(((value / most * COLUMNS as f64) as usize).min(COLUMNS - 1)).or_default() += 1;
    }
    let highest = columns.values().copied().max().unwrap_or(1);
    drawn(&format!("{} of the turns of {}", figure.name, figure.set), 300, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(10)
            .x_label_area_size(45)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..most, 0.0..f64::from(highest) * 1.05)?;
        chart
            .configure_mesh()
            .light_line_style(INK.mix(0.05))
            .bold_line_style(INK.mix(0.15))
            .axis_style(INK.mix(0.5))
            .label_style(text())
            .axis_desc_style(text())
            .x_desc(described(figure))
            .y_desc("turns")
            .x_label_formatter(&|value: &f64| short(value))
            .draw()?;
        let wide = most / COLUMNS as f64;
        let bars = columns.iter().map(|(at, turns)| {
            let left = *at as f64 * wide;
            Rectangle::new([(left, 0.0), (left + wide * 0.9, f64::from(*turns))], NOW.mix(0.6).filled())
        });
        chart.draw_series(bars)?;
        Ok(())
    })
}

fn described(figure: &Figure) -> &'static str {
    match figure.unit {
        Unit::MicroUsd => "millionths of a dollar a turn",
        Unit::Times => "times the yardstick",
        Unit::Share | Unit::Score => "value",
    }
}

fn short(value: impl Display) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
