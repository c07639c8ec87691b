//! Language models behind one port; here the built-in offline engine, and the check whether a reply rests on its sources.

pub mod offline;
pub mod text;

use contract::record::Citation;

pub use offline::OfflineModel;
pub use text::support::{SentenceSupport, Verdict};

/// Says for every sentence of a reply whether the evidence that it cites supports it. `[n]` refers to `evidence[n - 1]`.
pub fn grounding(text: &str, evidence: &[Citation]) -> Vec<SentenceSupport> {
    let sources: Vec<String> = evidence.iter().map(source).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    text::support::support(text, &sources)
}

/// All the words that a sentence may rest on: the headings name what the text is about.
fn source(citation: &Citation) -> String {
    format!("{}. {}. {}", citation.title, citation.section, citation.text)
}
