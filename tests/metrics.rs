//! What operators are told is what happened: each number against the records of the turns, and the page for Prometheus.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use contract::finding::{Finding, Target};
use contract::{ActionState, Outcome, Stage, TurnRecord, Usage};
use futures::future::join_all;
use jiff::Timestamp;
use metering::{Breadth, Dimension, History, Metric, Query, Statistic};
use serde_json::json;
use supervisor::roster::Roster;
use supervisor::settings::Scrapers;

use crate::house::{House, tools};

/// How far a percentile may be off, as a share of it.
const ERROR: f64 = 0.005;

/// What is said, by whom, from where, in which conversation.
const SAID: [(Option<&str>, &str, &str, &str); 12] = [
    (Some("ada"), "web", "m-ada", "What is the tyre pressure of my car?"),
    (Some("ada"), "web", "m-ada", "And what does the warranty cover?"),
    (Some("ben"), "mobile", "m-ben", "I want to talk to a person, please."),
    (Some("ben"), "vehicle", "m-ben-car", "Set the temperature to 21 degrees."),
    (Some("ben"), "vehicle", "m-ben-car", "Yes, please."),
    (Some("ada"), "web", "m-ada-2", "There is smoke coming from the engine!"),
    (None, "web", "m-visitor", "When are you open?"),
    (None, "web", "m-visitor", "Do you have an offer for winter tyres?"),
    (Some("emma"), "mobile", "m-emma", "Book a service appointment for next week."),
    (Some("emma"), "mobile", "m-emma", "No, thank you."),
    (None, "mobile", "m-visitor-2", "qwertz uiop"),
    (None, "web", "m-visitor-3", "You are useless, this is the worst service ever!"),
];

/// Plays the conversations, and returns the records that were stored.
async fn played(house: &House) -> Vec<TurnRecord> {
    let mut places = Vec::new();
    for (number, (who, channel, session, text)) in SAID.into_iter().enumerate() {
        let body = json!({"text": text, "channel": channel, "session_id": session});
        let key = format!("metrics-{number}");
        let (status, reply) = house.turn(who, Some(&key), &body).await;
        assert_eq!(status, StatusCode::OK, "{reply}");
        // The same again is no new turn.
        let (_, again) = house.turn(who, Some(&key), &body).await;
        assert_eq!(again["turn_id"], reply["turn_id"]);
        places.push((who, format!("/v1/sessions/{session}/turns/{}", reply["turn_id"].as_str().unwrap())));
    }
    let records = places.iter().map(|(who, path)| async { house.get(*who, path).await.1 });
    join_all(records).await.into_iter().map(|record| serde_json::from_value(record).unwrap()).collect()
}

/// All values so far, by the values of these dimensions.
fn told(history: &dyn History, metric: Metric, by: &[Dimension], statistic: Statistic) -> BTreeMap<Vec<String>, f64> {
    let by: Vec<_> = by.iter().map(|dimension| (*dimension, None)).collect();
    let until = Timestamp::now().checked_add(Duration::from_secs(60)).unwrap();
    let from = until.checked_sub(Duration::from_secs(3_600)).unwrap();
    // One period, however long the house stands.
    let period = Duration::from_secs(60 * 60 * 24 * 365 * 100);
    let read = history.read(&Query { metric, by, statistic, period, from, until });
    let value = |about: Vec<(Dimension, String)>| about.into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    read.into_iter().map(|series| (value(series.about), series.points[0].1)).collect()
}

fn total(history: &dyn History, metric: Metric) -> f64 {
    told(history, metric, &[], Statistic::Sum).get(&Vec::new()).copied().unwrap_or_default()
}

/// Adds up what each record says, under the words that it says it about.
fn summed(said: impl Iterator<Item = (Vec<String>, f64)>) -> BTreeMap<Vec<String>, f64> {
    let mut sums = BTreeMap::new();
    for (about, value) in said {
        *sums.entry(about).or_default() += value;
    }
    sums
}

fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((share / 100.0 * values.len() as f64).ceil() as usize).clamp(1, values.len()) - 1]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_is_that_of_the_stored_records() {
    let house = House::with(tools(), |_| {});
    let records = played(&house).await;
    let history = house.history();
    let sum = |metric, by: &[Dimension]| told(&*history, metric, by, Statistic::Sum);
    assert_eq!(total(&*history, Metric::Turns), records.len() as f64);
    let channel = |record: &TurnRecord| vec![format!("{:?}", record.turn.channel).to_lowercase()];
    let channels = summed(records.iter().map(|record| (channel(record), 1.0)));
    assert_eq!(sum(Metric::Turns, &[Dimension::Channel]), channels);
    let degraded = records.iter().filter(|record| !record.degraded.is_empty()).count();
    assert_eq!(total(&*history, Metric::DegradedTurns), degraded as f64);
    let for_people = |record: &&TurnRecord| {
        let route = record.find(|found| if let Finding::Route(route) = found { Some(route) } else { None });
        route.is_some_and(|route| route.target == Target::Human)
    };
    let handoffs = records.iter().filter(for_people).count();
    assert!(handoffs > 0 && handoffs < records.len());
    assert_eq!(total(&*history, Metric::Handoffs), handoffs as f64);
    let usage: Usage = records.iter().map(|record| record.usage).sum();
    assert_eq!(total(&*history, Metric::InputTokens), usage.input_tokens as f64);
    assert_eq!(total(&*history, Metric::OutputTokens), usage.output_tokens as f64);
    assert_eq!(total(&*history, Metric::ModelCost), usage.micro_usd as f64);
    let state = |state: &ActionState| match state {
        ActionState::Proposed => "proposed",
        ActionState::CarriedOut { .. } => "carried_out",
        ActionState::Failed { .. } => "failed",
        ActionState::Declined => "declined",
    };
    let actions =
        records.iter().flat_map(TurnRecord::actions).map(|action| (vec![state(&action.state).to_owned()], 1.0));
    assert_eq!(sum(Metric::Actions, &[Dimension::Outcome]), summed(actions));
    assert!(total(&*history, Metric::TurnErrors) == 0.0 && total(&*history, Metric::Retries) == 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_agent_and_every_latency_is_that_of_the_stored_records() {
    let house = House::with(tools(), |_| {});
    let records = played(&house).await;
    let history = house.history();
    let reports = || records.iter().flat_map(|record| &record.reports).filter(|report| asked(&report.outcome));
    let outcomes = reports().map(|report| (vec![report.agent.clone(), report.outcome.word().to_owned()], 1.0));
    let by = [Dimension::Agent, Dimension::Outcome];
    assert_eq!(told(&*history, Metric::AgentReports, &by, Statistic::Sum), summed(outcomes));
    let tokens = reports().filter(|report| !report.calls.is_empty());
    let tokens = tokens.map(|report| (vec![report.agent.clone()], report.usage.input_tokens as f64));
    assert_eq!(told(&*history, Metric::InputTokens, &[Dimension::Agent], Statistic::Sum), summed(tokens));
    for share in [50.0, 95.0, 99.0] {
        let statistic = Statistic::Percentile(share);
        let of = |metric| told(&*history, metric, &[], statistic)[&Vec::new()];
        let near = |told: f64, values: Vec<f64>| {
            let exact = percentile(values, share);
            assert!((told - exact).abs() <= exact * ERROR, "p{share}: {told}, but the records say {exact}");
        };
        near(of(Metric::TurnLatency), records.iter().map(|record| record.timing.total_ms).collect());
        near(of(Metric::FirstWordLatency), records.iter().map(|record| record.timing.first_token_ms).collect());
        for (agent, told) in told(&*history, Metric::AgentLatency, &[Dimension::Agent], statistic) {
            let its = reports().filter(|report| report.agent == agent[0]);
            near(told, its.map(|report| report.took_ms).collect());
        }
    }
    let built_in = told(&*history, Metric::BuiltInAnswers, &[Dimension::Agent], Statistic::SampleCount);
    let may_ask = summed(
        reports()
            .filter(|report| ["intent", "sentiment", "response"].contains(&report.agent.as_str()))
            .map(|report| (vec![report.agent.clone()], 1.0)),
    );
    assert_eq!(built_in, may_ask);
}

fn asked(outcome: &Outcome) -> bool {
    !matches!(outcome, Outcome::Skipped { .. })
}

#[tokio::test]
async fn what_is_turned_away_is_counted_by_why() {
    let house = House::with(tools(), |_| {});
    let unknown = Request::get("/v1/sessions/s").header("authorization", "Bearer nobody").body(Body::empty()).unwrap();
    assert_eq!(house.send(unknown).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(house.get(Some("ada"), "/v1/handoffs").await.0, StatusCode::FORBIDDEN);
    let long = Request::get("/v1/sessions/s").header("x-long", "x".repeat(20_000)).body(Body::empty()).unwrap();
    assert_eq!(house.send(long).await.0, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(house.get(Some("ada"), "/v1/sessions/none").await.0, StatusCode::NOT_FOUND);
    assert_eq!(house.get(None, "/health").await.0, StatusCode::OK);
    assert_eq!(house.turn(None, None, &json!({"text": "Hello", "channel": "web"})).await.0, StatusCode::OK);
    let history = house.history();
    let by = |metric| {
        told(&*history, metric, &[Dimension::Outcome], Statistic::Sum)
            .into_iter()
            .map(|(words, sum)| (words[0].clone(), sum))
            .collect::<Vec<_>>()
    };
    let expected = |list: &[(&str, f64)]| list.iter().map(|(word, sum)| ((*word).to_owned(), *sum)).collect::<Vec<_>>();
    assert_eq!(
        by(Metric::RefusedRequests),
        expected(&[("forbidden", 1.0), ("too_large", 1.0), ("unauthenticated", 1.0)])
    );
    assert_eq!(by(Metric::Requests), expected(&[("answered", 1.0), ("refused", 4.0)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_reads_the_same_numbers() {
    let house = House::with(tools(), |_| {});
    let records = played(&house).await;
    let (status, page) = scraped(&house, &[]).await;
    assert_eq!(status, 200);
    let value = |line: &str| {
        let found = page.lines().find_map(|other| other.strip_prefix(line)?.strip_prefix(' '));
        found.map(|value| value.parse::<f64>().unwrap())
    };
    let count = records.len() as f64;
    assert_eq!(value("motorline_turns_total"), Some(count));
    assert_eq!(value("motorline_turn_latency_seconds_count"), Some(count));
    assert_eq!(value(r#"motorline_turn_latency_seconds_bucket{le="+Inf"}"#), Some(count));
    let seconds = records.iter().map(|record| record.timing.total_ms / 1_000.0).sum::<f64>();
    assert!((value("motorline_turn_latency_seconds_sum").unwrap() - seconds).abs() < 1e-6);
    let within = records.iter().filter(|record| record.timing.total_ms <= 500.0).count() as f64;
    assert_eq!(value(r#"motorline_turn_latency_seconds_bucket{le="0.5"}"#), Some(within));
    let web = records.iter().filter(|record| record.turn.channel == contract::Channel::Web).count() as f64;
    assert_eq!(value(r#"motorline_turns_by_channel_total{channel="web"}"#), Some(web));
}

#[tokio::test]
async fn only_this_machine_and_those_who_work_here_read_the_page() {
    let house = House::with(tools(), |_| {});
    let bearer = |who: &'static str| ("authorization", format!("Bearer demo-{who}"));
    assert_eq!(scraped(&house, &[bearer("sam")]).await.0, 200);
    assert_eq!(scraped(&house, &[bearer("ada")]).await.0, 403, "who says who they are is taken for it");
    assert_eq!(scraped(&house, &[("x-forwarded-for", "203.0.113.9".into())]).await.0, 403, "brought by a proxy");
    assert_eq!(scraped(&house, &[("host", "rebound.example".into())]).await.0, 403, "meant for another machine");
    let (status, _) = house.get(None, "/metrics").await;
    assert_eq!(status, StatusCode::FORBIDDEN, "no connection of this machine carried it");
    let strict = House::with(tools(), |doors| doors.scrapers = Scrapers::Staff);
    assert_eq!(scraped(&strict, &[]).await.0, 403);
    assert_eq!(scraped(&strict, &[bearer("sam")]).await.0, 200);
    let silent = House::with(tools(), |doors| doors.product.oversight.totals = None);
    assert_eq!(scraped(&silent, &[]).await.0, 404);
}

async fn scraped(house: &House, headers: &[(&str, String)]) -> (u16, String) {
    let address = house.listen().await;
    // Nothing here is encrypted, but the client wants to know how it would be. Another test may have said so already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let mut request = client.get(format!("http://{address}/metrics"));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The promise of how many series there are holds for what is shipped.
#[test]
fn the_shipped_product_is_no_broader_than_is_promised() {
    let agents = Roster::hire(&tools()).unwrap().into_agents();
    let learners = Roster::learners().unwrap().len();
    assert!(agents.len() + learners <= Breadth::LARGEST.agents, "{} agents", agents.len() + learners);
    let queues: toml::Table =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../agents/handoff/data/queues.toml"))
            .unwrap()
            .parse()
            .unwrap();
    let queues = queues["queue"].as_array().unwrap().len();
    assert!(queues <= Breadth::LARGEST.queues, "{queues} queues");
    let asks = |name: &str| agents.iter().any(|agent| agent.card().name == name && agent.card().stage != Stage::Act);
    assert!(["intent", "sentiment", "response"].into_iter().all(asks), "their answers are counted as built in or not");
}
