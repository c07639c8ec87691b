//! Metric math, as CloudWatch means it: arithmetic and functions over lines, period by period. A gap stays a gap.
//!
//! The expressions are read by minijinja's parser, whose grammar holds all that is used of CloudWatch's; only what they mean is here.

mod arithmetic;
mod functions;

use contract::{Error, Result};
use minijinja::machinery::ast::{BinOpKind, CallArg, CompareOpKind, Expr, UnaryOpKind};
use minijinja::machinery::parse_expr;

use crate::line::{Grid, Line};
use arithmetic::each;

/// What an expression is made of and comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// The same at any time.
    Number(f64),
    /// One line.
    Line(Line),
    /// Any number of lines, such as what a search found.
    Lines(Vec<Line>),
    /// Words, for functions that take some.
    Text(String),
}

/// Where an expression finds what it names.
pub trait Scope {
    /// The periods.
    fn grid(&self) -> Grid;
    /// The row of this name.
    ///
    /// # Errors
    /// `Invalid` when there is none, or it is made of itself.
    fn named(&self, id: &str) -> Result<Operand>;
    /// All metrics among the rows whose name has this part.
    ///
    /// # Errors
    /// As [`Self::named`].
    fn metrics(&self, part: &str) -> Result<Vec<Line>>;
    /// What a search finds.
    ///
    /// # Errors
    /// `Invalid` when the search has no form.
    fn search(&self, text: &str, statistic: &str) -> Result<Vec<Line>>;
}

/// What an expression comes to.
///
/// # Errors
/// `Invalid` when it cannot be read or means nothing.
pub fn evaluated(expression: &str, scope: &dyn Scope) -> Result<Operand> {
    let read = parse_expr(expression).map_err(|cause| wrong(cause.to_string()))?;
    Evaluation { scope }.of(&read)
}

struct Evaluation<'a> {
    scope: &'a dyn Scope,
}

impl Evaluation<'_> {
    fn of(&self, expression: &Expr<'_>) -> Result<Operand> {
        match expression {
            Expr::Var(name) => self.scope.named(name.id),
            Expr::Const(constant) => literal(&constant.value),
            Expr::List(list) => self.list(&list.items),
            Expr::UnaryOp(unary) => match unary.op {
                UnaryOpKind::Neg => each(Operand::Number(0.0), self.of(&unary.expr)?, &|zero, value| zero - value),
                UnaryOpKind::Not => Err(wrong("there is no NOT")),
            },
            Expr::BinOp(binary) => each(self.of(&binary.left)?, self.of(&binary.right)?, operator(binary.op)?),
            Expr::Compare(chain) => match chain.ops.as_slice() {
                [only] => each(self.of(&chain.expr)?, self.of(&only.expr)?, comparison(only.op)?),
                _ => Err(wrong("comparisons cannot be chained")),
            },
            Expr::Call(call) => match &call.expr {
                Expr::Var(name) => self.called(name.id, &call.args),
                _ => Err(wrong("only functions can be called")),
            },
            _ => Err(wrong("metric math has no such form")),
        }
    }

    fn called(&self, name: &str, arguments: &[CallArg<'_>]) -> Result<Operand> {
        let one = |argument: &CallArg<'_>| match argument {
            CallArg::Pos(expression) => self.of(expression),
            _ => Err(wrong("arguments have no names")),
        };
        let arguments: Vec<Operand> = arguments.iter().map(one).collect::<Result<_>>()?;
        functions::called(name, &arguments, self.scope)
    }

    /// Several rows together.
    fn list(&self, items: &[Expr<'_>]) -> Result<Operand> {
        let mut lines = Vec::new();
        for item in items {
            match self.of(item)? {
                Operand::Line(line) => lines.push(line),
                Operand::Lines(more) => lines.extend(more),
                Operand::Number(_) | Operand::Text(_) => return Err(wrong("a list holds rows")),
            }
        }
        Ok(Operand::Lines(lines))
    }
}

fn literal(value: &minijinja::Value) -> Result<Operand> {
    match (value.as_str(), f64::try_from(value.clone())) {
        (Some(text), _) => Ok(Operand::Text(text.to_owned())),
        (None, Ok(number)) => Ok(Operand::Number(number)),
        (None, Err(_)) => Err(wrong("only numbers and texts can be written out")),
    }
}

type Operator = &'static dyn Fn(f64, f64) -> f64;

fn operator(operator: BinOpKind) -> Result<Operator> {
    Ok(match operator {
        BinOpKind::Add => &|left, right| left + right,
        BinOpKind::Sub => &|left, right| left - right,
        BinOpKind::Mul => &|left, right| left * right,
        BinOpKind::Div => &|left, right| left / right,
        BinOpKind::Eq => compared(CompareOpKind::Eq)?,
        BinOpKind::Ne => compared(CompareOpKind::Ne)?,
        BinOpKind::Lt => compared(CompareOpKind::Lt)?,
        BinOpKind::Lte => compared(CompareOpKind::Lte)?,
        BinOpKind::Gt => compared(CompareOpKind::Gt)?,
        BinOpKind::Gte => compared(CompareOpKind::Gte)?,
        _ => return Err(wrong("metric math has no such operator")),
    })
}

fn comparison(operator: CompareOpKind) -> Result<Operator> {
    compared(operator)
}

fn compared(operator: CompareOpKind) -> Result<Operator> {
    Ok(match operator {
        CompareOpKind::Eq => &|left, right| truth(left == right),
        CompareOpKind::Ne => &|left, right| truth(left != right),
        CompareOpKind::Lt => &|left, right| truth(left < right),
        CompareOpKind::Lte => &|left, right| truth(left <= right),
        CompareOpKind::Gt => &|left, right| truth(left > right),
        CompareOpKind::Gte => &|left, right| truth(left >= right),
        CompareOpKind::In | CompareOpKind::NotIn => return Err(wrong("metric math has no IN")),
    })
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

pub(crate) fn wrong(message: impl Into<String>) -> Error {
    Error::invalid("expression", message)
}

#[cfg(test)]
mod tests;
