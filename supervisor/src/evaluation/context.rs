//! A message as the first of a conversation, for measuring an analyst alone.

use std::sync::Arc;

use contract::ports::Clock;
use contract::{
    Agent, Bill, CallReason, Caller, Channel, Errand, Purse, SessionId, TextSink, Turn, TurnContext, TurnId,
};

/// How long a measured turn may take, in milliseconds: longer than any opinion is waited for.
const DEADLINE_MS: u64 = 60_000;

/// What `agent` sees of a visitor who says `text`.
pub(crate) fn context(agent: &dyn Agent, text: &str, number: usize, clock: &dyn Clock) -> TurnContext {
    let (now, elapsed, card) = (clock.now(), clock.elapsed(), agent.card());
    let turn = Turn {
        id: TurnId::fresh(now, number as u128),
        session: SessionId::fresh(now, number as u128),
        caller: Caller::Anonymous,
        channel: Channel::Web,
        text: text.into(),
        tone: None,
        locale: "en".into(),
        vehicle: None,
        decision: None,
        received: now,
        deadline_ms: DEADLINE_MS,
    };
    let errand = Errand {
        agent: card.name.into(),
        turn: turn.id.clone(),
        session: turn.session.clone(),
        due: elapsed.saturating_add(card.budget),
        bill: Arc::new(Bill::new(elapsed, Arc::new(Purse::new(None)))),
        reason: CallReason::First,
    };
    TurnContext {
        turn: Arc::new(turn),
        history: Arc::default(),
        reports: Arc::default(),
        held_by: None,
        sink: Arc::new(Silence),
        errand,
    }
}

/// Nobody listens to a measurement.
struct Silence;

impl TextSink for Silence {
    fn release(&self, _text: &str) {}

    fn cite(&self, _citation: &contract::record::Citation) {}
}
