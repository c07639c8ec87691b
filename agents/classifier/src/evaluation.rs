//! Measures a classifier on labelled texts that it has not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::classifier::{Classifier, OUT_OF_SCOPE, Verdict, is_out_of_scope};
use crate::rows::Row;

const BINS: usize = 15;

/// The confidences at which a router may start to act on an intent.
const LEVELS: [f32; 4] = [0.5, 0.6, 0.7, 0.8];

/// What was measured. A share is between 0 and 1, and `None` where no row could show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How many texts were classified.
    pub rows: usize,
    /// How many of them are out of scope.
    pub out_of_scope_rows: usize,
    /// The share of texts in scope that were accepted with the right label (Larson et al. 2019, CLINC150).
    pub in_scope_accuracy: Option<f64>,
    /// The share of texts in scope whose best intent is right, accepted or not.
    pub best_intent_accuracy: Option<f64>,
    /// The share of texts out of scope that were found to be (Larson et al. 2019).
    pub out_of_scope_recall: Option<f64>,
    /// The share of texts said to be out of scope that are.
    pub out_of_scope_precision: Option<f64>,
    /// The mean F1 of all labels that occur, out of scope being one of them.
    pub macro_f1: f64,
    /// Matthews' correlation over all labels, -1 to 1 (Gorodkin 2004, "Comparing two K-category assignments").
    pub matthews: f64,
    /// The mean distance between confidence and accuracy over 15 bins (Guo et al. 2017, "On Calibration of Modern Neural
    /// Networks"); a confidence speaks of the best intent, which is never right for a text out of scope.
    pub calibration_error: f64,
    /// What a router sees that acts only on sure intents.
    pub selective: Vec<Selective>,
    /// Labels of the rows that the classifier never learned, with their number of rows. All count as errors.
    pub unknown_labels: BTreeMap<String, usize>,
    /// What was taken for what, the most frequent first.
    pub confusions: Vec<Confusion>,
}

/// The verdicts in scope with at least some confidence (El-Yaniv & Wiener 2010, "On the Foundations of Noise-free
/// Selective Classification").
#[derive(Debug, Clone, PartialEq)]
pub struct Selective {
    /// The least confidence.
    pub confidence: f32,
    /// The share of all texts that reach it.
    pub coverage: f64,
    /// The share of these that are right; a text out of scope never is.
    pub accuracy: Option<f64>,
}

/// One kind of error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// The right label.
    pub expected: String,
    /// The label that was given instead.
    pub found: String,
    /// How often.
    pub rows: usize,
}

/// Classifies every row and measures.
pub fn evaluate(classifier: &Classifier, rows: &[Row]) -> Report {
    let verdicts: Vec<Verdict> = rows.iter().map(|row| classifier.classify(&row.text)).collect();
    measure(classifier.labels(), rows, &verdicts)
}

/// Measures verdicts that were reached elsewhere, for instance under a clock; the n-th verdict belongs to the n-th row.
pub fn measure(known: &[String], rows: &[Row], verdicts: &[Verdict]) -> Report {
    let outcomes: Vec<Outcome<'_>> =
        rows.iter().zip(verdicts).map(|(row, verdict)| Outcome::new(row, verdict)).collect();
    let is_foreign = |label: &str| label == OUT_OF_SCOPE;
    let own = || outcomes.iter().filter(|outcome| !is_foreign(outcome.expected));
    let foreign = || outcomes.iter().filter(|outcome| is_foreign(outcome.expected));
    let rejected = || outcomes.iter().filter(|outcome| is_foreign(outcome.found));
    let counts = Counts::of(&outcomes);
    let unknown = own().filter(|outcome| !known.iter().any(|label| label == outcome.expected));
    Report {
        rows: outcomes.len(),
        out_of_scope_rows: foreign().count(),
        in_scope_accuracy: share(own(), |outcome| outcome.found == outcome.expected),
        best_intent_accuracy: share(own(), |outcome| outcome.best_is_right),
        out_of_scope_recall: share(foreign(), |outcome| is_foreign(outcome.found)),
        out_of_scope_precision: share(rejected(), |outcome| is_foreign(outcome.expected)),
        macro_f1: counts.macro_f1(),
        matthews: counts.matthews(),
        calibration_error: calibration_error(&outcomes),
        selective: LEVELS.map(|level| selective(&outcomes, level)).into(),
        unknown_labels: unknown.fold(BTreeMap::new(), |mut found, outcome| {
            *found.entry(outcome.expected.to_owned()).or_insert(0) += 1;
            found
        }),
        confusions: confusions(&outcomes),
    }
}

#[derive(Debug)]
struct Outcome<'a> {
    expected: &'a str,
    found: &'a str,
    best_is_right: bool,
    confidence: f64,
}

impl<'a> Outcome<'a> {
    fn new(row: &'a Row, verdict: &'a Verdict) -> Self {
        Self {
            expected: if is_out_of_scope(&row.label) { OUT_OF_SCOPE } else { &row.label },
            found: if verdict.in_scope { &verdict.label } else { OUT_OF_SCOPE },
            best_is_right: verdict.label == row.label && !is_out_of_scope(&row.label),
            confidence: f64::from(verdict.confidence),
        }
    }
}

fn share<'a>(outcomes: impl Iterator<Item = &'a Outcome<'a>>, is: impl Fn(&Outcome<'_>) -> bool) -> Option<f64> {
    let (mut hits, mut all) = (0_u32, 0_u32);
    for outcome in outcomes {
        all += 1;
        hits += u32::from(is(outcome));
    }
    (all > 0).then(|| f64::from(hits) / f64::from(all))
}

/// Per label: how often it was right to say it, how often it was expected, how often it was said.
struct Counts(Vec<[f64; 3]>);

impl Counts {
    fn of(outcomes: &[Outcome<'_>]) -> Self {
        let labels: BTreeSet<&str> = outcomes.iter().flat_map(|outcome| [outcome.expected, outcome.found]).collect();
        let mut counts: BTreeMap<&str, [f64; 3]> = labels.into_iter().map(|label| (label, [0.0; 3])).collect();
        for outcome in outcomes {
            for (label, field) in [(outcome.expected, 1), (outcome.found, 2)] {
                if let Some(count) = counts.get_mut(label) {
                    count[field] += 1.0;
                    count[0] += f64::from(u8::from(field == 1 && outcome.found == outcome.expected));
                }
            }
        }
        Self(counts.into_values().collect())
    }

    fn macro_f1(&self) -> f64 {
        let total: f64 = self.0.iter().map(|[right, expected, found]| 2.0 * right / (expected + found)).sum();
        total / self.0.len().max(1) as f64
    }

    fn matthews(&self) -> f64 {
        let sum = |of: fn(&[f64; 3]) -> f64| self.0.iter().map(of).sum::<f64>();
        let (right, rows) = (sum(|count| count[0]), sum(|count| count[1]));
        let agreement = right * rows - sum(|count| count[1] * count[2]);
        let spread =
            (rows * rows - sum(|count| count[1] * count[1])) * (rows * rows - sum(|count| count[2] * count[2]));
        if spread > 0.0 { agreement / spread.sqrt() } else { 0.0 }
    }
}

fn calibration_error(outcomes: &[Outcome<'_>]) -> f64 {
    let mut distance = [0.0; BINS];
    for outcome in outcomes {
        let bin = (outcome.confidence * BINS as f64) as usize;
        distance[bin.min(BINS - 1)] += outcome.confidence - f64::from(u8::from(outcome.best_is_right));
    }
    distance.iter().map(|bin: &f64| bin.abs()).sum::<f64>() / outcomes.len().max(1) as f64
}

fn selective(outcomes: &[Outcome<'_>], confidence: f32) -> Selective {
    let is_sure = |outcome: &Outcome<'_>| outcome.found != OUT_OF_SCOPE && outcome.confidence >= f64::from(confidence);
    let coverage = share(outcomes.iter(), is_sure).unwrap_or_default();
    let accuracy = share(outcomes.iter().filter(|outcome| is_sure(outcome)), |outcome| outcome.best_is_right);
    Selective { confidence, coverage, accuracy }
}

fn confusions(outcomes: &[Outcome<'_>]) -> Vec<Confusion> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.found != outcome.expected) {
        *counts.entry((outcome.expected, outcome.found)).or_insert(0) += 1;
    }
    let confusion = |((expected, found), rows): ((&str, &str), usize)| Confusion {
        expected: expected.into(),
        found: found.into(),
        rows,
    };
    let mut confusions: Vec<Confusion> = counts.into_iter().map(confusion).collect();
    confusions.sort_by_key(|confusion| std::cmp::Reverse(confusion.rows));
    confusions
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 10;
        let percent =
            |share: Option<f64>| share.map_or("    –".to_owned(), |share| format!("{:5.1} %", share * 100.0));
        writeln!(out, "texts                     {:>5}   (out of scope: {})", self.rows, self.out_of_scope_rows)?;
        writeln!(out, "in-scope accuracy         {}", percent(self.in_scope_accuracy))?;
        writeln!(out, "  before rejection        {}", percent(self.best_intent_accuracy))?;
        writeln!(out, "out-of-scope recall       {}", percent(self.out_of_scope_recall))?;
        writeln!(out, "out-of-scope precision    {}", percent(self.out_of_scope_precision))?;
        writeln!(out, "macro F1                  {}", percent(Some(self.macro_f1)))?;
        writeln!(out, "Matthews correlation      {:5.3}", self.matthews)?;
        writeln!(out, "calibration error         {}", percent(Some(self.calibration_error)))?;
        for Selective { confidence, coverage, accuracy } in &self.selective {
            let (coverage, accuracy) = (percent(Some(*coverage)), percent(*accuracy));
            writeln!(out, "confidence of {confidence:.1} or more  {coverage} of all texts, {accuracy} of them right")?;
        }
        for (label, rows) in &self.unknown_labels {
            writeln!(out, "never learned: {label} ({rows} texts, all counted as errors)")?;
        }
        for confusion in self.confusions.iter().take(SHOWN) {
            writeln!(out, "{:>4} × {} taken for {}", confusion.rows, confusion.expected, confusion.found)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
