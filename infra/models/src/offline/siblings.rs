//! Sees when the evidence answers differently for different cars, and nobody said which car it is.

use std::collections::{BTreeMap, BTreeSet};

use super::agreement::Agreement;
use super::cars::Car;
use super::choose::Place;
use super::passage::{Evidence, Form, Passage, Sentence};
use super::question::Question;
use super::score::Scores;
use super::tables::Kind;

/// More answers than this are not told one by one: the engine asks which car it is.
const MOST: usize = 3;

/// How near to the best sentence another one comes that answers the same for another car: in its score, and in the share of
/// the best sentence's matter that it covers too.
const AS_GOOD: f32 = 0.85;
const SAME_MATTER: f32 = 0.75;

/// The cars that one answer is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope {
    pub(crate) model: String,
    pub(crate) variant: String,
    pub(crate) years: Option<(u16, u16)>,
}

/// What to do when the answer depends on a car that is not known.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Siblings {
    /// Tell each of these.
    Tell(Vec<(Scope, Place)>),
    /// Ask which of these models.
    AskModel(Vec<String>),
    /// Ask which variant of the model.
    AskVariant(String, Vec<String>),
    /// Ask which model years of the model.
    AskYears(String, Vec<(u16, u16)>),
}

/// The different answers for different cars, if there are several and `car` does not decide.
pub(crate) fn siblings(
    question: &Question,
    evidence: &Evidence,
    scores: &Scores,
    car: &Car,
    best: Place,
) -> Option<Siblings> {
    let mut found: BTreeMap<Scope, Place> = BTreeMap::new();
    let top = evidence.passages.get(best.0)?;
    let varied = !scope(top, top.sentences.get(best.1)?, car).variant.is_empty();
    for (passage, read) in evidence.passages.iter().enumerate() {
        for (at, sentence) in read.sentences.iter().enumerate() {
            let scope = scope(read, sentence, car);
            if scope == Scope::default()
                || scope.variant.is_empty() == varied
                || !is_alike(evidence, scores, best, (passage, at))
            {
                continue;
            }
            let better = |old: &Place| scores.of(passage, at).score > scores.of(old.0, old.1).score;
            if found.get(&scope).is_none_or(better) {
                found.insert(scope, (passage, at));
            }
        }
    }
    drop_general(&mut found);
    let differ = match question.kind {
        Kind::Quantity => distinct(&found, |place| numbers(evidence, place)) > 1,
        _ => distinct_models(&found) > 1 && distinct(&found, |place| place.0) > 1,
    };
    (found.len() > 1 && differ).then(|| decide(question, found))
}

fn decide(question: &Question, found: BTreeMap<Scope, Place>) -> Siblings {
    let tellable = question.kind != Kind::Steps && question.kind != Kind::Advice;
    if found.len() <= MOST && tellable {
        return Siblings::Tell(found.into_iter().collect());
    }
    let models: BTreeSet<_> = found.keys().map(|scope| scope.model.clone()).filter(|model| !model.is_empty()).collect();
    if models.len() > 1 {
        return Siblings::AskModel(models.into_iter().collect());
    }
    let model = models.into_iter().next().unwrap_or_default();
    let variants: BTreeSet<_> =
        found.keys().map(|scope| scope.variant.clone()).filter(|variant| !variant.is_empty()).collect();
    if variants.len() > 1 {
        return Siblings::AskVariant(model, variants.into_iter().collect());
    }
    let years: BTreeSet<_> = found.keys().filter_map(|scope| scope.years).collect();
    match years.len() {
        0 | 1 => Siblings::Tell(found.into_iter().take(MOST).collect()),
        _ => Siblings::AskYears(model, years.into_iter().collect()),
    }
}

/// What the sentence is for, in the respects that `car` leaves open.
fn scope(passage: &Passage, sentence: &Sentence, car: &Car) -> Scope {
    let named = |names: &[&Vec<String>]| {
        let first = names.iter().find(|names| !names.is_empty());
        first.filter(|names| names.len() == 1).and_then(|names| names.first()).cloned().unwrap_or_default()
    };
    let span = || Some((*passage.years.iter().min()?, *passage.years.iter().max()?));
    let years = sentence.mention.years.first().or(passage.mention.years.first()).copied().or_else(span);
    let model = named(&[&sentence.mention.models, &passage.mention.models, &passage.models]);
    let variant = named(&[&sentence.mention.variants, &passage.mention.variants]);
    Scope {
        model: if car.model.is_none() { model } else { String::new() },
        variant: if car.variant.is_none() { variant } else { String::new() },
        years: years.filter(|_| car.year.is_none()),
    }
}

/// Whether a sentence answers the question about as well as the best one, in the same matter.
fn is_alike(evidence: &Evidence, scores: &Scores, best: Place, place: Place) -> bool {
    let (top, score) = (scores.of(best.0, best.1), scores.of(place.0, place.1));
    let sentence = &evidence.passages[place.0].sentences[place.1];
    let matter = scores.share(top.terms & score.terms) >= SAME_MATTER * scores.share(top.terms);
    let quotable = matches!(sentence.form, Form::Statement | Form::Instruction) && !sentence.leans;
    quotable
        && sentence.agreement != Agreement::Other
        && matter
        && score.score >= AS_GOOD * top.score
        && score.fits >= top.fits
}

/// An answer for all years of a model is no rival of one for some of them.
fn drop_general(found: &mut BTreeMap<Scope, Place>) {
    let scopes: Vec<Scope> = found.keys().cloned().collect();
    found.retain(|scope, _| {
        !scopes.iter().any(|other| {
            let narrower = |own: &str, other: &str| own.is_empty() && !other.is_empty();
            let years = match (scope.years, other.years) {
                (Some(own), Some(other)) => own != other && own.0 <= other.0 && own.1 >= other.1,
                (None, Some(_)) => true,
                _ => false,
            };
            scope.model == other.model
                && scope != other
                && (narrower(&scope.variant, &other.variant) || years && scope.variant == other.variant)
        })
    });
}

fn numbers(evidence: &Evidence, (passage, at): Place) -> Vec<String> {
    evidence.passages[passage].sentences[at]
        .quantities
        .iter()
        .filter(|quantity| quantity.unit.is_some())
        .map(|quantity| quantity.value.clone())
        .collect()
}

fn distinct<T: Ord>(found: &BTreeMap<Scope, Place>, value: impl Fn(Place) -> T) -> usize {
    found.values().map(|&place| value(place)).collect::<BTreeSet<_>>().len()
}

fn distinct_models(found: &BTreeMap<Scope, Place>) -> usize {
    found.keys().map(|scope| &scope.model).filter(|model| !model.is_empty()).collect::<BTreeSet<_>>().len()
}
