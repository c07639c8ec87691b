//! What is said when the library has no answer: an honest admission, and one useful question back.

use super::choose::{Place, best_of};
use super::passage::Evidence;
use super::question::Question;
use super::score::Scores;
use super::tables::{fill, phrases, questions};
use language::terms::{Matter, matter, terms};

/// A section is half-way close when its heading covers at least this share of the question.
const HALF_WAY: f32 = 0.25;

/// The first section is quoted as the closest one when its heading covers at least this share of the question.
const CLOSE: f32 = 0.3;

/// Most sections that are offered, and words of the customer that are said back.
const MOST_OPTIONS: usize = 3;
const MOST_WORDS: usize = 4;

/// The admission and the question back.
pub(crate) fn unanswered(question: &Question, evidence: &Evidence, scores: &Scores) -> Vec<String> {
    let options = options(evidence, scores);
    // With sections at hand that come close, their names say more than a word of the customer's picked out of its sentence.
    let topic = topic(question, scores).filter(|_| options.is_empty() && !question.is_hostile());
    let admission = match topic {
        Some(topic) => fill(&phrases().not_found, &[("topic", &topic)]),
        None => phrases().not_found_topicless.clone(),
    };
    let ask = match options.as_slice() {
        [] => phrases().ask_open.clone(),
        [option] => fill(&phrases().ask_option, &[("option", option)]),
        options => {
            let quoted: Vec<String> = options.iter().map(|option| format!("“{option}”")).collect();
            fill(&phrases().ask_options, &[("options", &either(&quoted))])
        }
    };
    vec![admission, ask]
}

/// The best sentence of the section that the library put first, when its heading comes close: customers rarely use the words of
/// a manual, and a section that is named as "the closest" helps more than a question back.
pub(crate) fn closest(question: &Question, evidence: &Evidence, scores: &Scores) -> Option<Place> {
    let first = evidence.passages.iter().position(|passage| !passage.is_record())?;
    let share = scores.passages.get(first).map_or(0.0, |score| scores.share(score.heading));
    (share >= CLOSE && !question.is_hostile()).then(|| best_of(evidence, scores, first)).flatten()
}

/// What is said to a message that names no matter: an answer to a greeting, or a question what it is about.
pub(crate) fn small_talk(question: &Question) -> String {
    let line = question.words.join(" ");
    let begins = |cue: &&String| line == **cue || line.starts_with(&format!("{cue} "));
    let longest = |talk: &&super::tables::SmallTalk| talk.cues.iter().filter(begins).map(String::len).max();
    let found =
        phrases().small_talk.iter().filter_map(|talk| Some((longest(&talk)?, talk))).max_by_key(|(length, _)| *length);
    found.map_or_else(|| phrases().nothing_said.clone(), |(_, talk)| talk.say.clone())
}

/// `a, b or c`.
pub(crate) fn either(options: &[String]) -> String {
    match options {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{}{}{last}", others.join(", "), phrases().or),
    }
}

/// The customer's words for what was not found: the run of words of matter that holds most of what nothing covers, with its
/// article.
fn topic(question: &Question, scores: &Scores) -> Option<String> {
    let known = scores.passages.iter().fold(0, |all, passage| all | passage.body | passage.heading);
    let missing = |word: &String| {
        let of_word = terms(word);
        let place = question.terms.iter().position(|(term, _)| of_word.contains(term));
        place.filter(|at| known & (1 << at) == 0).and_then(|at| scores.weights.get(at)).copied().unwrap_or_default()
    };
    let runs = question.words.chunk_by(|one, other| is_matter(one) && is_matter(other));
    let weighed = runs.map(|run| (run.iter().map(missing).sum::<f32>(), run));
    let (weight, run) = weighed.max_by(|one, other| one.0.total_cmp(&other.0).then(one.1.len().cmp(&other.1.len())))?;
    let verb = |word: &&String| questions().verbs.contains(*word);
    let leading = run.iter().take_while(verb).count();
    let run = if leading < run.len() { &run[leading..] } else { run };
    let run = &run[..run.len() - run.iter().skip(1).rev().take_while(verb).count()];
    if weight <= 0.0 || run.len() > MOST_WORDS {
        return None;
    }
    let from = question.words.windows(run.len()).position(|words| words == run)?;
    let article = match from.checked_sub(1).and_then(|at| question.words.get(at)).map(String::as_str) {
        Some(article @ ("a" | "an" | "the")) => format!("{article} "),
        Some("my" | "our") => "your ".to_owned(),
        _ => String::new(),
    };
    Some(format!("{article}{}", as_said(question, &run.join(" "))))
}

/// The words with the capitals that the customer gave them.
fn as_said(question: &Question, words: &str) -> String {
    let said = question.context.first().map(String::as_str).unwrap_or_default();
    let place = said.to_lowercase().find(words);
    let original =
        place.and_then(|at| said.get(at..at + words.len())).filter(|original| original.to_lowercase() == words);
    original.unwrap_or(words).to_owned()
}

fn is_matter(word: &str) -> bool {
    matter(word) == Matter::Full
}

/// The sections whose headings come half-way close, closest first.
fn options(evidence: &Evidence, scores: &Scores) -> Vec<String> {
    let mut close: Vec<(f32, &str)> = Vec::new();
    for (passage, score) in evidence.passages.iter().zip(&scores.passages) {
        let share = scores.share(score.heading);
        let name = passage.heading_line().trim_end_matches(['?', '.']);
        if share >= HALF_WAY && !name.is_empty() && !close.iter().any(|(_, known)| *known == name) {
            close.push((share, name));
        }
    }
    close.sort_by(|one, other| other.0.total_cmp(&one.0));
    close.into_iter().take(MOST_OPTIONS).map(|(_, name)| name.to_owned()).collect()
}
