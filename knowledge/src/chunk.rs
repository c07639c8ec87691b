//! Cuts documents into passages: one for each section, so that a passage answers one question and can be cited.

use contract::finding::Passage;

use crate::read::{Document, Section};

/// Sections of more words than this are split at sentence borders. Around 200 words a passage still treats one
/// matter, and five passages fit a prompt.
pub const LONGEST: usize = 220;

/// Sections of fewer words than this join the next section of the same parent: alone they answer nothing.
pub const SHORTEST: usize = 20;

/// What stands between the headings of a path.
pub const PATH_SEPARATOR: &str = " › ";

/// The passages of a document in reading order.
pub fn passages(document: &Document) -> Vec<Passage> {
    let chapter: Vec<&str> = document.chapter.as_deref().into_iter().collect();
    let mut found = Vec::new();
    walk(document, &document.body, &chapter, &mut Vec::new(), &mut found);
    found
}

/// Adds the passages of `section` and below. `carried` holds what was too short to stand alone.
fn walk<'a>(
    document: &'a Document,
    section: &'a Section,
    path: &[&'a str],
    carried: &mut Vec<String>,
    found: &mut Vec<Passage>,
) {
    let mut path = path.to_vec();
    // A heading that only repeats the title or chapter tells nothing more.
    let repeats = path.last().map_or(document.title == section.heading, |&last| last == section.heading);
    if !section.heading.is_empty() && !repeats {
        path.push(&section.heading);
    }
    let mut own = std::mem::take(carried);
    own.extend(section.sentences.iter().cloned());
    let (last, others) = match section.children.split_last() {
        Some((last, others)) => (Some(last), others),
        None => (None, &[][..]),
    };
    if words_in(&own) >= SHORTEST || last.is_none() {
        push(document, &path, &own, found);
    } else {
        *carried = own;
    }
    for child in others {
        let short = child.children.is_empty() && words_in(&child.sentences) < SHORTEST;
        match short && !child.sentences.is_empty() {
            true => carried.extend(named_sentences(child)),
            false => walk(document, child, &path, carried, found),
        }
    }
    if let Some(last) = last {
        walk(document, last, &path, carried, found);
    }
}

/// The sentences of a section that joins another; the heading that it loses becomes a sentence.
fn named_sentences(section: &Section) -> impl Iterator<Item = String> + '_ {
    let mark = if section.heading.ends_with(['?', '.', '!', ':']) { "" } else { ":" };
    std::iter::once(format!("{}{mark}", section.heading)).chain(section.sentences.iter().cloned())
}

fn push(document: &Document, path: &[&str], sentences: &[String], found: &mut Vec<Passage>) {
    let section = match path {
        [] => document.title.clone(),
        path => path.join(PATH_SEPARATOR),
    };
    for part in parts(sentences) {
        found.push(Passage {
            document: document.id.clone(),
            section: section.clone(),
            title: document.title.clone(),
            kind: document.kind,
            text: part.join(" "),
            score: 0.0,
            applies: document.applies.clone(),
        });
    }
}

/// As few parts as keep to [`LONGEST`], of about the same length. A single sentence is never cut.
fn parts(sentences: &[String]) -> Vec<&[String]> {
    let total = words_in(sentences);
    let target = total.div_ceil(total.div_ceil(LONGEST).max(1));
    let mut found = Vec::new();
    let (mut start, mut words) = (0, 0);
    for (at, sentence) in sentences.iter().enumerate() {
        let more = sentence.split_whitespace().count();
        if at > start && (words + more > LONGEST || words >= target) {
            found.push(&sentences[start..at]);
            (start, words) = (at, 0);
        }
        words += more;
    }
    if start < sentences.len() {
        found.push(&sentences[start..]);
    }
    found
}

fn words_in(sentences: &[String]) -> usize {
    sentences.iter().map(|sentence| sentence.split_whitespace().count()).sum()
}

#[cfg(test)]
mod tests {
    use contract::finding::{Applicability, DocumentKind};

    use super::*;

    fn section(heading: &str, words: usize, children: Vec<Section>) -> Section {
        let sentences = vec!["ten words stand here so that they can be counted.".to_owned(); words / 10];
        Section { heading: heading.into(), sentences, children }
    }

    fn cut(chapter: Option<&str>, body: Section) -> Vec<(String, usize)> {
        let document = Document {
            id: "manual".into(),
            title: "Manual".into(),
            chapter: chapter.map(Into::into),
            kind: DocumentKind::Manual,
            applies: Applicability::default(),
            body,
        };
        passages(&document).into_iter().map(|p| (p.section, p.text.split_whitespace().count())).collect()
    }

    #[test]
    fn one_passage_a_section_with_the_path_of_its_headings() {
        let tyres = section("Tyres", 30, vec![section("Pressure", 100, vec![]), section("Wear", 40, vec![])]);
        let root = section("", 0, vec![tyres]);
        let expected = [("Tyres".to_owned(), 30), ("Tyres › Pressure".into(), 100), ("Tyres › Wear".into(), 40)];
        assert_eq!(cut(Some("Tyres"), root.clone()), expected);
        assert_eq!(cut(None, root), expected);
    }

    #[test]
    fn long_sections_are_split_evenly_between_sentences() {
        let root = section("", 0, vec![section("Long", 500, vec![])]);
        assert_eq!(cut(None, root).iter().map(|(_, words)| *words).collect::<Vec<_>>(), [170, 170, 160]);
        let monster = Section { sentences: vec!["word ".repeat(1_000)], ..Section::default() };
        assert_eq!(cut(None, monster), [("Manual".to_owned(), 1_000)]);
    }

    #[test]
    fn short_sections_join_the_next_of_the_same_parent_and_nothing_is_lost() {
        let children = vec![section("Tiny", 10, vec![]), section("Next", 50, vec![]), section("End", 10, vec![])];
        let root = section("", 0, vec![section("A", 0, children), section("B", 30, vec![])]);
        assert_eq!(cut(None, root), [("A › Next".to_owned(), 61), ("A › End".into(), 10), ("B".into(), 30)]);
        assert_eq!(cut(None, section("", 0, vec![])), []);
    }
}
