//! Lines over time, or areas that stand on one another.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::INK;
use super::frame::{Area, Drawn, TITLE, again, colour, legend, title, weight};
use super::times::Times;
use crate::chart::{Chart, written};

type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Times, RangedCoordf64>>;

/// Values that are larger cannot be told apart by eye, and would overflow the scale.
const LARGEST: f64 = 1e15;

/// Draws lines over time.
pub(super) fn over_time(area: &Area<'_>, chart: &Chart) -> Drawn {
    title(area, chart)?;
    let top = TITLE + legend(area, chart)? + 4;
    let bands = bands(chart);
    let scale = scale(chart, &bands);
    let from = chart.grid.second(0) as f64;
    let until = chart.grid.second(chart.grid.count()) as f64;
    let mut plane = ChartBuilder::on(area)
        .margin_top(top)
        .margin_right(16)
        .x_label_area_size(24)
        .y_label_area_size(if chart.unit.is_empty() { 48 } else { 62 })
        .build_cartesian_2d(Times::new(from, until), scale)
        .map_err(|cause| cause.to_string())?;
    mesh(&mut plane, chart)?;
    for (index, band) in bands.iter().enumerate() {
        for run in runs(band) {
            if chart.stacked {
                filled(&mut plane, chart, &run, index)?
            } else {
                stroke(&mut plane, chart, &run, index)?
            }
        }
    }
    thresholds(&mut plane, chart, (from, until))
}

/// For each line and period where it begins and ends on the scale: a line at its value, an area on those below it.
fn bands(chart: &Chart) -> Vec<Vec<Option<(f64, f64)>>> {
    let mut below = vec![0.0; chart.grid.count()];
    let mut band = |values: &Vec<Option<f64>>| {
        let place = |(base, value): (&mut f64, &Option<f64>)| {
            let value = (*value)?.clamp(-LARGEST, LARGEST);
            let from = if chart.stacked { *base } else { 0.0 };
            *base += value;
            Some((from, from + value))
        };
        below.iter_mut().zip(values).map(place).collect()
    };
    chart.lines.iter().map(|line| band(&line.values)).collect()
}

/// From the least to the largest value, with zero, the thresholds, and some room.
fn scale(chart: &Chart, bands: &[Vec<Option<(f64, f64)>>]) -> std::ops::Range<f64> {
    let ends = bands.iter().flatten().flatten().map(|(_, end)| *end);
    let marks = chart.thresholds.iter().map(|threshold| threshold.value.clamp(-LARGEST, LARGEST));
    let said = chart.min.into_iter().chain(chart.max);
    let (least, most) = ends
        .chain(marks)
        .chain(said)
        .fold((0.0_f64, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
    let room = (most - least) * 0.06;
    let most = if most - least < 1e-9 { least + 1.0 } else { most + room };
    (if least < 0.0 { least - room } else { least })..most
}

fn mesh(plane: &mut Plane<'_, '_>, chart: &Chart) -> Drawn {
    let label = ("sans-serif", 13.0).into_font().color(&INK.mix(0.9));
    plane
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(INK.mix(0.16))
        .light_line_style(TRANSPARENT)
        .axis_style(INK.mix(0.5))
        .label_style(label.clone())
        .axis_desc_style(label)
        .y_desc(chart.unit.as_str())
        .x_labels(7)
        .y_labels(6)
        .y_label_formatter(&|value| written(*value))
        .draw()
        .map_err(|cause| cause.to_string())
}

/// What lies between two gaps: the periods and their bands.
fn runs(band: &[Option<(f64, f64)>]) -> Vec<Vec<(usize, (f64, f64))>> {
    let mut runs = vec![Vec::new()];
    for (index, place) in band.iter().enumerate() {
        match (place, runs.last_mut()) {
            (Some(place), Some(run)) => run.push((index, *place)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

fn stroke(plane: &mut Plane<'_, '_>, chart: &Chart, run: &[(usize, (f64, f64))], index: usize) -> Drawn {
    let points = run.iter().map(|(period, (_, value))| (chart.grid.second(*period) as f64, *value));
    let drawn = if run.len() == 1 {
        // A value between two gaps would be a line without a length.
        plane.draw_series(points.map(|point| Circle::new(point, 2, colour(index).filled())))
    } else if again(index) {
        let points: Vec<_> = points.collect();
        plane.draw_series(DashedLineSeries::new(points, 5, 3, colour(index).stroke_width(2)))
    } else {
        plane.draw_series(LineSeries::new(points, colour(index).stroke_width(2)))
    };
    drawn.map(|_| ()).map_err(|cause| cause.to_string())
}

/// Each period as a step as wide as it is: nothing is drawn where nothing was measured.
fn filled(plane: &mut Plane<'_, '_>, chart: &Chart, run: &[(usize, (f64, f64))], index: usize) -> Drawn {
    let at = |period: usize| chart.grid.second(period) as f64;
    let above = run.iter().flat_map(|(period, (_, end))| [(at(*period), *end), (at(period + 1), *end)]);
    let below = run.iter().rev().flat_map(|(period, (base, _))| [(at(period + 1), *base), (at(*period), *base)]);
    let outline: Vec<_> = above.chain(below).collect();
    let drawn = plane.draw_series(std::iter::once(Polygon::new(outline, colour(index).mix(weight(index)))));
    drawn.map(|_| ()).map_err(|cause| cause.to_string())
}

/// Broken lines with their meaning above them.
fn thresholds(plane: &mut Plane<'_, '_>, chart: &Chart, (from, until): (f64, f64)) -> Drawn {
    for threshold in &chart.thresholds {
        let value = threshold.value.clamp(-LARGEST, LARGEST);
        let line = DashedLineSeries::new([(from, value), (until, value)], 6, 5, INK.mix(0.75).stroke_width(1));
        plane.draw_series(line).map_err(|cause| cause.to_string())?;
        let style = ("sans-serif", 13.0).into_font().color(&INK.mix(0.9));
        let above = Pos::new(HPos::Right, VPos::Bottom);
        let words = Text::new(threshold.label.clone(), (until, value), style.pos(above));
        plane.draw_series(std::iter::once(words)).map_err(|cause| cause.to_string())?;
    }
    Ok(())
}
