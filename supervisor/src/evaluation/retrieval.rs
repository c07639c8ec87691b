//! Measures the library: whether it finds the section that answers a question, and is silent where it has none.

use std::collections::BTreeMap;

use contract::ports::{Library, Query};
use knowledge::Index;
use knowledge::evaluation::{Figures, answers, figures, library_cases, pairs, questions};
use knowledge::rank::Weights;

use super::analysts::miss;
use super::figure::{Figure, Measured, ids};
use super::sets::Set;

/// How many passages are looked at.
const DEPTH: usize = 10;

/// The figures of questions to the library; a file of questions with their answers becomes a library of its own.
pub(crate) async fn measured(library: &dyn Library, set: &Set) -> Result<Measured, String> {
    let first = set.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.contains("\"document\"") { on_library(library, set).await } else { on_pairs(set) }
}

async fn on_library(library: &dyn Library, set: &Set) -> Result<Measured, String> {
    let cases = library_cases(&set.file).map_err(|problem| problem.to_string())?;
    let ids = ids(cases.iter().map(|case| &*case.question));
    let (mut ranked, mut silent, mut misses) = (Vec::new(), Vec::new(), Vec::new());
    for (id, case) in ids.into_iter().zip(&cases) {
        let found = library.search(&case.query(DEPTH)).await.map_err(|error| error.to_string())?;
        let best = found.first().map_or("nothing".to_owned(), |best| format!("{} # {}", best.document, best.section));
        let Some(document) = &case.document else {
            silent.push((id, found.is_empty()));
            misses.extend((!found.is_empty()).then(|| miss(&set.name, &case.question, "nothing", &best)));
            continue;
        };
        let hits: Vec<usize> = (0..found.len()).filter(|&at| case.is_answered_by(&found[at])).take(1).collect();
        let all: Vec<usize> = (0..found.len()).collect();
        if hits.first() != Some(&0) {
            let expected = format!("{document} # {}", case.section.as_deref().unwrap_or_default());
            misses.push(miss(&set.name, &case.question, &expected, &best));
        }
        // A question whose section was not found has a relevant passage all the same: one beyond the list.
        let relevant = if hits.is_empty() { vec![usize::MAX] } else { hits };
        ranked.push((id, figures(&all, &relevant)));
    }
    let mut all = of_ranks(&set.name, &ranked);
    all.push(Figure::share(&set.name, "silent where nothing answers", silent));
    Ok(Measured { figures: all, misses })
}

fn on_pairs(set: &Set) -> Result<Measured, String> {
    let pairs = pairs(&set.file).map_err(|problem| problem.to_string())?;
    if pairs.is_empty() {
        return Ok(Measured::default());
    }
    // Without the floor: these sets have an answer to every question, so declining is always wrong.
    let index = Index::build(&answers(&pairs)).map_err(|error| error.to_string())?;
    let index = index.with_weights(Weights::default().without_floor());
    let questions = questions(&pairs);
    let ids = ids(questions.iter().map(|(question, _)| &**question));
    let mut ranked = Vec::new();
    for (id, (question, relevant)) in ids.into_iter().zip(&questions) {
        let query = Query { text: question.clone(), limit: DEPTH, ..Query::default() };
        let found = index.search(&query).map_err(|error| error.to_string())?;
        let found: Vec<String> = found.into_iter().map(|passage| passage.document).collect();
        ranked.push((id, figures(&found, relevant)));
    }
    Ok(Measured { figures: of_ranks(&set.name, &ranked), misses: Vec::new() })
}

/// The figures of rankings, in the words of `knowledge::evaluation`.
pub(crate) fn of_ranks(set: &str, ranked: &[(String, Figures)]) -> Vec<Figure> {
    let hit = |of: fn(&Figures) -> f64| ranked.iter().map(move |(id, found)| (id.clone(), of(found) > 0.5));
    let score = |of: fn(&Figures) -> f64| -> BTreeMap<String, f64> {
        ranked.iter().map(|(id, found)| (id.clone(), of(found))).collect()
    };
    vec![
        Figure::share(set, "recall@1", hit(|found| found.recall_at_1)),
        Figure::share(set, "recall@5", hit(|found| found.recall_at_5)),
        Figure::score(set, "MRR", score(|found| found.mrr)),
        Figure::score(set, "nDCG@10", score(|found| found.ndcg_at_10)),
    ]
}
