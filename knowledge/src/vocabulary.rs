//! The terms that occur in the library: finds what a misspelt or differently joined word was meant to be.

use std::collections::HashMap;

/// Shortest word whose spelling is corrected, in characters; shorter ones are near too many others.
const SHORTEST: usize = 5;

/// Endings that the stemmer does not take off, longest first.
const ENDINGS: [&str; 9] = ["iest", "ness", "est", "ier", "ish", "er", "li", "i", "y"];

/// From this many characters on, two slips are forgiven instead of one.
const TWO_SLIPS: usize = 9;

/// All terms of the library with the number of passages that they occur in.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    frequencies: HashMap<String, u32>,
    /// By first letter, because slips hardly ever hit it.
    by_letter: HashMap<char, Vec<String>>,
}

impl Vocabulary {
    /// How many passages the term occurs in.
    pub(crate) fn frequency(&self, term: &str) -> u32 {
        self.frequencies.get(term).copied().unwrap_or_default()
    }

    /// The term most like `term`, more frequent ones first. `None` when nothing is near enough.
    pub(crate) fn nearest(&self, term: &str) -> Option<&str> {
        let letters: Vec<char> = term.chars().collect();
        let slips = if letters.len() < TWO_SLIPS { 1 } else { 2 };
        if letters.len() < SHORTEST || letters.iter().any(char::is_ascii_digit) {
            return None;
        }
        let near = self.by_letter.get(letters.first()?)?.iter().filter_map(|word| {
            let distance = distance(&letters, &word.chars().collect::<Vec<_>>(), slips)?;
            Some((distance, std::cmp::Reverse(self.frequency(word)), word))
        });
        near.min().map(|(_, _, word)| word.as_str())
    }

    /// The term that `term` is derived from by an ending that stemming leaves, such as `fast` of `fastest`.
    pub(crate) fn root(&self, term: &str) -> Option<&str> {
        let roots = ENDINGS.iter().filter_map(|ending| term.strip_suffix(ending)).filter(|root| root.len() >= 3);
        roots.filter_map(|root| self.frequencies.get_key_value(root)).map(|(known, _)| known.as_str()).next()
    }

    /// Both halves of a word that the library writes as two, such as `seatbelt`.
    pub(crate) fn halves(&self, term: &str) -> impl Iterator<Item = (&str, &str)> {
        let cuts = term.char_indices().map(|(at, _)| at).filter(|&at| at >= 3 && at + 3 <= term.len());
        let halves: Vec<_> = cuts.filter_map(|at| Some((term.get(..at)?, term.get(at..)?))).collect();
        halves.into_iter().filter_map(|(head, tail)| {
            let (head, _) = self.frequencies.get_key_value(head)?;
            let (tail, _) = self.frequencies.get_key_value(tail)?;
            Some((head.as_str(), tail.as_str()))
        })
    }
}

impl FromIterator<(String, u32)> for Vocabulary {
    fn from_iter<I: IntoIterator<Item = (String, u32)>>(terms: I) -> Self {
        let mut vocabulary = Self::default();
        for (term, frequency) in terms {
            if let Some(first) = term.chars().next().filter(|c| c.is_alphabetic()) {
                vocabulary.by_letter.entry(first).or_default().push(term.clone());
            }
            *vocabulary.frequencies.entry(term).or_default() += frequency;
        }
        vocabulary
    }
}

/// The number of letters inserted, left out, replaced or swapped with their neighbour between two words, if it is at
/// most `limit` (Damerau 1964, in the form of optimal string alignment).
fn distance(one: &[char], other: &[char], limit: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > limit {
        return None;
    }
    let width = other.len() + 1;
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..width).collect();
    for row in 1..=one.len() {
        let mut line = vec![row; width];
        for column in 1..width {
            let differs = usize::from(one[row - 1] != other[column - 1]);
            let mut least = (last[column] + 1).min(line[column - 1] + 1).min(last[column - 1] + differs);
            if row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1] {
                least = least.min(before[column - 2] + 1);
            }
            line[column] = least;
        }
        if line.iter().min().is_some_and(|&least| least > limit) {
            return None;
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().filter(|&steps| steps <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let terms =
            [("pressur", 9), ("pressure", 2), ("belt", 3), ("seat", 8), ("charg", 30), ("navig", 4), ("temperatur", 5)];
        terms.into_iter().map(|(term, frequency)| (term.to_owned(), frequency)).collect()
    }

    #[test]
    fn forgives_slips_but_not_other_words() {
        for (slip, meant) in [
            ("presure", Some("pressure")),
            ("presur", Some("pressur")),
            ("temprature", Some("temperatur")),
            ("cahrg", Some("charg")),
            ("navg", None),
            ("paris", None),
            ("12345", None),
            ("", None),
        ] {
            assert_eq!(vocabulary().nearest(slip), meant, "{slip}");
        }
    }

    #[test]
    fn finds_the_halves_of_a_joined_word() {
        assert_eq!(vocabulary().halves("seatbelt").collect::<Vec<_>>(), [("seat", "belt")]);
        assert_eq!(vocabulary().halves("seatbänk").count(), 0);
        assert_eq!(vocabulary().halves("").count(), 0);
    }

    #[test]
    fn distance_counts_single_steps() {
        for (one, other, steps) in
            [("", "", Some(0)), ("ab", "ba", Some(1)), ("abc", "abd", Some(1)), ("abc", "xyz", None)]
        {
            let letters = |word: &str| word.chars().collect::<Vec<_>>();
            assert_eq!(distance(&letters(one), &letters(other), 2), steps, "{one} {other}");
        }
    }
}
