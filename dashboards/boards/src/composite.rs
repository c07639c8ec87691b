//! Alarms of alarms: rules such as `ALARM("one") OR (ALARM("two") AND NOT OK("three"))`.

use std::collections::BTreeMap;

use contract::Result;
use minijinja::machinery::ast::{BinOpKind, Call, CallArg, Expr, UnaryOpKind};
use minijinja::machinery::parse_expr;

use crate::alarm::State;
use crate::math::wrong;

/// Whether a rule holds, given the states of the alarms that it may name.
///
/// # Errors
/// `Invalid` when the rule cannot be read, or names an alarm that there is not.
pub fn holds(rule: &str, states: &BTreeMap<String, State>) -> Result<bool> {
    // The operators are words in capitals; names of alarms have no blanks.
    let words = rule.split_whitespace().map(|word| match word {
        "AND" => "and",
        "OR" => "or",
        "NOT" => "not",
        other => other,
    });
    let rule = words.collect::<Vec<_>>().join(" ");
    let read = parse_expr(&rule).map_err(|cause| wrong(cause.to_string()))?;
    of(&read, states)
}

fn of(rule: &Expr<'_>, states: &BTreeMap<String, State>) -> Result<bool> {
    match rule {
        Expr::BinOp(both) => match both.op {
            BinOpKind::ScAnd => Ok(of(&both.left, states)? & of(&both.right, states)?),
            BinOpKind::ScOr => Ok(of(&both.left, states)? | of(&both.right, states)?),
            _ => Err(wrong("a rule has AND, OR and NOT only")),
        },
        Expr::UnaryOp(unary) if matches!(unary.op, UnaryOpKind::Not) => Ok(!of(&unary.expr, states)?),
        Expr::Var(constant) if constant.id == "TRUE" => Ok(true),
        Expr::Var(constant) if constant.id == "FALSE" => Ok(false),
        Expr::Call(call) => asked(call, states),
        _ => Err(wrong("a rule asks for the states of alarms")),
    }
}

fn asked(call: &Call<'_>, states: &BTreeMap<String, State>) -> Result<bool> {
    let (Expr::Var(function), [CallArg::Pos(Expr::Const(name))]) = (&call.expr, call.args.as_slice()) else {
        return Err(wrong("a rule asks for one alarm at a time"));
    };
    let wanted = match function.id {
        "ALARM" => State::Alarm,
        "OK" => State::Ok,
        "INSUFFICIENT_DATA" => State::InsufficientData,
        other => return Err(wrong(format!("{other} is no state"))),
    };
    let name = name.value.as_str().unwrap_or_default();
    let state = states.get(name).ok_or_else(|| wrong(format!("there is no alarm {name}")))?;
    Ok(*state == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold_as_they_are_written() {
        let states = BTreeMap::from([("a".to_owned(), State::Alarm), ("b".to_owned(), State::Ok)]);
        let holds = |rule: &str| holds(rule, &states);
        for rule in [
            "ALARM(\"a\")",
            "ALARM(\"b\") OR ALARM(\"a\")",
            "OK('b') AND NOT ALARM(b)".replace("(b)", "('b')").as_str(),
            "TRUE",
        ] {
            assert!(holds(rule).unwrap(), "{rule}");
        }
        for rule in ["FALSE", "ALARM(\"b\")", "ALARM(\"a\") AND (ALARM(\"b\") OR FALSE)", "INSUFFICIENT_DATA(\"a\")"] {
            assert!(!holds(rule).unwrap(), "{rule}");
        }
        for rule in ["", "ALARM(\"c\")", "ALARM(\"a\") OR ALARM(\"c\")", "1", "a", "BROKEN(\"a\")", "ALARM()", "("] {
            assert!(holds(rule).is_err(), "{rule}");
        }
    }
}
