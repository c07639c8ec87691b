//! A reply as a voice says it in a car: plain words, and the same as SSML.

mod ssml;
mod table;
mod words;

use contract::{Channel, Finding, TurnRecord};
use language::sentences::{citations, sentences, without_list_mark};
use serde::Serialize;

use words::Piece;

/// What a voice says. Only replies to the vehicle channel have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Speech {
    /// The reply without citation markers; units, signs and abbreviations are words, trouble codes and numbers that are
    /// dialled are spelled.
    #[schema(example = "The trouble code P 0 3 0 1 means that cylinder 1 misfires.")]
    pub text: String,
    /// The same in the part of SSML 1.1 (W3C) that Alexa, Amazon Polly with all its voices, and Google understand: `speak`,
    /// `p`, `s`, `break`, `say-as` (characters), and `prosody` (volume) for a warning.
    #[schema(example = "<speak><p><s>The trouble code <say-as interpret-as=\"characters\">P0301</say-as> \
                        means that cylinder 1 misfires.</s></p></speak>")]
    pub ssml: String,
}

impl Speech {
    /// What a voice says of this turn; none when it was not spoken in a car.
    pub(super) fn of_turn(record: &TurnRecord) -> Option<Self> {
        let route = record.find(|found| if let Finding::Route(route) = found { Some(route) } else { None });
        let warning = route.and_then(|route| route.safety.as_ref()).map(|guidance| guidance.text.as_str());
        (record.turn.channel == Channel::Vehicle).then(|| Self::of(&record.reply.text, warning.unwrap_or_default()))
    }

    /// What a voice says for `reply`, of which these sentences are a warning.
    fn of(reply: &str, warning: &str) -> Self {
        let sentences: Vec<Sentence> = sentences(reply).into_iter().map(|text| Sentence::of(text, warning)).collect();
        let said: Vec<Sentence> = sentences.into_iter().filter(|sentence| !sentence.pieces.is_empty()).collect();
        let text: Vec<String> = said.iter().map(|sentence| words::plain(&sentence.pieces)).collect();
        Self { text: text.join(" "), ssml: ssml::document(&said) }
    }
}

/// One sentence of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sentence {
    pieces: Vec<Piece>,
    is_warning: bool,
    /// It is an item of a list.
    is_step: bool,
}

impl Sentence {
    fn of(text: &str, warning: &str) -> Self {
        let (plain, _) = citations(text);
        let item = without_list_mark(&plain);
        let mark = plain[..plain.len() - item.len()].trim();
        let number = mark.trim_end_matches(['.', ')']);
        let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let said = if numbered { format!("Step {number}: {item}") } else { item.to_owned() };
        Self {
            pieces: words::pieces(&said),
            is_warning: !item.is_empty() && warning.contains(item),
            is_step: !mark.is_empty(),
        }
    }
}

#[cfg(test)]
mod tests;
