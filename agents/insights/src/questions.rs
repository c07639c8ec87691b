//! Questions that nothing was found for, and the articles that are missing: groups of them that share their terms.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use language::terms::{Matter, matter, terms, tokens};
use learning::Note;
use serde::{Deserialize, Serialize};

use crate::week::Week;

/// Two questions are about the same when so much of their terms is shared, on average over a group (Jaccard).
const ALIKE: f64 = 0.3;
/// Longest title, in words.
const LONGEST_TITLE: usize = 5;

/// A question that nothing was found for, without what could name who asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Question {
    /// The customer's words, redacted.
    pub words: String,
    /// What the customer wanted.
    pub intent: String,
    /// When.
    pub at: Timestamp,
}

/// An article that the library lacks: at least two questions about the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MissingArticle {
    /// What the questions share, in their words.
    pub title: String,
    /// The questions, oldest first.
    pub questions: Vec<Question>,
}

/// How the keys of a week's questions begin.
pub fn prefix(week: Week) -> String {
    format!("insights/unanswered/{week}/")
}

/// The questions that these notes hold, oldest first.
pub(crate) fn read(notes: &[Note]) -> Vec<Question> {
    let read = |note: &Note| serde_json::from_value::<Question>(note.body.clone()).ok();
    let mut questions: Vec<Question> = notes.iter().filter_map(read).collect();
    questions.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.words.cmp(&b.words)));
    questions
}

/// The missing articles, those asked for most first, and the questions that are alone.
pub(crate) fn grouped(questions: Vec<Question>) -> (Vec<MissingArticle>, Vec<Question>) {
    let mut groups: Vec<Vec<(Question, BTreeSet<String>)>> = Vec::new();
    for question in questions {
        let own: BTreeSet<String> = subjects(&question.words).into_iter().map(|(term, _)| term).collect();
        let nearness = |group: &Vec<(Question, BTreeSet<String>)>| {
            group.iter().map(|(_, other)| shared(&own, other)).sum::<f64>() / group.len() as f64
        };
        let nearest = groups.iter().enumerate().map(|(at, group)| (nearness(group), at));
        match nearest.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(near, _)| *near >= ALIKE) {
            Some((_, at)) => {
                groups.get_mut(at).into_iter().for_each(|group| group.push((question.clone(), own.clone())))
            }
            None => groups.push(vec![(question, own)]),
        }
    }
    let (mut articles, mut alone) = (Vec::new(), Vec::new());
    for group in groups {
        let mut questions: Vec<Question> = group.into_iter().map(|(question, _)| question).collect();
        if questions.len() > 1 {
            articles.push(MissingArticle { title: title(&questions), questions });
        } else {
            alone.append(&mut questions);
        }
    }
    articles.sort_by_key(|article| std::cmp::Reverse(article.questions.len()));
    (articles, alone)
}

/// The terms of a text that name a matter, each with the word that it came from.
fn subjects(text: &str) -> Vec<(String, String)> {
    // What stands for something that was taken out says nothing.
    let said: Vec<&str> = text.split_whitespace().filter(|word| !word.starts_with('[')).collect();
    let words = tokens(&said.join(" ")).into_iter().filter(|word| matter(word) == Matter::Full);
    words.flat_map(|word| terms(&word).into_iter().map(move |term| (term, word.clone()))).collect()
}

fn shared(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let (both, all) = (one.intersection(other).count(), one.union(other).count());
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

/// The words that at least half of the questions share, most common first.
fn title(questions: &[Question]) -> String {
    let mut known: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for question in questions {
        let mut seen = BTreeSet::new();
        for (term, word) in subjects(&question.words) {
            if seen.insert(term.clone()) {
                known.entry(term).or_insert((0, word)).0 += 1;
            }
        }
    }
    let mut common: Vec<(usize, String)> =
        known.into_values().filter(|(times, _)| times * 2 >= questions.len()).collect();
    common.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let words: Vec<String> = common.into_iter().take(LONGEST_TITLE).map(|(_, word)| word).collect();
    words.join(" ")
}
