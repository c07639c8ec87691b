//! The fields of the index, and how a passage fills them.

use contract::Result;
use contract::finding::Passage;
use tantivy::TantivyDocument;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token};

use super::unavailable;
use crate::analysis::{Analyzer, primary};
use crate::chunk::PATH_SEPARATOR;

/// What stands in a filter field of a passage that holds for all values.
pub(crate) const ANY: &str = "any";

/// The fields. Texts are split into terms by [`Analyzer`] before they come here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// All words of the passage: its text and the headings of its path.
    pub(crate) body: Field,
    /// The words of its own heading, again.
    pub(crate) heading: Field,
    /// The words of the title and the headings above, again.
    pub(crate) path: Field,
    /// Pairs of neighbouring words.
    pub(crate) pairs: Field,
    /// Models in small letters, or [`ANY`].
    pub(crate) model: Field,
    /// Model years, or [`ANY`].
    pub(crate) year: Field,
    /// Markets in small letters, or [`ANY`].
    pub(crate) market: Field,
    /// The primary subtag of the language, or [`ANY`].
    pub(crate) language: Field,
    /// The passage itself as JSON: stored, not searched.
    pub(crate) passage: Field,
}

impl Fields {
    /// The schema of every index.
    pub(crate) fn schema() -> Schema {
        let mut schema = Schema::builder();
        let counted = indexed(IndexRecordOption::WithFreqs, true);
        let marked = indexed(IndexRecordOption::Basic, false);
        for name in ["body", "heading", "path"] {
            schema.add_text_field(name, counted.clone());
        }
        for name in ["pairs", "model", "year", "market", "language"] {
            schema.add_text_field(name, marked.clone());
        }
        schema.add_text_field("passage", TextOptions::default().set_stored());
        schema.build()
    }

    /// The fields of an index with this schema.
    pub(crate) fn of(schema: &Schema) -> Result<Self> {
        let field = |name| schema.get_field(name).map_err(unavailable);
        Ok(Self {
            body: field("body")?,
            heading: field("heading")?,
            path: field("path")?,
            pairs: field("pairs")?,
            model: field("model")?,
            year: field("year")?,
            market: field("market")?,
            language: field("language")?,
            passage: field("passage")?,
        })
    }

    /// The document that stands for `passage` in the index.
    pub(crate) fn document(&self, passage: &Passage, analyzer: &Analyzer) -> Result<TantivyDocument> {
        let terms = |text: &str| analyzer.terms(text, &passage.applies.language);
        let (above, own) = passage.section.rsplit_once(PATH_SEPARATOR).unwrap_or(("", &passage.section));
        let (heading, path, text) = (terms(own), terms(&format!("{} {above}", passage.title)), terms(&passage.text));
        let neighbours = analyzer.pairs(&format!("{own}\n{}", passage.text), &passage.applies.language);
        let body = [heading.clone(), path.clone(), text].concat();
        let mut document = TantivyDocument::new();
        for (field, terms) in [(self.body, body), (self.heading, heading), (self.path, path), (self.pairs, neighbours)]
        {
            document.add_pre_tokenized_text(field, tokens(terms));
        }
        let years: Vec<_> = passage.applies.years.iter().map(u16::to_string).collect();
        for (field, values) in [
            (self.model, &passage.applies.models),
            (self.year, &years),
            (self.market, &passage.applies.markets),
            (self.language, &language(&passage.applies.language)),
        ] {
            let values = if values.is_empty() { vec![ANY.to_owned()] } else { values.clone() };
            values.iter().for_each(|value| document.add_text(field, value.to_lowercase()));
        }
        document.add_text(self.passage, serde_json::to_string(passage).map_err(unavailable)?);
        Ok(document)
    }
}

fn indexed(option: IndexRecordOption, lengths: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(option).set_fieldnorms(lengths);
    TextOptions::default().set_indexing_options(indexing)
}

fn language(tag: &str) -> Vec<String> {
    if tag.is_empty() { Vec::new() } else { vec![primary(tag)] }
}

fn tokens(terms: Vec<String>) -> PreTokenizedString {
    let token = |(position, text)| Token { position, text, ..Token::default() };
    PreTokenizedString { text: String::new(), tokens: terms.into_iter().enumerate().map(token).collect() }
}
