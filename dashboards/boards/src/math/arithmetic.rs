//! Two operands, period by period: what is missing on either side is missing in the result.

use contract::Result;

use super::{Operand, wrong};
use crate::line::Line;

/// Both operands through `operation`. A result that is no number is a gap, as after a division by zero.
pub(super) fn each(left: Operand, right: Operand, operation: &dyn Fn(f64, f64) -> f64) -> Result<Operand> {
    use Operand::{Line as One, Lines, Number, Text};
    Ok(match (left, right) {
        (Text(_), _) | (_, Text(_)) => return Err(wrong("texts cannot be reckoned with")),
        (Lines(_), Lines(_)) => {
            return Err(wrong("two lists of lines cannot be reckoned with; SUM makes one line of a list"));
        }
        (Number(left), Number(right)) => Number(operation(left, right)),
        (Number(left), One(line)) => One(line.map(|right| operation(left, right))),
        (One(line), Number(right)) => One(line.map(|left| operation(left, right))),
        (Number(left), Lines(lines)) => Lines(all(lines, |line| line.map(|right| operation(left, right)))),
        (Lines(lines), Number(right)) => Lines(all(lines, |line| line.map(|left| operation(left, right)))),
        (One(left), One(right)) => One(both(left, &right, operation)),
        (Lines(lines), One(right)) => Lines(all(lines, |left| both(left, &right, operation))),
        (One(left), Lines(lines)) => {
            Lines(all(lines, |right| both(right, &left, &|right, left| operation(left, right))))
        }
    })
}

fn all(lines: Vec<Line>, change: impl Fn(Line) -> Line) -> Vec<Line> {
    lines.into_iter().map(change).collect()
}

fn both(mut left: Line, right: &Line, operation: &dyn Fn(f64, f64) -> f64) -> Line {
    for (value, other) in left.values.iter_mut().zip(&right.values) {
        *value = value.zip(*other).map(|(left, right)| operation(left, right)).filter(|result| result.is_finite());
    }
    left
}
