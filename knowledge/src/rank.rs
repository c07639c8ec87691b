//! Orders passages by how well they answer a question: BM25 over words, headings, phrases, and the share that is met.

mod postings;

use std::collections::HashSet;

use contract::Result;
use contract::finding::Passage;
use contract::ports::{Query, VehicleFilter};
use tantivy::DocAddress;

use crate::index::Corpus;
use crate::question::{Question, rarity};

use postings::{Lengths, Occurrences};

/// The weights of the ranking. The defaults were measured: see `Weights::default`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Times that a word in the passage's own heading counts on top of its place in the body.
    pub heading: f32,
    /// Times that a word in the title or a heading above counts on top.
    pub path: f32,
    /// `k1` of BM25: how soon more of the same word stops to matter.
    pub saturation: f32,
    /// `b` of BM25: how much a long passage has to pay for its length.
    pub length: f32,
    /// What a pair of neighbouring words adds, times its rarity.
    pub pair: f32,
    /// What a synonym counts against the customer's own word.
    pub synonym: f32,
    /// What a corrected spelling counts against a word that is spelt right.
    pub misspelt: f32,
    /// What an everyday word counts against one that names a matter.
    pub weak: f32,
    /// How much of the question a word is that the library does not know, against the rarest that it knows.
    pub unknown: f32,
    /// Exponent of the covered share of the question in the score: 0 switches it off.
    pub coverage: f32,
    /// Least share of the question, by rarity, that a passage must cover to be shown at all.
    pub floor: f32,
    /// Share of the question from which on a passage is shown whatever its score.
    pub ample: f32,
    /// Least score of a passage that covers less than that, in multiples of the rarity of a word that occurs once.
    pub evidence: f32,
    /// What a passage for the customer's next vehicle counts against the first.
    pub next_vehicle: f32,
}

impl Weights {
    /// The same ranking without the decision whether a passage is worth showing: to compare orders of whole lists.
    #[must_use]
    pub fn without_floor(self) -> Self {
        Self { floor: 0.0, evidence: 0.0, ..self }
    }
}

impl Default for Weights {
    /// Found by random search on development questions: our own to the shipped library (`tests/eval/retrieval.jsonl`)
    /// and two public sets of car questions and answers; then rounded.
    fn default() -> Self {
        Self {
            heading: 2.0,
            path: 1.2,
            saturation: 2.0,
            length: 0.9,
            pair: 1.3,
            synonym: 0.9,
            misspelt: 0.8,
            weak: 0.45,
            unknown: 0.65,
            coverage: 0.6,
            floor: 0.15,
            ample: 0.75,
            evidence: 1.5,
            next_vehicle: 0.9,
        }
    }
}

/// A candidate with its score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scored {
    pub(crate) address: DocAddress,
    pub(crate) score: f32,
}

/// Two passages that share this part of their words are the same for a reader.
const SAME: f32 = 0.95;

/// Scores the candidates and drops those that cover too little of the question. Best first.
///
/// score = (Σ over words: rarity · (tf · (k1 + 1) / (tf + k1) + heading + path) + Σ over pairs: pair · rarity)
/// · covered^coverage, where tf is the word's count in the body over 1 - b + b · length / average: BM25 (Robertson and
/// Zaragoza 2009), with fixed bonuses for headings. Of the readings of one word only the best counts, so synonyms
/// never add up; everyday words count for less.
///
/// Nothing is returned when no passage is convincing: when none covers ample of the question, and none scores like one
/// and a half rare words. A score grows with the words that meet, so a long complaint is not held against the
/// customer, while a question about something else meets the library in stray words only.
pub(crate) fn scored(
    corpus: &Corpus,
    question: &Question,
    mut candidates: Vec<DocAddress>,
    weights: &Weights,
) -> Result<Vec<Scored>> {
    candidates.sort_unstable();
    let lengths = Lengths::of(corpus, &candidates)?;
    let mut scores = vec![0.0_f32; candidates.len()];
    let mut covered = vec![0.0_f32; candidates.len()];
    let mut total = 0.0;
    for concept in &question.concepts {
        total += concept.mass;
        let mut best = vec![(0.0_f32, 0.0_f32); candidates.len()];
        for reading in &concept.readings {
            let occurrences = Occurrences::of(corpus, reading, &candidates)?;
            for (at, best) in best.iter_mut().enumerate().filter(|(at, _)| occurrences.any(*at)) {
                let found = occurrences.strength(at, lengths.penalty(at, weights.length), weights);
                best.0 = best.0.max(concept.strength * reading.weight * reading.rarity * found);
                best.1 = best.1.max(reading.weight);
            }
        }
        for (at, (score, share)) in best.into_iter().enumerate() {
            scores[at] += score;
            covered[at] += share * concept.mass;
        }
    }
    for (pair, rarity) in &question.pairs {
        let found = Occurrences::of_pair(corpus, pair, &candidates)?;
        scores.iter_mut().enumerate().filter(|(at, _)| found.any(*at)).for_each(|(_, s)| *s += weights.pair * rarity);
    }
    let share = |at: usize| if total > 0.0 { covered[at] / total } else { 0.0 };
    let enough = weights.evidence * rarity(1, corpus.len());
    let (mut kept, mut convincing) = (Vec::new(), false);
    for (at, &address) in candidates.iter().enumerate().filter(|(at, _)| share(*at) >= weights.floor) {
        let score = scores[at] * share(at).powf(weights.coverage);
        convincing |= score >= enough || share(at) >= weights.ample;
        kept.push(Scored { address, score });
    }
    if !convincing {
        return Ok(Vec::new());
    }
    kept.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.address.cmp(&other.address)));
    Ok(kept)
}

/// The best passages for the query: those for the customer's first vehicle before the next, none twice.
pub(crate) fn best(
    scored: Vec<Scored>,
    query: &Query,
    weights: &Weights,
    passage: impl Fn(DocAddress) -> Result<Passage>,
) -> Result<Vec<Passage>> {
    // Some more are read than asked for, so that neither doubles nor a change of order can leave a gap.
    let read = query.limit.saturating_mul(2).saturating_add(5);
    let mut passages = Vec::new();
    for found in scored.into_iter().take(read) {
        let mut passage = passage(found.address)?;
        passage.score = found.score * weights.next_vehicle.powi(vehicle_place(&passage, &query.vehicles));
        passages.push(passage);
    }
    passages.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut kept: Vec<Passage> = Vec::new();
    for passage in passages {
        if kept.len() < query.limit && !kept.iter().any(|other| says_the_same(other, &passage)) {
            kept.push(passage);
        }
    }
    Ok(kept)
}

/// Whether two passages hold for the same cars and share nearly all words. Doubles are of nearly the same length and
/// score, which is quick to see.
fn says_the_same(one: &Passage, other: &Passage) -> bool {
    let (short, long) = (one.text.len().min(other.text.len()), one.text.len().max(other.text.len()));
    let (low, high) = (one.score.min(other.score), one.score.max(other.score));
    if short * 10 < long * 9 || low < high * 0.9 || one.applies != other.applies {
        return false;
    }
    alike(&one.text.split_whitespace().collect(), &other.text.split_whitespace().collect()) >= SAME
}

/// The place of the first of `vehicles` that the passage holds for.
fn vehicle_place(passage: &Passage, vehicles: &[VehicleFilter]) -> i32 {
    let models = &passage.applies.models;
    let fits = |vehicle: &VehicleFilter| models.iter().any(|model| model.eq_ignore_ascii_case(&vehicle.model));
    let place = if models.is_empty() { None } else { vehicles.iter().position(fits) };
    place.map_or(0, |place| i32::try_from(place).unwrap_or(i32::MAX))
}

/// The share of words that two texts have in common (Jaccard).
fn alike(one: &HashSet<&str>, other: &HashSet<&str>) -> f32 {
    let shared = one.intersection(other).count();
    let all = one.len() + other.len() - shared;
    #[expect(clippy::cast_precision_loss, reason = "a passage has a few hundred words")]
    let share = shared as f32 / all.max(1) as f32;
    share
}
