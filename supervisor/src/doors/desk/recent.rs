//! The conversations that this process took turns of lately: bounded, in memory, gone with it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use contract::{Access, Caller, Finding, TurnRecord};

use super::bodies::ConversationBody;

/// So many conversations are remembered; the one that was silent longest makes room.
const MOST: usize = 200;
/// Longest beginning of a message that is remembered, in characters.
const LONGEST: usize = 200;

/// The conversations of late, the one that spoke last first, each with its owner.
#[derive(Default)]
pub(super) struct Recent(Mutex<VecDeque<(String, ConversationBody)>>);

impl Recent {
    pub(super) fn add(&self, record: &TurnRecord) {
        let mut next = of(record);
        let mut all = self.kept();
        if let Some(known) = all.iter().position(|(_, known)| known.session_id == next.session_id) {
            // A stored reply that is told again is nothing new.
            if all.get(known).is_some_and(|(_, known)| known.at >= next.at) {
                return;
            }
            next.turns += all.remove(known).map_or(0, |(_, known)| known.turns);
        }
        all.push_front((record.turn.caller.owner().into_owned(), next));
        all.truncate(MOST);
    }

    pub(super) fn all(&self) -> Vec<ConversationBody> {
        self.kept().iter().map(|(_, conversation)| conversation.clone()).collect()
    }

    /// Those of one customer and their cars.
    pub(super) fn of(&self, access: &Access) -> Vec<ConversationBody> {
        let kept = self.kept();
        kept.iter().filter(|(owner, _)| access.owns(owner)).map(|(_, conversation)| conversation.clone()).collect()
    }

    /// Forgets those of one customer and their cars, and returns how many they were.
    pub(super) fn forget(&self, access: &Access) -> usize {
        let mut kept = self.kept();
        let before = kept.len();
        kept.retain(|(owner, _)| !access.owns(owner));
        before - kept.len()
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(String, ConversationBody)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of(record: &TurnRecord) -> ConversationBody {
    let turn = &record.turn;
    let mut body = ConversationBody {
        session_id: turn.session.clone(),
        case_id: None,
        channel: turn.channel,
        name: None,
        text: turn.text.chars().take(LONGEST).collect(),
        mood: None,
        intent: None,
        queue: None,
        target: None,
        at: turn.received,
        turns: 1,
    };
    for finding in record.reports.iter().flat_map(|report| &report.findings) {
        match finding {
            Finding::Profile(profile) if turn.caller != Caller::Anonymous => body.name = Some(profile.name.clone()),
            Finding::Sentiment(sentiment) => body.mood = Some(sentiment.score),
            Finding::Intent(intent) => body.intent = Some(intent.label.clone()),
            Finding::Route(route) => (body.queue, body.target) = (Some(route.queue.clone()), Some(route.target)),
            Finding::Handoff(handoff) => body.case_id = Some(handoff.case.clone()),
            _ => {}
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use contract::testing::{customer, record, turn};

    use super::*;

    fn spoken(session: &str, second: i64) -> TurnRecord {
        let mut turn = turn(&format!("{session}-{second}"), session, &customer("ada"), &"word ".repeat(100));
        turn.received = jiff::Timestamp::from_second(second).unwrap();
        record(&turn, "reply")
    }

    #[test]
    fn who_spoke_last_is_first_and_the_silent_make_room() {
        let recent = Recent::default();
        for (session, second) in [("a", 1), ("b", 2), ("a", 3), ("a", 3), ("b", 1)] {
            recent.add(&spoken(session, second));
        }
        let order = |recent: &Recent| -> Vec<(String, u64)> {
            recent.all().into_iter().map(|body| (body.session_id.to_string(), body.turns)).collect()
        };
        assert_eq!(order(&recent), [("a".to_owned(), 2), ("b".to_owned(), 1)], "a repeat is nothing new");
        assert_eq!(recent.all()[0].text.chars().count(), LONGEST);
        (0..MOST).for_each(|number| recent.add(&spoken(&format!("s{number}"), 10)));
        assert_eq!(recent.all().len(), MOST);
        assert!(recent.all().iter().all(|body| body.session_id.as_str().starts_with('s')));
    }
}
