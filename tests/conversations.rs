//! Whole conversations as files: each `conversations/*.yaml` is played through the door, and every expectation must hold.

use std::path::Path;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::clients::Door;
use crate::conversation_file::{Conversation, Step};
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

fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conversations");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

async fn play(house: &House, door: Door, name: &str, session: &str, conversation: &Conversation) -> Vec<String> {
    assert!(!conversation.about.is_empty());
    let customer = conversation.customer.as_deref();
    let mut scene = Scene { house, door, customer, session, proposal: Value::Null, case: Value::Null };
    let mut failures = Vec::new();
    for (number, step) in conversation.turns.iter().enumerate() {
        let place = format!("{name} step {}", number + 1);
        failures.extend(match (&step.say, &step.operator) {
            (Some(said), None) => scene.take(&place, said, step).await,
            (None, Some(person)) => scene.act(&place, person, step).await,
            _ => panic!("{place}: either the customer says something, or a person does something"),
        });
    }
    let (_, transcript) = house.get(customer, &format!("/v1/sessions/{session}")).await;
    assert_eq!(
        transcript["turns"].as_array().map(Vec::len),
        Some(conversation.turns_of_the_first()),
        "{name}: every turn is kept"
    );
    failures
}

/// A conversation that is being played.
struct Scene<'a> {
    house: &'a House,
    door: Door,
    customer: Option<&'a str>,
    session: &'a str,
    /// What the last reply proposes.
    proposal: Value,
    /// The case that a turn belonged to last.
    case: Value,
}

impl Scene<'_> {
    /// The customer says something.
    async fn take(&mut self, place: &str, said: &str, turn: &Step) -> Vec<String> {
        let session =
            turn.session.as_ref().map_or(self.session.to_owned(), |other| format!("{}-{other}", self.session));
        let mut body = json!({"session_id": session, "text": said});
        if let Some(answer) = &turn.decide {
            assert!(self.proposal.is_string(), "{place}: nothing was proposed before");
            body["decision"] = json!({"action": self.proposal, "accepted": answer == "yes"});
        }
        let optional = [
            ("channel", turn.channel.clone().map(Value::from)),
            ("tone", turn.tone.clone().map(Value::from)),
            ("vehicle", turn.vehicle.clone()),
        ];
        for (field, value) in optional.into_iter().filter_map(|(field, value)| Some((field, value?))) {
            body[field] = value;
        }
        let (status, reply) = self.door.turn(self.house, self.customer, &body).await;
        assert_eq!(status, StatusCode::OK, "{place}: {reply}");
        self.proposal = proposed(&reply);
        if reply["handoff"]["case"].is_string() {
            self.case = reply["handoff"]["case"].clone();
        }
        let mut wrong: Vec<String> = turn.expect.unmet(&reply).into_iter().chain(ungrounded(&reply)).collect();
        if !turn.expect.suggests.is_empty() {
            let suggested = self.suggested().await.to_lowercase();
            let missing = turn.expect.suggests.iter().filter(|words| !suggested.contains(&words.to_lowercase()));
            wrong.extend(missing.map(|words| format!("should suggest {words:?} and suggests {suggested:?}")));
        }
        if let Some(expected) = &turn.expect.words {
            let heard = self.heard(&session).await;
            wrong.extend((heard != *expected).then(|| format!("people should have said {expected:?}, not {heard:?}")));
        }
        let told = wrong.into_iter();
        told.map(|what| format!("- {place} ({said:?}): {what}\n    got {}: {}", summary(&reply), reply["reply"]))
            .collect()
    }

    /// A person does something about the case, through their own doors.
    async fn act(&self, place: &str, person: &str, deed: &Step) -> Vec<String> {
        let requests = deed.requests();
        assert_eq!(requests.len(), 1, "{place}: a person does one thing at a time");
        for (door, body) in requests {
            let case = self.case.as_str().unwrap_or_else(|| panic!("{place}: there is no case"));
            let request =
                Request::post(format!("/v1/handoffs/{case}/{door}")).header("content-type", "application/json");
            let request = request.header("authorization", format!("Bearer demo-{person}"));
            let (status, answer) = self.house.send(request.body(Body::from(body.to_string())).unwrap()).await;
            assert!(status.is_success(), "{place} ({door}): {status} {answer}");
        }
        let Some(said) = &deed.says else { return Vec::new() };
        let heard = self.heard(self.session).await;
        let missing =
            (heard.last() != Some(said)).then(|| format!("- {place}: {said:?} is not what was heard: {heard:?}"));
        missing.into_iter().collect()
    }

    /// What people said in a conversation, as the customer reads it.
    async fn heard(&self, session: &str) -> Vec<String> {
        let (_, body) = self.house.get(self.customer, &format!("/v1/sessions/{session}/words?after=0")).await;
        let words = body["words"].as_array().into_iter().flatten();
        words.map(|word| word["text"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// What a person at the desk is suggested to say.
    async fn suggested(&self) -> String {
        let path = format!("/v1/handoffs/{}/conversation", self.case.as_str().unwrap_or("none"));
        let (_, body) = self.house.get(Some("sam"), &path).await;
        body["suggestion"]["text"].as_str().unwrap_or_default().to_owned()
    }
}

/// The id of the first thing that a reply proposes.
fn proposed(reply: &Value) -> Value {
    let mut actions = reply["actions"].as_array().into_iter().flatten();
    let open = actions.find(|action| action["state"]["status"] == "proposed");
    open.map(|action| action["id"].clone()).unwrap_or_default()
}

/// What holds for every reply: each marker has its citation, each citation its marker, nothing was degraded, and
/// only where a person answers is nothing said.
fn ungrounded(reply: &Value) -> Vec<String> {
    let text = reply["reply"].as_str().unwrap_or_default();
    let citations = reply["citations"].as_array().map_or(0, Vec::len);
    let without_citation = (citations + 1..citations + 10).filter(|n| text.contains(&format!("[{n}]")));
    let without_marker = (1..=citations).filter(|n| !text.contains(&format!("[{n}]")));
    let mut wrong: Vec<String> = without_citation.map(|n| format!("[{n}] has no citation")).collect();
    wrong.extend(without_marker.map(|n| format!("citation {n} has no marker")));
    if reply["degraded"] != json!([]) {
        wrong.push(format!("degraded: {}", reply["degraded"]));
    }
    if text.is_empty() && reply["model"] != "person" {
        wrong.push("the reply is empty".into());
    }
    wrong
}

fn summary(reply: &Value) -> String {
    let cited: Vec<String> = reply["citations"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|c| format!("{}#{}", c["document"], c["section"]))
        .collect();
    format!(
        "intent {} {:.2}, {}, {} {}, cites {}",
        reply["intent"]["label"],
        reply["intent"]["confidence"].as_f64().unwrap_or_default(),
        reply["sentiment"]["label"],
        reply["route"]["target"],
        reply["route"]["queue"],
        cited.join(" ")
    )
}
