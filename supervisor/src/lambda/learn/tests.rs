//! Tests of what the function makes of the events of a stream, as DynamoDB writes them.

use std::io::Write;
use std::time::Duration;

use aws::Aws;
use aws::dynamo::ConversationOptions;
use aws_lambda_events::encodings::Base64Data;
use contract::testing::{ManualClock, customer, record, turn};
use contract::{Card, Error, Result, Stage};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use learning::{Hour, Notes};
use local::{Database, SqliteLearned};
use serde_json::{Value, json};

use super::*;

const HERE: &str = "eu-central-1";
const HOUR: Hour = Hour(496_000);

/// Counts turns, and cannot learn from one that is called `unlearnable`.
struct Counter;

impl Learner for Counter {
    fn card(&self) -> Card {
        Card { name: "counter", purpose: "counts", stage: Stage::Learn, budget: Duration::from_secs(1) }
    }

    fn needs(&self, _closed: &Closed) -> Vec<String> {
        Vec::new()
    }

    fn learn(&self, closed: &Closed, notes: &mut Notes) -> Result<()> {
        if closed.record.turn.id.as_str() == "unlearnable" {
            return Err(Error::new(ErrorKind::Internal, "a note cannot be read"));
        }
        notes.count(HOUR, "turns", "", 1);
        notes.count(HOUR, "numbers", "", i64::try_from(closed.number).unwrap());
        Ok(())
    }
}

/// A table that holds every turn, but for those called `erased`.
struct AllButErased;

#[async_trait]
impl Table for AllButErased {
    async fn keeps(&self, item: &HashMap<String, AttributeValue>) -> Result<bool> {
        Ok(item.get("turn") != Some(&AttributeValue::S("erased".into())))
    }
}

async fn student() -> Student {
    let aws = Aws::load(Some(HERE.into()), None).await.unwrap();
    let clock = Arc::new(ManualClock::default());
    let options = ConversationOptions { retention: Duration::from_secs(60), home_region: HERE.into(), overflow: None };
    Student {
        table: Arc::new(AllButErased),
        turns: DynamoConversations::new(aws.config(), "nowhere", clock.clone(), options),
        learned: Arc::new(SqliteLearned::new(Database::in_memory().unwrap(), clock)),
        learners: vec![Arc::new(Counter)],
    }
}

async fn sum(student: &Student, what: &str) -> i64 {
    let counts = student.learned.counts(HOUR..Hour(HOUR.0 + 1)).await.unwrap();
    counts.into_iter().filter(|(count, _)| count.what == what).map(|(_, sum)| sum).sum()
}

/// A record of the stream: a turn of this id and number that was closed in `home`.
fn told(id: &str, number: u64, home: &str) -> Value {
    let closed = record(&turn(id, "session", &customer("ada"), "hello"), "good day");
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&serde_json::to_vec(&closed).unwrap()).unwrap();
    image(id, number, home, encoder.finish().unwrap())
}

fn image(id: &str, number: u64, home: &str, packed: Vec<u8>) -> Value {
    let keys = json!({"pk": {"S": "CONV#session"}, "sk": {"S": format!("TURN#{number:010}")}});
    let mut bytes = Base64Data::default();
    *bytes = packed;
    let mut image = keys.clone();
    image["seq"] = json!({"N": number.to_string()});
    image["turn"] = json!({"S": id});
    image["home"] = json!({"S": home});
    image["expires_at"] = json!({"N": "1797000000"});
    image["record"] = json!({"B": bytes});
    event_record("INSERT", number, &keys, &image)
}

fn event_record(name: &str, number: u64, keys: &Value, image: &Value) -> Value {
    json!({
        "eventID": number.to_string(), "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": HERE, "eventSourceARN": "arn:aws:dynamodb:eu-central-1:000000000000:table/motorline-conversations/stream/1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_793_610_000, "Keys": keys, "NewImage": image,
            "SequenceNumber": format!("{}", 4_000 + number), "SizeBytes": 900, "StreamViewType": "NEW_IMAGE",
        },
    })
}

async fn hear(student: &Student, records: Vec<Value>) -> Vec<String> {
    let event: Event = serde_json::from_value(json!({ "Records": records })).unwrap();
    let response = student.hear(event).await;
    response.batch_item_failures.into_iter().filter_map(|failure| failure.item_identifier).collect()
}

#[tokio::test]
async fn a_turn_that_is_told_twice_counts_once() {
    let student = student().await;
    let records = || vec![told("one", 1, HERE), told("two", 2, HERE)];
    assert!(hear(&student, records()).await.is_empty());
    assert!(hear(&student, records()).await.is_empty());
    let twice = [records(), vec![told("three", 3, HERE), told("three", 3, HERE)]].concat();
    assert!(hear(&student, twice).await.is_empty());
    assert_eq!((sum(&student, "turns").await, sum(&student, "numbers").await), (3, 6));
}

#[tokio::test]
async fn what_another_region_wrote_is_learned_there() {
    let student = student().await;
    let records = vec![told("here", 1, HERE), told("there", 2, "us-east-1")];
    assert!(hear(&student, records).await.is_empty());
    assert_eq!(sum(&student, "turns").await, 1);
}

#[tokio::test]
async fn who_was_erased_before_the_stream_is_heard_teaches_nothing() {
    let student = student().await;
    assert!(hear(&student, vec![told("kept", 1, HERE), told("erased", 2, HERE)]).await.is_empty());
    assert_eq!((sum(&student, "turns").await, sum(&student, "numbers").await), (1, 1));
}

#[tokio::test]
async fn only_turns_that_were_closed_teach_anything() {
    let student = student().await;
    let keys = json!({"pk": {"S": "IDEM#ada#key"}, "sk": {"S": "KEY"}});
    let key = event_record("MODIFY", 1, &keys, &keys);
    let mut gone = told("gone", 2, HERE);
    gone["eventName"] = json!("REMOVE");
    gone["dynamodb"]["NewImage"] = Value::Null;
    assert!(hear(&student, vec![key, gone]).await.is_empty());
    assert_eq!(sum(&student, "turns").await, 0);
    // One that takes the place of what an expired session of the same name left.
    let mut replaced = told("replaced", 3, HERE);
    replaced["eventName"] = json!("MODIFY");
    assert!(hear(&student, vec![replaced]).await.is_empty());
    assert_eq!(sum(&student, "turns").await, 1);
}

#[tokio::test]
async fn a_poisoned_record_fails_alone() {
    let student = student().await;
    let poisoned = image("poisoned", 2, HERE, b"not packed".to_vec());
    let mut headless = told("headless", 5, HERE);
    headless["dynamodb"]["NewImage"]["seq"] = Value::Null;
    headless["dynamodb"]["NewImage"].as_object_mut().unwrap().remove("seq");
    let records = vec![told("one", 1, HERE), poisoned, told("unlearnable", 3, HERE), told("four", 4, HERE), headless];
    assert_eq!(hear(&student, records).await, ["4002", "4003", "4005"]);
    assert_eq!((sum(&student, "turns").await, sum(&student, "numbers").await), (2, 5));
}

#[tokio::test]
async fn more_than_one_lesson_holds_is_learned_in_parts() {
    let student = student().await;
    let ids: Vec<String> = (1..=37).map(|n| if n == 20 { "unlearnable".into() } else { format!("many-{n}") }).collect();
    let records = ids.iter().zip(1..).map(|(id, number)| told(id, number, HERE)).collect();
    assert_eq!(hear(&student, records).await, ["4020"]);
    assert_eq!(sum(&student, "turns").await, 36);
}
