//! What the agent says of what others found: results, statements, offers, the question, and nothing aloud while a person speaks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use contract::finding::{Applicability, Handoff, Intent, Offer, Passage, Route, Target, Urgency};
use contract::ports::Deltas;
use contract::prompt::{Delta, Prompt, Stop};
use contract::testing::{RecordingSink, customer, errand, turn};
use contract::turn::VehicleState;
use contract::{
    Action, ActionId, ActionState, AgentReport, CaseId, Channel, Consent, Errand, Outcome, StaffId, Usage, Verdict,
};
use futures::StreamExt;
use jiff::Timestamp;

use super::*;

/// Says what the manual says, and counts how often it is asked.
#[derive(Default)]
struct Model(AtomicUsize);

const MANUAL: &str = "The tyre pressure of the Lumen is 2.5 bar.";

#[async_trait]
impl LanguageModel for Model {
    fn name(&self) -> &str {
        "model"
    }

    async fn generate(&self, _prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let end = Delta::End(Ending::of("model", Usage::default(), Stop::Complete));
        Ok(futures::stream::iter([Delta::Text(format!("{MANUAL} [1] Anything else?")), end].map(Ok)).boxed())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

fn report(agent: &str, outcome: Outcome, findings: Vec<Finding>) -> AgentReport {
    AgentReport {
        agent: agent.into(),
        stage: Stage::Act,
        outcome,
        findings,
        usage: Usage::default(),
        calls: Vec::new(),
        started_ms: 0.0,
        took_ms: 0.0,
    }
}

fn route(target: Target, queue: &str, danger: bool) -> Finding {
    Finding::Route(Route {
        target,
        queue: queue.into(),
        reason: "test".into(),
        tone: Tone::Friendly,
        tier: Tier::Fast,
        agents: Vec::new(),
        safety: danger.then(|| Fact { text: "Get out of the car.".into(), source: "Safety".into() }),
    })
}

fn intent(label: &str) -> Finding {
    let urgency = Urgency::Routine;
    Finding::Intent(Intent {
        label: label.into(),
        confidence: 0.9,
        alternatives: Vec::new(),
        urgency,
        agents: Vec::new(),
    })
}

fn passage() -> Finding {
    Finding::Passage(Passage {
        document: "manual".into(),
        section: "Tyres".into(),
        title: "Manual".into(),
        kind: DocumentKind::Manual,
        text: MANUAL.into(),
        score: 1.0,
        applies: Applicability::default(),
    })
}

fn action(number: usize, state: ActionState) -> Action {
    Action {
        id: ActionId::of(&turn("before", "s", &customer("ada"), "").id, "servicing", number),
        agent: "servicing".into(),
        kind: "book_appointment".into(),
        parameters: BTreeMap::new(),
        summary: "Book a service on Tuesday at 9:00.".into(),
        expires: Timestamp::MAX,
        state,
    }
}

fn proposed(number: usize) -> Action {
    action(number, ActionState::Proposed)
}

fn verdict(consent: Consent, actions: &[Action]) -> Finding {
    Finding::Verdict(Verdict { consent, actions: actions.to_vec() })
}

fn statement(text: &str, source: Option<&str>, closes: bool) -> Finding {
    Finding::Statement(Statement { text: text.into(), source: source.map(str::to_owned), closes })
}

struct Heard {
    reply: Reply,
    aloud: Reply,
    suggested: bool,
    asked_a_model: bool,
}

struct Scene {
    reports: Vec<AgentReport>,
    held: bool,
    driving: bool,
}

fn scene(findings: Vec<Finding>) -> Scene {
    let first = vec![intent("tyre_pressure"), route(Target::SelfService, "care", false), passage()];
    Scene {
        reports: vec![report("routing", Outcome::Answered, first), report("servicing", Outcome::Answered, findings)],
        held: false,
        driving: false,
    }
}

async fn hear(scene: Scene) -> Heard {
    let model = Arc::new(Model::default());
    let limits = Limits { max_output_tokens: 200, temperature: 0.0 };
    let agent = ResponseAgent::new(model.clone(), model.clone(), limits).unwrap();
    let sink = Arc::new(RecordingSink::default());
    let mut said = turn("now", "s", &customer("ada"), "and now?");
    if scene.driving {
        said.channel = Channel::Vehicle;
        said.vehicle = Some(VehicleState { speed_kph: Some(100.0), ..VehicleState::default() });
    }
    let context = TurnContext {
        turn: Arc::new(said),
        history: Arc::default(),
        reports: Arc::new(scene.reports),
        held_by: scene.held.then(|| StaffId::new("sam").unwrap()),
        sink: sink.clone(),
        errand: errand(),
    };
    let answer = agent.run(&context).await.unwrap();
    let (reply, suggested) = match answer.findings.into_iter().next() {
        Some(Finding::Reply(reply)) => (reply, false),
        Some(Finding::Suggestion(reply)) => (reply, true),
        other => panic!("{other:?}"),
    };
    Heard { reply, aloud: sink.heard(), suggested, asked_a_model: model.0.load(Ordering::Relaxed) > 0 }
}

async fn says(findings: Vec<Finding>) -> String {
    let mut scene = scene(findings);
    scene.reports[0].findings[0] = intent("confirm_yes");
    let heard = hear(scene).await;
    assert_eq!(heard.aloud.text, heard.reply.text, "what was heard is what is kept");
    assert!(!heard.asked_a_model && !heard.suggested, "{}", heard.reply.text);
    heard.reply.text
}

#[tokio::test]
async fn a_proposal_closes_the_reply_as_a_question() {
    let found = vec![statement("The service is due.", Some("Service desk"), true), Finding::Action(proposed(0))];
    assert_eq!(says(found).await, "The service is due. [1] Shall I book a service on Tuesday at 9:00?");
}

#[tokio::test]
async fn what_came_of_a_yes_is_told() {
    let agreed = proposed(0);
    let done = agreed.now(ActionState::CarriedOut { outcome: "Your service is booked, number SV-1.".into() });
    let found = vec![verdict(Consent::Yes, std::slice::from_ref(&agreed)), Finding::Action(done)];
    assert_eq!(says(found).await, "Your service is booked, number SV-1.");
    let failed = agreed.now(ActionState::Failed { reason: "That slot was taken meanwhile.".into() });
    let found = vec![verdict(Consent::Yes, &[agreed]), Finding::Action(failed), Finding::Action(proposed(1))];
    assert_eq!(says(found).await, "That slot was taken meanwhile. Shall I book a service on Tuesday at 9:00?");
}

#[tokio::test]
async fn a_yes_of_which_nobody_reports_is_asked_again() {
    let mut scene = scene(Vec::new());
    let failed = Outcome::Late;
    scene.reports.push(report("intent", Outcome::Answered, vec![verdict(Consent::Yes, &[proposed(0)])]));
    scene.reports[1] = report("servicing", failed, Vec::new());
    let text = hear(scene).await.reply.text;
    assert!(text.contains("service desk") && text.contains("Nothing is lost"), "{text}");
    assert!(text.ends_with("Shall I try again to book a service on Tuesday at 9:00?"), "{text}");
}

#[tokio::test]
async fn each_other_answer_has_its_words() {
    let text = says(vec![verdict(Consent::No, &[proposed(0)])]).await;
    assert!(text.contains("leave everything as it is") && !text.contains("Shall I"), "{text}");
    let text = says(vec![verdict(Consent::Unclear, &[proposed(0)]), Finding::Action(proposed(0))]).await;
    assert!(
        text.contains("not sure whether") && text.ends_with("Shall I book a service on Tuesday at 9:00?"),
        "{text}"
    );
    let text = says(vec![verdict(Consent::Unclear, &[proposed(0)])]).await;
    assert!(
        text.ends_with("Shall I book a service on Tuesday at 9:00?"),
        "asked again although its agent is silent: {text}"
    );
    let text = says(vec![verdict(Consent::Unclear, &[])]).await;
    assert!(text.contains("no longer open"), "{text}");
    let text = says(vec![verdict(Consent::Change, &[proposed(0)])]).await;
    assert!(text.contains("ask me again") && !text.contains("Shall I"), "{text}");
    let text = says(vec![verdict(Consent::Change, &[proposed(0)]), Finding::Action(proposed(1))]).await;
    assert_eq!(text, "Shall I book a service on Tuesday at 9:00?");
}

#[tokio::test]
async fn a_question_instead_of_an_answer_is_answered_and_the_proposal_asked_again() {
    let heard = hear(scene(vec![verdict(Consent::Unclear, &[proposed(0)]), Finding::Action(proposed(0))])).await;
    assert_eq!(heard.reply.text, format!("{MANUAL} [1] Shall I book a service on Tuesday at 9:00?"));
}

#[tokio::test]
async fn the_library_follows_what_does_not_close_the_matter_with_what_is_supported() {
    let heard = hear(scene(vec![statement("Your tyres have 2.1 bar.", Some("Your car"), false)])).await;
    assert_eq!(heard.reply.text, format!("Your tyres have 2.1 bar. [1] {MANUAL} [2]"));
    assert!(heard.asked_a_model);
    assert_eq!(heard.reply.citations.len(), 2);
}

#[tokio::test]
async fn an_offer_comes_with_its_reason_and_how_to_stop_it_but_not_to_a_driver() {
    let offer =
        || Offer { name: "box".into(), summary: "A roof box is 10 % off.".into(), reason: "You own a Lumen.".into() };
    let with = |agent: &str, driving: bool| {
        let mut scene = scene(Vec::new());
        scene.reports.push(report(agent, Outcome::Answered, vec![Finding::Offer(offer())]));
        Scene { driving, ..scene }
    };
    let text = hear(with("marketing", false)).await.reply.text;
    assert!(text.starts_with(MANUAL) && text.contains("10 % off. You own a Lumen. Write \"no offers\""), "{text}");
    assert!(!hear(with("recommend", false)).await.reply.text.contains("no offers"));
    assert!(!hear(with("marketing", true)).await.reply.text.contains("roof box"));
}

#[tokio::test]
async fn a_driver_is_always_told_results_and_asked() {
    let done = action(0, ActionState::CarriedOut { outcome: "The window is open.".into() });
    let long = statement(&"Words that nobody at the wheel needs to hear stand here again. ".repeat(5), None, true);
    let found = vec![Finding::Action(done), long, Finding::Action(proposed(1))];
    let text = hear(Scene { driving: true, ..scene(found) }).await.reply.text;
    assert!(
        text.starts_with("The window is open. ") && text.ends_with("Shall I book a service on Tuesday at 9:00?"),
        "{text}"
    );
    assert!(text.split_whitespace().count() < 50, "{text}");
}

#[tokio::test]
async fn who_waits_for_a_person_hears_how_long() {
    let handoff = Handoff {
        case: CaseId::of(&turn("now", "s", &customer("ada"), "").id),
        queue: "complaints".into(),
        held_by: None,
        position: Some(2),
        wait_minutes: Some(5),
        opens: None,
    };
    let with = |findings: Vec<Finding>| {
        let first = vec![intent("human_request"), route(Target::Human, "complaints", false)];
        Scene {
            reports: vec![report("routing", Outcome::Answered, first), report("handoff", Outcome::Answered, findings)],
            ..scene(Vec::new())
        }
    };
    let text = hear(with(vec![Finding::Handoff(handoff)])).await.reply.text;
    assert!(text.contains("number 2 in the queue, which takes about 5 minutes.") && text.contains("+44"), "{text}");
    let text = hear(with(Vec::new())).await.reply.text;
    assert!(text.contains("should put this right") && text.contains("+44") && !text.contains("passed on"), "{text}");
}

#[tokio::test]
async fn while_a_person_speaks_the_assistant_only_suggests_and_warns() {
    let heard = hear(Scene { held: true, ..scene(Vec::new()) }).await;
    assert!(heard.suggested && heard.aloud.text.is_empty() && heard.aloud.citations.is_empty());
    assert!(heard.reply.text.starts_with(MANUAL), "{}", heard.reply.text);
    let mut danger = scene(Vec::new());
    danger.reports[0].findings[1] = route(Target::Human, "safety", true);
    let heard = hear(Scene { held: true, ..danger }).await;
    assert!(heard.suggested && heard.aloud.text == "Get out of the car. [1]" && heard.aloud.citations.len() == 1);
}
