//! Reads files of four formats into documents: a title, what the text holds for, and a tree of headed sections.

mod front_matter;
mod html;
mod markdown;
mod outline;
mod pdf;
mod problem;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use contract::finding::{Applicability, DocumentKind};

use front_matter::FrontMatter;
use outline::{Block, outline};

pub use problem::Problem;

/// Largest file that is read, in bytes. A manual of a thousand pages stays below it.
pub const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// Endings of the formats that are read.
pub const FORMATS: [&str; 6] = ["md", "markdown", "html", "htm", "txt", "pdf"];

/// Endings of documents that somebody may expect to be read, but that are not.
const FOREIGN_FORMATS: [&str; 6] = ["doc", "docx", "odt", "rtf", "epub", "adoc"];

/// Files about the folder, not of the library.
const ABOUT_THE_FOLDER: [&str; 2] = ["README.md", "PROVENANCE.md"];

/// One file of the library. Several files may be chapters of one document and share its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Stable id, such as `lumen-owners-manual`.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// Which chapter of the document the file is.
    pub chapter: Option<String>,
    /// What kind of document it is.
    pub kind: DocumentKind,
    /// The vehicles, markets and language that it holds for.
    pub applies: Applicability,
    /// The text: a root section without a heading.
    pub body: Section,
}

/// A heading, the sentences below it, and the sections below those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// The heading; empty only for the root.
    pub heading: String,
    /// Plain sentences in reading order; a table row and a list item are a sentence each.
    pub sentences: Vec<String>,
    /// Sections one level below.
    pub children: Vec<Section>,
}

/// The files of the library in `folder` and below, in the order of their paths.
///
/// Hidden files, `README.md`, `PROVENANCE.md` and formats that are no documents are left out, and so is a folder
/// with a catalogue of trouble codes in it ([`crate::codes`]).
///
/// # Errors
/// A problem naming the folder that cannot be listed.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let unreadable = |error| Problem::new(folder, format!("the folder cannot be listed: {error}"));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type().map_err(unreadable)?;
        if name.starts_with('.') || ABOUT_THE_FOLDER.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() && !path.join(crate::codes::FILE).is_file() {
            found.extend(files(&path)?);
        } else if !kind.is_dir() && matches!(ending(&path), Some(e) if is_known(&e)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads one file. `folder` is the root of the library; what the front matter does not say comes from the path below it.
///
/// # Errors
/// A problem with the file, the line if it is known, and what to do about it.
pub fn read(folder: &Path, file: &Path) -> Result<Document, Problem> {
    let ending = ending(file).unwrap_or_default();
    if FOREIGN_FORMATS.contains(&ending.as_str()) {
        let hint = format!("save it as one of {}", FORMATS.join(", "));
        return Err(Problem::new(file, format!("the format .{ending} is not read")).hint(hint));
    }
    let size = fs::metadata(file).map_err(|error| Problem::new(file, format!("cannot be read: {error}")))?.len();
    if size > LARGEST_FILE {
        return Err(Problem::new(file, "the file is larger than 64 MB").hint("split it into chapters"));
    }
    let bytes = fs::read(file).map_err(|error| Problem::new(file, format!("cannot be read: {error}")))?;
    parse(folder, file, &ending, bytes)
}

fn parse(folder: &Path, file: &Path, ending: &str, bytes: Vec<u8>) -> Result<Document, Problem> {
    if ending == "pdf" {
        let blocks = pdf::blocks(&bytes).map_err(|problem| problem.in_file(file))?;
        return document(folder, file, FrontMatter::default(), None, blocks);
    }
    let text = String::from_utf8(bytes).map_err(|error| problem::not_utf8(file, &error))?;
    let text = text.trim_start_matches('\u{feff}');
    let (front, body) = front_matter::split(text).map_err(|problem| problem.in_file(file))?;
    let (title, blocks) = match ending {
        "html" | "htm" => html::blocks(body),
        "txt" => (None, text::blocks(body)),
        _ => (None, markdown::blocks(body)),
    };
    document(folder, file, front, title, blocks)
}

fn document(
    folder: &Path,
    file: &Path,
    front: FrontMatter,
    title: Option<String>,
    blocks: Vec<Block>,
) -> Result<Document, Problem> {
    let first_heading = blocks.iter().find_map(Block::heading).map(str::to_owned);
    let body = outline(blocks);
    if body.is_empty() {
        return Err(
            Problem::new(file, "there is no text in it").hint("a scanned PDF needs text recognition (OCR) first")
        );
    }
    let path = file.strip_prefix(folder).unwrap_or(file);
    Ok(Document {
        id: front.document.unwrap_or_else(|| id_from(path)),
        title: front.title.or(title).or(first_heading).unwrap_or_else(|| title_from(path)),
        chapter: front.chapter,
        kind: front.kind.map_or_else(|| kind_from(path), Into::into),
        applies: Applicability {
            models: front.models,
            years: front.years,
            markets: front.markets,
            language: front.language.unwrap_or_else(|| "en".into()),
        },
        body,
    })
}

impl Section {
    fn is_empty(&self) -> bool {
        self.sentences.is_empty() && self.children.iter().all(Self::is_empty)
    }
}

fn is_known(ending: &str) -> bool {
    FORMATS.contains(&ending) || FOREIGN_FORMATS.contains(&ending)
}

fn ending(path: &Path) -> Option<String> {
    Some(path.extension()?.to_string_lossy().to_lowercase())
}

/// `faq/Lost key.md` → `faq-lost-key`.
fn id_from(path: &Path) -> String {
    let name = path.with_extension("").to_string_lossy().to_lowercase();
    let words: Vec<_> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// `faq/lost-key.md` → `Lost key`.
fn title_from(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().replace(['-', '_'], " ");
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A file in a folder `faq` or `policy` is one; anything else counts as a manual.
fn kind_from(path: &Path) -> DocumentKind {
    let within = |name: &str| path.parent().is_some_and(|parent| parent.iter().any(|part| part == name));
    match (within("faq"), within("policy")) {
        (true, _) => DocumentKind::Faq,
        (_, true) => DocumentKind::Policy,
        _ => DocumentKind::Manual,
    }
}

#[cfg(test)]
mod tests;
