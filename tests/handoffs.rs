//! A matter that a person takes over, from the customer's third message to the assistant's next one; and who may see what.

mod live;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use contract::testing::ManualClock;
use futures::StreamExt;
use futures::future::join_all;
use local::{Database, SqliteConversations};
use serde_json::{Value, json};
use supervisor::roster::Tools;
use tower::ServiceExt;

use crate::clients::Socket;
use crate::house::{House, office, tools};

/// A house of its own, at nine o'clock on a Monday, where everybody is at work; and its clock.
fn house() -> (House, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("house.db")).unwrap();
    let conversations = Arc::new(SqliteConversations::new(database, clock.clone()));
    let tools = Tools { office: office(clock.clone()), ..tools() };
    (House::over(tools, conversations, clock.clone(), folder), clock)
}

async fn post(house: &House, who: &str, path: &str, key: Option<&str>, body: &Value) -> (StatusCode, Value) {
    let mut request = Request::post(path).header("content-type", "application/json");
    request = request.header("authorization", format!("Bearer demo-{who}"));
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    house.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// What a person does with a case.
async fn does(house: &House, who: &str, case: &str, what: &str, body: Value) -> (StatusCode, Value) {
    post(house, who, &format!("/v1/handoffs/{case}/{what}"), None, &body).await
}

async fn ok(answer: impl Future<Output = (StatusCode, Value)>) -> Value {
    let (status, body) = answer.await;
    assert!(status.is_success(), "{status}: {body}");
    body
}

async fn says(house: &House, customer: &str, session: &str, text: &str) -> Value {
    ok(house.turn(Some(customer), None, &json!({"session_id": session, "text": text}))).await
}

/// Asks for a person, and returns the case.
async fn opened(house: &House, customer: &str, session: &str) -> String {
    let reply = says(house, customer, session, "I want to speak to a person").await;
    reply["handoff"]["case"].as_str().unwrap_or_else(|| panic!("no case: {reply}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_turns_into_an_escalation_a_person_answers_and_the_assistant_goes_on() {
    let (house, _) = house();
    let calm = says(&house, "ben", "s", "How do I pair my phone?").await;
    assert!(calm["handoff"].is_null(), "{calm}");
    says(&house, "ben", "s", "That did not help, the tailgate still rattles and I am annoyed.").await;
    let third = says(&house, "ben", "s", "I want to make a complaint, this is a disgrace. Get me a person!").await;
    let handoff = &third["handoff"];
    assert_eq!((&handoff["queue"], &handoff["position"]), (&json!("complaints"), &json!(1)), "{third}");
    assert_eq!((&handoff["wait_minutes"], &handoff["opens"]), (&json!(1), &Value::Null), "told how long it takes");
    let case = handoff["case"].as_str().unwrap();

    let desk = ok(house.get(Some("sam"), "/v1/handoffs")).await;
    assert_eq!((&desk["you"], &desk["cases"][0]["case_id"]), (&json!("sam"), &json!(case)));
    assert!(!desk.to_string().contains("caller"), "whose case it is stays inside");
    let packet = &desk["cases"][0]["packet"];
    assert_eq!(packet["name"], "Ben Okafor");
    assert_eq!((&packet["verified"], &packet["channel"]), (&json!("signed in"), &json!("web")));
    assert_eq!((&packet["intent"], &packet["car"]), (&json!("complaint"), &json!("2022 Veldra Corran Tour")));
    assert_eq!(packet["mood"].as_array().map(Vec::len), Some(3), "one mood a message: {packet}");
    assert!(packet["reason"].as_str().unwrap().starts_with("complaint"), "{packet}");
    let summary = packet["summary"].as_str().unwrap();
    assert!(
        ["First Ben Okafor wrote “How do I pair my phone?”", "Now: “I want to make a complaint"]
            .iter()
            .all(|part| summary.contains(part)),
        "{summary}"
    );
    assert!(!packet["citations"].as_array().unwrap().is_empty() && !packet["tried"].as_array().unwrap().is_empty());

    let held = ok(does(&house, "sam", case, "claim", Value::Null)).await;
    assert_eq!((&held["state"]["status"], &held["state"]["by"]), (&json!("held"), &json!("sam")));
    let silent = says(&house, "ben", "s", "What tyre pressure does my car need?").await;
    assert_eq!((&silent["reply"], &silent["model"]), (&json!(""), &json!("person")), "the assistant is silent");
    assert_eq!((&silent["handoff"]["held_by"], &silent["handoff"]["position"]), (&json!("sam"), &Value::Null));

    let seen = ok(house.get(Some("sam"), &format!("/v1/handoffs/{case}/conversation"))).await;
    assert_eq!(seen["turns"].as_array().map(Vec::len), Some(4));
    let suggested = seen["suggestion"]["text"].as_str().unwrap();
    assert!(suggested.contains("bar") && suggested.contains("[1]"), "a reply with its source: {suggested}");
    assert!(seen["case"]["packet"]["reason"].as_str().unwrap().starts_with("complaint"), "why it began: {seen}");
    let turn = silent["turn_id"].as_str().unwrap();
    let why = ok(house.get(Some("ben"), &format!("/v1/sessions/s/turns/{turn}"))).await;
    assert!(!why.to_string().contains("\"suggestion\""), "what could be said is not the customer's: {why}");

    let said = ok(does(&house, "sam", case, "words", json!({"text": "Hello Ben, this is Sam."}))).await;
    assert_eq!((&said["seq"], &said["by"]), (&json!(1), &json!("sam")));
    let heard = ok(house.get(Some("ben"), "/v1/sessions/s/words?after=0")).await;
    assert_eq!((&heard["words"], &heard["case"]["held_by"]), (&json!([said]), &json!("sam")));
    assert_eq!(ok(house.get(Some("ben"), "/v1/sessions/s/words?after=1")).await["words"], json!([]));
    let seen = ok(house.get(Some("sam"), &format!("/v1/handoffs/{case}/conversation"))).await;
    assert_eq!((&seen["suggestion"], &seen["words"]), (&Value::Null, &json!([said])), "it was answered");

    let moved = ok(does(&house, "sam", case, "transfer", json!({"queue": "billing"}))).await;
    assert_eq!(
        (&moved["queue"], &moved["state"]["status"], &moved["position"]),
        (&json!("billing"), &json!("waiting"), &json!(1))
    );
    ok(does(&house, "noor", case, "claim", Value::Null)).await;
    let done = ok(does(&house, "noor", case, "resolve", json!({"note": "A new catch is ordered."}))).await;
    assert_eq!(done["state"]["ending"], json!({"how": "resolved", "note": "A new catch is ordered."}));
    let after = says(&house, "ben", "s", "What tyre pressure does my car need?").await;
    assert!(
        after["handoff"].is_null() && after["reply"].as_str().unwrap().contains("bar"),
        "the assistant answers again: {after}"
    );
    assert_eq!(ok(house.get(Some("noor"), "/v1/handoffs")).await["cases"], json!([]));
    let whole = ok(house.get(Some("noor"), &format!("/v1/handoffs/{case}"))).await;
    let log: Vec<&str> = whole["log"].as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect();
    assert_eq!(log, ["opened", "claimed", "transferred to billing", "claimed", "resolved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_reach_for_a_case_one_gets_it_and_the_other_hears_who() {
    let (house, _) = house();
    let case = opened(&house, "ada", "race").await;
    let people = ["sam", "noor", "kim"];
    let answers = join_all((0..24).map(|n| does(&house, people[n % 3], &case, "claim", Value::Null))).await;
    let held = ok(house.get(Some("kim"), &format!("/v1/handoffs/{case}"))).await;
    let holder = held["state"]["by"].as_str().unwrap();
    for (n, (status, body)) in answers.iter().enumerate() {
        if people[n % 3] == holder {
            assert_eq!(*status, StatusCode::OK, "{body}");
        } else {
            assert_eq!(*status, StatusCode::CONFLICT);
            assert!(body["detail"].as_str().unwrap().contains(holder), "{body}");
        }
    }
    let other = people.iter().find(|person| **person != holder).unwrap();
    for (what, body) in [("renew", Value::Null), ("return", Value::Null), ("words", json!({"text": "Me too."}))] {
        let (status, problem) = does(&house, other, &case, what, body).await;
        assert_eq!(status, StatusCode::CONFLICT, "{what}: {problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abandoned_case_waits_again_and_a_returned_one_is_done() {
    let (house, clock) = house();
    let case = opened(&house, "ada", "lost").await;
    ok(does(&house, "sam", &case, "claim", Value::Null)).await;
    clock.advance(Duration::from_secs(80));
    ok(does(&house, "sam", &case, "renew", Value::Null)).await;
    clock.advance(Duration::from_secs(80));
    assert_eq!(does(&house, "noor", &case, "claim", Value::Null).await.0, StatusCode::CONFLICT, "renewed");
    clock.advance(Duration::from_secs(40));
    let desk = ok(house.get(Some("noor"), "/v1/handoffs")).await;
    assert_eq!(desk["cases"][0]["state"], json!({"status": "waiting"}), "nobody gave a sign of life");
    assert_eq!(does(&house, "sam", &case, "renew", Value::Null).await.0, StatusCode::CONFLICT, "too late");
    let reply = says(&house, "ada", "lost", "How do I pair my phone?").await;
    assert!(!reply["reply"].as_str().unwrap().is_empty(), "nobody holds it, so the assistant answers: {reply}");
    assert_eq!(
        (&reply["handoff"]["case"], &reply["handoff"]["position"]),
        (&json!(case), &json!(1)),
        "and the case stays"
    );
    ok(does(&house, "noor", &case, "claim", Value::Null)).await;
    let back = ok(does(&house, "noor", &case, "return", Value::Null)).await;
    assert_eq!(back["state"]["ending"], json!({"how": "returned"}));
    let next = opened(&house, "ada", "lost").await;
    assert_ne!(next, case, "who asks again gets a new case");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_night_a_call_back_is_offered_and_noted() {
    let (house, clock) = house();
    clock.advance(Duration::from_secs(13 * 3_600));
    let reply = says(&house, "ada", "night", "I want to speak to a person").await;
    assert_eq!(reply["handoff"]["opens"], "tomorrow at 8:00 UK time", "{reply}");
    assert_eq!(reply["handoff"]["wait_minutes"], Value::Null);
    assert!(reply["reply"].as_str().unwrap().contains("tomorrow at 8:00 UK time"), "{reply}");
    let wish = json!({"when": "tomorrow after ten"});
    let noted = ok(post(&house, "ada", "/v1/sessions/night/callback", None, &wish)).await;
    assert_eq!(noted["callback"], "tomorrow after ten");
    let desk = ok(house.get(Some("sam"), "/v1/handoffs")).await;
    assert_eq!(desk["cases"][0]["callback"], "tomorrow after ten");
    let care = desk["queues"].as_array().unwrap().iter().find(|queue| queue["queue"] == "care").unwrap();
    assert_eq!((&care["waiting"], &care["people"], &care["open"]), (&json!(1), &json!(0), &json!(false)));
    says(&house, "ben", "nothing", "How do I pair my phone?").await;
    for (who, session) in [("ben", "night"), ("ben", "nothing"), ("ben", "nowhere"), ("sam", "night")] {
        let path = format!("/v1/sessions/{session}/callback");
        assert_eq!(post(&house, who, &path, None, &wish).await.0, StatusCode::NOT_FOUND, "{who} {session}");
    }
    for bad in [json!({"when": " "}), json!({"when": "x".repeat(201)}), json!({"at": "noon"})] {
        assert_eq!(post(&house, "ada", "/v1/sessions/night/callback", None, &bad).await.0, 422, "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_said_once_for_its_key() {
    let (house, _) = house();
    let case = opened(&house, "ada", "once").await;
    ok(does(&house, "sam", &case, "claim", Value::Null)).await;
    let (path, word) = (format!("/v1/handoffs/{case}/words"), json!({"text": "One moment, please."}));
    let said = join_all((0..16).map(|_| post(&house, "sam", &path, Some("k"), &word))).await;
    assert!(said.iter().all(|(status, body)| (*status, body) == (StatusCode::CREATED, &said[0].1)), "{said:?}");
    let (status, problem) = post(&house, "sam", &path, Some("k"), &json!({"text": "Else."})).await;
    assert_eq!((status, &problem["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("Idempotency-Key")));
    let (status, _) = post(&house, "sam", &path, None, &word).await;
    assert_eq!(status, StatusCode::CREATED, "without a key each is its own");
    assert_eq!(ok(house.get(Some("ada"), "/v1/sessions/once/words")).await["words"].as_array().map(Vec::len), Some(2));
    for bad in [json!({"text": ""}), json!({"text": "x".repeat(4_001)}), json!({"words": "x"}), json!([])] {
        assert_eq!(post(&house, "sam", &path, None, &bad).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
    }
    let (status, problem) = does(&house, "sam", &case, "transfer", json!({"queue": "nowhere"})).await;
    assert!(status == 422 && problem["hint"].as_str().unwrap().contains("billing"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_what_is_not_theirs() {
    let (house, clock) = house();
    let case = opened(&house, "ada", "private").await;
    ok(does(&house, "sam", &case, "claim", Value::Null)).await;
    ok(does(&house, "sam", &case, "words", json!({"text": "Hello Ada."}))).await;
    says(&house, "ada", "no-case", "My secret is tangerine.").await;

    // The desk is for people who work here, whatever one asks for.
    let doors = ["/v1/handoffs", "/v1/conversations", "/v1/handoffs/none", "/v1/handoffs/none/conversation"];
    let real = [format!("/v1/handoffs/{case}"), format!("/v1/handoffs/{case}/conversation")];
    for path in doors.iter().copied().chain(real.iter().map(String::as_str)) {
        for who in [Some("ada"), Some("ben"), None] {
            let (status, problem) = house.get(who, path).await;
            assert_eq!(
                (status, &problem["detail"]),
                (StatusCode::FORBIDDEN, &json!("this is for the people who work here")),
                "{who:?} {path}"
            );
        }
    }
    for what in ["claim", "renew", "return", "resolve", "transfer", "words"] {
        for id in [case.as_str(), "none"] {
            assert_eq!(does(&house, "ada", id, what, json!({})).await.0, StatusCode::FORBIDDEN, "{what}");
        }
    }

    // What a person said is its customer's alone, and a person reads no conversation but through its case.
    for who in [Some("ben"), Some("sam"), None] {
        for path in
            ["/v1/sessions/private/words", "/v1/sessions/private", "/v1/sessions/no-case", "/v1/sessions/nowhere/words"]
        {
            assert_eq!(house.get(who, path).await.0, StatusCode::NOT_FOUND, "{who:?} {path}");
        }
    }
    let unknown = house.get(Some("sam"), "/v1/handoffs/no-case/conversation").await.0;
    assert_eq!(unknown, StatusCode::NOT_FOUND, "a conversation without a case");
    let seen = ok(house.get(Some("sam"), &format!("/v1/handoffs/{case}/conversation"))).await;
    assert!(!seen.to_string().contains("tangerine"), "nor the customer's other conversations");
    let profile = Value::from("profile");
    let found = seen["turns"].as_array().unwrap().iter().flat_map(|turn| turn["reports"].as_array().unwrap());
    let mut found = found.flat_map(|report| report["findings"].as_array().unwrap());
    assert!(!found.any(|finding| finding["finding"] == profile), "nor their profile");

    // For a day after the end, and no longer.
    ok(does(&house, "sam", &case, "resolve", json!({"note": "Done."}))).await;
    let path = format!("/v1/handoffs/{case}/conversation");
    clock.advance(Duration::from_secs(24 * 3_600 - 1));
    assert_eq!(house.get(Some("noor"), &path).await.0, StatusCode::OK);
    clock.advance(Duration::from_secs(1));
    assert_eq!(house.get(Some("noor"), &path).await.0, StatusCode::FORBIDDEN);
    assert_eq!(house.get(Some("ada"), "/v1/sessions/private/words").await.0, StatusCode::OK, "it is hers");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_on_is_listed_and_found() {
    let (house, clock) = house();
    says(&house, "chloe", "calm", "How do I pair my phone?").await;
    clock.advance(Duration::from_secs(1));
    let case = opened(&house, "ada", "loud").await;
    let found = |query: &'static str| ok(house.get(Some("root"), query));
    let all = found("/v1/conversations").await;
    let sessions: Vec<&Value> = all["conversations"].as_array().unwrap().iter().map(|c| &c["session_id"]).collect();
    assert_eq!((sessions, &all["cases"]), (vec![&json!("loud"), &json!("calm")], &json!([])));
    let loud = &all["conversations"][0];
    assert_eq!((&loud["name"], &loud["case_id"], &loud["turns"]), (&json!("Ada Lindqvist"), &json!(case), &json!(1)));
    let lindqvist = found("/v1/conversations?query=LINDQVIST").await;
    assert_eq!(
        (lindqvist["conversations"].as_array().map(Vec::len), &lindqvist["cases"][0]["case_id"]),
        (Some(1), &json!(case))
    );
    assert_eq!(found("/v1/conversations?query=pair%20my").await["conversations"][0]["session_id"], "calm");
    assert_eq!(found("/v1/conversations?query=zebra").await, json!({"conversations": [], "cases": []}));
    let long = format!("/v1/conversations?query={}", "x".repeat(201));
    assert_eq!(house.get(Some("root"), &long).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}
