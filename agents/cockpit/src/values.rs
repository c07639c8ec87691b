//! What a clause makes of a device: on, off, a value, more, less, or nothing that was said.

use crate::table::{Device, Kind, Tables, Verb};
use crate::wish::Change;
use crate::words::{Clause, has, longest};

/// What is to become of the device, and the words that said so.
pub(crate) fn change(
    tables: &Tables,
    device: &Device,
    clause: &Clause,
    verb: Option<Verb>,
    said: (usize, usize),
) -> (Change, Vec<usize>) {
    let named: Vec<usize> = (said.0..said.0 + said.1).collect();
    if device.kind == Kind::Choice {
        let options = device.option.iter().flat_map(|o| o.said.iter().map(move |said| (o.word.clone(), said)));
        let option = longest(clause, options);
        return match (verb, option, &device.on_word, &device.off_word) {
            (Some(Verb::Off | Verb::Close), _, _, Some(off)) => (Change::Word(off.clone()), Vec::new()),
            (_, Some((word, at, long)), ..) => (Change::Word(word), (at..at + long).collect()),
            (Some(Verb::On), None, Some(on), _) => (Change::Word(on.clone()), Vec::new()),
            (Some(Verb::On), ..) if device.switch.is_some() => (Change::On, Vec::new()),
            (Some(Verb::Off), ..) if device.switch.is_some() => (Change::Off, Vec::new()),
            _ => (Change::Unsaid, Vec::new()),
        };
    }
    if device.kind == Kind::Switch {
        let opening = device.opens;
        let change = match verb {
            Some(Verb::Off | Verb::Close | Verb::Unlock) => Change::Off,
            Some(Verb::Down) if opening => Change::Off,
            Some(Verb::On | Verb::Open | Verb::Lock | Verb::Up) => Change::On,
            Some(Verb::Set) if !opening => Change::On,
            None if device.verb => Change::On,
            _ => Change::Unsaid,
        };
        return (change, Vec::new());
    }
    (amount(tables, device, clause, verb, &named), Vec::new())
}

/// The change of a device that knows numbers.
fn amount(tables: &Tables, device: &Device, clause: &Clause, verb: Option<Verb>, named: &[usize]) -> Change {
    let said = |name: &str| tables.words.values.get(name).is_some_and(|phrases| has(clause, phrases));
    let verb = match verb {
        Some(Verb::Down) if device.down_opens => Some(Verb::Open),
        Some(Verb::Up) if device.down_opens => Some(Verb::Close),
        verb => verb,
    };
    let sign = match verb {
        Some(Verb::Up) => 1.0,
        Some(Verb::Down) => -1.0,
        _ => 0.0,
    };
    if let Some((number, before)) = number(tables, clause, named) {
        let by = tables.words.values.get("by").is_some_and(|by| by.iter().any(|by| before.as_deref() == Some(by)));
        let to = tables.words.values.get("to").is_some_and(|to| to.iter().any(|to| before.as_deref() == Some(to)));
        let small = device.kind == Kind::Level || number < device.min;
        return if sign != 0.0 && (by || (!to && small)) { Change::By(sign * number) } else { Change::To(number) };
    }
    match verb {
        Some(Verb::Close) if device.moves => {
            return if said("vague") { Change::Unsaid } else { Change::To(device.min) };
        }
        Some(Verb::Off) => return Change::To(device.min),
        _ => {}
    }
    let share = [("half", 0.5), ("quarter", 0.25), ("least", 0.0), ("most", 1.0)];
    if let Some((_, share)) = share.into_iter().find(|(name, _)| said(name)) {
        return Change::To(device.min + (device.max - device.min) * share);
    }
    match verb {
        Some(Verb::Open) if device.moves && !said("vague") => Change::To(device.max),
        Some(Verb::On) => device.on.map_or(Change::Unsaid, Change::To),
        Some(Verb::Up | Verb::Down) if !device.moves => Change::By(sign * device.up_by),
        _ => Change::Unsaid,
    }
}

/// The first number outside these words, and the word before it.
pub(crate) fn number(tables: &Tables, clause: &Clause, outside: &[usize]) -> Option<(f64, Option<String>)> {
    let before = |at: usize| at.checked_sub(1).and_then(|at| clause.get(at)).cloned();
    let digits = clause.iter().enumerate().filter(|(at, _)| !outside.contains(at));
    let digits = digits.filter_map(|(at, word)| word.parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| (n, at)));
    if let Some((number, at)) = digits.min_by_key(|(_, at)| *at) {
        return Some((number, before(at)));
    }
    let words = tables.words.numbers.iter().map(|(said, number)| (*number, said));
    // `one` is a pronoun more often than a number: only with a word of measure behind it.
    let (number, at, long) = longest(clause, words)?;
    let measured =
        clause.get(at + long).is_some_and(|unit| tables.words.values.get("measures").is_some_and(|m| m.contains(unit)));
    (number != 1.0 || measured).then(|| (number, before(at)))
}
