//! A figure: what was measured, over which rows, and how sure that is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::statistics::{bootstrap, wilson};

/// Bins of the calibration error, as `classifier::evaluation` has them.
const BINS: usize = 15;

/// Which way a figure should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of rows, 0 to 1; each row is 0 or 1.
    Share,
    /// A mean of scores between 0 and 1.
    Score,
    /// Millionths of a US dollar.
    MicroUsd,
    /// Times as much as something that was measured in the same run.
    Times,
}

/// How the values of the rows become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Summary {
    /// Their mean.
    Mean,
    /// The value that so many of a hundred rows stay within (nearest rank).
    Percentile(u8),
    /// The mean distance between confidence and accuracy over 15 bins (Guo et al. 2017). A row is the confidence, and negative
    /// when the answer was wrong.
    CalibrationError,
}

impl Summary {
    /// The one value of these rows; 0 of none.
    pub fn of(self, rows: &[f64]) -> f64 {
        let count = rows.len().max(1) as f64;
        match self {
            Self::Mean => rows.iter().sum::<f64>() / count,
            Self::Percentile(percent) => {
                let mut sorted = rows.to_vec();
                sorted.sort_by(f64::total_cmp);
                let rank = (sorted.len() * usize::from(percent)).div_ceil(100);
                sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
            }
            Self::CalibrationError => {
                let mut distance = [0.0; BINS];
                for row in rows {
                    let confidence = row.abs();
                    let right = if row.is_sign_positive() { 1.0 } else { 0.0 };
                    distance[((confidence * BINS as f64) as usize).min(BINS - 1)] += confidence - right;
                }
                distance.iter().map(|bin: &f64| bin.abs()).sum::<f64>() / count
            }
        }
    }
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it is, such as `in-scope accuracy`.
    pub name: String,
    /// The labelled set that it was measured on.
    pub set: String,
    /// What it is counted in.
    pub unit: Unit,
    /// Which way it should go.
    pub better: Better,
    /// How the rows become one value.
    pub summary: Summary,
    /// A change for the worse up to this is no regression. In the unit; of `MicroUsd` and `Times` a share of the baseline.
    pub tolerance: f64,
    /// Every row counts: one that was right and is not any more is a regression, whatever the others do.
    pub strict: bool,
    /// Only comparable between builds of one kind: times depend on how the compiler was asked.
    pub of_build: bool,
    /// The value of each row, by its id.
    pub rows: BTreeMap<String, f64>,
}

impl Figure {
    /// A share of rows that should be high. A drop of two hundredths or less is tolerated.
    pub fn share(set: &str, name: &str, rows: impl IntoIterator<Item = (String, bool)>) -> Self {
        let rows = rows.into_iter().map(|(id, right)| (id, f64::from(u8::from(right)))).collect();
        Self {
            name: name.into(),
            set: set.into(),
            unit: Unit::Share,
            better: Better::Higher,
            summary: Summary::Mean,
            tolerance: 0.02,
            strict: false,
            of_build: false,
            rows,
        }
    }

    /// A mean of scores that should be high.
    pub fn score(set: &str, name: &str, rows: BTreeMap<String, f64>) -> Self {
        Self { unit: Unit::Score, rows, ..Self::share(set, name, []) }
    }

    /// The figure, of which less is better.
    #[must_use]
    pub fn lower(self) -> Self {
        Self { better: Better::Lower, ..self }
    }

    /// The figure, in which every row counts.
    #[must_use]
    pub fn strict(self) -> Self {
        Self { strict: true, tolerance: 0.0, ..self }
    }

    /// What it is known by in a baseline.
    pub fn key(&self) -> String {
        format!("{} / {}", self.set, self.name)
    }

    /// The values of its rows, in the order of their ids.
    pub fn values(&self) -> Vec<f64> {
        self.rows.values().copied().collect()
    }

    /// The one value.
    pub fn value(&self) -> f64 {
        self.summary.of(&self.values())
    }

    /// The interval of 95 % around it: Wilson's for shares, else by the bootstrap.
    pub fn interval(&self) -> [f64; 2] {
        let values = self.values();
        match self.unit {
            Unit::Share => wilson(values.iter().sum(), values.len() as f64),
            _ => bootstrap(&values, |rows| self.summary.of(rows)),
        }
    }
}

impl Unit {
    /// A value as people read it.
    pub fn written(self, value: f64) -> String {
        match self {
            Self::Share => format!("{:.1} %", value * 100.0),
            Self::Score => format!("{value:.3}"),
            Self::MicroUsd => format!("{value:.1} µ$"),
            Self::Times => format!("{value:.3} ×"),
        }
    }
}

/// A row that was not as it should be, for people to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Miss {
    /// The labelled set.
    pub set: String,
    /// What was put to the product.
    pub text: String,
    /// What should have come of it.
    pub expected: String,
    /// What came of it.
    pub got: String,
}

/// What is measured of some kind: its figures, and the rows that were not as they should be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// The figures.
    pub figures: Vec<Figure>,
    /// The rows.
    pub misses: Vec<Miss>,
}

impl Measured {
    /// Takes in what else was measured.
    pub fn add(&mut self, other: Self) {
        self.figures.extend(other.figures);
        self.misses.extend(other.misses);
    }
}

/// The id of a row: 32 bits of a hash of its words, so that it stays the same when rows are added before it.
pub fn id(words: &str) -> String {
    Sha256::digest(words).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// The ids of rows in their order. What occurs more than once is counted.
pub fn ids<'a>(rows: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let numbered = |words| {
        let id = id(words);
        let times = seen.entry(id.clone()).or_default();
        *times += 1;
        if *times == 1 { id } else { format!("{id}.{times}") }
    };
    rows.into_iter().map(numbered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_one_value() {
        assert_eq!(Summary::Percentile(50).of(&[3.0, 1.0, 2.0, 4.0]), 2.0);
        assert_eq!(Summary::Percentile(95).of(&[]), 0.0);
        // Two sure answers of which one is wrong: off by 0.9 and 0.1, in one bin.
        assert!((Summary::CalibrationError.of(&[0.9, -0.9]) - 0.4).abs() < 1e-12);
        let half = Figure::share("s", "f", [("a".into(), true), ("b".into(), false)]);
        assert_eq!((half.value(), half.key()), (0.5, "s / f".into()));
        assert!(half.interval()[0] < 0.1 && half.interval()[1] > 0.9);
    }

    #[test]
    fn ids_are_of_the_words_and_never_the_same() {
        let [one, other, again] = <[String; 3]>::try_from(ids(["a", "b", "a"])).unwrap();
        assert!(one.len() == 8 && one != other && again == format!("{one}.2"));
    }
}
