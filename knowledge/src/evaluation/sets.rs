//! Reads evaluation sets, one JSON object a line, and makes documents or gold answers of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use contract::finding::{Applicability, DocumentKind, Passage};
use contract::ports::{Query, VehicleFilter};
use language::sentences::sentences;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::chunk::PATH_SEPARATOR;
use crate::read::{Document, Problem, Section};

/// A question to the shipped library and the section that answers it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryCase {
    /// The customer's words.
    pub question: String,
    /// The car that they have.
    #[serde(default)]
    pub model: Option<String>,
    /// Its model year.
    #[serde(default)]
    pub year: Option<u16>,
    /// The document that holds the answer; `None` when the library has none.
    pub document: Option<String>,
    /// The headings above the answer, or the first of them.
    #[serde(default)]
    pub section: Option<String>,
    /// Other places that answer it as well.
    #[serde(default)]
    pub also: Vec<Place>,
}

/// A section of a document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Id of the document.
    pub document: String,
    /// The headings above the place, or the first of them.
    pub section: String,
}

impl LibraryCase {
    /// The query for the case.
    pub fn query(&self, limit: usize) -> Query {
        let vehicle = |model: &String| VehicleFilter { model: model.clone(), year: self.year };
        Query {
            text: self.question.clone(),
            vehicles: self.model.iter().map(vehicle).collect(),
            language: Some("en".into()),
            limit,
            ..Query::default()
        }
    }

    /// Whether the passage answers the question: it is of a right place, and holds for the car.
    pub fn is_answered_by(&self, passage: &Passage) -> bool {
        let applies = &passage.applies;
        let model = self.model.as_ref().is_none_or(|model| applies.models.is_empty() || applies.models.contains(model));
        let year = self.year.is_none_or(|year| applies.years.is_empty() || applies.years.contains(&year));
        let section = self.section.as_deref().unwrap_or_default();
        let main = self.document.as_ref().is_some_and(|document| lies_in(passage, document, section));
        let place = main || self.also.iter().any(|place| lies_in(passage, &place.document, &place.section));
        place && model && year
    }
}

/// Whether the passage is of the document and its path begins with these headings.
fn lies_in(passage: &Passage, document: &str, headings: &str) -> bool {
    let rest = passage.section.strip_prefix(headings);
    let whole = |rest: &str| headings.is_empty() || rest.is_empty() || rest.starts_with(PATH_SEPARATOR);
    passage.document == document && rest.is_some_and(whole)
}

/// A question and a text that answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Id of the row.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// A row as it is written; what lacks one of the three is no pair.
#[derive(Debug, Deserialize)]
struct Row {
    id: Option<String>,
    question: Option<String>,
    answer: Option<String>,
}

/// The cases in a file.
///
/// # Errors
/// A problem with the line that cannot be read.
pub fn library_cases(file: &Path) -> Result<Vec<LibraryCase>, Problem> {
    lines(file)
}

/// The pairs in a file. Other fields are passed over, and so are rows without id, question or answer: public sets
/// mark what cannot be answered like that.
///
/// # Errors
/// A problem with the line that cannot be read.
pub fn pairs(file: &Path) -> Result<Vec<Pair>, Problem> {
    let pair = |row: Row| Some(Pair { id: row.id?, question: row.question?, answer: row.answer? });
    Ok(lines(file)?.into_iter().filter_map(pair).filter(|pair| !pair.answer.trim().is_empty()).collect())
}

/// The distinct answers as documents, each with the id of the first row that has it.
pub fn answers(pairs: &[Pair]) -> Vec<Document> {
    let ids = ids_of(pairs);
    pairs.iter().filter(|pair| ids.get(pair.answer.as_str()) == Some(&pair.id.as_str())).map(document).collect()
}

/// The distinct questions, each with the ids of all documents that answer it.
pub fn questions(pairs: &[Pair]) -> Vec<(String, Vec<String>)> {
    let ids = ids_of(pairs);
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for pair in pairs {
        let relevant = found.entry(&pair.question).or_default();
        if let Some(id) = ids.get(pair.answer.as_str()).filter(|id| !relevant.iter().any(|known| known == *id)) {
            relevant.push((*id).to_owned());
        }
    }
    found.into_iter().map(|(question, relevant)| (question.to_owned(), relevant)).collect()
}

/// The id of the first row with each answer.
fn ids_of(pairs: &[Pair]) -> BTreeMap<&str, &str> {
    let mut ids = BTreeMap::new();
    for pair in pairs {
        ids.entry(pair.answer.as_str()).or_insert(pair.id.as_str());
    }
    ids
}

fn document(pair: &Pair) -> Document {
    Document {
        id: pair.id.clone(),
        title: String::new(),
        chapter: None,
        kind: DocumentKind::Faq,
        applies: Applicability { language: "en".into(), ..Applicability::default() },
        body: Section {
            sentences: sentences(&pair.answer).into_iter().map(str::to_owned).collect(),
            ..Section::default()
        },
    }
}

fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, Problem> {
    let text = fs::read_to_string(file).map_err(|error| Problem::new(file, format!("cannot be read: {error}")))?;
    let filled = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let read = |(number, line)| {
        let wrong = |error: serde_json::Error| {
            Problem::new(file, error.to_string()).line(number).hint("each line must be one JSON object of this set")
        };
        serde_json::from_str(line).map_err(wrong)
    };
    filled.map(read).collect()
}
