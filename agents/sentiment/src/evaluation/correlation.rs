//! Pearson's correlation of the polarity with means of human ratings, for each source of messages.

use std::{collections::BTreeMap, fmt};

/// What VADER (vaderSentiment 3.3.2) reaches on the public development rows of its four sets, measured for this project.
const VADER: [(&str, f64); 4] = [
    ("tweets", 0.869),
    ("movieReviewSnippets", 0.428),
    ("amazonReviewSnippets", 0.588),
    ("nytEditorialSnippets", 0.488),
];

/// Pairs of polarity and rating, summed up by source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Correlations(BTreeMap<String, Sums>);

/// Running means and sums of squares (Welford), stable for any number of pairs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sums {
    pairs: f64,
    mean_ours: f64,
    mean_theirs: f64,
    ours: f64,
    theirs: f64,
    both: f64,
}

impl Correlations {
    /// Adds one pair.
    pub fn note(&mut self, source: &str, ours: f64, theirs: f64) {
        self.0.entry(source.to_owned()).or_default().add(ours, theirs);
    }

    /// Pearson's r for a source; nothing for an unknown source, or where one side never varies.
    #[must_use]
    pub fn pearson(&self, source: &str) -> Option<f64> {
        self.0.get(source)?.pearson()
    }
}

impl Sums {
    fn add(&mut self, ours: f64, theirs: f64) {
        self.pairs += 1.0;
        let (from_ours, from_theirs) = (ours - self.mean_ours, theirs - self.mean_theirs);
        self.mean_ours += from_ours / self.pairs;
        self.mean_theirs += from_theirs / self.pairs;
        self.ours += from_ours * (ours - self.mean_ours);
        self.theirs += from_theirs * (theirs - self.mean_theirs);
        self.both += from_ours * (theirs - self.mean_theirs);
    }

    fn pearson(&self) -> Option<f64> {
        let spread = (self.ours * self.theirs).sqrt();
        (spread > 0.0).then(|| self.both / spread)
    }
}

impl fmt::Display for Correlations {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (source, sums) in &self.0 {
            let reached = sums.pearson().map_or_else(|| "undefined".to_owned(), |r| format!("{r:.3}"));
            write!(out, "{source:24}{:>7} rows   Pearson r {reached}", sums.pairs)?;
            match VADER.iter().find(|(name, _)| name == source) {
                Some((_, vader)) => writeln!(out, "   (VADER {vader:.3})")?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    }
}
