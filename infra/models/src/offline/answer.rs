//! From a prompt to an answer, step by step.

use std::collections::HashSet;

use contract::prompt::Prompt;

use super::cars;
use super::choose::{Choice, Place, best, choose, covered};
use super::compose::{Answer, Composer, compose, quoted};
use super::passage::Evidence;
use super::question::Question;
use super::score::Scores;
use super::siblings::{Scope, Siblings, siblings};
use super::tables::{fill, phrases};
use super::unanswered::{closest, either, small_talk, unanswered};

/// Least share of the question that the best sentence, with its headings, must cover. Below it the engine admits that it does
/// not know. Chosen between 0.45 and 0.75 with the shipped library: the lowest value at which more than 94 of 100 foreign
/// questions (CLINC150, out of scope) are refused; at 0.65 it also refused every tenth of our own questions of drivers.
const LEAST_SUPPORT: f32 = 0.55;

/// When an answer is sure: the question names at least so many things, the headings of its best passage cover at least this
/// share of them, and the answer as a whole covers at least this share. Support alone says little: "can the car fly" has one
/// term, which some sentence has. Measured on `tests/eval/retrieval.jsonl`: 32 of 120 questions are sure, of which 29 name the right
/// section first (of all that are answered, 43 of 60), and none of them is unanswerable.
const SURE_TERMS: usize = 3;
const SURE_HEADING: f32 = 0.35;
const SURE_SUPPORT: f32 = 0.65;

/// What a term counts that only the other chosen sentences name, and one that only stands in the rest of their passages.
const BESIDE: f32 = 0.7;
const AROUND: f32 = 0.4;

/// Answers a prompt.
pub(crate) fn answer(prompt: &Prompt) -> Answer {
    let mut question = Question::read(&prompt.question, &prompt.history);
    let mut evidence = Evidence::read(&prompt.evidence);
    let mut composer = Composer::new(prompt.max_output_tokens);
    if let Some(guidance) = evidence.guidance() {
        for sentence in &guidance.sentences {
            composer.say(&format!("{} [{}]", sentence.text, guidance.index + 1));
        }
    }
    if question.is_empty() {
        if composer.is_empty() {
            composer.say(&small_talk(&question));
        }
        return composer.answer();
    }
    question.correct(&vocabulary(&evidence));
    let car = cars::meant(&question.context, &evidence.cars, &evidence.models);
    evidence.compare(&car, &prompt.evidence);
    let mut scores = Scores::new(&question, &evidence);
    let mut found = supported(&question, &evidence, &scores);
    if found.is_none() && question.context.len() > 1 {
        // It did not go on from what was said after all: "And what is the tyre pressure?" after a question about oil.
        question = Question::read(&prompt.question, &[]);
        question.correct(&vocabulary(&evidence));
        scores = Scores::new(&question, &evidence);
        found = supported(&question, &evidence, &scores);
    }
    match found {
        None if composer.is_empty() => match closest(&question, &evidence, &scores) {
            Some(place) => {
                let section = evidence.passages.get(place.0).map(|passage| passage.heading_line()).unwrap_or_default();
                composer.say(&fill(&phrases().closest, &[("section", section)]));
                compose(&choose(&question, &evidence, &scores, place), &evidence, &car, &mut composer);
            }
            None => composer.say_all(&unanswered(&question, &evidence, &scores)),
        },
        None => {}
        Some((best, choice)) => match siblings(&question, &evidence, &scores, &car, best) {
            Some(siblings) => say_siblings(siblings, &evidence, best, &mut composer),
            None => {
                composer.be_sure(is_sure(&question, best, &choice, &scores));
                compose(&choice, &evidence, &car, &mut composer);
            }
        },
    }
    composer.answer()
}

/// The best sentence and those around it, if they cover enough of the question.
fn supported(question: &Question, evidence: &Evidence, scores: &Scores) -> Option<(Place, Choice)> {
    let best = best(question, evidence, scores)?;
    let choice = choose(question, evidence, scores, best);
    (support(best, &choice, scores) >= LEAST_SUPPORT).then_some((best, choice))
}

/// Whether the choice surely answers the whole question.
fn is_sure(question: &Question, best: Place, choice: &Choice, scores: &Scores) -> bool {
    let headings = scores.passages.get(best.0).map_or(0, |passage| passage.heading | passage.title);
    question.terms.len() >= SURE_TERMS
        && scores.share(headings) >= SURE_HEADING
        && support(best, choice, scores) >= SURE_SUPPORT
}

/// How much of the question the choice covers, 0 to 1.
fn support(best: Place, choice: &Choice, scores: &Scores) -> f32 {
    let said = covered(choice, scores);
    let core = covered(&Choice { places: vec![best], steps: 0 }, scores);
    let passages: HashSet<usize> = choice.places.iter().map(|place| place.0).collect();
    let around = passages
        .iter()
        .filter_map(|&at| scores.passages.get(at))
        .fold(0, |all, passage| all | passage.title | passage.body);
    scores.share(core) + BESIDE * scores.share(said & !core) + AROUND * scores.share(around & !said & !core)
}

fn vocabulary(evidence: &Evidence) -> HashSet<&str> {
    let texts = evidence.passages.iter().flat_map(|passage| {
        let sentences = passage.sentences.iter().flat_map(|sentence| &sentence.terms);
        sentences.chain(&passage.heading).chain(&passage.title)
    });
    texts.map(String::as_str).collect()
}

fn say_siblings(siblings: Siblings, evidence: &Evidence, best: Place, composer: &mut Composer) {
    let ask = match siblings {
        Siblings::Tell(answers) => {
            for (scope, place) in &answers {
                let others =
                    answers.iter().filter(|(other, _)| other.model == scope.model && other.variant == scope.variant);
                let years = scope.years.filter(|_| others.count() > 1);
                say_for(&Scope { years, ..scope.clone() }, *place, evidence, composer);
            }
            return;
        }
        Siblings::AskModel(models) => {
            let options: Vec<String> = models.iter().map(|model| format!("a {model}")).collect();
            fill(&phrases().ask_car, &[("options", &either(&options))])
        }
        Siblings::AskVariant(model, variants) => {
            fill(&phrases().ask_variant, &[("model", named(&model, evidence, best)), ("options", &either(&variants))])
        }
        Siblings::AskYears(model, years) => {
            let options: Vec<String> = years.iter().map(|&years| span(years)).collect();
            fill(&phrases().ask_year, &[("model", named(&model, evidence, best)), ("options", &either(&options))])
        }
    };
    composer.say(&ask);
}

/// Says the answer for one kind of car, naming the car if the sentence does not.
fn say_for(scope: &Scope, place: Place, evidence: &Evidence, composer: &mut Composer) {
    let Some(text) = quoted(evidence, place) else { return };
    let named = text.contains(&scope.model) && text.contains(&scope.variant);
    let dated =
        scope.years.is_none_or(|(first, last)| text.contains(&first.to_string()) || text.contains(&last.to_string()));
    let name = [scope.model.as_str(), scope.variant.as_str()].into_iter().filter(|part| !part.is_empty());
    let name: Vec<String> = name.map(str::to_owned).chain(scope.years.filter(|_| !dated).map(span)).collect();
    composer.say(&if named && dated { text } else { format!("{}: {text}", name.join(" ")) });
}

/// The model, as the best sentence's passage names it when the scope leaves it out.
fn named<'a>(model: &'a str, evidence: &'a Evidence, best: Place) -> &'a str {
    let passage = evidence.passages.get(best.0);
    let known = passage.and_then(|passage| passage.mention.models.first().or(passage.models.first()));
    if model.is_empty() { known.map_or("car", String::as_str) } else { model }
}

fn span((first, last): (u16, u16)) -> String {
    if first == last { first.to_string() } else { format!("{first} to {last}") }
}
