//! Learns intents from examples and says which one a text expresses, how surely, and whether it is any of them.

use serde::Deserialize;

use crate::calibration::{Calibration, Signs, Trials};
use crate::concepts::Concepts;
use crate::linear::{Effort, Examples, LinearModel};
use crate::vocabulary::Vocabulary;

/// The label of examples that belong to no intent.
pub const OUT_OF_SCOPE: &str = "out_of_scope";

/// Whether a label means "none of the intents": ours, the one of CLINC150 and the one of HINT3.
pub fn is_out_of_scope(label: &str) -> bool {
    [OUT_OF_SCOPE, "oos", "NO_NODES_DETECTED"].contains(&label)
}

/// A text and the intent that it expresses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Example {
    /// What a customer says.
    pub text: String,
    /// The name of the intent.
    pub label: String,
}

/// How to learn. The defaults were chosen on the development rows of CLINC150, HWU64, BANKING77 and HINT3.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The price of a wrong example against a wide margin (the C of a support vector machine).
    pub cost: f32,
    /// How often training visits every example.
    pub passes: usize,
    /// In how many parts the examples are held out in turn, to calibrate on what was not learned.
    pub folds: usize,
    /// How many characters of a text are read; the rest is ignored.
    pub longest: usize,
    /// How many points of in-scope accuracy one point of out-of-scope recall is worth: at 0.05, one for twenty.
    pub recall_weight: f64,
    /// Words and phrases that say the same thing; none by default, since they belong to a domain.
    pub concepts: Concepts,
    /// How many threads learn. The result does not depend on it.
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cost: 2.0,
            passes: 6,
            folds: 4,
            longest: 4_000,
            recall_weight: 0.05,
            concepts: Concepts::default(),
            threads: 2,
        }
    }
}

/// What a text expresses.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The best intent, also where the text is out of scope: `in_scope` says whether to believe it.
    pub label: String,
    /// The probability, 0 to 1, that `label` is right.
    pub confidence: f32,
    /// Up to three next best intents, best first.
    pub alternatives: Vec<Candidate>,
    /// Whether the text belongs to any intent at all.
    pub in_scope: bool,
}

/// An intent that a text may express instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The name of the intent.
    pub label: String,
    /// The probability, 0 to 1, that it is the right one.
    pub confidence: f32,
}

/// Knows the intents of its examples. Reading it changes nothing: any number of threads may ask at once.
#[derive(Debug)]
pub struct Classifier {
    /// The intents in alphabetical order; the examples that are out of scope are one more class after them.
    pub(crate) labels: Vec<String>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) model: LinearModel,
    pub(crate) calibration: Calibration,
}

impl Classifier {
    /// Learns from `examples`; the same examples in the same order give the same classifier.
    pub fn train(examples: &[Example], settings: &Settings) -> Self {
        let mut labels: Vec<String> = examples.iter().map(|example| example.label.clone()).collect();
        labels.retain(|label| !is_out_of_scope(label));
        labels.sort_unstable();
        labels.dedup();
        let class = |example: &Example| labels.binary_search(&example.label).unwrap_or(labels.len());
        let classes: Vec<usize> = examples.iter().map(class).collect();
        let class_count = classes.iter().max().map_or(0, |class| class + 1).max(labels.len());
        let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
        let (vocabulary, vectors) = Vocabulary::build(&texts, settings.longest, &settings.concepts, settings.threads);
        let part_count = settings.folds.max(2);
        let known = Examples {
            vectors: &vectors,
            classes: &classes,
            parts: &parts(&classes, class_count, part_count),
            part_count,
            class_count,
            columns: vocabulary.len(),
        };
        let effort = Effort { cost: settings.cost, passes: settings.passes, threads: settings.threads };
        let (model, held_out) = LinearModel::learn(known, effort);
        let calibration = Calibration::fit(&trials(&held_out, &classes, labels.len()), settings.recall_weight);
        Self { labels, vocabulary, model, calibration }
    }

    /// The intents, in alphabetical order, without "out of scope".
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// What `text` expresses. A text without a single known word is out of scope.
    pub fn classify(&self, text: &str) -> Verdict {
        let vector = self.vocabulary.vector(text);
        let scores = self.model.scores(&vector);
        let ranked = ranked(&scores[..self.labels.len()]);
        let Some(&best) = ranked.first() else {
            return Verdict { label: OUT_OF_SCOPE.into(), confidence: 0.0, alternatives: Vec::new(), in_scope: false };
        };
        let signs = signs(&scores, &ranked, self.labels.len());
        let in_scope = !vector.is_empty() && self.calibration.in_scope(signs);
        let confidence = self.calibration.probability(signs);
        let alternatives = self.alternatives(&scores, &ranked[1..], confidence);
        Verdict { label: self.labels[best].clone(), confidence, alternatives, in_scope }
    }

    /// Shares out what the best intent leaves of the probability.
    fn alternatives(&self, scores: &[f32], others: &[usize], confidence: f32) -> Vec<Candidate> {
        let Some(&second) = others.first() else { return Vec::new() };
        let share = |class: usize| ((scores[class] - scores[second]) * self.calibration.steepness()).exp();
        let whole: f32 = others.iter().map(|&class| share(class)).sum();
        let candidate = |&class: &usize| Candidate {
            label: self.labels[class].clone(),
            confidence: (share(class) / whole * (1.0 - confidence)).min(confidence),
        };
        others.iter().take(3).map(candidate).collect()
    }
}

/// Classes from the best score to the worst.
fn ranked(scores: &[f32]) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..scores.len()).collect();
    ranked.sort_by(|&left, &right| scores[right].total_cmp(&scores[left]));
    ranked
}

fn signs(scores: &[f32], ranked: &[usize], intents: usize) -> Signs {
    let at = |rank: usize| ranked.get(rank).map_or(-1.0, |&class| scores[class]);
    let out_of_scope = scores.get(intents).copied().unwrap_or(-1.0);
    Signs { evidence: at(0) - out_of_scope, lead: at(0) - at(1) }
}

/// What the scores of every example by a model that has not seen it show.
fn trials(held_out: &[Vec<f32>], classes: &[usize], intents: usize) -> Trials {
    let mut trials = Trials::default();
    for (scores, &class) in held_out.iter().zip(classes) {
        add_trial(scores, class, intents, &mut trials);
    }
    trials
}

/// The held-out part of every example: the examples of each class are dealt out like cards.
fn parts(classes: &[usize], class_count: usize, part_count: usize) -> Vec<usize> {
    let mut seen = vec![0; class_count];
    let deal = |&class: &usize| {
        seen[class] += 1;
        (seen[class] - 1) % part_count
    };
    classes.iter().map(deal).collect()
}

fn add_trial(scores: &[f32], class: usize, intents: usize, trials: &mut Trials) {
    let mut ranked = ranked(&scores[..intents]);
    let found = signs(scores, &ranked, intents);
    if class >= intents {
        trials.foreign.push(found);
        return;
    }
    trials.own.push((found, ranked.first() == Some(&class)));
    ranked.retain(|&other| other != class);
    trials.orphaned.push(signs(scores, &ranked, intents));
}

#[cfg(test)]
mod tests;
