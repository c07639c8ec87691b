//! The whole agent: what it finds in a turn, and when it keeps silent.

use std::sync::Arc;

use contract::finding::{Hazard, Polarity, Route, Sentiment, Target, Tier, Urgency};
use contract::profile::{Consents, PastMatter, Profile, Vehicle};
use contract::testing::{RecordingSink, customer, errand, reported, turn};
use contract::turn::VehicleState;
use contract::{CaseId, Channel, CustomerId, Exchange, StaffId, Tone};

use super::*;

fn profile() -> Profile {
    let model = |model: &str| Vehicle {
        vin: model.into(),
        model: model.into(),
        variant: "Long Range".into(),
        year: 2025,
        odometer_km: 18_200,
    };
    Profile {
        customer: CustomerId::new("ada").unwrap(),
        name: "Ada".into(),
        language: "en".into(),
        market: "uk".into(),
        since: "2023-01-01".parse().unwrap(),
        vehicles: vec![model("Lumen")],
        consents: Consents::default(),
        history: Vec::new(),
        memories: Vec::new(),
    }
}

fn felt() -> Sentiment {
    Sentiment {
        polarity: Polarity::Neutral,
        score: 0.0,
        intensity: 0.0,
        urgency: Urgency::Routine,
        hazards: Vec::new(),
        earlier_hazards: Vec::new(),
    }
}

fn route(target: Target) -> Route {
    Route {
        target,
        queue: "sales".into(),
        reason: "tested".into(),
        tone: Tone::Friendly,
        tier: Tier::Fast,
        agents: Vec::new(),
        safety: None,
    }
}

fn intent(label: &str) -> Finding {
    Finding::Intent(Intent {
        label: label.into(),
        confidence: 0.9,
        alternatives: Vec::new(),
        urgency: Urgency::Routine,
        agents: Vec::new(),
    })
}

fn context(text: &str, findings: Vec<Finding>) -> TurnContext {
    let report = reported(findings);
    TurnContext {
        turn: Arc::new(turn("t", "s", &customer("ada"), text)),
        history: Arc::default(),
        reports: Arc::new(vec![report]),
        held_by: None,
        sink: Arc::new(RecordingSink::default()),
        errand: errand(),
    }
}

fn found(context: &TurnContext) -> Vec<Finding> {
    RecommendAgent::new().unwrap().recommend(context).findings
}

/// A turn in which a tow bar would be offered.
fn towing(text: &str, change: impl FnOnce(&mut Sentiment, &mut Route, &mut Profile)) -> TurnContext {
    let (mut felt, mut route, mut profile) = (felt(), route(Target::SelfService), profile());
    change(&mut felt, &mut route, &mut profile);
    let findings =
        vec![intent("towing_and_trailer"), Finding::Sentiment(felt), Finding::Profile(profile), Finding::Route(route)];
    context(text, findings)
}

const BESIDE: &str = "How heavy a trailer may my car tow?";
const ASKED: &str = "Which tow bar do you recommend for my car?";

#[test]
fn it_is_offered_beside_an_answer_with_the_reason() {
    let found = found(&towing(BESIDE, |_, _, _| {}));
    let [Finding::Offer(offer)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(offer.name, "Tow bar for the Lumen");
    assert!(offer.summary.ends_with("It costs £690 with fitting."), "{}", offer.summary);
    let reason = "I mention it because you drive a 2025 Veldra Lumen Long Range and asked about towing.";
    assert_eq!(offer.reason, reason);
}

#[test]
fn who_asks_is_answered_with_the_price_and_its_day() {
    let found = found(&towing(ASKED, |_, _, _| {}));
    let [Finding::Statement(answer)] = found.as_slice() else { panic!("{found:?}") };
    assert!(answer.closes && answer.text.contains("£690 with fitting"), "{answer:?}");
    assert!(answer.text.contains("because you drive a 2025 Veldra Lumen Long Range"), "{answer:?}");
    assert_eq!(answer.source.as_deref(), Some("Veldra catalogue, prices of 1 October 2026"));
}

#[test]
fn each_rule_keeps_it_silent_and_is_told_to_operators() {
    let hazard = || vec![Hazard { name: "brakes".into(), evidence: "no brakes".into() }];
    let open = || PastMatter { on: "2026-10-21".parse().unwrap(), summary: "Complaint.".into(), open: true };
    let mut held = towing(ASKED, |_, _, _| {});
    held.held_by = Some(StaffId::new("zoe").unwrap());
    let mut complaint = towing(ASKED, |_, _, _| {});
    let reports = Arc::make_mut(&mut complaint.reports);
    reports[0].findings[0] = intent("complaint");
    // Whatever is asked: these always hold.
    let always = [
        (towing(ASKED, |felt, _, _| felt.hazards = hazard()), "somebody may get hurt"),
        (towing(ASKED, |felt, _, _| felt.earlier_hazards = hazard()), "somebody may get hurt"),
        (towing(ASKED, |felt, _, _| felt.urgency = Urgency::Emergency), "somebody may get hurt"),
        (towing(ASKED, |felt, _, _| felt.urgency = Urgency::Urgent), "the customer is stuck"),
        (towing(ASKED, |_, route, _| route.target = Target::Human), "a person takes over"),
        (held, "a person takes over"),
        (complaint, "the customer complains"),
    ];
    for (context, rule) in always {
        assert_eq!(rules(&found(&context)), [rule]);
    }
    let mut case = towing(BESIDE, |_, _, _| {});
    case.history = vec![Exchange { case: Some(CaseId::new("C-1").unwrap()), ..Exchange::default() }].into();
    let beside = [
        (towing(BESIDE, |felt, _, _| felt.polarity = Polarity::Negative), "the customer is displeased"),
        (towing(BESIDE, |_, _, profile| profile.history.push(open())), "a matter of the customer is open"),
        (case, "a matter of the customer is open"),
    ];
    for (context, rule) in beside {
        assert_eq!(rules(&found(&context)), [rule]);
    }
    for asked in [
        towing(ASKED, |felt, _, _| felt.polarity = Polarity::Negative),
        towing(ASKED, |_, _, profile| profile.history.push(open())),
    ] {
        assert!(matches!(found(&asked).as_slice(), [Finding::Statement(_)]), "who asks for it is answered");
    }
}

fn rules(found: &[Finding]) -> Vec<&str> {
    let mut rules = Vec::new();
    for finding in found {
        rules.push(if let Finding::Withheld(Withheld { rule, .. }) = finding { rule.as_str() } else { "shown" });
    }
    rules
}

#[test]
fn a_driver_is_told_one_short_sentence_and_only_when_they_ask() {
    let driving = |text| {
        let mut context = towing(text, |_, _, _| {});
        let turn = Arc::make_mut(&mut context.turn);
        turn.channel = Channel::Vehicle;
        turn.vehicle = Some(VehicleState { speed_kph: Some(90.0), ..VehicleState::default() });
        context
    };
    assert_eq!(rules(&found(&driving(BESIDE))), ["the customer is driving"]);
    let asked = found(&driving(ASKED));
    let [Finding::Statement(answer)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(answer.text, "Tow bar for the Lumen, £690 with fitting.");
}

#[test]
fn nothing_that_fits_is_said_honestly() {
    let ask = |text: &str, label: &str, profile: Profile| {
        let findings = vec![intent(label), Finding::Sentiment(felt()), Finding::Profile(profile)];
        found(&context(text, findings))
    };
    let mut old = profile();
    (old.vehicles[0].variant, old.vehicles[0].year) = ("Standard".into(), 2023);
    let unfit = ask("Do you have a tow bar for my trailer?", "accessories", old);
    let [Finding::Statement(unfit)] = unfit.as_slice() else { panic!("{unfit:?}") };
    assert!(unfit.text.contains("nothing in the Veldra catalogue for your 2023 Veldra Lumen Standard"), "{unfit:?}");
    assert!(unfit.text.contains("not approved for towing a trailer"), "{unfit:?}");

    let nothing = ask("Do you have a helicopter?", "accessories", profile());
    let [Finding::Statement(nothing)] = nothing.as_slice() else { panic!("{nothing:?}") };
    assert!(nothing.text.starts_with("I found nothing in the Veldra catalogue") && !nothing.closes);
    assert!(ask("How do I return my mats?", "out_of_scope", profile()).len() <= 1);
    assert_eq!(ask("What is the weather?", "out_of_scope", profile()), [], "not its business");
}

#[test]
fn with_no_findings_at_all_it_finds_nothing() {
    assert_eq!(found(&context("What tyre pressure does my car need?", Vec::new())), []);
}
