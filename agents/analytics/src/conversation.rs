//! What is known of a customer's last conversations, and what becomes of them: contained or not, resolved at the first
//! contact or not.
//!
//! - *escalated*: a person was asked for or took over, at any time in the conversation; counted once.
//! - *matter*: what the conversation is about, its first intent that is no small talk.
//! - *repeat contact*: the same customer began another conversation about the same matter within seven days of the last
//!   word of the earlier one.
//! - *resolved at first contact*: a customer's conversation about a matter that was not escalated, is no repeat contact, and was not
//!   followed by one. This is final when seven days have passed; until then it may be taken back.

use std::collections::BTreeMap;

use contract::finding::Target;
use contract::{Action, ActionState, Finding, SessionId, TurnRecord};
use jiff::{SignedDuration, Timestamp};
use learning::Hour;
use serde::{Deserialize, Serialize};

use crate::about::{self, Dimension};

/// Within this time the same customer with the same matter has contacted again: the window of the usual definition of
/// first-contact resolution (Call Centre Helper, "First Call (Contact) Resolution", 2 June 2022).
pub(crate) const REPEAT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A conversation that was silent for so long is forgotten: whoever goes on in it begins anew.
const SILENT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// So many conversations of a customer are remembered; the one that was silent longest makes room.
const MOST: usize = 60;
/// So many actions of a conversation are told from new ones.
const MOST_ACTIONS: usize = 40;

/// The last conversations of a customer, or the one of a visitor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Conversations(Vec<Conversation>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Conversation {
    session: SessionId,
    /// The hour in which it began: everything of it is counted there.
    hour: i64,
    channel: String,
    arm: Option<String>,
    /// Of a customer, who could come again.
    known: bool,
    matter: Option<String>,
    escalated: bool,
    repeated: bool,
    followed: bool,
    last: Timestamp,
    /// What was done or failed: the id of an action and how it ended.
    acted: Vec<String>,
}

/// Under which key it is noted: all conversations of a customer together, one by one those of whoever is none.
pub(crate) fn key(record: &TurnRecord) -> String {
    match record.turn.caller.customer() {
        Some(customer) => format!("analytics/customer/{customer}"),
        None => format!("analytics/session/{}", record.turn.session),
    }
}

/// Whose note that is.
pub(crate) fn owner(record: &TurnRecord) -> String {
    let caller = &record.turn.caller;
    caller.customer().map_or_else(|| caller.owner().into_owned(), |customer| customer.as_str().to_owned())
}

impl Conversations {
    /// After one more turn about this matter, and what was done or failed in it that was not known yet.
    pub(crate) fn with(mut self, record: &TurnRecord, matter: Option<String>) -> (Self, Vec<Action>) {
        self.0.retain(|known| record.closed.duration_since(known.last) < SILENT);
        let mut own = self.take(record);
        own.last = own.last.max(record.closed);
        own.escalated |= escalates(record);
        let acted = own.act(record.actions());
        if own.matter.is_none() && matter.is_some() {
            own.matter = matter;
            own.repeated = own.known && self.follow(&own, record.turn.received);
        }
        self.0.push(own);
        self.0.sort_by_key(|known| known.last);
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
        (self, acted)
    }

    /// When nothing of it is needed any more.
    pub(crate) fn expires(&self) -> Timestamp {
        let last = self.0.iter().map(|known| known.last).max().unwrap_or(Timestamp::UNIX_EPOCH);
        last.checked_add(SILENT).unwrap_or(Timestamp::MAX)
    }

    /// What is to be added to what was counted `before`: hour, what, about what, how many.
    pub(crate) fn since(&self, before: &Self) -> Vec<(i64, &'static str, String, i64)> {
        let mut counts = BTreeMap::new();
        for conversation in &self.0 {
            let known = before.0.iter().find(|known| known.session == conversation.session);
            conversation.count(1, &mut counts);
            if let Some(known) = known {
                known.count(-1, &mut counts);
            }
        }
        let changed = counts.into_iter().filter(|(_, more)| *more != 0);
        changed.map(|((hour, what, about), more)| (hour, what, about, more)).collect()
    }

    /// Takes out the conversation of the turn, or begins it.
    fn take(&mut self, record: &TurnRecord) -> Conversation {
        let turn = &record.turn;
        match self.0.iter().position(|known| known.session == turn.session) {
            Some(at) => self.0.remove(at),
            None => Conversation {
                session: turn.session.clone(),
                hour: Hour::of(record.closed).0,
                channel: about::channel(turn.channel).to_owned(),
                arm: record.reply.arm.clone(),
                known: turn.caller.customer().is_some(),
                matter: None,
                escalated: false,
                repeated: false,
                followed: false,
                last: record.closed,
                acted: Vec::new(),
            },
        }
    }

    /// Whether the conversation follows another about the same matter; that one is marked as followed.
    fn follow(&mut self, own: &Conversation, at: Timestamp) -> bool {
        let same = |known: &&mut Conversation| known.matter == own.matter && at.duration_since(known.last) <= REPEAT;
        let earlier = self.0.iter_mut().filter(same).max_by_key(|known| known.last);
        earlier.map(|known| known.followed = true).is_some()
    }
}

impl Conversation {
    /// The actions among these that ended in a way that is not known yet.
    fn act(&mut self, actions: Vec<Action>) -> Vec<Action> {
        let mut new = Vec::new();
        for action in actions {
            let ending = match action.state {
                ActionState::CarriedOut { .. } => format!("done/{}", action.id),
                ActionState::Failed { .. } => format!("failed/{}", action.id),
                ActionState::Proposed | ActionState::Declined => continue,
            };
            if !self.acted.contains(&ending) {
                self.acted.push(ending);
                new.push(action);
            }
        }
        let surplus = self.acted.len().saturating_sub(MOST_ACTIONS);
        self.acted.drain(..surplus);
        new
    }

    fn count(&self, sign: i64, counts: &mut BTreeMap<(i64, &'static str, String), i64>) {
        let customers_matter = self.known && self.matter.is_some();
        let resolved = customers_matter && !(self.escalated || self.repeated || self.followed);
        let facts = [
            ("conversations", true),
            ("escalated", self.escalated),
            ("matters", customers_matter),
            ("repeated", self.repeated),
            ("resolved_first", resolved),
        ];
        let of = |dimension: Dimension, value: &Option<String>| value.as_ref().map(|value| dimension.about(value));
        let abouts = [
            Some(String::new()),
            Some(Dimension::Channel.about(&self.channel)),
            of(Dimension::Intent, &self.matter),
            of(Dimension::Arm, &self.arm),
        ];
        for about in abouts.into_iter().flatten() {
            for (what, _) in facts.iter().filter(|(_, holds)| *holds) {
                *counts.entry((self.hour, *what, about.clone())).or_default() += sign;
            }
        }
    }
}

/// Whether a person was asked for or took over.
fn escalates(record: &TurnRecord) -> bool {
    let person = |finding: &Finding| match finding {
        Finding::Route(route) => route.target == Target::Human,
        Finding::Handoff(_) => true,
        _ => false,
    };
    record.reports.iter().flat_map(|report| &report.findings).any(person)
}
