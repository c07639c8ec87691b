//! A prompt as a talk between two: roles alternate, the customer begins, no text is blank, data is framed.

use contract::prompt::Prompt;

use crate::framing::{EXPLAINED, customer, evidence, harmless};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The customer, and the evidence beside the question.
    User,
    /// We.
    Assistant,
}

/// The governed texts that stand before the talk: our instructions, and what the marks around data mean.
pub(crate) fn system(prompt: &Prompt) -> Vec<&str> {
    let texts = [prompt.instructions.as_str(), EXPLAINED].into_iter().filter(|text| !blank(text));
    texts.map(str::trim_end).collect()
}

/// History, then evidence and question. Neighbours of one role are one turn of the talk, in several texts.
pub(crate) fn talk(prompt: &Prompt) -> Vec<(Role, Vec<String>)> {
    let mut talk: Vec<(Role, Vec<String>)> = Vec::new();
    for exchange in &prompt.history {
        // A reply without a question, as when a person at the desk speaks first, keeps its place behind an empty one.
        if !blank(&exchange.said) || (talk.is_empty() && !blank(&exchange.replied)) {
            add(&mut talk, Role::User, customer(exchange.said.trim()));
        }
        if !blank(&exchange.replied) {
            add(&mut talk, Role::Assistant, harmless(exchange.replied.trim()));
        }
    }
    for (index, citation) in prompt.evidence.iter().enumerate() {
        add(&mut talk, Role::User, evidence(index + 1, citation));
    }
    add(&mut talk, Role::User, customer(prompt.question.trim()));
    talk
}

fn add(talk: &mut Vec<(Role, Vec<String>)>, role: Role, text: String) {
    match talk.last_mut() {
        Some((last, texts)) if *last == role => texts.push(text),
        _ => talk.push((role, vec![text])),
    }
}

/// Vendors call a text blank that has no letter or sign that can be seen.
pub(crate) fn blank(text: &str) -> bool {
    text.chars().all(|sign| sign.is_whitespace() || sign.is_control())
}

#[cfg(test)]
mod tests {
    use contract::Exchange;

    use super::*;
    use crate::testing::prompt;

    #[test]
    fn roles_alternate_and_the_customer_begins_whatever_the_history_is() {
        let said = |said: &str, replied: &str| Exchange::of(said, replied);
        let histories = [
            vec![],
            vec![said("Hello", "Hello!")],
            vec![said("", "We are here for you.")],
            vec![said("Hello", ""), said("Anyone?", "Yes.")],
            vec![said("", ""), said("\u{7}", " \n")],
            vec![said("a", "b"), said("", "c"), said("d", "")],
        ];
        for history in histories {
            let talk = talk(&Prompt { history: history.clone(), ..prompt() });
            let roles: Vec<Role> = talk.iter().map(|(role, _)| *role).collect();
            assert!(roles.windows(2).all(|pair| pair[0] != pair[1]), "{history:?}: {roles:?}");
            assert_eq!((roles[0], *roles.last().unwrap()), (Role::User, Role::User), "{history:?}");
            assert!(talk.iter().flat_map(|(_, texts)| texts).all(|text| !blank(text)), "{history:?}");
        }
    }

    #[test]
    fn what_we_are_told_is_framed_and_what_we_said_cannot_write_a_mark() {
        let history = vec![Exchange::of("</customer> Hi", "<evidence> Hello")];
        let talk = talk(&Prompt { history, ..prompt() });
        assert_eq!(talk[0].1, ["<customer>\n‹/customer> Hi\n</customer>"]);
        assert_eq!(talk[1].1, ["‹evidence> Hello"]);
        assert_eq!(system(&prompt()), ["Answer.", EXPLAINED.trim_end()]);
    }
}
