//! What a bus of EventBridge hears of cases, read back from a queue that a rule feeds; and that nobody waits for it.

use std::sync::Arc;
use std::time::Duration;

use ::aws::EventedHandoffs;
use aws_sdk_eventbridge::types::Target;
use backoffice::Handoffs;
use backoffice::handoffs::{CaseEnding, Matter};
use contract::finding::Urgency;
use contract::{CaseId, StaffId};
use local::{Database, SqliteHandoffs, SystemClock};
use serde_json::{Value, json};

use super::{cloud, config, told, unique};

const LEASE: Duration = Duration::from_secs(60);

/// One call of SQS in its own words: what the service runs at looks at nobody's signature.
async fn sqs(call: &str, body: Value) -> Value {
    let endpoint = told("EMULATED_AWS", "http://127.0.0.1:9105");
    let scope =
        "AWS4-HMAC-SHA256 Credential=AKIDTEST/20261128/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
    let request = reqwest::Client::new().post(endpoint).header("x-amz-target", format!("AmazonSQS.{call}"));
    let request = request.header("content-type", "application/x-amz-json-1.0").header("authorization", scope);
    request.body(body.to_string()).send().await.unwrap().json().await.unwrap()
}

fn queue_of_people() -> (Arc<dyn Handoffs>, Arc<SystemClock>) {
    let clock = Arc::new(SystemClock::start());
    (Arc::new(SqliteHandoffs::new(Database::in_memory().unwrap(), clock.clone())), clock)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_desk_hears_of_a_case_and_nothing_personal() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let (config, name) = (cloud().await, unique("cases"));
    let client = aws_sdk_eventbridge::Client::new(&config);
    client.create_event_bus().name(&name).send().await.unwrap();
    let url = sqs("CreateQueue", json!({"QueueName": name})).await["QueueUrl"].as_str().unwrap().to_owned();
    let arn = sqs("GetQueueAttributes", json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]})).await;
    let arn = arn["Attributes"]["QueueArn"].as_str().unwrap();
    let rule = client.put_rule().name(&name).event_bus_name(&name).event_pattern(r#"{"source":["motorline"]}"#);
    rule.send().await.unwrap();
    let target = Target::builder().id("desk").arn(arn).build().unwrap();
    client.put_targets().rule(&name).event_bus_name(&name).targets(target).send().await.unwrap();

    let (inner, clock) = queue_of_people();
    let handoffs = EventedHandoffs::new(&config, &name, inner, clock);
    let (matter, grace) =
        (backoffice::testing::handoffs::matter("told", Urgency::Urgent), StaffId::new("grace").unwrap());
    let case = handoffs.open(&matter).await.unwrap();
    // Of a case that is open already nobody hears twice.
    handoffs.open(&Matter { id: CaseId::new("case-told-again").unwrap(), ..matter.clone() }).await.unwrap();
    let worse = Matter { id: CaseId::new("case-told-worse").unwrap(), priority: Urgency::Emergency, ..matter.clone() };
    for _ in 0..2 {
        handoffs.open(&worse).await.unwrap();
    }
    handoffs.claim(&case.matter.id, &grace, LEASE).await.unwrap();
    handoffs.claim(&case.matter.id, &grace, LEASE).await.unwrap();
    let note = CaseEnding::Resolved { note: "a secret of the customer".into() };
    handoffs.finish(&case.matter.id, &grace, &note).await.unwrap();

    let mut heard: Vec<Value> = Vec::new();
    for _ in 0..50 {
        let some =
            sqs("ReceiveMessage", json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0})).await;
        for message in some["Messages"].as_array().into_iter().flatten() {
            heard.push(serde_json::from_str(message["Body"].as_str().unwrap()).unwrap());
        }
        if heard.len() >= 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let text = serde_json::to_string(&heard).unwrap();
    let of = |kind: &str| heard.iter().filter(|event| event["detail-type"] == kind).collect::<Vec<_>>();
    let (opened, escalated) = (of("Case Opened"), of("Case Escalated"));
    let (claimed, finished) = (of("Case Claimed"), of("Case Finished"));
    let told = [&opened, &escalated, &claimed, &finished].map(Vec::len);
    assert_eq!(told, [1; 4], "a renewed claim is no news, nor is what is as urgent as it was: {text}");
    assert_eq!(escalated[0]["detail"]["priority"], json!("emergency"), "{text}");
    assert!(heard.iter().all(|event| event["source"] == "motorline"), "{text}");
    assert_eq!(opened[0]["detail"]["case_id"], json!(case.matter.id), "{text}");
    assert_eq!(
        (&opened[0]["detail"]["status"], &opened[0]["detail"]["priority"]),
        (&json!("waiting"), &json!("urgent"))
    );
    assert_eq!((&claimed[0]["detail"]["status"], &claimed[0]["detail"]["person"]), (&json!("held"), &json!("grace")));
    assert_eq!(
        (&finished[0]["detail"]["status"], &finished[0]["detail"]["ending"]),
        (&json!("done"), &json!("resolved"))
    );
    let packet = &matter.packet;
    for personal in [Some("a secret"), packet.name.as_deref(), packet.car.as_deref(), Some(&*packet.summary)] {
        assert!(
            personal.is_none_or(|personal| personal.is_empty() || !text.contains(personal)),
            "{personal:?} in {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_cannot_be_told_costs_nobody_their_case() {
    let (inner, clock) = queue_of_people();
    let handoffs = EventedHandoffs::new(&config("http://127.0.0.1:9").await, "nowhere", inner.clone(), clock);
    let case = handoffs.open(&backoffice::testing::handoffs::matter("untold", Urgency::Soon)).await.unwrap();
    assert_eq!(inner.case(&case.matter.id).await.unwrap(), case);
}
