//! Whole conversations as files: each `conversations/*.yaml` is played through the door, and every expectation must hold.

use std::path::Path;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clients::Door;
use crate::house::{HOUSE, House};

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Conversation {
    /// What a reader should see in it.
    about: String,
    /// Who speaks; left out: a visitor.
    #[serde(default)]
    customer: Option<String>,
    turns: Vec<Step>,
}

/// One turn and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    say: String,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    tone: Option<String>,
    #[serde(default)]
    vehicle: Option<Value>,
    #[serde(default)]
    expect: Expectation,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expectation {
    /// One of these labels, separated by `|`.
    intent: Option<String>,
    sentiment: Option<String>,
    target: Option<String>,
    queue: Option<String>,
    /// Each of these stands in the reply, whatever the case.
    says: Vec<String>,
    /// None of these stands in the reply.
    never_says: Vec<String>,
    /// One citation's document starts with this.
    cites: Option<String>,
    /// One citation's section contains this.
    section: Option<String>,
    /// The reply takes at most this many words to say; each digit counts as one.
    most_spoken_words: Option<usize>,
    /// There is no citation at all.
    uncited: bool,
    model: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_goes_as_written() {
    every_conversation_goes_as_written_in(&HOUSE, Door::Rest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_goes_as_written_over_server_sent_events() {
    every_conversation_goes_as_written_in(&HOUSE, Door::Events).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_conversation_goes_as_written_over_a_socket() {
    let address = HOUSE.listen().await;
    every_conversation_goes_as_written_in(&HOUSE, Door::Socket(address)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_stores_the_same_records() {
    let address = HOUSE.listen().await;
    for (name, text) in files().iter().take(8) {
        let conversation: Conversation = serde_saphyr::from_str(text).unwrap();
        let mut kept = Vec::new();
        for (door, by) in [(Door::Rest, "rest"), (Door::Events, "sse"), (Door::Socket(address), "socket")] {
            let session = format!("same-{by}-{name}");
            play(&HOUSE, door, name, &session, &conversation).await;
            kept.push(records(conversation.customer.as_deref(), &session).await);
        }
        assert!(!kept[0].is_empty());
        assert_eq!(kept[0], kept[1], "{name}: events");
        assert_eq!(kept[0], kept[2], "{name}: socket");
    }
}

/// The records of a session, without what differs from one attempt to the next: ids, moments and times taken.
async fn records(customer: Option<&str>, session: &str) -> Vec<Value> {
    let (_, transcript) = HOUSE.get(customer, &format!("/v1/sessions/{session}")).await;
    let mut records = Vec::new();
    for turn in transcript["turns"].as_array().unwrap() {
        let path = format!("/v1/sessions/{session}/turns/{}", turn["turn_id"].as_str().unwrap());
        let (_, mut record) = HOUSE.get(customer, &path).await;
        for (place, field) in
            [("/turn", "id"), ("/turn", "session"), ("/turn", "received"), ("", "closed"), ("", "timing")]
        {
            record.pointer_mut(place).and_then(Value::as_object_mut).unwrap().remove(field);
        }
        for report in record["reports"].as_array_mut().unwrap() {
            report.as_object_mut().unwrap().retain(|field, _| !field.ends_with("_ms"));
        }
        records.push(record);
    }
    records
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
    assert!(files.len() >= 20, "only {} conversations", files.len());
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
    let mut failures = Vec::new();
    for (number, step) in conversation.turns.iter().enumerate() {
        let mut body = json!({"session_id": session, "text": step.say});
        let optional = [
            ("channel", step.channel.clone().map(Value::from)),
            ("tone", step.tone.clone().map(Value::from)),
            ("vehicle", step.vehicle.clone()),
        ];
        for (field, value) in optional.into_iter().filter_map(|(field, value)| Some((field, value?))) {
            body[field] = value;
        }
        let (status, reply) = door.turn(house, customer, &body).await;
        assert_eq!(status, StatusCode::OK, "{name} turn {}: {reply}", number + 1);
        let wrong = step.expect.unmet(&reply).into_iter().chain(ungrounded(&reply));
        let place = format!("{name} turn {} ({:?})", number + 1, step.say);
        failures
            .extend(wrong.map(|what| format!("- {place}: {what}\n    got {}: {}", summary(&reply), reply["reply"])));
    }
    let (_, transcript) = house.get(customer, &format!("/v1/sessions/{session}")).await;
    assert_eq!(
        transcript["turns"].as_array().map(Vec::len),
        Some(conversation.turns.len()),
        "{name}: every turn is kept"
    );
    failures
}

impl Expectation {
    fn unmet(&self, reply: &Value) -> Vec<String> {
        let mut unmet = Vec::new();
        let mut require = |holds: bool, what: String| {
            if !holds {
                unmet.push(what);
            }
        };
        let one_of = |expected: &Option<String>, found: &Value| {
            expected.as_ref().is_none_or(|labels| labels.split('|').any(|label| found == label.trim()))
        };
        require(one_of(&self.intent, &reply["intent"]["label"]), format!("intent should be {:?}", self.intent));
        require(
            one_of(&self.sentiment, &reply["sentiment"]["label"]),
            format!("sentiment should be {:?}", self.sentiment),
        );
        require(one_of(&self.target, &reply["route"]["target"]), format!("target should be {:?}", self.target));
        require(one_of(&self.queue, &reply["route"]["queue"]), format!("queue should be {:?}", self.queue));
        require(one_of(&self.model, &reply["model"]), format!("model should be {:?}", self.model));
        let said = reply["reply"].as_str().unwrap_or_default().to_lowercase();
        for words in &self.says {
            require(said.contains(&words.to_lowercase()), format!("should say {words:?}"));
        }
        for words in &self.never_says {
            require(!said.contains(&words.to_lowercase()), format!("should not say {words:?}"));
        }
        let words = spoken_words(&said);
        require(self.most_spoken_words.is_none_or(|most| words <= most), format!("takes {words} words to say"));
        let cited = |field: &str, test: &dyn Fn(&str) -> bool| {
            reply["citations"]
                .as_array()
                .is_some_and(|all| all.iter().any(|citation| citation[field].as_str().is_some_and(test)))
        };
        let document =
            self.cites.as_ref().is_none_or(|start| cited("document", &|found| found.starts_with(start.as_str())));
        require(document, format!("should cite {:?}", self.cites));
        let section = self.section.as_ref().is_none_or(|part| cited("section", &|found| found.contains(part.as_str())));
        require(section, format!("should cite the section {:?}", self.section));
        require(!self.uncited || reply["citations"] == json!([]), "should cite nothing".into());
        unmet
    }
}

/// How many words a voice needs, counted apart from the product: markers are not said, each digit is.
fn spoken_words(reply: &str) -> usize {
    let said = reply.split_whitespace().filter(|word| !word.starts_with('['));
    said.map(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        digits + usize::from(word.chars().any(char::is_alphabetic))
    })
    .sum()
}

/// What holds for every reply: each marker has its citation, each citation its marker, and nothing was degraded.
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
    if text.is_empty() {
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
