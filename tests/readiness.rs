//! `/ready` asks every port that a turn, a person at the desk or who runs the product needs.

use axum::http::StatusCode;

use crate::house::HOUSE;

#[tokio::test(flavor = "multi_thread")]
async fn every_port_is_asked_whether_it_is_ready() {
    let (status, body) = HOUSE.get(None, "/ready").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let ports: Vec<&str> =
        body["ports"].as_array().unwrap().iter().map(|port| port["port"].as_str().unwrap()).collect();
    let expected = [
        "conversations",
        "customers",
        "library",
        "tickets",
        "metrics",
        "handoffs",
        "service desk",
        "vehicles",
        "offers",
        "audit",
    ];
    assert_eq!(ports[..expected.len()], expected);
    let others = &ports[expected.len()..];
    assert!(others.iter().all(|port| port.starts_with("model ") || *port == "learned"), "{ports:?}");
}
