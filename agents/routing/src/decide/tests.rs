//! Each situation has its rule, and each rule its agents.

use std::collections::BTreeMap;

use contract::finding::{Hazard, Polarity, Target};
use contract::{Action, ActionId, ActionState, TurnId};
use jiff::Timestamp;

use super::*;

fn intent(label: &str, confidence: f32, urgency: Urgency) -> Intent {
    let agents = vec!["servicing".into(), "marketing".into()];
    Intent { label: label.into(), confidence, alternatives: Vec::new(), urgency, agents }
}

fn feeling(polarity: Polarity, intensity: f32, urgency: Urgency) -> Sentiment {
    Sentiment { polarity, score: 0.0, intensity, urgency, hazards: Vec::new(), earlier_hazards: Vec::new() }
}

fn route(intent: Option<Intent>, sentiment: Option<Sentiment>) -> Route {
    let situation = Situation { intent: intent.as_ref(), sentiment: sentiment.as_ref(), ..Situation::default() };
    decide(&Table::shipped().unwrap(), &Safety::shipped().unwrap(), &situation)
}

#[test]
fn each_situation_has_its_rule() {
    use Polarity::{Negative, Neutral};
    use Urgency::{Emergency, Routine, Soon, Urgent};
    let cases = [
        (Some(("warning_light", 0.9, Soon)), Some((Neutral, 0.1, Emergency)), "danger", Target::Human),
        (Some(("accident", 0.9, Emergency)), None, "danger", Target::Human),
        (Some(("accident", 0.2, Emergency)), None, "unsure", Target::SelfService),
        (Some(("accident", 0.6, Emergency)), Some((Neutral, 0.0, Soon)), "danger", Target::Human),
        (Some(("brake_failure", 0.7, Emergency)), Some((Neutral, 0.0, Routine)), "everyday", Target::SelfService),
        (Some(("brake_failure", 0.97, Emergency)), Some((Neutral, 0.0, Routine)), "danger", Target::Human),
        (Some(("human_request", 0.9, Routine)), Some((Neutral, 0.0, Routine)), "asked-for-a-person", Target::Human),
        (Some(("complaint", 0.9, Soon)), Some((Negative, 0.5, Routine)), "complaint", Target::Human),
        (Some(("infotainment", 0.9, Routine)), Some((Negative, 0.95, Routine)), "furious", Target::Human),
        (Some(("billing", 0.9, Routine)), Some((Negative, 0.4, Routine)), "money-with-displeasure", Target::Human),
        (Some(("billing", 0.9, Routine)), Some((Neutral, 0.0, Routine)), "money", Target::SelfService),
        (Some(("breakdown", 0.9, Urgent)), Some((Neutral, 0.0, Soon)), "stranded", Target::Human),
        (Some(("range", 0.9, Routine)), Some((Negative, 0.4, Routine)), "displeased", Target::SelfService),
        (Some(("range", 0.9, Routine)), Some((Neutral, 0.0, Routine)), "everyday", Target::SelfService),
        (Some(("range", 0.3, Routine)), Some((Neutral, 0.0, Routine)), "unsure", Target::SelfService),
        (None, None, "unsure", Target::SelfService),
    ];
    for (wanted, felt, rule, target) in cases {
        let found = route(wanted.map(|(l, c, u)| intent(l, c, u)), felt.map(|(p, i, u)| feeling(p, i, u)));
        assert!(found.reason.starts_with(&format!("{rule}: ")), "{wanted:?} {felt:?}: {}", found.reason);
        assert_eq!(found.target, target, "{rule}");
    }
}

#[test]
fn danger_says_at_once_what_to_do_and_asks_no_one_to_sell() {
    let hazards = vec![Hazard { name: "brakes".into(), evidence: "pedal goes to the floor".into() }];
    let felt = Sentiment { hazards, ..feeling(Polarity::Neutral, 0.0, Urgency::Emergency) };
    let found = route(Some(intent("warning_light", 0.9, Urgency::Soon)), Some(felt));
    assert!(found.safety.as_ref().is_some_and(|fact| fact.text.contains("brake")), "{found:?}");
    assert_eq!(found.agents, ["handoff"], "{found:?}");
    assert_eq!(found.queue, "safety");
}

#[test]
fn a_danger_lasts_until_the_customer_turns_to_something_else() {
    let earlier_hazards = vec![Hazard { name: "child_locked_in".into(), evidence: "locked in".into() }];
    let after = || {
        Some(Sentiment {
            earlier_hazards: earlier_hazards.clone(),
            ..feeling(Polarity::Negative, 0.3, Urgency::Routine)
        })
    };
    for vague in [intent("out_of_scope", 0.8, Urgency::Routine), intent("range", 0.2, Urgency::Routine)] {
        let found = route(Some(vague), after());
        assert!(found.reason.starts_with("danger: ") && found.safety.is_some_and(|fact| fact.text.contains("window")));
    }
    let found = route(Some(intent("service_booking", 0.9, Urgency::Routine)), after());
    assert_eq!(found.safety, None);
}

#[test]
fn the_customers_tone_wins() {
    let situation = Situation { wanted_tone: Some(Tone::Concise), ..Situation::default() };
    let found = decide(&Table::shipped().unwrap(), &Safety::shipped().unwrap(), &situation);
    assert_eq!(found.tone, Tone::Concise);
}

#[test]
fn a_long_story_or_another_language_needs_the_capable_model() {
    let wanted = intent("range", 0.9, Urgency::Routine);
    let tier = |locale, words| {
        let situation = Situation { intent: Some(&wanted), locale, words, ..Situation::default() };
        let route = decide(&Table::shipped().unwrap(), &Safety::shipped().unwrap(), &situation);
        (route.tier, route.reason)
    };
    assert_eq!(tier("en-GB", 8).0, Tier::Fast);
    assert_eq!(tier("en", 200).0, Tier::Capable);
    let (german, reason) = tier("de-DE", 8);
    assert!(german == Tier::Capable && reason.starts_with("everyday: "), "{reason}");
    assert!(reason.contains("; other-language: "), "{reason}");
}

#[test]
fn the_displeased_may_still_say_no_more_offers() {
    let found =
        route(Some(intent("range", 0.9, Urgency::Routine)), Some(feeling(Polarity::Negative, 0.4, Urgency::Routine)));
    // The sellers are asked, and keep silent by their own rules unless they are spoken to.
    assert_eq!(found.agents, route(Some(intent("range", 0.9, Urgency::Routine)), None).agents);
    assert!(found.agents.contains(&"marketing".to_owned()), "{found:?}");
}

fn verdict(consent: Consent, agents: &[&str]) -> Verdict {
    let action = |(number, agent): (usize, &&str)| Action {
        id: ActionId::of(&TurnId::new("before").unwrap(), agent, number),
        agent: (*agent).into(),
        kind: "something".into(),
        parameters: BTreeMap::new(),
        summary: "Do something.".into(),
        expires: Timestamp::UNIX_EPOCH,
        state: ActionState::Proposed,
    };
    Verdict { consent, actions: agents.iter().enumerate().map(action).collect() }
}

fn decided(situation: &Situation<'_>) -> (Vec<String>, Target, String) {
    let route = decide(&Table::shipped().unwrap(), &Safety::shipped().unwrap(), situation);
    let rule = route.reason.split(':').next().unwrap().to_owned();
    (route.agents, route.target, rule)
}

#[test]
fn an_answer_goes_to_whoever_proposed_and_a_no_to_nobody() {
    let yes_word = intent("confirm_yes", 0.95, Urgency::Routine);
    for (consent, asked) in [
        (Consent::Yes, vec!["cockpit", "recommend"]),
        (Consent::Change, vec!["cockpit", "recommend"]),
        (Consent::Unclear, vec!["cockpit", "recommend"]),
        (Consent::No, vec![]),
    ] {
        let verdict = verdict(consent, &["recommend", "cockpit", "cockpit"]);
        let situation = Situation { intent: Some(&yes_word), verdict: Some(&verdict), ..Situation::default() };
        let (agents, target, rule) = decided(&situation);
        assert_eq!((agents.iter().map(String::as_str).collect::<Vec<_>>(), target), (asked, Target::SelfService));
        assert_eq!(rule, "answers-a-proposal", "{consent:?}");
    }
    let nothing_proposed = Situation { intent: Some(&yes_word), ..Situation::default() };
    assert_eq!(decided(&nothing_proposed).2, "everyday");
}

#[test]
fn in_danger_and_in_displeasure_an_answer_is_no_offer() {
    let agreed = verdict(Consent::Yes, &["recommend"]);
    let felt = feeling(Polarity::Neutral, 0.0, Urgency::Emergency);
    let danger = Situation { sentiment: Some(&felt), verdict: Some(&agreed), ..Situation::default() };
    assert_eq!(decided(&danger).0, ["handoff"], "nothing is carried out in danger");
    let felt = feeling(Polarity::Negative, 0.95, Urgency::Routine);
    let furious = Situation { sentiment: Some(&felt), verdict: Some(&agreed), ..Situation::default() };
    assert_eq!(decided(&furious).0, ["recommend", "handoff"], "what they agreed to is done, whatever the mood");
}

#[test]
fn whoever_goes_to_a_person_or_waits_for_one_is_handed_over() {
    let person = intent("human_request", 0.9, Urgency::Routine);
    let range = intent("range", 0.9, Urgency::Routine);
    let asks_for_one = Situation { intent: Some(&person), ..Situation::default() };
    assert!(decided(&asks_for_one).0.contains(&"handoff".to_owned()));
    let waits = Situation { intent: Some(&range), in_case: true, ..Situation::default() };
    assert_eq!(
        decided(&waits),
        (vec!["marketing".into(), "servicing".into(), "handoff".into()], Target::SelfService, "everyday".into())
    );
    let agreed = verdict(Consent::Yes, &["cockpit"]);
    let held =
        Situation { intent: Some(&range), in_case: true, held: true, verdict: Some(&agreed), ..Situation::default() };
    assert_eq!(decided(&held), (vec!["handoff".into()], Target::Human, "held-by-a-person".into()));
    let felt = feeling(Polarity::Neutral, 0.0, Urgency::Emergency);
    let (agents, _, rule) = decided(&Situation { sentiment: Some(&felt), ..held });
    assert_eq!((agents.as_slice(), rule.as_str()), (["handoff".to_owned()].as_slice(), "danger"));
}
