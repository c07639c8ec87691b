//! Two customers in one process never meet: neither their words, nor their cars, nor their sessions.

use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::HOUSE;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_invisible_to_others() {
    let body = json!({"session_id": "mine", "text": "What tyre pressure does my car need?"});
    let (_, reply) = HOUSE.turn(Some("ada"), None, &body).await;
    let turn = reply["turn_id"].as_str().unwrap();
    for stranger in [Some("ben"), None] {
        for path in ["/v1/sessions/mine".to_owned(), format!("/v1/sessions/mine/turns/{turn}")] {
            let (status, problem) = HOUSE.get(stranger, &path).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{stranger:?} {path} {problem}");
        }
        let (status, _) = HOUSE.turn(stranger, None, &body).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
    assert_eq!(HOUSE.get(Some("ada"), "/v1/sessions/mine").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn interleaved_customers_get_their_own_cars() {
    let question = json!({"text": "What tyre pressure does my car need?"});
    let customers = [("ada", "Lumen", "Corran"), ("ben", "Corran", "Lumen")];
    let asked = customers.iter().cycle().take(40).map(|(name, ..)| HOUSE.turn(Some(name), None, &question));
    for ((status, reply), (name, own, other)) in join_all(asked).await.iter().zip(customers.iter().cycle()) {
        assert_eq!(*status, StatusCode::OK);
        let text = reply.to_string();
        assert!(text.contains(own) && !text.contains(other), "{name}: {}", reply["reply"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_session_is_its_own() {
    HOUSE
        .turn(
            Some("ada"),
            None,
            &json!({"session_id": "history-a", "text": "Tell me about the roof load of the Lumen."}),
        )
        .await;
    HOUSE.turn(Some("ada"), None, &json!({"session_id": "history-b", "text": "hello"})).await;
    let (_, transcript) = HOUSE.get(Some("ada"), "/v1/sessions/history-b").await;
    let texts: Vec<&Value> = transcript["turns"].as_array().unwrap().iter().map(|turn| &turn["text"]).collect();
    assert_eq!(texts, ["hello"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_cannot_name_a_customer() {
    for field in ["customer", "customer_id", "caller"] {
        let (status, problem) = HOUSE.turn(None, None, &json!({"text": "hello", field: "ada"})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem["detail"].as_str().unwrap().contains(field), "{problem}");
    }
}
