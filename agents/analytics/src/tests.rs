//! Scripted conversations and the figures that come of them.

use std::collections::BTreeMap;

use contract::finding::{Intent, Route, Target, Tier, Urgency};
use contract::testing::{customer, record, reported, turn};
use contract::turn::Tone;
use contract::{Caller, Channel, Finding};
use jiff::Timestamp;
use learning::{Count, Note};

use super::*;
use crate::about::Dimension;
use crate::feedback::{Feedback, Rating};

fn agent() -> AnalyticsAgent {
    AnalyticsAgent::new(["charging_problem", "billing", "greeting", "human_request"].map(str::to_owned)).unwrap()
}

fn said(id: &str, session: &str, caller: &Caller, day: f64, intent: &str, person: bool) -> Closed {
    let at: Timestamp = "2026-11-02T09:00:00Z".parse().unwrap();
    let at = at.checked_add(Duration::from_secs_f64(day * 86_400.0)).unwrap();
    let mut said = turn(id, session, caller, "hello");
    said.received = at;
    let mut record = record(&said, "good day");
    let target = if person { Target::Human } else { Target::SelfService };
    record.reports = vec![reported(vec![
        Finding::Intent(Intent {
            label: intent.into(),
            confidence: 1.0,
            alternatives: Vec::new(),
            urgency: Urgency::Routine,
            agents: Vec::new(),
        }),
        Finding::Route(Route {
            target,
            queue: "care".into(),
            reason: String::new(),
            tone: Tone::Friendly,
            tier: Tier::Fast,
            agents: Vec::new(),
            safety: None,
        }),
    ])];
    Closed { position: 1, number: 1, record }
}

/// Learns one turn at a time, as a process that is restarted after each.
fn learn(turns: &[Closed]) -> (BTreeMap<Count, i64>, BTreeMap<String, Note>) {
    let (agent, mut counts, mut known) = (agent(), BTreeMap::new(), BTreeMap::<String, Note>::new());
    for closed in turns {
        let needed = agent.needs(closed).iter().filter_map(|key| known.get(key).cloned()).collect();
        let mut notes = Notes::of(needed);
        agent.learn(closed, &mut notes).unwrap();
        let lesson = notes.lesson(Vec::new());
        lesson.counts.into_iter().for_each(|(count, more)| *counts.entry(count).or_default() += more);
        lesson.notes.into_iter().for_each(|note| drop(known.insert(note.key.clone(), note)));
    }
    (counts, known)
}

fn summary(turns: &[Closed]) -> Summary {
    let counts: Vec<_> = learn(turns).0.into_iter().collect();
    Summary::of(&counts)
}

#[test]
fn who_comes_again_about_the_same_within_seven_days_was_not_helped_the_first_time() {
    let ada = customer("ada");
    let figures = |second_day: f64, second_intent: &str| {
        let turns = [
            said("1", "a", &ada, 0.0, "greeting", false),
            said("2", "a", &ada, 0.01, "charging_problem", false),
            said("3", "b", &ada, second_day, second_intent, false),
        ];
        let all = summary(&turns).all;
        (all.conversations, all.matters, all.repeated, all.resolved_first)
    };
    assert_eq!(figures(3.0, "charging_problem"), (2, 2, 1, 0));
    assert_eq!(figures(7.5, "charging_problem"), (2, 2, 0, 2));
    assert_eq!(figures(3.0, "billing"), (2, 2, 0, 2));
    assert_eq!(figures(3.0, "greeting"), (2, 1, 0, 1), "a greeting is no matter");
}

#[test]
fn what_becomes_of_a_conversation_counts_in_the_hour_in_which_it_began() {
    let ada = customer("ada");
    let turns = [
        said("1", "a", &ada, 0.0, "charging_problem", false),
        said("2", "a", &ada, 0.5, "human_request", true),
        said("3", "a", &ada, 0.6, "charging_problem", true),
        said("4", "b", &ada, 2.0, "charging_problem", false),
    ];
    let (counts, _) = learn(&turns);
    let began = Hour::of("2026-11-02T09:00:00Z".parse().unwrap());
    let of = |what: &str, about: &str| {
        let count = Count { hour: began, what: what.into(), about: about.into() };
        counts.get(&count).copied().unwrap_or_default()
    };
    assert_eq!((of("escalated", ""), of("conversations", ""), of("turns", "")), (1, 1, 1));
    assert_eq!((of("escalated", "intent=charging_problem"), of("resolved_first", "")), (1, 0));
    let found = summary(&turns);
    let intents: Vec<_> = found.by(Dimension::Intent).map(|(intent, figures)| (intent, figures.turns)).collect();
    assert_eq!(intents, [("charging_problem", 3), ("human_request", 1)]);
    assert_eq!((found.all.containment, found.all.repeat_contact), (Some(0.5), Some(0.5)));
    assert_eq!(found.all.first_contact_resolution, Some(0.0));
}

#[test]
fn visitors_and_namesakes_are_nobodys_repeat_contact() {
    let car = Caller::Vehicle { customer: contract::CustomerId::new("ada").unwrap(), vin: None };
    let turns = [
        said("1", "a", &customer("ada"), 0.0, "billing", false),
        said("2", "b", &customer("ben"), 0.1, "billing", false),
        said("3", "c", &Caller::Anonymous, 0.2, "billing", false),
        said("4", "d", &Caller::Anonymous, 0.3, "billing", false),
    ];
    let all = summary(&turns).all;
    assert_eq!((all.conversations, all.matters, all.repeated, all.resolved_first), (4, 2, 0, 2));
    let by_car = [turns[0].clone(), said("5", "e", &car, 1.0, "billing", false)];
    assert_eq!(summary(&by_car).all.repeated, 1, "the customer's car speaks for the customer");
    let (_, notes) = learn(&turns);
    let owners: Vec<_> = notes.values().map(|note| (note.key.as_str(), note.owner.as_str())).collect();
    let expected = [
        ("analytics/customer/ada", "ada"),
        ("analytics/customer/ben", "ben"),
        ("analytics/session/c", ""),
        ("analytics/session/d", ""),
    ];
    assert_eq!(owners, expected);
}

#[test]
fn what_is_counted_names_nobody_and_has_few_values() {
    let turns: Vec<Closed> = (0..50)
        .map(|n| {
            let mut one = said(&format!("t{n}"), &format!("s{n}"), &customer("ada"), 0.0, &format!("i{n}"), false);
            one.record.turn.channel = Channel::Mobile;
            one
        })
        .collect();
    let (counts, _) = learn(&turns);
    let mut abouts: Vec<&str> = counts.keys().map(|count| count.about.as_str()).collect();
    abouts.sort_unstable();
    abouts.dedup();
    assert_eq!(abouts, ["", "agent=analysts", "channel=mobile", "intent=other", "model="]);
}

#[test]
fn a_rating_counts_once_and_follows_a_changed_mind() {
    let (agent, rated) = (agent(), said("1", "a", &Caller::Anonymous, 0.0, "billing", false).record);
    let (mut counts, mut note) = (BTreeMap::new(), Vec::new());
    let mut rate = |rating: Rating, days: i64| {
        let at = rated.closed.checked_add(jiff::SignedDuration::from_hours(24 * days)).unwrap();
        let lesson = agent.rated(&rated, note.clone(), &Feedback { rating, comment: None, at })?;
        lesson.counts.into_iter().for_each(|(count, more)| *counts.entry(count).or_default() += more);
        note = lesson.notes;
        let all = Summary::of(&counts.clone().into_iter().collect::<Vec<_>>()).all;
        Ok::<_, Error>((all.feedback_up, all.feedback_down))
    };
    assert_eq!(rate(Rating::Up, 0).unwrap(), (1, 0));
    assert_eq!(rate(Rating::Up, 1).unwrap(), (1, 0));
    assert_eq!(rate(Rating::Down, 1).unwrap(), (0, 1));
    assert!(rate(Rating::Up, 31).is_err(), "too long ago");
}
