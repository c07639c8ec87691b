//! Each rule, with the reason that operators see; how offers are stopped and started; and what is shown when none forbids it.

mod scene;

use std::sync::Mutex;

use contract::finding::{Hazard, Polarity, Target, Urgency};
use contract::profile::PastMatter;
use contract::turn::VehicleState;
use contract::{CaseId, Channel, Exchange, SessionId, StaffId, TurnId, Verdict};

use self::scene::{House, Scene, scene};
use super::*;

/// Another day, in a matter that only the winter check is for.
fn on(scene: &mut Scene, day: &str) {
    scene.label = "twelve_volt_battery";
    scene.turn().received = day.parse().unwrap();
}

fn only_statement(found: Vec<Finding>) -> Statement {
    let found_as = format!("{found:?}");
    match <[Finding; 1]>::try_from(found) {
        Ok([Finding::Statement(statement)]) => statement,
        _ => panic!("{found_as}"),
    }
}

#[tokio::test]
async fn an_offer_says_what_it_is_and_why_it_is_shown() {
    let house = Arc::new(House::default());
    let found = scene("It is getting cold.").played(&house).await.unwrap().findings;
    let Some(Finding::Offer(offer)) = found.first() else { panic!("{found:?}") };
    assert_eq!(offer.name, "Winter check");
    assert!(offer.summary.contains("£29"), "{}", offer.summary);
    let reason = "You see this because your Lumen is from 2022 and winter is near and you agreed to offers.";
    assert_eq!(offer.reason, reason);
    let shown = house.shown.lock().unwrap();
    assert_eq!(shown.iter().map(|past| past.offer.as_str()).collect::<Vec<_>>(), ["winter-check-2026"]);
}

#[tokio::test]
async fn each_rule_keeps_an_offer_back_and_says_why() {
    let hazard = || vec![Hazard { name: "brakes".into(), evidence: "no brakes".into() }];
    type Change = Box<dyn Fn(&mut Scene)>;
    let rules: Vec<(&str, Change)> = vec![
        ("the customer has not agreed to offers", Box::new(|s| s.profile.consents.marketing = false)),
        ("the customer is displeased", Box::new(|s| s.felt.polarity = Polarity::Negative)),
        ("somebody may get hurt", Box::new(move |s| s.felt.hazards = hazard())),
        ("somebody may get hurt", Box::new(move |s| s.felt.earlier_hazards = hazard())),
        ("somebody may get hurt", Box::new(|s| s.felt.urgency = Urgency::Emergency)),
        ("the customer is stuck", Box::new(|s| s.felt.urgency = Urgency::Urgent)),
        ("a person takes over", Box::new(|s| s.route.target = Target::Human)),
        ("a person takes over", Box::new(|s| s.context.held_by = Some(StaffId::new("zoe").unwrap()))),
        (
            "a matter of the customer is open",
            Box::new(|s| {
                let summary = "Complaint about a rattling tailgate.".into();
                s.profile.history.push(PastMatter { on: "2026-10-21".parse().unwrap(), summary, open: true });
            }),
        ),
        (
            "a matter of the customer is open",
            Box::new(|s| {
                let case = Some(CaseId::new("C-1").unwrap());
                s.context.history = vec![Exchange { case, ..Exchange::of("Help", "Yes") }].into();
            }),
        ),
        ("the customer is driving", Box::new(|s| s.turn().channel = Channel::Vehicle)),
        ("it begins on 1 October 2026", Box::new(|s| on(s, "2026-09-01T10:00:00Z"))),
        ("it ended on 20 December 2026", Box::new(|s| on(s, "2026-12-21T00:00:00Z"))),
    ];
    for (rule, change) in rules {
        let house = Arc::new(House::default());
        let mut scene = scene("It is getting cold.");
        change(&mut scene);
        assert_eq!(scene.rule(&house).await, rule);
        assert!(house.shown.lock().unwrap().is_empty(), "{rule}: nothing is counted that was not shown");
    }
    let mut complaint = scene("It is getting cold.");
    complaint.label = "complaint";
    assert_eq!(complaint.found().await, [], "no campaign is for complaints");
    let mut parked = scene("It is getting cold.");
    parked.turn().channel = Channel::Vehicle;
    parked.turn().vehicle = Some(VehicleState { speed_kph: Some(0.0), ..VehicleState::default() });
    assert!(parked.found().await.iter().any(|finding| matches!(finding, Finding::Offer(_))), "in a car that stands");
}

#[tokio::test]
async fn nothing_is_shown_too_often() {
    let past = |offer: &str, session: &str, at: &str| Shown {
        offer: offer.into(),
        session: SessionId::new(session).unwrap(),
        turn: TurnId::new("before").unwrap(),
        at: at.parse().unwrap(),
    };
    let cases = [
        (past("winter-check-2026", "s-0", "2026-11-10T00:00:00Z"), "shown once in 21 days"),
        (past("circle-thanks", "s-1", "2026-11-20T00:00:00Z"), "one offer a conversation is enough"),
        (past("circle-thanks", "s-0", "2026-11-27T20:00:00Z"), "one offer a day is enough"),
    ];
    for (past, rule) in cases {
        let house = Arc::new(House { shown: Mutex::new(vec![past]), ..House::default() });
        assert_eq!(scene("It is getting cold.").rule(&house).await, rule);
    }
    let long_ago = past("winter-check-2026", "s-0", "2026-11-01T00:00:00Z");
    let house = Arc::new(House { shown: Mutex::new(vec![long_ago]), ..House::default() });
    let found = scene("It is getting cold.").played(&house).await.unwrap().findings;
    assert!(matches!(found[0], Finding::Offer(_)), "{found:?}");
    let unknown = Arc::new(House { broken: true, ..House::default() });
    assert_eq!(scene("It is getting cold.").rule(&unknown).await, "what was shown before is not known");
}

#[tokio::test]
async fn a_turn_that_is_taken_again_shows_the_same_offer_and_counts_it_once() {
    let house = Arc::new(House::default());
    let first = scene("It is getting cold.").played(&house).await.unwrap().findings;
    assert!(matches!(first[0], Finding::Offer(_)), "{first:?}");
    assert_eq!(scene("It is getting cold.").played(&house).await.unwrap().findings, first);
    assert_eq!(house.shown.lock().unwrap().len(), 1);

    let mut next = scene("It is getting cold.");
    next.turn().id = TurnId::new("t-2").unwrap();
    assert_eq!(next.rule(&house).await, "shown once in 21 days");
    let mut elsewhere = scene("It is getting cold.");
    elsewhere.turn().session = SessionId::new("s-2").unwrap();
    assert_eq!(elsewhere.rule(&house).await, "shown once in 21 days", "a turn of this name in another conversation");
}

#[tokio::test]
async fn no_more_offers_withdraws_the_consent_at_once() {
    for displeased in [false, true] {
        let house = Arc::new(House::default());
        let mut scene = scene("No more offers, please!");
        if displeased {
            scene.felt.polarity = Polarity::Negative;
        }
        let statement = only_statement(scene.played(&house).await.unwrap().findings);
        assert!(statement.text.starts_with("You will see no more offers") && statement.closes);
        assert_eq!(*house.agreed.lock().unwrap(), [false]);
        assert!(house.shown.lock().unwrap().is_empty());
    }
    let broken = Arc::new(House { broken: true, ..House::default() });
    let failed = scene("No more offers, please!").played(&broken).await;
    assert_eq!(failed.unwrap_err().kind, ErrorKind::Unavailable, "nobody is told that it was done when it was not");
}

#[tokio::test]
async fn consent_is_proposed_and_noted_only_after_a_yes() {
    let proposal = |scene: Scene| async { scene.found().await };
    let mut asked = scene("Show me your offers");
    asked.profile.consents.marketing = false;
    let found = proposal(asked).await;
    let [Finding::Action(action)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((action.kind.as_str(), &action.state), (AGREE, &ActionState::Proposed));

    for (consent, noted) in
        [(Consent::Yes, vec![true]), (Consent::No, vec![]), (Consent::Unclear, vec![]), (Consent::Change, vec![])]
    {
        let house = Arc::new(House::default());
        let mut answer = scene("yes");
        answer.profile.consents.marketing = false;
        answer.verdict = Some(Verdict { consent, actions: vec![action.clone()] });
        let found = answer.played(&house).await.unwrap().findings;
        assert_eq!(*house.agreed.lock().unwrap(), noted, "{consent:?}");
        match consent {
            Consent::Yes => assert!(
                matches!(&found[..], [Finding::Action(done)] if matches!(done.state, ActionState::CarriedOut { .. }))
            ),
            Consent::Unclear => assert_eq!(found, [Finding::Action(action.clone())]),
            Consent::No | Consent::Change => assert_eq!(found, []),
        }
    }
}

#[tokio::test]
async fn who_asks_for_offers_gets_an_honest_answer() {
    let ask = |change: fn(&mut Scene)| async move {
        let mut scene = scene("Are there any special offers?");
        scene.label = "offers_and_marketing";
        change(&mut scene);
        scene.found().await
    };
    assert!(matches!(ask(|_| {}).await[0], Finding::Offer(_)));
    let without = ask(|scene| scene.profile.consents.marketing = false).await;
    let Some(Finding::Statement(without)) = without.first() else { panic!("{without:?}") };
    assert!(without.text.starts_with("You have not agreed"), "{without:?}");
    let none = ask(|scene| scene.profile.vehicles.clear()).await;
    assert_eq!(only_statement(none).text, "There is no offer for you at the moment.");
    let mut visitor = scene("Are there any special offers?");
    visitor.turn().caller = contract::Caller::Anonymous;
    assert!(!only_statement(visitor.found().await).closes, "the library may know more");
    let mut silent = scene("What tyre pressure does my car need?");
    silent.turn().caller = contract::Caller::Anonymous;
    assert_eq!(silent.found().await, []);
}
