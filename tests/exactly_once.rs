//! The same key gives the same answer and one stored turn, whatever the client does.

use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::json;

use crate::house::HOUSE;

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_the_same_answer_and_stores_one_turn() {
    let body = json!({"session_id": "once-a", "channel": "web", "text": "What does P0301 mean?"});
    let (first_status, first) = HOUSE.turn(Some("ben"), Some("once-a"), &body).await;
    let reordered = json!({"text": "What does P0301 mean?", "session_id": "once-a", "channel": "web"});
    let (again_status, again) = HOUSE.turn(Some("ben"), Some("once-a"), &reordered).await;
    assert_eq!((first_status, again_status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(first, again);
    let (_, transcript) = HOUSE.get(Some("ben"), "/v1/sessions/once-a").await;
    assert_eq!(transcript["turns"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_the_repeat_finds_the_first_ones() {
    let body = json!({"channel": "web", "text": "hello"});
    let (_, first) = HOUSE.turn(None, Some("once-new-session"), &body).await;
    let (_, again) = HOUSE.turn(None, Some("once-new-session"), &body).await;
    assert_eq!(first["session_id"], again["session_id"]);
    assert_eq!(first, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_another_body_is_refused() {
    HOUSE.turn(None, Some("once-b"), &json!({"text": "hello"})).await;
    let (status, problem) = HOUSE.turn(None, Some("once-b"), &json!({"text": "goodbye"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["field"], "Idempotency-Key");
    assert!(problem["hint"].as_str().is_some_and(|hint| hint.contains("new key")), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_clients_with_one_key_store_one_turn() {
    let body = json!({"session_id": "once-c", "text": "How do I pair my phone?"});
    let outcomes = join_all((0..40).map(|_| HOUSE.turn(Some("ada"), Some("once-c"), &body))).await;
    let answers: Vec<_> =
        outcomes.iter().filter(|(status, _)| *status == StatusCode::OK).map(|(_, body)| body).collect();
    assert!(!answers.is_empty() && answers.windows(2).all(|pair| pair[0] == pair[1]));
    for (status, problem) in outcomes.iter().filter(|(status, _)| *status != StatusCode::OK) {
        assert_eq!(*status, StatusCode::CONFLICT, "{problem}");
        assert!(problem["retry_after_s"].as_u64().is_some_and(|wait| wait > 0), "{problem}");
    }
    let (_, transcript) = HOUSE.get(Some("ada"), "/v1/sessions/once-c").await;
    assert_eq!(transcript["turns"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_turns_of_one_session_are_all_kept() {
    let bodies: Vec<_> =
        (0..24).map(|n| json!({"session_id": "once-d", "text": format!("hello number {n}")})).collect();
    let outcomes = join_all(bodies.iter().map(|body| HOUSE.turn(Some("ada"), None, body))).await;
    assert!(outcomes.iter().all(|(status, _)| *status == StatusCode::OK));
    let (_, transcript) = HOUSE.get(Some("ada"), "/v1/sessions/once-d").await;
    let mut kept: Vec<&str> =
        transcript["turns"].as_array().unwrap().iter().map(|turn| turn["text"].as_str().unwrap()).collect();
    kept.sort_unstable();
    kept.dedup();
    assert_eq!(kept.len(), 24);
}
