//! The packet: all that is known of a matter, from the turn and the stored turns before it.

use backoffice::handoffs::Packet;
use contract::action::{Action, ActionState};
use contract::finding::{Intent, Route, Sentiment, Target, Urgency};
use contract::record::Citation;
use contract::{Caller, Exchange, Finding, TurnContext, TurnRecord};

use crate::summary;

/// At most so many moods, quotations and attempts are told, the newest ones.
const MOST: usize = 20;
/// From this score on a customer is so displeased that they should not wait for days. Chosen so that plain annoyance
/// ("still not fixed") does not jump the queue, and fury does.
const UPSET: f32 = -0.6;

/// What is known in this turn. A missing finding is a missing analyst, not an error.
struct Known<'a> {
    intent: Option<&'a Intent>,
    sentiment: Option<&'a Sentiment>,
    route: Option<&'a Route>,
    /// A person held the conversation: then the route says only that.
    held: bool,
}

impl<'a> Known<'a> {
    fn of(findings: impl Iterator<Item = &'a Finding>) -> Self {
        let mut known = Self { intent: None, sentiment: None, route: None, held: false };
        for finding in findings {
            match finding {
                Finding::Intent(intent) => known.intent = Some(intent),
                Finding::Sentiment(sentiment) => known.sentiment = Some(sentiment),
                Finding::Route(route) => known.route = Some(route),
                Finding::Handoff(handoff) => known.held = handoff.held_by.is_some(),
                _ => {}
            }
        }
        known
    }

    fn of_record(record: &'a TurnRecord) -> Self {
        Self::of(record.reports.iter().flat_map(|report| &report.findings))
    }

    fn needs_a_person(&self) -> bool {
        !self.held && self.route.is_some_and(|route| route.target == Target::Human)
    }
}

/// All that is known of the matter of this turn. `past` are the stored turns of the conversation, oldest first; where they
/// cannot be had, the history that the turn brings along has to do.
pub(crate) fn packet(context: &TurnContext, past: &[TurnRecord]) -> Packet {
    let (turn, profile) = (&context.turn, context.profile());
    let now = Known { held: context.held_by.is_some(), ..Known::of(context.findings()) };
    let before: Vec<Known<'_>> = past.iter().map(Known::of_record).collect();
    // A later question about something else does not change why a person is needed.
    let cause = if now.needs_a_person() { Some(&now) } else { before.iter().rfind(|known| known.needs_a_person()) };
    let cause = cause.unwrap_or(&now);
    let moods = before.iter().chain([&now]).filter_map(|known| known.sentiment).map(|sentiment| sentiment.score);
    let exchanges: Vec<Exchange> = past.iter().map(TurnRecord::exchange).collect();
    let exchanges = if past.is_empty() { &context.history[..] } else { &exchanges[..] };
    let citations = quoted(past);
    let name = profile.map(|profile| profile.name.clone());
    Packet {
        summary: summary::of(name.as_deref().unwrap_or("the customer"), exchanges, &turn.text),
        verified: verified(&turn.caller).into(),
        channel: turn.channel,
        language: turn.locale.clone(),
        intent: cause.intent.map(|intent| intent.label.clone()),
        mood: last(moods.collect()),
        reason: cause.route.map(|route| route.reason.clone()).unwrap_or_default(),
        tried: tried(exchanges, context.verdict().map(|verdict| &verdict.actions[..]).unwrap_or_default(), &citations),
        citations,
        car: profile.and_then(|profile| profile.vehicles.first()).map(contract::profile::Vehicle::name),
        vehicle: turn.vehicle.clone().or_else(|| past.iter().rev().find_map(|record| record.turn.vehicle.clone())),
        hazards: hazards(before.iter().chain([&now])),
        name,
    }
}

/// How soon somebody must look at it.
pub(crate) fn priority(context: &TurnContext) -> Urgency {
    let Known { intent, sentiment, route, .. } = Known::of(context.findings());
    if route.is_some_and(|route| route.safety.is_some()) {
        return Urgency::Emergency;
    }
    let words = sentiment.map(|sentiment| sentiment.urgency).unwrap_or_default();
    // The kind of matter alone makes no emergency: routing has weighed that, and found none.
    let kind = intent.map(|intent| intent.urgency.min(Urgency::Urgent)).unwrap_or_default();
    let upset = sentiment.is_some_and(|sentiment| sentiment.score <= UPSET);
    words.max(kind).max(if upset { Urgency::Soon } else { Urgency::Routine })
}

/// How it is known who speaks.
fn verified(caller: &Caller) -> &'static str {
    match caller {
        Caller::Anonymous => "not at all",
        Caller::Vehicle { .. } => "by their car",
        Caller::Operator(_) | Caller::Admin(_) => "works here",
        Caller::Partner(_) => "by a partner's system",
        _customer => "signed in",
    }
}

/// What the assistant quoted, each passage once.
fn quoted(past: &[TurnRecord]) -> Vec<Citation> {
    let mut all: Vec<Citation> = Vec::new();
    for citation in past.iter().flat_map(|record| &record.reply.citations) {
        if all.iter().all(|known| (&known.document, &known.section) != (&citation.document, &citation.section)) {
            all.push(citation.clone());
        }
    }
    last(all)
}

/// What was done, declined or quoted, one sentence each. An action is told as the conversation last left it.
fn tried(past: &[Exchange], answered: &[Action], citations: &[Citation]) -> Vec<String> {
    let mut actions: Vec<&Action> = Vec::new();
    for action in past.iter().flat_map(|exchange| &exchange.actions).chain(answered) {
        actions.retain(|known| known.id != action.id);
        actions.push(action);
    }
    let sources = citations.iter().map(|citation| match &citation.section {
        section if section.is_empty() => format!("Quoted {}.", citation.title),
        section => format!("Quoted {}: {section}.", citation.title),
    });
    let mut tried: Vec<String> = sources.collect();
    tried.dedup();
    last(tried.into_iter().chain(actions.into_iter().map(told)).collect())
}

fn told(action: &Action) -> String {
    match &action.state {
        ActionState::Proposed => format!("Proposed, not yet agreed: {}", action.summary),
        ActionState::CarriedOut { outcome } => format!("Done: {outcome}"),
        ActionState::Failed { reason } => format!("Failed: {} {reason}", action.summary),
        ActionState::Declined => format!("Declined: {}", action.summary),
    }
}

fn hazards<'a>(all: impl Iterator<Item = &'a Known<'a>>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let hazards =
        all.filter_map(|known| known.sentiment).flat_map(|found| found.earlier_hazards.iter().chain(&found.hazards));
    for hazard in hazards {
        if !names.contains(&hazard.name) {
            names.push(hazard.name.clone());
        }
    }
    names
}

fn last<T>(mut all: Vec<T>) -> Vec<T> {
    all.drain(..all.len().saturating_sub(MOST));
    all
}
