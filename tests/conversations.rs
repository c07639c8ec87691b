//! Whole conversations as files: each `conversations/*.yaml` is played through the door, and every expectation must hold.

use std::path::Path;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use supervisor::evaluation::conversation_file::Conversation;
use supervisor::evaluation::scenes::{Doorway, play as played, summary};

use crate::clients::Door;
use crate::house::{House, tools};

#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_goes_as_written() {
    every_conversation_goes_as_written_in(&apart(), Door::Rest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_goes_as_written_over_server_sent_events() {
    every_conversation_goes_as_written_in(&apart(), Door::Events).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_goes_as_written_over_a_socket() {
    let house = apart();
    let address = house.listen().await;
    every_conversation_goes_as_written_in(&house, Door::Socket(address)).await;
}

/// A house of its own: what a conversation leaves behind, such as an offer that was shown, is there for the next one.
fn apart() -> House {
    House::with(tools(), |_| {})
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_stores_the_same_records() {
    let houses = [apart(), apart(), apart()];
    let address = houses[2].listen().await;
    for (name, text) in files().iter().take(8) {
        let conversation: Conversation = serde_saphyr::from_str(text).unwrap();
        let mut kept = Vec::new();
        for (door, house) in [Door::Rest, Door::Events, Door::Socket(address)].into_iter().zip(&houses) {
            let session = format!("same-{}-{name}", door.name());
            play(house, door, name, &session, &conversation).await;
            kept.push(records(house, conversation.customer.as_deref(), &session).await);
        }
        assert!(!kept[0].is_empty());
        assert_eq!(kept[0], kept[1], "{name}: events");
        assert_eq!(kept[0], kept[2], "{name}: socket");
    }
}

/// The records of a session, as every door should store them.
async fn records(house: &House, customer: Option<&str>, session: &str) -> Vec<Value> {
    let (_, transcript) = house.get(customer, &format!("/v1/sessions/{session}")).await;
    let mut records = Vec::new();
    for turn in transcript["turns"].as_array().unwrap() {
        let path = format!("/v1/sessions/{session}/turns/{}", turn["turn_id"].as_str().unwrap());
        let (_, mut record) = house.get(customer, &path).await;
        forget_attempt(&mut record);
        records.push(record);
    }
    records
}

/// Takes out what differs from one attempt to the next: ids, moments and times taken.
fn forget_attempt(value: &mut Value) {
    const OF_AN_ATTEMPT: [&str; 7] = ["id", "session", "received", "closed", "case", "expires", "at"];
    match value {
        Value::Object(fields) => {
            fields.retain(|field, _| !OF_AN_ATTEMPT.contains(&field.as_str()) && !field.ends_with("_ms"));
            fields.values_mut().for_each(forget_attempt);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_attempt),
        _ => {}
    }
}

/// Plays every file through a door of this house.
pub async fn every_conversation_goes_as_written_in(house: &House, door: Door) {
    let mut failures = Vec::new();
    let files = files();
    for (name, text) in &files {
        let conversation: Conversation = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let session = format!("file-{}-{name}", door.name());
        failures.extend(play(house, door, name, &session, &conversation).await);
    }
    assert!(files.len() >= 60, "only {} conversations", files.len());
    assert!(failures.is_empty(), "{} expectations failed:\n{}", failures.len(), failures.join("\n"));
}

/// The files, by name.
pub fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conversations");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Plays a file, and returns what was expected and did not come.
async fn play(house: &House, door: Door, name: &str, session: &str, conversation: &Conversation) -> Vec<String> {
    let steps = played(&Through { house, door }, name, session, conversation).await.unwrap();
    let told = steps.iter().flat_map(|step| {
        let got = summary(&step.reply);
        let tell =
            move |what| format!("- {} ({:?}): {what}\n    got {got}: {}", step.place, step.said, step.reply["reply"]);
        step.unmet.iter().map(tell)
    });
    told.collect()
}

/// A door of this house; people go through theirs.
struct Through<'a> {
    house: &'a House,
    door: Door,
}

#[async_trait]
impl Doorway for Through<'_> {
    async fn turn(&self, who: Option<&str>, body: &Value) -> (u16, Value) {
        let (status, reply) = self.door.turn(self.house, who, body).await;
        (status.as_u16(), reply)
    }

    async fn get(&self, who: Option<&str>, path: &str) -> (u16, Value) {
        let (status, body) = self.house.get(who, path).await;
        (status.as_u16(), body)
    }

    async fn post(&self, who: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::post(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer demo-{who}"));
        let (status, answer) = self.house.send(request.body(Body::from(body.to_string())).unwrap()).await;
        (status.as_u16(), answer)
    }
}
