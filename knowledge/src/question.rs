//! What a question asks for: its words, each with everything that may stand for it in the library.

use contract::Result;

use crate::index::Corpus;
use crate::rank::Weights;
use crate::thesaurus::Thesaurus;

/// Most different words of a question that are looked at. Longer texts are not questions.
const MOST_CONCEPTS: usize = 48;

/// A question as the ranking sees it.
#[derive(Debug, Default)]
pub(crate) struct Question {
    /// Its words, each once.
    pub(crate) concepts: Vec<Concept>,
    /// Its pairs of neighbouring words that the library knows, with their rarity.
    pub(crate) pairs: Vec<(String, f32)>,
}

/// One word of a question.
#[derive(Debug)]
pub(crate) struct Concept {
    /// How much of the question it is: the rarity of the word, less for everyday words.
    pub(crate) mass: f32,
    /// What finding it counts: 1, less for everyday words.
    pub(crate) strength: f32,
    /// The word itself, if the library knows it, then what may stand for it.
    pub(crate) readings: Vec<Reading>,
}

/// A way to find a word in the library.
#[derive(Debug, PartialEq)]
pub(crate) struct Reading {
    /// A term, or two terms with a space between them.
    pub(crate) term: String,
    /// Where to look for it.
    pub(crate) place: Place,
    /// How sure it is that it means the same, 0 to 1.
    pub(crate) weight: f32,
    /// Its rarity in the library.
    pub(crate) rarity: f32,
}

/// The field that a reading is looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Single terms.
    Words,
    /// Pairs of neighbouring terms.
    Pairs,
}

impl Question {
    /// Finds the readings of every term. `pairs` are the terms that stand side by side in the question.
    pub(crate) fn understand(
        terms: &[String],
        pairs: Vec<String>,
        is_weak: impl Fn(&str) -> bool,
        corpus: &Corpus,
        thesaurus: &Thesaurus,
        weights: &Weights,
    ) -> Result<Self> {
        let mut distinct: Vec<&String> = Vec::new();
        for term in terms {
            if distinct.len() < MOST_CONCEPTS && !distinct.contains(&term) {
                distinct.push(term);
            }
        }
        let mut concepts = Vec::new();
        for term in &distinct {
            let strength = if is_weak(term) { weights.weak } else { 1.0 };
            concepts.push(Concept { mass: 0.0, strength, readings: known_forms(term, corpus, weights)? });
        }
        for synonyms in thesaurus.find(terms) {
            for at in synonyms.at..synonyms.at + synonyms.length {
                let Some(place) = distinct.iter().position(|term| Some(*term) == terms.get(at)) else { continue };
                for other in synonyms.others {
                    let reading = reading(other, weights.synonym, corpus)?;
                    concepts[place].readings.extend(reading);
                }
            }
        }
        for (concept, term) in concepts.iter_mut().zip(&distinct) {
            concept.mass = concept.strength * mass(term, &concept.readings, corpus, weights);
        }
        Ok(Self { concepts, pairs: known_pairs(pairs, corpus)? })
    }
}

/// The rarity of something that occurs in `frequency` of `total` passages: the inverse document frequency of BM25 in
/// the form that is never negative (Robertson and Zaragoza 2009, section 3.2, with Lucene's 1 + inside the logarithm).
pub(crate) fn rarity(frequency: u32, total: usize) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "counts of passages are far below 2^24")]
    let (frequency, total) = (frequency as f32, total as f32);
    (1.0 + (total - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln()
}

/// The term itself if the library knows it; else how the library joins or spells it.
fn known_forms(term: &str, corpus: &Corpus, weights: &Weights) -> Result<Vec<Reading>> {
    let vocabulary = corpus.vocabulary();
    if vocabulary.frequency(term) > 0 {
        return Ok(reading(&[term.to_owned()], 1.0, corpus)?.into_iter().collect());
    }
    for (head, tail) in vocabulary.halves(term) {
        if let Some(joined) = reading(&[head.to_owned(), tail.to_owned()], 1.0, corpus)? {
            return Ok(vec![joined]);
        }
    }
    if let Some(root) = vocabulary.root(term) {
        return Ok(reading(&[root.to_owned()], weights.misspelt, corpus)?.into_iter().collect());
    }
    match vocabulary.nearest(term) {
        Some(meant) => Ok(reading(&[meant.to_owned()], weights.misspelt, corpus)?.into_iter().collect()),
        None => Ok(Vec::new()),
    }
}

/// A reading of one or two terms that occur in the library. Of longer phrases the first two terms have to do.
fn reading(terms: &[String], weight: f32, corpus: &Corpus) -> Result<Option<Reading>> {
    let (term, place, frequency) = match terms {
        [] => return Ok(None),
        [term] => (term.clone(), Place::Words, corpus.vocabulary().frequency(term)),
        [one, two, ..] => {
            let pair = format!("{one} {two}");
            let frequency = corpus.pair_frequency(&pair)?;
            (pair, Place::Pairs, frequency)
        }
    };
    let rarity = rarity(frequency, corpus.len());
    Ok((frequency > 0).then_some(Reading { term, place, weight, rarity }))
}

/// How much of the question a term is. A word that the library never uses would be as rare as can be, but customers
/// have many words for the same thing, so it counts for a part of that. An unknown number (a year, a trouble code)
/// counts nothing: it tells which one, not what.
fn mass(term: &str, readings: &[Reading], corpus: &Corpus, weights: &Weights) -> f32 {
    if readings.is_empty() && term.contains(|c: char| c.is_ascii_digit()) {
        return 0.0;
    }
    let own = rarity(corpus.vocabulary().frequency(term), corpus.len());
    let known = readings.iter().map(|reading| reading.rarity).reduce(f32::max);
    known.map_or(own * weights.unknown, |known| own.min(known))
}

fn known_pairs(pairs: Vec<String>, corpus: &Corpus) -> Result<Vec<(String, f32)>> {
    let mut found: Vec<(String, f32)> = Vec::new();
    for pair in pairs.into_iter().take(MOST_CONCEPTS) {
        let frequency = corpus.pair_frequency(&pair)?;
        if frequency > 0 && found.iter().all(|(known, _)| *known != pair) {
            found.push((pair, rarity(frequency, corpus.len())));
        }
    }
    Ok(found)
}
