//! Counts what was expected against what was said, and derives accuracy, precision, recall and F1.

use std::fmt;

/// Counts of `N` classes: rows are expected, columns are said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion<const N: usize> {
    names: [&'static str; N],
    counts: [[usize; N]; N],
}

/// How well one class was told from the others. A ratio without cases is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassScore {
    /// Of those called so, the share that is so.
    pub precision: f64,
    /// Of those that are so, the share that was called so.
    pub recall: f64,
    /// The harmonic mean of the two.
    pub f1: f64,
}

impl<const N: usize> Confusion<N> {
    /// No counts yet.
    #[must_use]
    pub fn new(names: [&'static str; N]) -> Self {
        Self { names, counts: [[0; N]; N] }
    }

    /// Counts one case. A class beyond `N` is not counted.
    pub fn count(&mut self, expected: usize, said: usize) {
        if let Some(count) = self.counts.get_mut(expected).and_then(|row| row.get_mut(said)) {
            *count += 1;
        }
    }

    /// How many cases were counted.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// The cases of a class that were called another.
    #[must_use]
    pub fn get(&self, expected: usize, said: usize) -> usize {
        self.counts.get(expected).and_then(|row| row.get(said)).copied().unwrap_or(0)
    }

    /// The share of cases that were called right.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        ratio((0..N).map(|class| self.get(class, class)).sum(), self.total())
    }

    /// The mean F1 of all classes, each counting alike.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        (0..N).map(|class| self.class(class).f1).sum::<f64>() / N as f64
    }

    /// Precision, recall and F1 of one class.
    #[must_use]
    pub fn class(&self, class: usize) -> ClassScore {
        let right = self.get(class, class);
        let precision = ratio(right, (0..N).map(|expected| self.get(expected, class)).sum());
        let recall = ratio(right, (0..N).map(|said| self.get(class, said)).sum());
        let both = precision + recall;
        ClassScore { precision, recall, f1: if both > 0.0 { 2.0 * precision * recall / both } else { 0.0 } }
    }
}

impl<const N: usize> fmt::Display for Confusion<N> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "accuracy {:.3}   macro-F1 {:.3}", self.accuracy(), self.macro_f1())?;
        write!(out, "{:12}{:>10}{:>8}{:>8}  said:", "", "precision", "recall", "F1")?;
        self.names.iter().try_for_each(|name| write!(out, "{name:>11}"))?;
        for (class, name) in self.names.iter().enumerate() {
            let score = self.class(class);
            write!(out, "\n{name:12}{:>10.3}{:>8.3}{:>8.3}       ", score.precision, score.recall, score.f1)?;
            (0..N).try_for_each(|said| write!(out, "{:>11}", self.get(class, said)))?;
        }
        Ok(())
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
