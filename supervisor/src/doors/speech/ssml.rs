//! Writes sentences as SSML that the voices of Alexa, Amazon Polly and Google understand alike.
//!
//! `emphasis` is not among the elements: Amazon Polly refuses it with every voice but the standard ones.

use super::Sentence;
use super::words::{Piece, ends};

/// The pause before a step: long enough to tell it from the sentence before.
const BEFORE_A_STEP: &str = r#"<break time="400ms"/>"#;

/// The document: a paragraph for the warning, if there is one, and one for the rest.
pub(super) fn document(sentences: &[Sentence]) -> String {
    let mut document = String::from("<speak>");
    for paragraph in sentences.chunk_by(|one, next| one.is_warning == next.is_warning) {
        document.push_str("<p>");
        for sentence in paragraph {
            if sentence.is_step {
                document.push_str(BEFORE_A_STEP);
            }
            document.push_str(&format!("<s>{}</s>", spoken(sentence)));
        }
        document.push_str("</p>");
    }
    document.push_str("</speak>");
    document
}

fn spoken(sentence: &Sentence) -> String {
    let mut inside: String = sentence.pieces.iter().map(markup).collect();
    if !ends(&sentence.pieces) {
        inside.push('.');
    }
    if sentence.is_warning { format!(r#"<prosody volume="loud">{inside}</prosody>"#) } else { inside }
}

fn markup(piece: &Piece) -> String {
    match piece {
        Piece::Words(words) => escaped(words),
        Piece::Spelled(word) => format!(r#"<say-as interpret-as="characters">{}</say-as>"#, escaped(word)),
    }
}

/// Text as character data of XML. What XML cannot hold was taken out before.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            other => escaped.push(other),
        }
    }
    escaped
}
