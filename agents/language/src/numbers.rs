//! Finds the numbers of a text with their units, in one spelling: `1,200 km`, `£8`, `20 minutes`, `two weeks`.

use crate::words;

/// A number and what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quantity {
    /// The number without thousands separators and trailing zeros.
    pub value: String,
    /// First name of the unit, such as `min`; `None` when no known unit stands with it.
    pub unit: Option<String>,
    /// What the unit measures, such as `duration`.
    pub measure: Option<String>,
}

impl Quantity {
    /// Whether both can mean the same quantity. A missing unit agrees with every unit.
    pub fn agrees(&self, other: &Self) -> bool {
        self.value == other.value && (self.unit.is_none() || other.unit.is_none() || self.unit == other.unit)
    }
}

/// The quantities of `text` in their order. A digit inside a name such as `P0301` or `R18` is none.
pub fn quantities(text: &str) -> Vec<Quantity> {
    let pieces = pieces(text);
    let mut found = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        if let Some(value) = value(piece) {
            let before = at
                .checked_sub(1)
                .and_then(|at| pieces.get(at))
                .copied()
                .filter(|piece| matches!(*piece, "£" | "€" | "$"));
            let after = pieces.iter().skip(at + 1).take(2).copied();
            let unit = before.into_iter().chain(after).find_map(unit);
            found.push(Quantity {
                value,
                unit: unit.map(|(name, _)| name.clone()),
                measure: unit.map(|(_, measure)| measure.clone()),
            });
        }
    }
    found
}

/// Runs of number characters, of letters (with `°`, `%`, `/` as in units), and of each currency sign alone.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut last = Class::Gap;
    for (at, c) in text.char_indices() {
        let class = class(text, at, c, last);
        if class != last || class == Class::Sign {
            found.push(&text[start..at]);
            start = at;
        }
        last = class;
    }
    found.push(&text[start..]);
    found.retain(|piece| piece.chars().any(|c| c.is_alphanumeric() || matches!(c, '%' | '°' | '£' | '€' | '$')));
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Gap,
    Number,
    Letters,
    Sign,
}

fn class(text: &str, at: usize, c: char, last: Class) -> Class {
    let next = text[at + c.len_utf8()..].chars().next();
    match c {
        '0'..='9' if last == Class::Letters => Class::Letters,
        '0'..='9' => Class::Number,
        '.' | ',' if last == Class::Number && next.is_some_and(|c| c.is_ascii_digit()) => Class::Number,
        '£' | '€' | '$' => Class::Sign,
        '%' | '°' => Class::Letters,
        '/' if last == Class::Letters && next.is_some_and(char::is_alphabetic) => Class::Letters,
        _ if c.is_alphabetic() => Class::Letters,
        _ => Class::Gap,
    }
}

fn value(piece: &str) -> Option<String> {
    if let Some(number) = words().numbers.get(piece.to_lowercase().as_str()) {
        return Some(number.to_string());
    }
    if !piece.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let thousands = piece.split(',').skip(1).all(|group| group.split('.').next().is_some_and(|group| group.len() == 3));
    let number = if thousands { piece.replace(',', "") } else { piece.replace(',', ".") };
    Some(match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false if number.trim_start_matches('0').is_empty() => "0".to_owned(),
        false => number.trim_start_matches('0').to_owned(),
    })
}

fn unit(piece: &str) -> Option<&'static (String, String)> {
    words().units.get(piece.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        quantities(text).into_iter().map(|q| format!("{} {}", q.value, q.unit.unwrap_or_default())).collect()
    }

    #[test]
    fn finds_numbers_with_their_units() {
        for (text, expected) in [
            ("2.50 bar (36 psi)", vec!["2.5 bar", "36 psi"]),
            ("1,200 km or 12V, 5-minute", vec!["1200 km", "12 v", "5 min"]),
            ("£8 (€9) in 10 working days", vec!["8 £", "9 €", "10 day"]),
            ("two weeks at 50 km/h, -20 °C, 80%", vec!["2 week", "50 km/h", "20 °c", "80 %"]),
            ("P0301 on R18 wheels", vec![]),
            ("5 to 7 times", vec!["5 ", "7 times"]),
            ("", vec![]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
        assert!(
            quantities("5 bar")[0].agrees(&quantities("5")[0])
                && !quantities("5 bar")[0].agrees(&quantities("5 psi")[0])
        );
    }
}
