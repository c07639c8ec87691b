//! Planted turns: what is hidden in them is found, and nothing in ordinary ones.

use std::collections::BTreeMap;

use contract::finding::{Applicability, Intent, Passage, Urgency};
use contract::profile::{Consents, Profile, Vehicle};
use contract::testing::{customer, record, reported, turn};
use contract::{AgentReport, Caller, CustomerId};
use learning::{Count, Note};

use super::*;

const INTENTS: [&str; 4] = ["charging_problem", "accessories", "brake_failure", "greeting"];

fn said(n: usize, at: &str, intent: &str, text: &str) -> TurnRecord {
    let mut said = turn(&format!("t{n:04}"), &format!("s{n}"), &Caller::Anonymous, text);
    said.received = at.parse().unwrap();
    let mut record = record(&said, "Here is how.");
    record.reports = vec![
        reported(vec![Finding::Intent(Intent {
            label: intent.into(),
            confidence: 1.0,
            alternatives: Vec::new(),
            urgency: Urgency::Routine,
            agents: Vec::new(),
        })]),
        AgentReport { agent: "knowledge".into(), ..reported(Vec::new()) },
    ];
    record
}

fn answered(mut record: TurnRecord) -> TurnRecord {
    let passage = Passage {
        document: "manual".into(),
        section: "Charging".into(),
        title: "Manual".into(),
        kind: DocumentKind::Manual,
        text: "Plug it in.".into(),
        score: 1.0,
        applies: Applicability::default(),
    };
    record.reply.citations = vec![passage.clone()];
    record.reports[1].findings = vec![Finding::Passage(passage)];
    record
}

fn felt(mut record: TurnRecord, polarity: Polarity, hazards: &[&str]) -> TurnRecord {
    let hazard = |name: &&str| Hazard { name: (*name).into(), evidence: "words".into() };
    record.reports[0].findings.push(Finding::Sentiment(Sentiment {
        polarity,
        score: 0.0,
        intensity: 0.0,
        urgency: Urgency::Routine,
        hazards: hazards.iter().map(hazard).collect(),
        earlier_hazards: Vec::new(),
    }));
    record
}

fn drives(mut record: TurnRecord, model: &str) -> TurnRecord {
    record.reports[0].findings.push(Finding::Profile(Profile {
        customer: CustomerId::new("ada").unwrap(),
        name: "Ada Lindqvist".into(),
        language: "en".into(),
        market: "uk".into(),
        since: "2023-01-01".parse().unwrap(),
        vehicles: vec![Vehicle {
            vin: "V".into(),
            model: model.into(),
            variant: "S".into(),
            year: 2025,
            odometer_km: 0,
        }],
        consents: Consents::default(),
        history: Vec::new(),
        memories: Vec::new(),
    }));
    record
}

fn learn(records: &[TurnRecord]) -> (Vec<(Count, i64)>, Vec<Note>) {
    let agent = InsightsAgent::new(INTENTS.map(str::to_owned)).unwrap();
    let (mut counts, mut known) = (BTreeMap::new(), BTreeMap::<String, Note>::new());
    for record in records {
        let closed = Closed { position: 1, number: 1, record: record.clone() };
        let needed = agent.needs(&closed).iter().filter_map(|key| known.get(key).cloned()).collect();
        let mut notes = Notes::of(needed);
        agent.learn(&closed, &mut notes).unwrap();
        let lesson = notes.lesson(Vec::new());
        lesson.counts.into_iter().for_each(|(count, more)| *counts.entry(count).or_default() += more);
        lesson.notes.into_iter().for_each(|note| drop(known.insert(note.key.clone(), note)));
    }
    (counts.into_iter().collect(), known.into_values().collect())
}

fn insights(records: &[TurnRecord]) -> Insights {
    let week = "2026-W48".parse().unwrap();
    let (counts, notes) = learn(records);
    let prefix = questions::prefix(week);
    let notes: Vec<Note> = notes.into_iter().filter(|note| note.key.starts_with(&prefix)).collect();
    Insights::of(week, &counts, &notes)
}

/// Turns of the four weeks before and of the week: one in ten of them about accessories, unless `more`.
fn ordinary(more: usize) -> Vec<TurnRecord> {
    let days = (0..35).flat_map(|day| (0..10).map(move |n| (day, n)));
    let of = |(day, n): (usize, usize)| {
        let at = "2026-10-26T08:00:00Z".parse::<Timestamp>().unwrap();
        let at = at.checked_add(SignedDuration::from_hours(24 * day as i64 + n as i64)).unwrap().to_string();
        let about = if n == 0 || (day >= 28 && n <= more) { "accessories" } else { "charging_problem" };
        felt(answered(said(day * 10 + n, &at, about, "How do I do it?")), Polarity::Neutral, &[])
    };
    days.map(of).collect()
}

#[test]
fn a_topic_emerges_when_its_share_rises_and_not_before() {
    let usual = insights(&ordinary(0));
    assert_eq!((usual.topics.len(), usual.unanswered, usual.clusters.len()), (0, 0, 0), "{usual:?}");
    let found = insights(&ordinary(4)).topics;
    let names: Vec<_> = found.iter().map(|topic| (topic.kind.as_str(), topic.name.as_str(), topic.turns)).collect();
    assert_eq!(names, [("intent", "accessories", 35)]);
    assert!((found[0].share - 0.5).abs() < 1e-9 && (found[0].usual_share - 0.1).abs() < 1e-9);
}

#[test]
fn three_dangers_of_one_model_within_seven_days_are_a_cluster() {
    let report = |n, at: &str, model: &str, hazard: &str| {
        drives(felt(answered(said(n, at, "brake_failure", "My brakes!")), Polarity::Negative, &[hazard]), model)
    };
    let mut turns = vec![
        report(900, "2026-11-22T10:00:00Z", "Lumen", "brakes"),
        report(901, "2026-11-23T10:00:00Z", "Lumen", "brakes"),
        report(902, "2026-11-28T09:00:00Z", "Lumen", "brakes"),
        report(903, "2026-11-24T10:00:00Z", "Corran", "brakes"),
        report(904, "2026-11-25T10:00:00Z", "Lumen", "warning_lamp"),
        report(905, "2026-11-26T10:00:00Z", "Lumen", "warning_lamp"),
        report(906, "2026-11-27T10:00:00Z", "Lumen", "warning_lamp"),
    ];
    // The same conversation goes on about it: one report.
    turns.push(turns[2].clone());
    let found = insights(&turns);
    let clusters: Vec<_> = found.clusters.iter().map(|c| (c.model.as_str(), c.hazard.as_str(), c.reports)).collect();
    assert_eq!(clusters, [("Lumen", "brakes", 3)], "over the end of a week");
    assert_eq!(found.dangers.len(), 2);

    // Where two a week are usual, three are none.
    let usual = (0..4).flat_map(|week| {
        ["2026-10-26", "2026-10-27"].map(|day| {
            let at = format!("{day}T10:00:00Z").parse::<Timestamp>().unwrap();
            let at = at.checked_add(SignedDuration::from_hours(24 * 7 * week)).unwrap();
            report(1_000 + turns_of(at), &at.to_string(), "Lumen", "brakes")
        })
    });
    turns.extend(usual.collect::<Vec<_>>());
    assert_eq!(insights(&turns).clusters, []);
}

fn turns_of(at: Timestamp) -> usize {
    usize::try_from(at.as_second() / 3_600).unwrap()
}

#[test]
fn unanswered_questions_become_missing_articles_without_naming_anybody() {
    let ask = |n, text: &str, reply: &str| {
        let mut asked = said(n, "2026-11-25T10:00:00Z", "accessories", text);
        asked.turn.caller = customer("ada");
        asked.reply.text = reply.into();
        drives(asked, "Lumen")
    };
    let nothing = "I could not find anything about that in Veldra's library.";
    let turns = [
        ask(1, "Can I put a roof tent on my Lumen? I am Ada Lindqvist, ada@example.com", nothing),
        ask(2, "which roof tent fits", nothing),
        ask(3, "is there a roof tent for 2 people", "I have nothing on that."),
        ask(4, "does the horn play music", nothing),
        answered(ask(5, "Can I fit a roof box?", "Yes. [1]")),
    ];
    let found = insights(&turns);
    assert_eq!((found.unanswered, found.missing_articles.len(), found.other_questions.len()), (4, 1, 1), "{found:?}");
    let article = &found.missing_articles[0];
    assert_eq!((article.title.as_str(), article.questions.len()), ("roof tent", 3));
    let text = found.markdown();
    assert!(
        text.contains("**roof tent** (3 questions)") && !text.contains("Lindqvist") && !text.contains("example"),
        "{text}"
    );
    let (counts, notes) = learn(&turns);
    assert!(counts.iter().all(|(count, _)| !format!("{count:?}").contains("roof")), "no words in counts");
    assert!(notes.iter().all(|note| note.owner == "ada"));
}

#[test]
fn what_customers_write_is_no_markup() {
    assert_eq!(report::plain("<b> | [x](y) *z*\n# "), r"\<b\> \| \[x\]\(y\) \*z\* \# ");
}
