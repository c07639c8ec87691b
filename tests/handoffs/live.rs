//! What people say and what goes on at the desk, told as it happens: as events, and over sockets.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn words_reach_their_customer_as_they_are_said() {
    let (house, _) = house();
    let case = opened(&house, "ada", "live").await;
    let request = Request::get("/v1/sessions/live/words").header("authorization", "Bearer demo-ada");
    let request = request.header("accept", "text/event-stream").body(Body::empty()).unwrap();
    let response = house.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events =
        response.into_body().into_data_stream().map(|bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap());
    let mut next = async || loop {
        let text = events.next().await.unwrap();
        if !text.starts_with(':') {
            return text;
        }
    };
    assert!(next().await.contains(r#""status":"waiting""#));
    ok(does(&house, "sam", &case, "claim", Value::Null)).await;
    assert!(next().await.contains(r#""held_by":"sam""#));
    ok(does(&house, "sam", &case, "words", json!({"text": "Hello Ada."}))).await;
    let word = next().await;
    assert!(word.contains("event: word") && word.contains("id: 1") && word.contains("Hello Ada."), "{word}");
    let stranger = Request::get("/v1/sessions/live/words").header("authorization", "Bearer demo-ben");
    let stranger = stranger.header("accept", "text/event-stream").body(Body::empty()).unwrap();
    assert_eq!(house.send(stranger).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_tells_the_customer_the_words_and_the_people_the_desk() {
    let (house, clock) = house();
    let case = opened(&house, "ada", "live").await;
    let address = house.listen().await;
    let mut ada = Socket::open(address, Some("ada")).await.unwrap();
    ada.send(&json!({"type": "watch", "session_id": "live"})).await;
    assert_eq!(
        ada.receive().await,
        json!({"type": "case", "session_id": "live", "data": {"case_id": case, "status": "waiting", "held_by": null}})
    );
    let mut sam = Socket::open(address, Some("sam")).await.unwrap();
    sam.send(&json!({"type": "watch_desk"})).await;
    let desk = sam.receive().await;
    assert_eq!(
        (&desk["type"], &desk["data"]["cases"][0]["state"]["status"]),
        (&json!("desk"), &json!("waiting")),
        "at once"
    );

    ok(does(&house, "noor", &case, "claim", Value::Null)).await;
    assert_eq!(sam.receive().await["data"]["cases"][0]["state"]["by"], "noor", "after every change");
    assert_eq!(ada.receive().await["data"]["held_by"], "noor");
    let said = ok(does(&house, "noor", &case, "words", json!({"text": "Hello Ada."}))).await;
    assert_eq!(ada.receive().await, json!({"type": "word", "session_id": "live", "data": said}));
    sam.receive().await;
    says(&house, "ada", "live", "Thank you").await;
    let summary = sam.receive().await["data"]["cases"][0]["packet"]["summary"].as_str().unwrap().to_owned();
    assert!(summary.contains("Now: “Thank you”"), "{summary}");
    clock.advance(Duration::from_secs(121));
    assert_eq!(
        sam.receive().await["data"]["cases"][0]["state"]["status"],
        "waiting",
        "a claim runs out without a bell"
    );

    for (who, message, status) in [
        ("ben", json!({"type": "watch", "session_id": "live"}), 404),
        ("sam", json!({"type": "watch", "session_id": "live"}), 404),
        ("ada", json!({"type": "watch_desk"}), 403),
        ("ada", json!({"type": "watch", "session_id": "a b"}), 422),
    ] {
        let mut socket = Socket::open(address, Some(who)).await.unwrap();
        socket.send(&message).await;
        let refused = socket.receive().await;
        assert_eq!(
            (&refused["type"], &refused["data"]["status"]),
            (&json!("error"), &json!(status)),
            "{who} {message}"
        );
    }
}
