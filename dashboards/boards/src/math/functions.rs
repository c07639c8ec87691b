//! The functions of metric math that boards and alarms use.

use contract::Result;

use super::{Operand, Scope, wrong};
use crate::line::{Grid, Line};

/// What a function comes to.
pub(super) fn called(name: &str, arguments: &[Operand], scope: &dyn Scope) -> Result<Operand> {
    use Operand::{Number, Text};
    let grid = scope.grid();
    match (name, arguments) {
        ("SEARCH", [Text(text), Text(statistic)] | [Text(text), Text(statistic), Number(_)]) => {
            scope.search(text, statistic).map(Operand::Lines)
        }
        ("METRICS", []) => scope.metrics("").map(Operand::Lines),
        ("METRICS", [Text(part)]) => scope.metrics(part).map(Operand::Lines),
        ("PERIOD", [Operand::Line(_) | Operand::Lines(_)]) => Ok(Number(grid.seconds() as f64)),
        ("RATE", [values]) => changed(values, |line| rate(&line, grid)),
        ("FILL", [values, Number(filling)]) => changed(values, |line| filled(line, *filling)),
        ("IF", [condition, then, otherwise]) => chosen(condition, then, otherwise, grid),
        ("SUM", [values]) => together(values, grid, |present| present.iter().sum()),
        ("AVG", [values]) => together(values, grid, |present| present.iter().sum::<f64>() / present.len() as f64),
        ("MIN", [values]) => together(values, grid, |present| present.iter().copied().fold(f64::INFINITY, f64::min)),
        ("MAX", [values]) => {
            together(values, grid, |present| present.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        }
        _ => Err(wrong(format!("there is no function {name} with these arguments"))),
    }
}

fn changed(values: &Operand, change: impl Fn(Line) -> Line) -> Result<Operand> {
    match values {
        Operand::Line(line) => Ok(Operand::Line(change(line.clone()))),
        Operand::Lines(lines) => Ok(Operand::Lines(lines.iter().cloned().map(change).collect())),
        Operand::Number(_) | Operand::Text(_) => Err(wrong("this function takes lines")),
    }
}

fn filled(mut line: Line, filling: f64) -> Line {
    for value in &mut line.values {
        *value = value.or(Some(filling));
    }
    line
}

/// The change a second from one period to the next; none behind a gap.
fn rate(line: &Line, grid: Grid) -> Line {
    let pairs = line.values.windows(2).map(|pair| match pair {
        [Some(before), Some(now)] => Some((now - before) / grid.seconds() as f64).filter(|rate| rate.is_finite()),
        _ => None,
    });
    Line { values: std::iter::once(None).chain(pairs).collect(), ..line.clone() }
}

/// Period by period one of two; where it is not known which, none.
fn chosen(condition: &Operand, then: &Operand, otherwise: &Operand, grid: Grid) -> Result<Operand> {
    let (condition, then, otherwise) = (one(condition, grid)?, one(then, grid)?, one(otherwise, grid)?);
    let both = then.values.iter().zip(&otherwise.values);
    let choose = |(condition, (then, otherwise)): (&Option<f64>, (&Option<f64>, &Option<f64>))| {
        if (*condition)? == 0.0 { *otherwise } else { *then }
    };
    let values = condition.values.iter().zip(both).map(choose).collect();
    Ok(Operand::Line(Line { values, ..then }))
}

fn one(operand: &Operand, grid: Grid) -> Result<Line> {
    match operand {
        Operand::Line(line) => Ok(line.clone()),
        Operand::Number(number) => Ok(filled(grid.empty(), *number)),
        Operand::Lines(_) | Operand::Text(_) => Err(wrong("IF takes single lines and numbers")),
    }
}

/// Of several lines one, period by period, out of the values that are there; of one line a number.
fn together(values: &Operand, grid: Grid, make: impl Fn(&[f64]) -> f64) -> Result<Operand> {
    let made = |present: Vec<f64>| {
        if present.is_empty() { None } else { Some(make(&present)).filter(|made| made.is_finite()) }
    };
    match values {
        Operand::Lines(lines) => {
            let of = |index| lines.iter().filter_map(|line| line.values.get(index).copied().flatten()).collect();
            let values = (0..grid.count()).map(|index| made(of(index))).collect();
            Ok(Operand::Line(Line { values, ..grid.empty() }))
        }
        // Nothing was measured: a line without a value, since there is no number to give.
        Operand::Line(line) => Ok(made(line.values.iter().copied().flatten().collect())
            .map_or_else(|| Operand::Line(grid.empty()), Operand::Number)),
        Operand::Number(_) | Operand::Text(_) => Err(wrong("this function takes lines")),
    }
}
