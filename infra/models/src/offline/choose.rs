//! Chooses the one to four sentences that answer a question together, or the steps in their order.

use std::ops::Range;

use super::agreement::Agreement;
use super::passage::{Evidence, Form, Passage};
use super::question::Question;
use super::score::{Scores, Terms};
use super::tables::Kind;

/// Most sentences of an answer that is not a list of steps.
const MOST: usize = 3;

/// Fewest instructions in a row that are a list of steps when nothing announces one.
const FEWEST_STEPS: usize = 3;

/// A passage is about a question when its headings cover this share of it: only then are its steps the steps asked for.
const NAMES_IT: f32 = 0.5;

/// What a passage with a list of steps gains for a question that wants one.
const HAS_STEPS: f32 = 0.15;

/// A further sentence of the same passage scores at least this share of the best. One of another passage names at least
/// this share of the question of what is said already and of what is still open, and scores at least that share of the best.
const SAME_PASSAGE: f32 = 0.8;
const LEFT_OPEN: f32 = 0.25;
const OTHER_PASSAGE: f32 = 0.7;

/// A further number is one of the same matter when its sentence names this share of what the best one names.
const SAME_MATTER: f32 = 0.75;

/// What a further sentence gains by terms of the question that no chosen one names itself.
const NEW: f32 = 0.5;

/// From this share of common terms on, two sentences say the same, unless their numbers differ.
const REDUNDANT: f32 = 0.7;

/// A sentence: the place of its passage in the evidence that was read, and its place there.
pub(crate) type Place = (usize, usize);

/// What was chosen.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    /// In the order in which they are said.
    pub(crate) places: Vec<Place>,
    /// How many at the end of `places` are steps.
    pub(crate) steps: usize,
}

/// The best sentence that can be quoted, if any. A question for steps or advice is answered from the passage that fits best
/// as a whole, any other by the best sentence of all.
pub(crate) fn best(question: &Question, evidence: &Evidence, scores: &Scores) -> Option<Place> {
    let ranked = ranked(evidence, scores);
    let top = *ranked.first()?;
    if !matches!(question.kind, Kind::Steps | Kind::Advice) {
        return Some(top);
    }
    let listed = |at: usize| {
        if evidence.passages.get(at).is_some_and(|passage| steps(passage).is_some()) { HAS_STEPS } else { 0.0 }
    };
    let whole = |place: &Place| scores.passages.get(place.0).map_or(0.0, |passage| passage.score) + listed(place.0);
    let passage = ranked.iter().max_by(|one, other| whole(one).total_cmp(&whole(other)).then(other.cmp(one)))?.0;
    let names_it = scores.passages.get(passage).is_some_and(|passage| scores.share(passage.heading) >= NAMES_IT);
    if names_it { ranked.into_iter().find(|place| place.0 == passage) } else { Some(top) }
}

/// The best sentence of one passage that can be quoted.
pub(crate) fn best_of(evidence: &Evidence, scores: &Scores, passage: usize) -> Option<Place> {
    ranked(evidence, scores).into_iter().find(|place| place.0 == passage)
}

/// The sentences that answer the question, around the best one.
pub(crate) fn choose(question: &Question, evidence: &Evidence, scores: &Scores, best: Place) -> Choice {
    let Some(passage) = evidence.passages.get(best.0) else { return Choice::default() };
    let names_it = scores.passages.get(best.0).is_some_and(|passage| scores.share(passage.heading) >= NAMES_IT);
    match (question.kind, steps(passage).filter(|_| names_it)) {
        (Kind::Steps, Some(steps)) => {
            let announced = steps
                .start
                .checked_sub(1)
                .and_then(|at| passage.sentences.get(at))
                .is_some_and(|lead| lead.form == Form::OpensList);
            let before = if announced { None } else { statement(passage, best.0, &steps, scores) };
            listed(best.0, before, steps)
        }
        (Kind::Advice, Some(steps)) => listed(best.0, statement(passage, best.0, &steps, scores), steps),
        (Kind::Advice | Kind::Definition, _) => with_advice(question, evidence, scores, best),
        _ => related(question, evidence, scores, best, MOST),
    }
}

/// The terms of the question that the chosen sentences and the headings above them cover.
pub(crate) fn covered(choice: &Choice, scores: &Scores) -> Terms {
    let terms = |&(passage, at): &Place| {
        scores.of(passage, at).terms | scores.passages.get(passage).map_or(0, |passage| passage.heading)
    };
    choice.places.iter().map(terms).fold(0, |all, terms| all | terms)
}

/// Whether a sentence can be quoted: it does not only announce a list, and what it leans on stands before it.
fn can_stand(passage: &Passage, at: usize) -> bool {
    let Some(sentence) = passage.sentences.get(at) else { return false };
    let before = || at.checked_sub(1).and_then(|at| passage.sentences.get(at));
    let carried = before().is_some_and(|before| !before.leans && before.form != Form::OpensList);
    !matches!(sentence.form, Form::OpensList | Form::Question) && (!sentence.leans || carried)
}

/// Whether the sentence or its heading names a matter of the question. A record must name most of it by itself.
fn is_wanted(evidence: &Evidence, scores: &Scores, (passage, at): Place) -> bool {
    let own = scores.of(passage, at).terms;
    let Some(read) = evidence.passages.get(passage) else { return false };
    match read.is_record() {
        true => scores.share(own) >= if read.is_past() { 0.6 } else { 0.4 },
        false => own | scores.passages.get(passage).map_or(0, |passage| passage.heading) != 0,
    }
}

/// The first list of steps: instructions after a line that announces them, or many of them in a row.
fn steps(passage: &Passage) -> Option<Range<usize>> {
    let run = |from: usize| {
        let length = passage.sentences[from..].iter().take_while(|sentence| sentence.form == Form::Instruction).count();
        from..from + length
    };
    let announced =
        passage.sentences.iter().position(|sentence| sentence.form == Form::OpensList).map(|at| run(at + 1));
    announced.filter(|run| run.len() >= 2).or_else(|| {
        let runs = (0..passage.sentences.len()).map(run).filter(|run| run.len() >= FEWEST_STEPS);
        runs.max_by_key(|run| (run.len(), std::cmp::Reverse(run.start)))
    })
}

fn listed(passage: usize, before: Option<usize>, steps: Range<usize>) -> Choice {
    let count = steps.len();
    Choice { places: before.into_iter().chain(steps).map(|at| (passage, at)).collect(), steps: count }
}

/// The statement before the steps that says best what is the matter.
fn statement(passage: &Passage, at: usize, steps: &Range<usize>, scores: &Scores) -> Option<usize> {
    let before = passage.sentences[..steps.start].iter().enumerate();
    let statements = before.filter(|(_, sentence)| sentence.form == Form::Statement && !sentence.leans);
    let score = |sentence: usize| scores.of(at, sentence).score;
    statements.map(|(at, _)| at).max_by(|&one, &other| score(one).total_cmp(&score(other)).then(other.cmp(&one)))
}

/// What is the matter, and the first things to do about it.
fn with_advice(question: &Question, evidence: &Evidence, scores: &Scores, best: Place) -> Choice {
    let Some(passage) = evidence.passages.get(best.0) else { return Choice::default() };
    let mut choice = related(question, evidence, scores, best, if question.kind == Kind::Advice { 2 } else { 1 });
    let wanted = if question.kind == Kind::Advice { MOST + 1 } else { MOST };
    let next = best.1 + 1..passage.sentences.len();
    let instructs = |&at: &usize| passage.sentences[at].form == Form::Instruction;
    let instructions: Vec<usize> = next.clone().filter(instructs).chain((0..best.1).filter(instructs)).collect();
    let further = if instructions.is_empty() { next.collect() } else { instructions };
    for at in further {
        let place = (best.0, at);
        if choice.places.len() < wanted && may_follow(passage, at) && !repeats(evidence, &choice.places, place) {
            choice.places.push(place);
        }
    }
    in_order(&mut choice.places, best.0);
    choice
}

/// The best sentence, with what belongs to it in its passage, and what another passage says to the rest of the question.
fn related(question: &Question, evidence: &Evidence, scores: &Scores, best: Place, most: usize) -> Choice {
    let top = scores.of(best.0, best.1);
    let mut places = vec![best];
    let ranked = ranked(evidence, scores);
    while places.len() < most {
        let said = covered(&Choice { places: places.clone(), steps: 0 }, scores);
        let named = places.iter().fold(0, |all, place| all | scores.of(place.0, place.1).terms);
        let value = |place: &Place| {
            let score = scores.of(place.0, place.1);
            score.score + NEW * scores.share(score.terms & !named)
        };
        let belongs = |place: &&Place| {
            let score = scores.of(place.0, place.1);
            let matter = scores.share(score.terms & top.terms) >= SAME_MATTER * scores.share(top.terms);
            let fits = question.kind != Kind::Quantity || score.fits > top.fits || score.fits == top.fits && matter;
            let near = match place.0 == best.0 {
                true => {
                    value(place) >= SAME_PASSAGE * top.score
                        && fits
                        && 2.0 * scores.share(score.terms) >= scores.share(top.terms)
                }
                false => {
                    let joins =
                        scores.share(score.terms & said) >= LEFT_OPEN && scores.share(score.terms & !said) >= LEFT_OPEN;
                    score.score >= OTHER_PASSAGE * top.score && joins
                }
            };
            near && may_follow(&evidence.passages[place.0], place.1)
                && !(forbids(&evidence.passages[place.0], place.1) && answers_plainly(question.kind))
                && !repeats(evidence, &places, **place)
        };
        let next =
            ranked.iter().filter(belongs).max_by(|one, other| value(one).total_cmp(&value(other)).then(other.cmp(one)));
        match next {
            Some(&place) => places.push(place),
            None => break,
        }
    }
    in_order(&mut places, best.0);
    Choice { places, steps: 0 }
}

/// Whether a sentence says what not to do. Beside a plain figure or name it would only bring the wrong one into play.
fn forbids(passage: &Passage, at: usize) -> bool {
    passage.sentences.get(at).is_some_and(super::passage::Sentence::forbids)
}

fn answers_plainly(kind: Kind) -> bool {
    matches!(kind, Kind::Open | Kind::Quantity | Kind::Definition | Kind::Place)
}

/// Whether a sentence may follow the best one: it can stand, is for the customer's car, and is no row of a table.
fn may_follow(passage: &Passage, at: usize) -> bool {
    let fits =
        |sentence: &super::passage::Sentence| sentence.agreement != Agreement::Other && sentence.form != Form::Row;
    can_stand(passage, at) && passage.sentences.get(at).is_some_and(fits)
}

/// All sentences that may be quoted, best first.
fn ranked(evidence: &Evidence, scores: &Scores) -> Vec<Place> {
    let places = evidence.passages.iter().enumerate().flat_map(|(passage, read)| {
        (0..read.sentences.len()).filter(move |&at| can_stand(read, at)).map(move |at| (passage, at))
    });
    let mut all: Vec<Place> = places.filter(|&place| is_wanted(evidence, scores, place)).collect();
    all.sort_by(|one, other| {
        scores.of(other.0, other.1).score.total_cmp(&scores.of(one.0, one.1).score).then(one.cmp(other))
    });
    all
}

/// Whether a sentence says again what one of `places` says. Other numbers are another statement.
fn repeats(evidence: &Evidence, places: &[Place], place: Place) -> bool {
    let sentence = |(passage, at): Place| evidence.passages.get(passage).and_then(|passage| passage.sentences.get(at));
    let Some(new) = sentence(place) else { return true };
    places.iter().filter_map(|&place| sentence(place)).any(|old| {
        let common = new.terms.iter().filter(|term| old.terms.contains(term)).count() as f32;
        let share = common / new.terms.len().min(old.terms.len()).max(1) as f32;
        let known = new.quantities.iter().all(|new| old.quantities.iter().any(|old| old.agrees(new)));
        share >= REDUNDANT && known
    })
}

/// The passage of the best sentence first, each passage in its own order.
fn in_order(places: &mut [Place], first: usize) {
    places.sort_by_key(|&(passage, at)| (passage != first, passage, at));
}
