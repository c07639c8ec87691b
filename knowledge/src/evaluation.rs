//! Measures how good a ranking is: recall, mean reciprocal rank and nDCG over questions with known answers.

mod sets;

use std::fmt;

pub use sets::{LibraryCase, Pair, Place, answers, library_cases, pairs, questions};

/// Ranks that nDCG looks at.
const DEPTH: usize = 10;

/// The figures of one ranking, or the means over many.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    /// Over how many questions.
    pub questions: usize,
    /// Share of questions with a relevant result in the first place.
    pub recall_at_1: f64,
    /// Share of questions with a relevant result among the first five.
    pub recall_at_5: f64,
    /// Mean reciprocal rank of the first relevant result (Voorhees, TREC-8, 1999).
    pub mrr: f64,
    /// Normalized discounted cumulative gain at 10 with binary relevance (Järvelin and Kekäläinen, ACM TOIS 2002;
    /// discount 1 / log2(rank + 1)).
    pub ndcg_at_10: f64,
}

/// The figures of one ranking. `ranked` holds ids, best first, and counts a repeated id only once; `relevant` holds
/// the ids that would be right, and an empty list makes every figure zero.
///
/// Recall at k here is success at k: one right passage answers the question.
pub fn figures<T: PartialEq>(ranked: &[T], relevant: &[T]) -> Figures {
    let mut distinct: Vec<&T> = Vec::new();
    for id in ranked {
        if !distinct.contains(&id) {
            distinct.push(id);
        }
    }
    let hits: Vec<bool> = distinct.iter().map(|id| relevant.contains(id)).collect();
    let first = hits.iter().position(|&hit| hit);
    let within = |depth: usize| if first.is_some_and(|rank| rank < depth) { 1.0 } else { 0.0 };
    let gain: f64 = (1..=DEPTH).zip(&hits).filter(|(_, hit)| **hit).map(|(rank, _)| discount(rank)).sum();
    let ideal: f64 = (1..=relevant.len().min(DEPTH)).map(discount).sum();
    Figures {
        questions: 1,
        recall_at_1: within(1),
        recall_at_5: within(5),
        mrr: first.map_or(0.0, |rank| 1.0 / number(rank + 1)),
        ndcg_at_10: if ideal > 0.0 { gain / ideal } else { 0.0 },
    }
}

/// The means over the figures of many questions.
pub fn mean(all: impl IntoIterator<Item = Figures>) -> Figures {
    let mut sum = Figures::default();
    for one in all {
        sum.questions += one.questions;
        sum.recall_at_1 += one.recall_at_1;
        sum.recall_at_5 += one.recall_at_5;
        sum.mrr += one.mrr;
        sum.ndcg_at_10 += one.ndcg_at_10;
    }
    let count = number(sum.questions.max(1));
    Figures {
        questions: sum.questions,
        recall_at_1: sum.recall_at_1 / count,
        recall_at_5: sum.recall_at_5 / count,
        mrr: sum.mrr / count,
        ndcg_at_10: sum.ndcg_at_10 / count,
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} questions: recall@1 {:.3}, recall@5 {:.3}, MRR {:.3}, nDCG@10 {:.3}",
            self.questions, self.recall_at_1, self.recall_at_5, self.mrr, self.ndcg_at_10
        )
    }
}

fn discount(rank: usize) -> f64 {
    1.0 / number(rank + 1).log2()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn the_figures_of_known_rankings() {
        for (ranked, relevant, [first, five, mrr, ndcg]) in [
            (vec!["a", "b"], vec!["a"], [1.0, 1.0, 1.0, 1.0]),
            (vec!["b", "a"], vec!["a"], [0.0, 1.0, 0.5, 1.0 / 3_f64.log2()]),
            (vec!["b", "b", "a"], vec!["a"], [0.0, 1.0, 0.5, 1.0 / 3_f64.log2()]),
            (vec!["b", "c", "d", "e", "f", "a"], vec!["a"], [0.0, 0.0, 1.0 / 6.0, 1.0 / 7_f64.log2()]),
            (vec!["a", "x", "b"], vec!["a", "b"], [1.0, 1.0, 1.0, 1.5 / (1.0 + 1.0 / 3_f64.log2())]),
            (vec![], vec!["a"], [0.0; 4]),
            (vec!["a"], vec![], [0.0; 4]),
        ] {
            let found = figures(&ranked, &relevant);
            assert!(close(found.recall_at_1, first) && close(found.recall_at_5, five), "{ranked:?} {found}");
            assert!(close(found.mrr, mrr) && close(found.ndcg_at_10, ndcg), "{ranked:?} {found}");
        }
    }

    #[test]
    fn the_mean_of_nothing_is_zero_and_of_two_is_between() {
        assert_eq!(mean([]), Figures::default());
        let both = mean([figures(&["a"], &["a"]), figures(&["b"], &["a"])]);
        assert_eq!(both.to_string(), "2 questions: recall@1 0.500, recall@5 0.500, MRR 0.500, nDCG@10 0.500");
    }
}
