//! Tickets: what a browser opens a socket with, since it can send no credential.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error;
use tower::ServiceExt;

use crate::clients::Socket;
use crate::house::HOUSE;

async fn ask(customer: Option<&str>) -> (StatusCode, Value) {
    let mut request = Request::post("/v1/tickets");
    if let Some(customer) = customer {
        request = request.header("authorization", format!("Bearer demo-{customer}"));
    }
    HOUSE.send(request.body(Body::empty()).unwrap()).await
}

/// Opens a socket with these words behind its address; or the status and the problem of the refusal.
async fn open(query: &str) -> Result<Socket, (u16, Value)> {
    match connect_async(format!("ws://{}/v1/socket{query}", HOUSE.listen().await)).await {
        Ok((socket, _)) => Ok(Socket(socket)),
        Err(Error::Http(refusal)) => {
            let body = refusal.body().as_ref().map(|body| serde_json::from_slice(body).unwrap());
            Err((refusal.status().as_u16(), body.unwrap_or_default()))
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_one_socket_as_whom_it_was_given_to() {
    let (status, given) = ask(Some("ada")).await;
    assert_eq!((status, &given["expires_in_s"]), (StatusCode::CREATED, &json!(60)));
    let ticket = given["ticket"].as_str().unwrap();
    assert!(ticket.len() == 64 && ticket.chars().all(|digit| digit.is_ascii_hexdigit()));
    let mut socket = open(&format!("?ticket={ticket}")).await.expect("it opens");
    let told = socket.turn(&json!({"session_id": "tickets", "text": "What tyre pressure does my car need?"})).await;
    assert_eq!(told.last().unwrap().kind, "closed");
    assert_eq!(HOUSE.get(Some("ada"), "/v1/sessions/tickets").await.0, StatusCode::OK);
    let (status, problem) = open(&format!("?ticket={ticket}")).await.err().expect("it was used");
    assert_eq!(status, 401);
    assert!(!problem.to_string().contains(ticket) && problem["hint"].as_str().unwrap().contains("/v1/tickets"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_is_no_ticket_opens_nothing() {
    let absent = "0".repeat(64);
    for (query, expected) in
        [(format!("?ticket={absent}"), 401), ("?ticket=".into(), 401), ("?ticket=a&ticket=b".into(), 400)]
    {
        let (status, _) = open(&query).await.err().unwrap_or_else(|| panic!("{query} opened a socket"));
        assert_eq!(status, expected, "{query}");
    }
    let mut visitor = open("?other=1").await.expect("a visitor needs none");
    visitor.send(&json!({"type": "ping"})).await;
    assert_eq!(visitor.receive().await, json!({"type": "pong"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_given_for_a_credential_only_and_kept_by_no_cache() {
    assert_eq!(ask(None).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(Some("nobody")).await.0, StatusCode::UNAUTHORIZED);
    let request = Request::post("/v1/tickets").header("authorization", "Bearer demo-ada").body(Body::empty()).unwrap();
    let response = HOUSE.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn unused_tickets_of_one_caller_are_bounded() {
    let mut given = 0;
    let refused = loop {
        match ask(Some("liam")).await {
            (StatusCode::CREATED, _) => given += 1,
            (status, problem) => break (status, problem),
        }
        assert!(given < 1_000, "there is no bound");
    };
    assert_eq!(refused.0, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.1["retry_after_s"].as_u64().is_some_and(|wait| wait > 0), "{}", refused.1);
    assert_eq!(ask(Some("katya")).await.0, StatusCode::CREATED, "another caller is not held up");
}
