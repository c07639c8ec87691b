//! What is kept of a person is shown to them, and erased for good: from every file, with turns under way and crowds at the door.

mod scene;

use std::path::Path;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::house::House;
use crate::identity::leaks::Log;
use scene::{Scene, does, listen, ok, request, text, without_time};

/// A word that no file of the product holds.
const CANARY: &str = "xylocanary";
/// What names the customer who is erased.
const NAMES: [&str; 4] = [CANARY, "katya", "Novak", "VDRCE52K9TA000304"];
/// The stores that real use fills.
const STORES: [&str; 9] =
    ["conversations", "customers", "service_desk", "vehicles", "offers", "handoffs", "tickets", "desk", "learned"];

async fn says(house: &House, customer: &str, session: &str, text: &str) -> Value {
    ok(house.turn(Some(customer), None, &json!({"session_id": session, "text": text}))).await
}

/// A customer's day: questions, one without an answer and a rating, a preference, a booking, a command to the car, an offer, and a person who takes over.
async fn lives(house: &House, customer: &str, word: &str) {
    let session = |name: &str| format!("session-{name}-{}", customer.len());
    says(house, customer, &session("a"), &format!("My code word is {word}. What tyre pressure does my car need?"))
        .await;
    let asked = format!("What does the {word} lamp on my dashboard mean?");
    let unanswered = says(house, customer, &session("f"), &asked).await;
    let rating = json!({"session_id": session("f"), "rating": "down", "comment": format!("No word about {word}.")});
    let turn = unanswered["turn_id"].as_str().unwrap();
    ok(does(house, customer, &format!("/v1/turns/{turn}/feedback"), rating)).await;
    says(house, customer, &session("a"), &format!("Please note, I prefer appointments in the morning, {word}.")).await;
    for (name, wish) in [
        ("b", "I would like to book a service next Wednesday at 10"),
        ("c", "Set the driver's temperature to 21 degrees"),
    ] {
        says(house, customer, &session(name), wish).await;
        let done = says(house, customer, &session(name), "Yes, please").await;
        assert_eq!(done["actions"][0]["state"]["status"], "carried_out", "{done}");
    }
    says(house, customer, &session("d"), "Thanks a lot, that is all!").await;
    let reply = says(house, customer, &session("e"), &format!("I want to speak to a person about {word}")).await;
    let case = reply["handoff"]["case"].as_str().unwrap_or_else(|| panic!("no case: {reply}"));
    for (what, body) in [
        ("claim", Value::Null),
        ("words", json!({"text": format!("Good day, I read {word}.")})),
        ("resolve", json!({"note": format!("Settled what {word} was about.")})),
    ] {
        ok(does(house, "sam", &format!("/v1/handoffs/{case}/{what}"), body)).await;
    }
    ok(house.get(Some("sam"), &format!("/v1/handoffs/{case}/conversation"))).await;
    ok(does(house, customer, "/v1/tickets", Value::Null)).await;
}

fn pieces<'a>(export: &'a Value, store: &str) -> &'a Vec<Value> {
    let stores = export["stores"].as_array().unwrap();
    stores.iter().find(|kept| kept["store"] == store).unwrap_or_else(|| panic!("{store}"))["pieces"].as_array().unwrap()
}

/// Which of the words stand in any file of a folder, whatever it is.
fn found(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(self::found(&path, words));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let holds = |word: &&&str| bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
        found.extend(words.iter().filter(holds).map(|word| format!("{word} in {}", path.display())));
    }
    found
}

/// On one thread, so that the log of this test is all of its own.
#[tokio::test]
async fn all_of_a_person_is_shown_and_no_byte_of_them_is_left() {
    let log = Log::default();
    let _listening = listen(&log);
    let scene = Scene::open(&[]).await;
    let house = &scene.house;
    lives(house, "katya", CANARY).await;
    lives(house, "ben", "nothing special").await;
    house.learn().await;
    assert!(found(scene.folder(), &NAMES).len() >= NAMES.len(), "what is looked for can be found");

    let export = ok(house.get(Some("katya"), "/v1/me/export")).await;
    for store in STORES {
        assert!(!pieces(&export, store).is_empty(), "{store}: {export:#}");
    }
    for store in ["conversations", "customers", "handoffs", "desk", "learned"] {
        assert!(json!(pieces(&export, store)).to_string().contains(CANARY), "{store}: {export:#}");
    }
    assert!(!export.to_string().contains("\"ben\""), "another's is not shown");
    let before = without_time(ok(house.get(Some("ben"), "/v1/me/export")).await);

    let receipt = ok(request(house, "DELETE", Some("katya"), "/v1/me")).await;
    assert_eq!((&receipt["complete"], &receipt["sweeps"]), (&json!(true), &json!(2)), "{receipt:#}");
    for store in STORES {
        let erased = receipt["stores"].as_array().unwrap().iter().find(|erased| erased["store"] == store).unwrap();
        assert!(erased["pieces"].as_u64().unwrap() > 0, "{receipt:#}");
    }
    assert_eq!(found(scene.folder(), &NAMES), Vec::<String>::new());
    let logged = log.text();
    assert!(logged.contains("turn closed"), "the log was listened to");
    for name in NAMES {
        assert!(!logged.to_lowercase().contains(&name.to_lowercase()), "{name} is in the log");
    }
    assert_eq!(without_time(ok(house.get(Some("ben"), "/v1/me/export")).await), before, "nobody else's is touched");
    what_is_left_is_the_receipt(house, &receipt).await;
    what_operators_see_names_nobody(house).await;

    // A restart brings the demonstration's customer back no more than anything else of them.
    let again = scene.restarted().await;
    let left = ok(again.get(Some("katya"), "/v1/me/export")).await;
    assert!(left["stores"].as_array().unwrap().iter().all(|kept| kept["pieces"] == json!([])), "{left:#}");
    says(&again, "katya", "session-new", "What tyre pressure does my car need?").await;
    assert_eq!(again.get(Some("katya"), "/v1/sessions/session-a-5").await.0, StatusCode::NOT_FOUND);
}

/// Measures, figures and the report hold as many turns as before, and not a word of the customer.
async fn what_operators_see_names_nobody(house: &House) {
    for path in ["/metrics", "/v1/boards/overview", "/v1/analytics?by=intent", "/v1/insights", "/v1/conversations"] {
        let seen = text(house, "sam", path).await;
        assert!(seen.len() > 100, "{path}: {seen}");
        for name in NAMES {
            assert!(!seen.to_lowercase().contains(&name.to_lowercase()), "{name} is in {path}");
        }
    }
}

async fn what_is_left_is_the_receipt(house: &House, receipt: &Value) {
    let day = receipt["ended"].as_str().unwrap().split('T').next().unwrap();
    let trail = ok(house.get(Some("root"), &format!("/v1/audit?day={day}"))).await;
    let entries = trail["entries"].as_array().unwrap();
    let kept = |entry: &&Value| entry["act"] == "erase" && entry["subject"] == receipt["customer"];
    let outcomes: Vec<&str> = entries.iter().filter(kept).map(|entry| entry["outcome"].as_str().unwrap()).collect();
    let [begun, done] = outcomes.as_slice() else { panic!("{trail:#}") };
    assert!(*begun == "begun" && done.starts_with("done;"), "{outcomes:?}");
    assert!(
        done.contains(receipt["receipt_id"].as_str().unwrap()) && done.contains(receipt["digest"].as_str().unwrap())
    );
    for act in ["export", "claim_case", "read_conversation", "finish_case"] {
        assert!(entries.iter().any(|entry| entry["act"] == act), "{act}: {trail:#}");
    }
    for name in NAMES {
        assert!(!trail.to_string().to_lowercase().contains(&name.to_lowercase()), "{name}: {trail:#}");
    }
}

/// A command reaches the car a second after it was given, whatever became of the agent: long after the first sweep.
#[tokio::test(flavor = "multi_thread")]
async fn turns_under_way_leave_nothing_and_of_two_erasures_one_is_done() {
    let scene = Scene::slow().await;
    let house = &scene.house;
    let proposal = says(house, "katya", "session-a", "Set the driver's temperature to 21 degrees").await;
    assert_eq!(proposal["actions"][0]["state"]["status"], "proposed", "{proposal}");
    says(house, "ben", "session-of-ben", "What tyre pressure does my car need?").await;
    let before = without_time(ok(house.get(Some("ben"), "/v1/me/export")).await);
    let crowd = (0..20).map(|number| async move {
        tokio::time::sleep(std::time::Duration::from_millis(number * 60)).await;
        let body = json!({"session_id": format!("session-{number}"), "text": format!("My word is {CANARY}, hello")});
        house.turn(Some("katya"), None, &body).await
    });
    let yes = json!({"session_id": "session-a", "text": "Yes, please"});
    let erase = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        tokio::join!(
            request(house, "DELETE", Some("katya"), "/v1/me"),
            request(house, "DELETE", Some("katya"), "/v1/me")
        )
    };
    let (under_way, turns, (one, other)) =
        tokio::join!(house.turn(Some("katya"), None, &yes), futures::future::join_all(crowd), erase);
    assert_eq!(under_way.0, StatusCode::CONFLICT, "the turn under way is not stored: {}", under_way.1);
    let refused = turns.iter().filter(|(status, _)| *status == StatusCode::CONFLICT).count();
    assert!(refused > 5 && turns.iter().all(|(status, _)| status.is_success() || *status == StatusCode::CONFLICT));
    assert!(
        turns.iter().any(|(_, body)| body["detail"].as_str().is_some_and(|why| why.contains("erased"))
            && body["retry_after_s"].is_u64())
    );

    let (done, late) = if one.0 == StatusCode::OK { (one, other) } else { (other, one) };
    assert_eq!((done.0, late.0), (StatusCode::OK, StatusCode::CONFLICT), "{} {}", done.1, late.1);
    assert_eq!(done.1["complete"], true, "{}", done.1);
    let cars = done.1["stores"].as_array().unwrap().iter().find(|erased| erased["store"] == "vehicles").unwrap();
    assert_eq!(cars["pieces"], 2, "what the car was told after the first sweep is swept by the second: {}", done.1);
    assert_eq!(found(scene.folder(), &NAMES), Vec::<String>::new());
    let left = ok(house.get(Some("katya"), "/v1/me/export")).await;
    assert!(left["stores"].as_array().unwrap().iter().all(|kept| kept["pieces"] == json!([])), "{left:#}");
    assert_eq!(without_time(ok(house.get(Some("ben"), "/v1/me/export")).await), before);
    says(house, "katya", "session-a", "Hello, I am new here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_answered_by_an_admin_only_and_noted_first() {
    let scene = Scene::open(&[("turn.deadline_ms", "2000")]).await;
    let house = &scene.house;
    says(house, "katya", "session-a", &format!("My word is {CANARY}")).await;
    for path in ["/v1/customers/katya/export", "/v1/audit?day=2026-11-28"] {
        for who in [None, Some("ada"), Some("katya"), Some("sam")] {
            assert_eq!(house.get(who, path).await.0, StatusCode::FORBIDDEN, "{who:?} {path}");
        }
    }
    for who in [None, Some("katya"), Some("sam")] {
        assert_eq!(request(house, "DELETE", who, "/v1/customers/katya").await.0, StatusCode::FORBIDDEN);
    }
    for who in [None, Some("sam"), Some("root")] {
        assert_eq!(request(house, "DELETE", who, "/v1/me").await.0, StatusCode::FORBIDDEN);
        assert_eq!(house.get(who, "/v1/me/export").await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(house.get(Some("root"), "/v1/customers/not%20an%20id/export").await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.get(Some("root"), "/v1/audit?day=yesterday").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(house.get(Some("root"), "/v1/audit").await.0, StatusCode::BAD_REQUEST);

    let export = ok(house.get(Some("root"), "/v1/customers/katya/export")).await;
    assert!(export.to_string().contains(CANARY));
    let receipt = ok(request(house, "DELETE", Some("root"), "/v1/customers/katya")).await;
    assert_eq!(receipt["complete"], true, "{receipt}");
    assert_eq!(found(scene.folder(), &NAMES), Vec::<String>::new());
    let day = receipt["ended"].as_str().unwrap().split('T').next().unwrap();
    let trail = ok(house.get(Some("root"), &format!("/v1/audit?day={day}"))).await;
    let acts = trail["entries"].as_array().unwrap().iter().filter(|entry| entry["actor"] == "admin~root");
    let acts: Vec<&str> = acts.map(|entry| entry["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["export", "erase", "erase", "read_audit"], "{trail:#}");
}
