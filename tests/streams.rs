//! Turns that are told as they go, over server-sent events and WebSocket: order, return after a loss, refusals, bounds.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::StatusCode;
use contract::ports::{Deltas, LanguageModel};
use contract::prompt::{Delta, Ending, Prompt, Stop};
use contract::{Errand, Result, Usage};
use futures::{SinkExt, StreamExt, stream};
use local::{Database, SqliteConversations};
use serde_json::{Value, json};
use supervisor::roster::Tools;
use tokio::sync::{Semaphore, watch};
use tokio_tungstenite::tungstenite::{Bytes, Error as SocketError, Message};

use crate::clients::{Socket, Told, assert_consistent, events, words};
use crate::house::{HOUSE, House, tools};

fn question(session: &str) -> Value {
    json!({"session_id": session, "text": "What tyre pressure does my car need?"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_told_in_order_and_stored_as_told() {
    let told = events(&HOUSE, Some("ada"), &[], &question("streams-order")).await.unwrap();
    assert_consistent(&told);
    let analysts = told.iter().filter(|message| message.kind == "report").count();
    assert!(analysts >= 4, "{told:?}");
    let (_, transcript) = HOUSE.get(Some("ada"), "/v1/sessions/streams-order").await;
    assert_eq!(transcript["turns"][0]["reply"], words(&told));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_streamed_is_found_again_by_its_key() {
    let key = [("idempotency-key", "streams-key")];
    let first = events(&HOUSE, Some("ada"), &key, &question("streams-key")).await.unwrap();
    let (status, again) = HOUSE.turn(Some("ada"), Some("streams-key"), &question("streams-key")).await;
    assert_eq!((status, &again), (StatusCode::OK, &first.last().unwrap().data));
    let told = events(&HOUSE, Some("ada"), &key, &question("streams-key")).await.unwrap();
    assert_eq!(told, [Told { kind: "closed".into(), seq: 1, data: again }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_before_the_first_event_keeps_its_status() {
    let (status, problem) = events(&HOUSE, None, &[], &json!({"text": ""})).await.unwrap_err();
    assert_eq!((status, &problem["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("text")));
    HOUSE.turn(Some("ada"), None, &question("streams-foreign")).await;
    let (status, _) = events(&HOUSE, Some("ben"), &[], &question("streams-foreign")).await.unwrap_err();
    assert_eq!(status, StatusCode::NOT_FOUND, "refused by the store, not by the door");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_tells_several_turns_at_once() {
    let mut socket = Socket::open(HOUSE.listen().await, Some("ada")).await.unwrap();
    for n in 0..6 {
        socket.begin(&format!("at-once-{n}"), 0, &question(&format!("streams-at-once-{n}"))).await;
    }
    let mut told: std::collections::HashMap<String, Vec<Told>> = Default::default();
    while told.values().filter(|told| told.last().unwrap().kind == "closed").count() < 6 {
        let message = socket.receive().await;
        let next = Told {
            kind: message["type"].as_str().unwrap().into(),
            seq: message["seq"].as_u64().unwrap(),
            data: message["data"].clone(),
        };
        told.entry(message["key"].as_str().unwrap().into()).or_default().push(next);
    }
    told.values().for_each(|told| assert_consistent(told));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_says_what_is_wrong_and_goes_on() {
    let mut socket = Socket::open(HOUSE.listen().await, None).await.unwrap();
    socket.0.send(Message::text("nonsense")).await.unwrap();
    let problem = socket.receive().await;
    assert_eq!((&problem["type"], &problem["data"]["status"]), (&json!("error"), &json!(400)));
    socket.begin("bad", 0, &json!({"text": "a", "channel": "fax"})).await;
    let problem = socket.told("bad").await;
    assert_eq!((problem.kind.as_str(), &problem.data["field"]), ("error", &json!("channel")));
    socket.send(&json!({"type": "ping"})).await;
    assert_eq!(socket.receive().await, json!({"type": "pong"}));
    let told = socket.turn(&json!({"text": "hello"})).await;
    assert_eq!(told.last().unwrap().kind, "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_ends_with_a_code_that_says_why() {
    let address = HOUSE.listen().await;
    let cases = [(Message::Binary(Bytes::from_static(b"\x01")), 1003), (Message::text("x".repeat(70_000)), 1009)];
    for (frame, code) in cases {
        let mut socket = Socket::open(address, None).await.unwrap();
        // A server that closes while we still send may cut us off.
        let _ = socket.0.send(frame).await;
        assert_eq!(socket.end().await.map(|end| u16::from(end.code)), Some(code));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_credential_opens_no_socket() {
    let refused = Socket::open(HOUSE.listen().await, Some("nobody")).await;
    assert!(matches!(refused, Err(SocketError::Http(response)) if response.status() == 401));
    let (status, problem) = HOUSE.get(None, "/v1/socket").await;
    assert_eq!(status, StatusCode::UPGRADE_REQUIRED, "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_comes_back_in_time_misses_nothing() {
    let (house, model) = slow_house();
    let address = house.listen().await;
    let mut lost = Socket::open(address, None).await.unwrap();
    lost.begin("back", 0, &anything("streams-back")).await;
    model.pace.add_permits(1);
    let mut told = vec![lost.told("back").await];
    while told.last().unwrap().kind != "delta" {
        told.push(lost.told("back").await);
    }
    drop(lost);
    let mut back = Socket::open(address, None).await.unwrap();
    back.begin("back", told.last().unwrap().seq, &anything("streams-back")).await;
    model.pace.add_permits(100);
    told.extend(back.rest("back").await);
    assert_consistent(&told);
    assert!(told.last().unwrap().data["degraded"] == json!([]), "{told:?}");
    assert_eq!(model.cancelled(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_under_way_with_another_body_is_refused() {
    let (house, model) = slow_house();
    let mut socket = Socket::open(house.listen().await, None).await.unwrap();
    socket.begin("mixed", 0, &anything("streams-mixed")).await;
    while socket.told("mixed").await.kind != "report" {}
    let mut other = Socket::open(house.listen().await, None).await.unwrap();
    other.begin("mixed", 0, &anything("streams-other")).await;
    assert_eq!(other.rest("mixed").await.last().unwrap().data["status"], 422);
    // A stranger with the same key begins a turn of their own: keys of different callers never meet.
    let mut stranger = Socket::open(house.listen().await, Some("ben")).await.unwrap();
    model.pace.add_permits(100);
    stranger.begin("mixed", 0, &anything("streams-stranger")).await;
    assert_eq!(stranger.rest("mixed").await.last().unwrap().kind, "closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_who_leaves_cancels_the_model_and_finds_the_turn_stored() {
    let (house, model) = slow_house();
    let mut socket = Socket::open(house.listen().await, None).await.unwrap();
    socket.begin("left", 0, &anything("streams-left")).await;
    model.pace.add_permits(1);
    while socket.told("left").await.kind != "delta" {}
    drop(socket);
    model.wait_until_cancelled().await;
    let reply = loop {
        let (status, reply) = house.turn(None, Some("left"), &anything("streams-left")).await;
        match status {
            StatusCode::OK => break reply,
            StatusCode::CONFLICT => tokio::time::sleep(Duration::from_millis(10)).await,
            other => panic!("{other} {reply}"),
        }
    };
    let response = reply["agents"].as_array().unwrap().iter().find(|agent| agent["agent"] == "response").unwrap();
    assert_eq!(response["outcome"], "abandoned");
    assert_eq!(reply["degraded"], json!(["response"]));
    assert!(reply["reply"].as_str().unwrap().starts_with(FIRST), "what was heard is what is kept: {reply}");
}

/// The first words of [`SlowModel`].
const FIRST: &str = "Would you like to know more?";

/// A question that only a model can answer, so that the model is asked.
fn anything(session: &str) -> Value {
    json!({"session_id": session, "text": "What tyre pressure does the Lumen need?"})
}

/// A model that says a sentence for each permit that the test gives it, and counts who hung up on it.
struct SlowModel {
    pace: Arc<Semaphore>,
    cancelled: watch::Sender<usize>,
}

impl SlowModel {
    fn cancelled(&self) -> usize {
        *self.cancelled.borrow()
    }

    async fn wait_until_cancelled(&self) {
        self.cancelled.subscribe().wait_for(|count| *count > 0).await.unwrap();
    }
}

/// Lives as long as a generation; says when it ends before its time.
struct Generation {
    cancelled: watch::Sender<usize>,
    finished: bool,
}

impl Drop for Generation {
    fn drop(&mut self) {
        if !self.finished {
            self.cancelled.send_modify(|count| *count += 1);
        }
    }
}

#[async_trait]
impl LanguageModel for SlowModel {
    fn name(&self) -> &str {
        "slow"
    }

    async fn generate(&self, _prompt: &Prompt, _errand: &Errand) -> Result<Deltas> {
        let (pace, generation) = (self.pace.clone(), Generation { cancelled: self.cancelled.clone(), finished: false });
        let say = move |(said, mut generation): (usize, Generation)| {
            let pace = pace.clone();
            async move {
                if generation.finished {
                    return None;
                }
                pace.acquire().await.unwrap().forget();
                // A sentence leaves when the next one begins.
                let sentences = [FIRST, " Or shall I go on?", " Is that all?"];
                let delta = match sentences.get(said) {
                    Some(sentence) if said == 0 => Delta::Text(format!("{sentence} Shall")),
                    Some(sentence) => Delta::Text((*sentence).to_owned()),
                    None => {
                        generation.finished = true;
                        Delta::End(Ending::of("slow", Usage::default(), Stop::Complete))
                    }
                };
                Some((Ok(delta), (said + 1, generation)))
            }
        };
        Ok(stream::unfold((0, generation), say).boxed())
    }

    async fn ready(&self) -> Result<()> {
        Ok(())
    }
}

/// A house whose model waits for the test.
fn slow_house() -> (House, Arc<SlowModel>) {
    let model = Arc::new(SlowModel { pace: Arc::new(Semaphore::new(0)), cancelled: watch::channel(0).0 });
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(local::SystemClock::start());
    let conversations =
        SqliteConversations::new(Database::open(&folder.path().join("slow.db")).unwrap(), clock.clone());
    let tools = Tools { fast: model.clone(), capable: model.clone(), ..tools() };
    (House::over(tools, Arc::new(conversations), clock, folder), model)
}
