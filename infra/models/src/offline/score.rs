//! Scores every sentence of the evidence for a question.
//!
//! The base is how much of the question a sentence covers, each term weighted by how telling it is (inverse document
//! frequency over the sentences of the evidence, Robertson and Spärck Jones 1976). What stands in the headings, the
//! title or the rest of the passage counts in part. The other parts, set on the cases of this crate's tests, only order
//! sentences that cover about the same.

use super::agreement::Agreement;
use super::passage::{Evidence, Form, Passage, Sentence};
use super::question::Question;
use super::tables::{Kind, questions};
use language::numbers::Quantity;
use language::terms::{same, terms};

/// What a term counts that stands in the path of headings, in the title, or elsewhere in the passage.
const IN_HEADING: f32 = 0.7;
const IN_TITLE: f32 = 0.3;
const IN_PASSAGE: f32 = 0.3;

/// What a passage gains by a last heading that covers the whole question and says nothing more: it is about it, the others
/// only mention it.
const ABOUT: f32 = 0.3;

/// The most that each further part adds.
const NEARNESS: f32 = 0.12;
const FITTING: f32 = 0.3;
const MEASURED: f32 = 0.5;
const PRIOR: f32 = 0.2;
const NAMED_CAR: f32 = 0.1;
const FIRST_SENTENCE: f32 = 0.08;

/// What is taken off from a row of a table, and from what cannot stand alone or is about another car.
const ROW: f32 = 0.35;
const UNFIT: f32 = 1.0;
/// What is taken off under a heading about circumstances that the question does not name, such as winter wheels.
const SPECIAL: f32 = 0.4;

/// Words at the beginning of a sentence among which its subject is looked for: usually, and where `is a …` ends it.
const USUAL_SUBJECT: usize = 6;
const LONGEST_SUBJECT: usize = 9;

/// A set of the question's terms, one bit each; a question has at most 48.
pub(crate) type Terms = u64;

/// The scores of all sentences, in the order of the evidence.
#[derive(Debug, Default)]
pub(crate) struct Scores {
    /// Importance of each term of the question; together 1.
    pub(crate) weights: Vec<f32>,
    pub(crate) passages: Vec<PassageScores>,
}

/// The scores of one passage.
#[derive(Debug, Default)]
pub(crate) struct PassageScores {
    pub(crate) heading: Terms,
    pub(crate) title: Terms,
    pub(crate) body: Terms,
    /// How well the passage as a whole fits: mostly how much of the question its headings cover.
    pub(crate) score: f32,
    pub(crate) sentences: Vec<SentenceScore>,
}

/// The score of one sentence.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct SentenceScore {
    pub(crate) terms: Terms,
    /// How well its form fits what the question wants, 0 to 1.
    pub(crate) fits: f32,
    pub(crate) score: f32,
}

impl Scores {
    /// Scores all sentences of `evidence` for `question`.
    pub(crate) fn new(question: &Question, evidence: &Evidence) -> Self {
        let mut passages: Vec<_> = evidence.passages.iter().map(|passage| matches(question, passage)).collect();
        let weights = weights(question, &passages);
        let best = evidence.passages.iter().map(|passage| passage.score).fold(f32::MIN_POSITIVE, f32::max);
        for (rank, (scores, passage)) in passages.iter_mut().zip(&evidence.passages).enumerate() {
            let prior = PRIOR * (0.7 * passage.score / best + 0.3 / (rank + 1) as f32);
            let context = [scores.heading, scores.title, scores.body];
            let about = ABOUT * about(question, passage, &weights);
            let unfit = if passage.agreement == Agreement::Other { UNFIT } else { 0.0 };
            let special = if is_special(question, &passage.last_heading) { SPECIAL } else { 0.0 };
            scores.score =
                covered(&weights, scores.heading, [0, scores.title, scores.body]) + about + prior - unfit - special;
            for (at, (score, sentence)) in scores.sentences.iter_mut().zip(&passage.sentences).enumerate() {
                score.fits = fits(sentence, question);
                let covers = covered(&weights, score.terms, context);
                let first = if at == 0 { FIRST_SENTENCE } else { 0.0 };
                let near = NEARNESS * nearness(question, sentence);
                // A number that has nothing to do with the question fits nothing.
                let most = if question.kind == Kind::Quantity { MEASURED } else { FITTING };
                let fitting = most * score.fits * (2.0 * covers).min(1.0);
                score.score = covers + about + near + fitting + prior + first + form(sentence) - special;
            }
        }
        Self { weights, passages }
    }

    /// Share of the question that a set of terms covers, 0 to 1.
    pub(crate) fn share(&self, terms: Terms) -> f32 {
        share(&self.weights, terms)
    }

    /// The score of one sentence.
    pub(crate) fn of(&self, passage: usize, sentence: usize) -> SentenceScore {
        self.passages.get(passage).and_then(|scores| scores.sentences.get(sentence)).copied().unwrap_or_default()
    }
}

/// Which terms of the question stand where in the passage.
fn matches(question: &Question, passage: &Passage) -> PassageScores {
    let sentences: Vec<_> = passage
        .sentences
        .iter()
        .map(|sentence| SentenceScore {
            terms: found(question, &sentence.terms) | answered(question, sentence),
            ..SentenceScore::default()
        })
        .collect();
    PassageScores {
        heading: found(question, &passage.heading),
        title: found(question, &passage.title),
        body: sentences.iter().fold(0, |all, sentence| all | sentence.terms),
        score: 0.0,
        sentences,
    }
}

fn found(question: &Question, terms: &[String]) -> Terms {
    let hits = question.terms.iter().enumerate().filter(|(_, (asked, _))| terms.iter().any(|term| same(term, asked)));
    hits.fold(0, |set, (at, _)| set | 1 << at)
}

/// The terms that only say what to measure, such as `size`, when the sentence has such a measure.
fn answered(question: &Question, sentence: &Sentence) -> Terms {
    let measure =
        |quantity: &Quantity| quantity.measure.as_ref().is_some_and(|measure| question.measures.contains(measure));
    if !sentence.quantities.iter().any(measure) {
        return 0;
    }
    let terms = question.terms.iter().enumerate().filter(|(_, (term, _))| questions().measuring.contains(term));
    terms.fold(0, |set, (at, _)| set | 1 << at)
}

/// Importance of each term: how much it was stressed, times how telling it is among the sentences. The frequency is damped,
/// because evidence that was searched for a term is full of it.
fn weights(question: &Question, passages: &[PassageScores]) -> Vec<f32> {
    let sentences: Vec<Terms> =
        passages.iter().flat_map(|passage| &passage.sentences).map(|sentence| sentence.terms).collect();
    let total = sentences.len() as f32;
    let rarest = (1.0 + (total + 0.5) / 0.5).ln();
    let raw = question.terms.iter().enumerate().map(|(at, (_, stress))| {
        let frequency = sentences.iter().filter(|terms| *terms & (1 << at) != 0).count() as f32;
        let telling = (1.0 + (total - frequency + 0.5) / (frequency + 0.5)).ln();
        stress * (0.5 + 0.5 * telling / rarest)
    });
    let raw: Vec<f32> = raw.collect();
    let sum = raw.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    raw.into_iter().map(|weight| weight / sum).collect()
}

fn share(weights: &[f32], terms: Terms) -> f32 {
    weights.iter().enumerate().filter(|(at, _)| terms & (1 << at) != 0).map(|(_, weight)| weight).sum()
}

fn covered(weights: &[f32], own: Terms, [heading, title, body]: [Terms; 3]) -> f32 {
    let beside = share(weights, heading & !own) * IN_HEADING;
    let titled = share(weights, title & !own & !heading) * IN_TITLE;
    share(weights, own) + beside + titled + share(weights, body & !own & !heading & !title) * IN_PASSAGE
}

/// Whether a heading is about circumstances that the question does not name.
fn is_special(question: &Question, heading: &[String]) -> bool {
    let asked = |term: &String| question.terms.iter().any(|(asked, _)| same(term, asked));
    heading.iter().any(|term| questions().special.contains(term) && !asked(term))
}

/// How well the last heading and the question cover each other, 0 to 1. Numbers in a heading only say for which years it holds.
fn about(question: &Question, passage: &Passage, weights: &[f32]) -> f32 {
    let heading: Vec<_> =
        passage.last_heading.iter().filter(|term| !term.starts_with(|c: char| c.is_ascii_digit())).collect();
    let asked = heading.iter().filter(|term| question.terms.iter().any(|(asked, _)| same(term, asked))).count();
    let exact = asked as f32 / heading.len().max(1) as f32;
    share(weights, found(question, &passage.last_heading)) * (0.5 + 0.5 * exact)
}

/// Share of the question's neighbouring terms that stand near each other in the sentence, in any order.
fn nearness(question: &Question, sentence: &Sentence) -> f32 {
    let place = |asked: &str| sentence.terms.iter().position(|term| same(term, asked));
    let pairs = question.terms.windows(2);
    let total = pairs.len().max(1) as f32;
    let near = pairs.filter(|pair| match pair {
        [(one, _), (other, _)] => place(one).zip(place(other)).is_some_and(|(one, other)| one.abs_diff(other) <= 2),
        _ => false,
    });
    near.count() as f32 / total
}

/// How well a sentence has the form of an answer to this kind of question, 0 to 1.
fn fits(sentence: &Sentence, question: &Question) -> f32 {
    let says = |kind: Kind| {
        let words = questions().answers.get(&kind);
        let said = words.is_some_and(|words| sentence.line.split(' ').any(|word| words.contains(word)));
        f32::from(u8::from(said))
    };
    let instructs = match sentence.form {
        Form::Instruction if sentence.forbids() && question.kind == Kind::Steps => 0.0,
        Form::Instruction => 0.7,
        _ => 0.0,
    };
    match question.kind {
        Kind::Quantity => measured(sentence, question),
        Kind::Steps => instructs,
        Kind::Definition => (0.5 * says(Kind::Definition) + defines(sentence, question)).min(1.0),
        Kind::Advice => says(Kind::Definition).max(instructs),
        Kind::Permission => (0.8 * says(Kind::Permission)).max(instructs),
        // `The key battery of the Lumen is a CR2032 cell.` answers which one it is; half a definition does not.
        Kind::Open => defines(sentence, question).floor(),
        kind => says(kind),
    }
}

/// How much a sentence looks like the definition of what is asked for: half for beginning with it, all for going on with
/// what it is: `Veldra Circle is the …`.
fn defines(sentence: &Sentence, question: &Question) -> f32 {
    let words: Vec<&str> = sentence.line.split_whitespace().take(LONGEST_SUBJECT).collect();
    let asked = |term: &String| question.terms.iter().any(|(asked, weight)| *weight >= 0.5 && same(term, asked));
    let names_it = |subject: &[&str]| terms(&subject.join(" ")).iter().any(asked);
    if sentence.form != Form::Statement {
        return 0.0;
    }
    let verb = words.iter().position(|word| matches!(*word, "is" | "are")).unwrap_or(words.len());
    let article = words.get(verb + 1).is_some_and(|word| matches!(*word, "a" | "an" | "the" | "one"));
    match () {
        () if article && names_it(&words[..verb]) => 1.0,
        () if names_it(&words[..verb.min(USUAL_SUBJECT)]) => 0.5,
        () => 0.0,
    }
}

fn measured(sentence: &Sentence, question: &Question) -> f32 {
    let often = sentence.line.split(' ').any(|word| questions().frequency.contains(word));
    if often && question.measures.iter().any(|measure| measure == "frequency") {
        return 1.0;
    }
    let asked = |measure: &String| question.measures.contains(measure);
    let units = || sentence.quantities.iter().filter_map(|quantity| quantity.measure.as_ref());
    match () {
        () if units().any(asked) => 1.0,
        () if units().next().is_some() && question.measures.is_empty() => 0.8,
        () if units().next().is_some() => 0.3,
        () if !sentence.quantities.is_empty() => 0.2,
        () => 0.0,
    }
}

fn form(sentence: &Sentence) -> f32 {
    let built = match sentence.form {
        Form::Row => -ROW,
        Form::OpensList | Form::Question => -UNFIT,
        Form::Statement | Form::Instruction => 0.0,
    };
    built
        + match sentence.agreement {
            Agreement::Other => -UNFIT,
            Agreement::Silent => 0.0,
            Agreement::Same => NAMED_CAR,
        }
}
