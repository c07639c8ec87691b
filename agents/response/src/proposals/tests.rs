//! Proposals become questions that sound like questions.

use std::collections::BTreeMap;

use contract::{ActionId, ActionState, TurnId};
use jiff::Timestamp;

use super::*;

fn action(number: usize, summary: &str) -> Action {
    Action {
        id: ActionId::of(&TurnId::new("before").unwrap(), "servicing", number),
        agent: "servicing".into(),
        kind: "something".into(),
        parameters: BTreeMap::new(),
        summary: summary.into(),
        expires: Timestamp::UNIX_EPOCH,
        state: ActionState::Proposed,
    }
}

fn asked(summaries: &[&str]) -> (Option<String>, Vec<String>) {
    let actions: Vec<Action> = summaries.iter().enumerate().map(|(number, summary)| action(number, summary)).collect();
    let proposals = Proposals { open: actions.iter().collect(), ..Proposals::default() };
    let details = proposals.details().map(str::to_owned).collect();
    (proposals.question(|all| format!("Shall I {all}?")), details)
}

#[test]
fn what_would_be_done_is_asked_in_one_question() {
    assert_eq!(asked(&[]).0, None);
    let one = asked(&["Book a service at Veldra Centre Leeds on Tuesday 8 December at 9:00."]).0.unwrap();
    assert_eq!(one, "Shall I book a service at Veldra Centre Leeds on Tuesday 8 December at 9:00?");
    let two = asked(&["Book a service.", "Set the cabin to 21 degrees."]).0.unwrap();
    assert_eq!(two, "Shall I book a service and set the cabin to 21 degrees?");
    assert_eq!(asked(&["A.", "SOS call.", "Über all."]).0.unwrap(), "Shall I a, SOS call and über all?");
    assert_eq!(asked(&[""]).0.unwrap(), "Shall I ?");
}

#[test]
fn what_a_proposal_says_beyond_that_is_said_before_the_question() {
    let (question, details) = asked(&["Book a service. It takes two hours."]);
    assert_eq!(question.unwrap(), "Shall I book a service?");
    assert_eq!(details, ["It takes two hours."]);
}
