//! Sees when a message answers what was asked back: then it belongs to the matter in which it was asked.

use classifier::OUT_OF_SCOPE;
use contract::Exchange;
use contract::finding::{Intent, Urgency};

/// How sure it is that such a message goes on with its matter: enough to act on, in `routes.toml`.
const CARRIED: f32 = 0.6;
/// From this probability a message of some words names a matter of its own.
const SURE: f32 = 0.6;
/// From this one, a message of a few words does.
const SURE_OF_FEW: f32 = 0.9;
/// A few words.
const FEW: usize = 4;
/// A message of more words than this is no answer.
const LONGEST: usize = 10;
/// At most so many questions are asked back about one matter.
const QUESTIONS: usize = 3;
/// Talk that neither answers a question nor leaves one open.
const TALK: [&str; 7] = [
    "confirm_yes",
    "confirm_no",
    "greeting",
    "thanks_and_goodbye",
    "praise",
    "small_talk_about_the_assistant",
    "human_request",
];

/// The matter that `text` goes on with, when the last reply asked something back and `found` is not plainly another matter;
/// `read` says what a text is about.
pub(crate) fn matter(
    text: &str,
    found: &Intent,
    history: &[Exchange],
    read: impl Fn(&str) -> Intent,
) -> Option<Intent> {
    let words = text.split_whitespace().count();
    let sure = if words <= FEW { SURE_OF_FEW } else { SURE };
    let own = found.label != OUT_OF_SCOPE && found.confidence >= sure;
    let talk = is_talk(found) && found.confidence >= SURE;
    if words > LONGEST || own || talk || found.urgency >= Urgency::Urgent {
        return None;
    }
    let asked = history.iter().rev().take(QUESTIONS).take_while(|exchange| asks(&exchange.replied));
    for exchange in asked {
        let before = read(&exchange.said);
        let talk = is_talk(&before) && before.confidence >= SURE;
        // Who did not want what was proposed may name what they want.
        if talk && exchange.actions.is_empty() || before.urgency >= Urgency::Urgent {
            return None;
        }
        if !talk && before.label != OUT_OF_SCOPE && before.confidence >= SURE && !before.agents.is_empty() {
            let first = (found.label.clone(), found.confidence);
            let others = std::iter::once(first).filter(|(label, _)| *label != before.label);
            let alternatives = others.chain(found.alternatives.clone()).take(3).collect();
            return Some(Intent { confidence: CARRIED, alternatives, ..before });
        }
    }
    None
}

fn is_talk(intent: &Intent) -> bool {
    TALK.contains(&intent.label.as_str())
}

/// Whether a reply ends with a question, perhaps with the marker of its source behind.
fn asks(reply: &str) -> bool {
    let marker = |sign: char| sign.is_whitespace() || sign.is_ascii_digit() || matches!(sign, '[' | ']');
    reply.trim_end_matches(marker).ends_with('?')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntentAgent;

    fn label(text: &str, history: &[(&str, &str)]) -> String {
        let agent = IntentAgent::new().unwrap();
        let history: Vec<Exchange> = history.iter().map(|(said, replied)| Exchange::of(*said, *replied)).collect();
        let found = agent.read(text);
        matter(text, &found, &history, |text| agent.read(text)).map_or("-".into(), |intent| intent.label)
    }

    const BOOKING: (&str, &str) = ("I would like to book a service", "When would it suit you?");
    const WINDOW: (&str, &str) = ("open the window", "Which window: the driver's or the passenger's? [1]");

    #[test]
    fn what_answers_a_question_belongs_to_its_matter() {
        for (text, history, expected) in [
            ("Friday at ten", vec![BOOKING], "service_booking"),
            ("in Leeds", vec![BOOKING], "service_booking"),
            ("the driver's", vec![WINDOW], "car_command"),
            ("hm, the second one", vec![BOOKING, ("some day soon", "Morning or afternoon?")], "service_booking"),
        ] {
            assert_eq!(label(text, &history), expected, "{text}");
        }
    }

    #[test]
    fn another_matter_talk_danger_and_what_no_question_asked_for_are_not_carried() {
        let told = ("I would like to book a service", "It is done in the app.");
        for (text, history) in [
            ("Friday at ten", vec![]),
            ("Friday at ten", vec![told]),
            ("Friday at ten", vec![BOOKING, ("hello", "Hello! What can I do for you?")]),
            ("What tyre pressure does my car need?", vec![BOOKING]),
            ("no thanks", vec![BOOKING]),
            ("thank you very much, goodbye", vec![BOOKING]),
            ("my brakes have failed, the pedal goes to the floor", vec![BOOKING]),
            ("I want to talk to a person", vec![BOOKING]),
        ] {
            assert_eq!(label(text, &history), "-", "{text}");
        }
    }
}
