//! Measures the engine against labelled messages: tone, urgency, and agreement with human ratings.

mod confusion;
mod correlation;
mod rows;

use std::fmt;

pub use confusion::{ClassScore, Confusion};
pub use correlation::Correlations;
pub use rows::{Row, RowError, read_rows};

use crate::{HazardReader, MoodReader, Polarity, Urgency};

/// Everything that the rows of one file allow to be measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Rows with a tone label: columns negative, neutral, positive.
    pub tone: Confusion<3>,
    /// Rows with an urgency label: columns routine, soon, urgent, emergency.
    pub urgency: Confusion<4>,
    /// Rows with a mean of human ratings: Pearson's r of the polarity, by source.
    pub ratings: Correlations,
}

impl Report {
    /// The share of negative messages that were found: what VADER's lexicon alone misses in service language.
    #[must_use]
    pub fn negatives_found(&self) -> f64 {
        self.tone.class(0).recall
    }

    /// Recall and precision of emergencies.
    #[must_use]
    pub fn emergencies(&self) -> ClassScore {
        self.urgency.class(3)
    }
}

/// Reads each row and counts how often the engine agrees.
#[must_use]
pub fn evaluate(rows: &[Row], moods: &MoodReader, hazards: &HazardReader) -> Report {
    let mut tone = Confusion::new(["negative", "neutral", "positive"]);
    let mut urgency = Confusion::new(["routine", "soon", "urgent", "emergency"]);
    let mut ratings = Correlations::default();
    for row in rows {
        let mood = moods.read(&row.text);
        if let Some(expected) = row.label {
            tone.count(tone_column(expected), tone_column(mood.label));
        }
        if let Some(expected) = row.urgency {
            urgency.count(urgency_column(expected), urgency_column(hazards.read(&row.text).urgency));
        }
        if let Some(mean) = row.mean {
            ratings.note(row.source.as_deref().unwrap_or("all"), f64::from(mood.score), mean);
        }
    }
    Report { tone, urgency, ratings }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tone.total() > 0 {
            writeln!(out, "Tone ({} rows)\n{}", self.tone.total(), self.tone)?;
            writeln!(
                out,
                "negatives found {:.3}   (VADER on service tweets, published: 0.440)\n",
                self.negatives_found()
            )?;
        }
        if self.urgency.total() > 0 {
            writeln!(out, "Urgency ({} rows)\n{}", self.urgency.total(), self.urgency)?;
            let found = self.emergencies();
            writeln!(out, "emergencies found {:.3}, of those called so right {:.3}\n", found.recall, found.precision)?;
        }
        write!(out, "{}", self.ratings)
    }
}

fn tone_column(label: Polarity) -> usize {
    match label {
        Polarity::Negative => 0,
        Polarity::Neutral => 1,
        Polarity::Positive => 2,
    }
}

fn urgency_column(urgency: Urgency) -> usize {
    match urgency {
        Urgency::Routine => 0,
        Urgency::Soon => 1,
        Urgency::Urgent => 2,
        Urgency::Emergency => 3,
    }
}

#[cfg(test)]
mod tests;
