//! Turns text into terms: words in small letters, one word for the same thing, no stop words, reduced to their stems.

use frostem::{Algorithm, Stemmer};

use crate::words;

/// Longest word that becomes a term, in bytes; longer ones are noise.
const LONGEST: usize = 40;

/// Endings that the stemmer leaves on one of two words for the same.
const ENDINGS: [&str; 6] = ["er", "or", "r", "l", "i", "y"];

/// The terms of `text` in their order. Numbers that are written out become digits.
pub fn terms(text: &str) -> Vec<String> {
    let stemmer = Stemmer::new(Algorithm::English);
    let tokens = tokens(text);
    let mut found = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(word) = tokens.get(at) {
        let pair = tokens.get(at + 1).and_then(|next| joined(word, next));
        at += if pair.is_some() { 2 } else { 1 };
        if let Some(others) = pair.or_else(|| words().same.get(word)) {
            found.extend(others.split(' ').map(|other| stemmer.stem(other).into_owned()));
        } else if let Some(number) = words().numbers.get(word) {
            found.push(number.to_string());
        } else if !words().stop.contains(word) {
            found.push(stemmer.stem(word).into_owned());
        }
    }
    found
}

/// What a pair of words stands for, such as `break down`.
fn joined(word: &str, next: &str) -> Option<&'static String> {
    words().pairs.get(word)?.iter().find(|(second, _)| second == next).map(|(_, meaning)| meaning)
}

/// The words of `text` in small letters: letters and digits with apostrophes inside, decimals whole. A number and its unit
/// are two (`12V` → `12`, `v`), and the possessive `'s` falls away.
pub fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut start = None;
    let bytes = text.as_bytes();
    for (at, c) in text.char_indices() {
        let inside = c.is_alphanumeric() || (matches!(c, '\'' | '’') && start.is_some()) || joins_digits(bytes, at);
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                push(&text[from..at], &mut found);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        push(&text[from..], &mut found);
    }
    found
}

/// How much a word says about the matter of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// Nothing, such as `the`: no term comes of it.
    Stop,
    /// What every page is about, such as `car`.
    Generic,
    /// Hardly anything, such as `need`.
    Weak,
    /// It names a matter.
    Full,
}

/// How much a word, in small letters, says about the matter of a text.
pub fn matter(word: &str) -> Matter {
    match word {
        word if words().generic.contains(word) => Matter::Generic,
        word if words().weak.contains(word) => Matter::Weak,
        word if words().stop.contains(word) => Matter::Stop,
        _ => Matter::Full,
    }
}

/// Whether two terms mean the same: equal, or one longer by an ending that the stemmer leaves (`charg`, `charger`).
pub fn same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() >= 5 && long.strip_prefix(short).is_some_and(|ending| ENDINGS.contains(&ending))
}

/// The full stop of `2.5` and the comma of `1,200`.
fn joins_digits(bytes: &[u8], at: usize) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    matches!(bytes.get(at), Some(b'.' | b',')) && digit(at.checked_sub(1)) && digit(at.checked_add(1))
}

fn push(run: &str, found: &mut Vec<String>) {
    let run = run.trim_end_matches(['\'', '’']).to_lowercase().replace('’', "'");
    let run = run.strip_suffix("'s").unwrap_or(&run);
    let digits = run.len() - run.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',')).len();
    let (number, word) = run.split_at(digits);
    for part in [number, word] {
        if !part.is_empty() && part.len() <= LONGEST {
            found.push(part.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_stems_without_stop_words() {
        for (text, expected) in [
            ("How do I check the Tires?", vec!["check", "tyre"]),
            ("the driver's door doesn't lock", vec!["driver", "door", "not", "lock"]),
            ("two cars broke down", vec!["2", "car", "breakdown"]),
            ("12V, 2.5 bar, 1,200 km and P0301.", vec!["12", "v", "2.5", "bar", "1,200", "km", "p0301"]),
            ("a punctured trunk", vec!["flat", "tyre", "boot"]),
            ("ÜBER 東京 💥 ''", vec!["über", "東京"]),
            ("", vec![]),
        ] {
            assert_eq!(terms(text), expected, "{text:?}");
        }
    }

    #[test]
    fn endings_do_not_part_words() {
        assert!(same("charg", "charger") && same("tyre", "tyre"));
        assert!(
            !same("car", "card") && !same("person", "personal") && !same("batteri", "charg") && !same("tyre", "tyrell")
        );
    }
}
