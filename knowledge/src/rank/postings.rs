//! Looks up in the index how often a term occurs in each candidate, and how long the candidates are.

use contract::Result;
use tantivy::postings::Postings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocSet, Term};

use super::Weights;
use crate::index::{Corpus, unavailable};
use crate::question::{Place, Reading};

/// How often one reading occurs in each candidate, by field.
pub(crate) struct Occurrences {
    body: Vec<u32>,
    heading: Vec<u32>,
    path: Vec<u32>,
}

impl Occurrences {
    /// Of a reading, in `candidates`, which must be sorted.
    pub(crate) fn of(corpus: &Corpus, reading: &Reading, candidates: &[DocAddress]) -> Result<Self> {
        let fields = corpus.fields();
        let counts = |field| counts(corpus, field, &reading.term, candidates);
        match reading.place {
            Place::Words => {
                Ok(Self { body: counts(fields.body)?, heading: counts(fields.heading)?, path: counts(fields.path)? })
            }
            Place::Pairs => Self::of_pair(corpus, &reading.term, candidates),
        }
    }

    /// Of two neighbouring terms, in `candidates`, which must be sorted. A pair is there or not; it is not counted.
    pub(crate) fn of_pair(corpus: &Corpus, pair: &str, candidates: &[DocAddress]) -> Result<Self> {
        let body = counts(corpus, corpus.fields().pairs, pair, candidates)?;
        let nowhere = vec![0; candidates.len()];
        Ok(Self { body, heading: nowhere.clone(), path: nowhere })
    }

    /// Whether it occurs in the candidate at all.
    pub(crate) fn any(&self, at: usize) -> bool {
        self.body.get(at).is_some_and(|&count| count > 0)
    }

    /// How strongly the candidate speaks of it: BM25's saturated count in the body, where `penalty` is for the
    /// body's length, and what its own heading and the headings above add.
    #[expect(clippy::cast_precision_loss, reason = "a word stands in a passage a few times")]
    pub(crate) fn strength(&self, at: usize, penalty: f32, weights: &Weights) -> f32 {
        let count = |counts: &[u32]| counts.get(at).copied().unwrap_or_default();
        let body = count(&self.body) as f32 / penalty;
        let saturated = body * (weights.saturation + 1.0) / (body + weights.saturation);
        let bonus = |counts: &[u32], weight: f32| if count(counts) > 0 { weight } else { 0.0 };
        saturated + bonus(&self.heading, weights.heading) + bonus(&self.path, weights.path)
    }
}

/// The lengths of the candidates against the average.
pub(crate) struct Lengths(Vec<f32>);

impl Lengths {
    /// Of the bodies of `candidates`.
    #[expect(clippy::cast_precision_loss, reason = "lengths are a few hundred words")]
    pub(crate) fn of(corpus: &Corpus, candidates: &[DocAddress]) -> Result<Self> {
        let body = corpus.fields().body;
        let mut total = 0;
        let mut lengths = Vec::with_capacity(candidates.len());
        for (segment, reader) in (0..).zip(corpus.searcher().segment_readers()) {
            total += reader.inverted_index(body).map_err(unavailable)?.total_num_tokens();
            let norms = reader.get_fieldnorms_reader(body).map_err(unavailable)?;
            let here = candidates.iter().filter(|address| address.segment_ord == segment);
            lengths.extend(here.map(|address| norms.fieldnorm(address.doc_id) as f32));
        }
        let average = total as f32 / corpus.len().max(1) as f32;
        Ok(Self(lengths.into_iter().map(|length| length / average.max(1.0)).collect()))
    }

    /// What a count in the candidate is divided by, for a `strength` (the `b` of BM25) from 0 to 1.
    pub(crate) fn penalty(&self, at: usize, strength: f32) -> f32 {
        1.0 - strength + strength * self.0.get(at).copied().unwrap_or(1.0)
    }
}

/// How often `term` stands in `field` of each candidate. The candidates are sorted, so one pass over the term's
/// postings does.
fn counts(corpus: &Corpus, field: Field, term: &str, candidates: &[DocAddress]) -> Result<Vec<u32>> {
    let term = Term::from_field_text(field, term);
    let mut counts = vec![0; candidates.len()];
    for (segment, reader) in (0..).zip(corpus.searcher().segment_readers()) {
        let index = reader.inverted_index(field).map_err(unavailable)?;
        let postings = index.read_postings(&term, IndexRecordOption::WithFreqs).map_err(unavailable)?;
        let Some(mut postings) = postings else { continue };
        let here = candidates.iter().zip(&mut counts).filter(|(address, _)| address.segment_ord == segment);
        for (address, count) in here {
            if postings.doc() < address.doc_id {
                postings.seek(address.doc_id);
            }
            if postings.doc() == address.doc_id {
                *count = postings.term_freq();
            }
        }
    }
    Ok(counts)
}
