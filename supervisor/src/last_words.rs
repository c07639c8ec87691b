//! What is said when the response agent is lost: the most important thing that the others found.

use contract::finding::{Fact, Passage};
use contract::record::Citation;
use contract::{Finding, Reply};

/// The name under which these replies are recorded.
const MODEL: &str = "last-words";
/// At most so much of a passage is quoted, in characters.
const LONGEST_QUOTE: usize = 400;

/// Goes on from what was `spoken` already: with safety guidance, or the best passage, or an apology.
pub(crate) fn last_words<'a>(spoken: Reply, findings: impl Iterator<Item = &'a Finding>) -> Reply {
    let Reply { mut text, mut citations, .. } = spoken;
    if text.is_empty() {
        let (most_important, cited) = most_important(findings);
        text = most_important;
        citations.extend(cited);
    } else {
        text.push_str(" … I could not finish this answer. Please ask again.");
    }
    Reply { text, citations, model: MODEL.into(), prompt_version: String::new() }
}

fn most_important<'a>(findings: impl Iterator<Item = &'a Finding>) -> (String, Option<Citation>) {
    let mut safety: Option<&Fact> = None;
    let mut passage: Option<&Passage> = None;
    for finding in findings {
        match finding {
            Finding::Route(route) => safety = route.safety.as_ref(),
            Finding::Passage(found) if passage.is_none() => passage = Some(found),
            _ => {}
        }
    }
    match (safety, passage) {
        (Some(fact), _) => (format!("{} [1]", fact.text), Some(fact.into())),
        (None, Some(found)) => {
            let text = format!("I could not finish my answer, but {} says: {} [1]", found.title, beginning(&found.text));
            (text, Some(found.into()))
        }
        (None, None) => ("I am sorry, I cannot answer right now. Please ask again in a moment.".into(), None),
    }
}

/// The first whole sentences of a text, at most [`LONGEST_QUOTE`] characters.
fn beginning(text: &str) -> &str {
    let limit = text.char_indices().nth(LONGEST_QUOTE).map_or(text.len(), |(index, _)| index);
    let quote = &text[..limit];
    if limit == text.len() {
        return quote.trim_end();
    }
    quote.rfind(". ").map_or(quote, |end| &quote[..=end])
}

#[cfg(test)]
mod tests {
    use contract::finding::{Applicability, DocumentKind, Route, Target, Tier};
    use contract::Tone;

    use super::*;

    fn passage(text: &str) -> Finding {
        Finding::Passage(Passage {
            document: "manual".into(),
            section: "Tyres".into(),
            title: "the manual".into(),
            kind: DocumentKind::Manual,
            text: text.into(),
            score: 1.0,
            applies: Applicability::default(),
        })
    }

    fn danger() -> Finding {
        Finding::Route(Route {
            target: Target::Human,
            queue: "safety".into(),
            reason: String::new(),
            tone: Tone::Concise,
            tier: Tier::Fast,
            agents: Vec::new(),
            safety: Some(Fact { text: "Get out.".into(), source: "Safety".into() }),
        })
    }

    #[test]
    fn safety_comes_before_passages_before_an_apology() {
        let said = |findings: &[Finding]| last_words(Reply::default(), findings.iter());
        assert_eq!(said(&[passage("Inflate."), danger()]).text, "Get out. [1]");
        let quoted = said(&[passage("Inflate. Drive."), passage("Other.")]);
        assert!(quoted.text.ends_with("the manual says: Inflate. Drive. [1]"), "{}", quoted.text);
        assert_eq!(quoted.citations.len(), 1);
        assert!(said(&[]).citations.is_empty());
    }

    #[test]
    fn what_was_said_stays_said() {
        let spoken = Reply { text: "Inflate to 2.5 bar [1]".into(), ..Reply::default() };
        let reply = last_words(spoken, [danger()].iter());
        assert!(reply.text.starts_with("Inflate to 2.5 bar [1] …"));
    }

    #[test]
    fn a_long_passage_is_quoted_in_whole_sentences() {
        let long = "Ä sentence of some length stands here. ".repeat(40);
        let quote = beginning(&long);
        assert!(quote.chars().count() <= LONGEST_QUOTE && quote.ends_with('.'), "{quote}");
    }
}
