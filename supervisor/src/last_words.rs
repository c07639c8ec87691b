//! What is said when the response agent is lost: the most important thing that the others found.

use contract::finding::{Fact, Passage};
use contract::record::Citation;
use contract::{ActionState, Finding, Reply};
use language::sentences::sentences;
use response::Listener;

/// The name under which these replies are recorded.
const MODEL: &str = "last-words";

/// At most so much of a passage is quoted to this listener, in characters; English words have some six with their space.
const fn longest_quote(listener: Listener) -> usize {
    match listener {
        Listener::Reader => 400,
        Listener::Parked => 300,
        Listener::Driver => 150,
    }
}

/// Goes on from what was `spoken` already: with safety guidance, or what was done and found out by those who act, or the best
/// passage, or an apology.
pub(crate) fn last_words<'a>(spoken: Reply, findings: impl Iterator<Item = &'a Finding>, listener: Listener) -> Reply {
    let Reply { mut text, mut citations, .. } = spoken;
    let broke_off = !text.is_empty();
    // What was said before the reply broke off is not said again.
    let told = most_important(findings, longest_quote(listener)).into_iter().filter(|(words, _)| !text.contains(words));
    let told: Vec<_> = told.collect();
    if broke_off {
        text.push_str(" … ");
    }
    if told.is_empty() {
        text.push_str(match broke_off {
            true => "I could not finish this answer. Please ask again.",
            false => "I am sorry, I cannot answer right now. Please ask again in a moment.",
        });
    }
    for (number, (words, source)) in told.into_iter().enumerate() {
        let gap = if number == 0 { "" } else { " " };
        text.push_str(&format!("{gap}{words}"));
        if let Some(source) = source {
            citations.push(source);
            text.push_str(&format!(" [{}]", citations.len()));
        }
    }
    Reply { text, citations, model: MODEL.into(), ..Reply::default() }
}

/// What must be said, each with its source if it has one: the safety guidance alone; or what was done, found out and
/// proposed; or else the best passage. What is proposed must be asked: a later "yes" would carry it out.
fn most_important<'a>(findings: impl Iterator<Item = &'a Finding>, most: usize) -> Vec<(String, Option<Citation>)> {
    let mut safety: Option<&Fact> = None;
    let mut passage: Option<&Passage> = None;
    let mut acted = Vec::new();
    let mut questions = Vec::new();
    for finding in findings {
        match finding {
            Finding::Route(route) => safety = route.safety.as_ref(),
            Finding::Passage(found) if passage.is_none() => passage = Some(found),
            Finding::Statement(found) => {
                let source =
                    found.source.as_ref().map(|source| Fact { text: found.text.clone(), source: source.clone() });
                acted.push((found.text.clone(), source.as_ref().map(Citation::from)));
            }
            Finding::Action(action) => match &action.state {
                ActionState::CarriedOut { outcome: words } | ActionState::Failed { reason: words } => {
                    acted.push((words.clone(), None));
                }
                ActionState::Proposed => questions.push((format!("{} Shall I do this?", action.summary), None)),
                ActionState::Declined => {}
            },
            _ => {}
        }
    }
    acted.extend(questions);
    let quote = |found: &Passage| {
        let beginning = beginning(&found.text, most);
        let words = format!("I could not finish my answer, but {} says: {beginning}", found.title);
        (!beginning.is_empty()).then(|| (words, Some(found.clone())))
    };
    match safety {
        Some(fact) => vec![(fact.text.clone(), Some(Citation::from(fact)))],
        None if !acted.is_empty() => acted,
        None => passage.and_then(quote).into_iter().collect(),
    }
}

/// The first whole sentences of a text, at most this many characters; none when the first is longer.
fn beginning(text: &str, most: usize) -> String {
    let mut beginning = String::new();
    for sentence in sentences(text) {
        if beginning.chars().count() + 1 + sentence.chars().count() > most {
            break;
        }
        let gap = if beginning.is_empty() { "" } else { " " };
        beginning.push_str(gap);
        beginning.push_str(sentence);
    }
    beginning
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use contract::finding::{Applicability, DocumentKind, Route, Statement, Target, Tier};
    use contract::{Action, ActionId, Tone, TurnId};
    use jiff::Timestamp;

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
        let said = |findings: &[Finding]| last_words(Reply::default(), findings.iter(), Listener::Reader);
        assert_eq!(said(&[passage("Inflate."), danger()]).text, "Get out. [1]");
        let quoted = said(&[passage("Inflate. Drive."), passage("Other.")]);
        assert!(quoted.text.ends_with("the manual says: Inflate. Drive. [1]"), "{}", quoted.text);
        assert_eq!(quoted.citations.len(), 1);
        assert!(said(&[]).citations.is_empty());
    }

    #[test]
    fn what_was_done_is_told_and_what_is_proposed_is_asked() {
        let action = |number, state| {
            Finding::Action(Action {
                id: ActionId::of(&TurnId::new("t").unwrap(), "cockpit", number),
                agent: "cockpit".into(),
                kind: "set".into(),
                parameters: BTreeMap::new(),
                summary: "Open the window.".into(),
                expires: Timestamp::MAX,
                state,
            })
        };
        let found = [
            passage("Inflate."),
            action(1, ActionState::Proposed),
            action(0, ActionState::CarriedOut { outcome: "The heating is on.".into() }),
            Finding::Statement(Statement {
                text: "It is 4 °C.".into(), source: Some("Your car".into()), closes: true
            }),
        ];
        let reply = last_words(Reply::default(), found.iter(), Listener::Driver);
        assert_eq!(reply.text, "The heating is on. It is 4 °C. [1] Open the window. Shall I do this?");
        assert_eq!(reply.citations.len(), 1);
        let spoken = Reply { text: "The heating is on.".into(), ..Reply::default() };
        let reply = last_words(spoken, found.iter(), Listener::Driver);
        assert_eq!(reply.text, "The heating is on. … It is 4 °C. [1] Open the window. Shall I do this?");
    }

    #[test]
    fn what_was_said_stays_said() {
        let source = Citation::from(&Fact { text: "2.5 bar".into(), source: "Manual".into() });
        let spoken = Reply { text: "Inflate to 2.5 bar. [1]".into(), citations: vec![source], ..Reply::default() };
        let reply = last_words(spoken.clone(), [danger()].iter(), Listener::Driver);
        assert_eq!(reply.text, "Inflate to 2.5 bar. [1] … Get out. [2]");
        assert_eq!(reply.citations.len(), 2);
        assert!(
            last_words(spoken, [].iter(), Listener::Reader)
                .text
                .starts_with("Inflate to 2.5 bar. [1] … I could not finish")
        );
    }

    #[test]
    fn a_long_passage_is_quoted_in_whole_sentences_and_a_driver_hears_fewer() {
        let long = "Ä sentence of some length stands here. ".repeat(40);
        let quoted = [Listener::Reader, Listener::Parked, Listener::Driver].map(|listener| {
            let quote = beginning(&long, longest_quote(listener));
            assert!(quote.chars().count() <= longest_quote(listener) && quote.ends_with('.'), "{quote}");
            quote.len()
        });
        assert!(quoted[0] > quoted[1] && quoted[1] > quoted[2] && quoted[2] > 0, "{quoted:?}");
        let endless = passage(&"and ".repeat(200));
        assert!(last_words(Reply::default(), [endless].iter(), Listener::Driver).text.starts_with("I am sorry"));
    }
}
