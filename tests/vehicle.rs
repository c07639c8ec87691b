//! Calls from the car: the same turn in JSON and in CBOR, what the voice says, and replies that fit the driving state.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use ciborium::{Value as Cbor, cbor};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::house::HOUSE;

const JSON: &str = "application/json";
const CBOR: &str = "application/cbor";

/// An answer as it came over the air.
struct Answer {
    status: StatusCode,
    kind: String,
    bytes: Vec<u8>,
    body: Value,
}

/// Sends a request of ben's with these headers.
async fn send(request: axum::http::request::Builder, body: Vec<u8>) -> Answer {
    let request = request.header("authorization", "Bearer demo-ben").body(Body::from(body)).unwrap();
    let response = HOUSE.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
    let vary = response.headers().get_all(header::VARY).iter().any(|vary| vary.to_str().unwrap().contains("accept"));
    assert!(vary, "an answer that was negotiated says so to caches");
    let kind = kind.unwrap_or_default();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
    let body = if kind.contains("cbor") {
        ciborium::from_reader(bytes.as_slice()).unwrap_or_else(|error| panic!("{error}: {bytes:?}"))
    } else {
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {kind} {bytes:?}"))
    };
    Answer { status, kind, bytes, body }
}

async fn post(kind: &str, accept: &str, key: &str, body: &Value) -> Answer {
    let request = Request::post("/v1/turns").header("content-type", kind).header("accept", accept);
    send(request.header("idempotency-key", key), encoded(kind, body)).await
}

async fn get(accept: &str, path: &str) -> Answer {
    send(Request::get(path).header("accept", accept), Vec::new()).await
}

fn encoded(kind: &str, body: &Value) -> Vec<u8> {
    if kind == JSON {
        return body.to_string().into_bytes();
    }
    let mut bytes = Vec::new();
    ciborium::into_writer(body, &mut bytes).unwrap();
    bytes
}

/// A typical turn of a car.
fn turn(session: &str) -> Value {
    json!({
        "session_id": session, "channel": "vehicle", "text": "The engine warning light is on, what is wrong?", "locale": "en-GB",
        "vehicle": {
            "vin": "VDRCE52K6NA000134", "speed_kph": 87, "battery_pct": 41.5, "odometer_km": 74_100,
            "warnings": ["P0301"], "location": {"lat": 51.50736, "lon": -0.12776},
        },
    })
}

/// The value without what differs between any two turns, and with numbers as precise as the wire's shortest.
fn meaning(mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            let of_one_turn =
                ["turn_id", "session_id", "id", "session", "timing", "took_ms", "started_ms", "received", "closed"];
            map.retain(|name, _| !of_one_turn.contains(&name.as_str()));
            map.values_mut().for_each(|inner| *inner = meaning(inner.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = meaning(item.take())),
        Value::Number(number) => value = json!(format!("{:.4}", number.as_f64().unwrap())),
        _ => {}
    }
    value
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_means_and_leaves_the_same_in_json_and_in_cbor() {
    let json = post(JSON, JSON, "car-same-json", &turn("car-same-json")).await;
    let cbor = post(CBOR, CBOR, "car-same-cbor", &turn("car-same-cbor")).await;
    assert_eq!((json.status, cbor.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!((json.kind.as_str(), cbor.kind.as_str()), (JSON, CBOR));
    assert!(json.body["reply"].as_str().unwrap().contains("P0301"), "{}", json.body);
    assert_eq!(meaning(json.body.clone()), meaning(cbor.body.clone()));
    assert!(cbor.bytes.len() < json.bytes.len());

    let record = |accept, answer: &Answer| {
        let (session, turn) = (answer.body["session_id"].as_str().unwrap(), answer.body["turn_id"].as_str().unwrap());
        let path = format!("/v1/sessions/{session}/turns/{turn}");
        async move { get(accept, &path).await.body }
    };
    let (one, other) = (record(JSON, &json).await, record(CBOR, &cbor).await);
    assert_eq!(one["turn"]["vehicle"]["warnings"], json!(["P0301"]));
    assert_eq!(meaning(one), meaning(other), "the records are equal");
    let transcript = get(CBOR, "/v1/sessions/car-same-cbor").await;
    assert_eq!((transcript.kind.as_str(), &transcript.body["turns"][0]["turn_id"]), (CBOR, &cbor.body["turn_id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_in_the_other_format_is_the_same_request() {
    for (session, first, again) in [("car-retry-a", JSON, CBOR), ("car-retry-b", CBOR, JSON)] {
        let stored = post(first, first, session, &turn(session)).await;
        let repeated = post(again, again, session, &turn(session)).await;
        assert_eq!((stored.status, repeated.status), (StatusCode::OK, StatusCode::OK), "{}", repeated.body);
        assert_eq!(stored.body["turn_id"], repeated.body["turn_id"]);
        assert_eq!(stored.body["timing"], repeated.body["timing"]);
        let kept = get(JSON, &format!("/v1/sessions/{session}")).await;
        assert_eq!(kept.body["turns"].as_array().unwrap().len(), 1);
    }
    let other = json!({"session_id": "car-retry-a", "channel": "vehicle", "text": "hello"});
    let refused = post(CBOR, CBOR, "car-retry-a", &other).await;
    assert_eq!((refused.status, &refused.body["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("Idempotency-Key")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_written_as_the_client_prefers() {
    for (number, (sent, accept, answered)) in [
        (CBOR, JSON, JSON),
        (JSON, CBOR, CBOR),
        (CBOR, "*/*", JSON),
        (CBOR, "application/*", JSON),
        (JSON, "application/json;q=0.5, application/cbor", CBOR),
        (JSON, "application/cbor;q=0.5, application/json", JSON),
        (JSON, "application/cbor, text/html", CBOR),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("car-accept-{number}");
        let body = json!({"session_id": name, "channel": "vehicle", "text": "hello"});
        let answer = post(sent, accept, &name, &body).await;
        assert_eq!((answer.status, answer.kind.as_str()), (StatusCode::OK, answered), "{sent} {accept}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_cbor_gets_the_same_clear_problem_as_bad_json() {
    let bodies = [
        json!({"channel": "vehicle"}),
        json!({"text": 5}),
        json!({"text": ""}),
        json!({"text": "a", "colour": "red"}),
        json!({"text": "a", "channel": "fax"}),
        json!({"text": "a", "vehicle": 7}),
        json!({"text": "a", "vehicle": {"wings": 2}}),
        json!({"text": "a", "vehicle": {"vin": "123"}}),
        json!({"text": "a", "vehicle": {"speed_kph": "fast"}}),
        json!({"text": "a", "vehicle": {"speed_kph": -3}}),
        json!({"text": "a", "vehicle": {"location": {"lat": 1}}}),
        json!({"text": "a", "vehicle": {"warnings": ["P0301", "oil"]}}),
        json!([]),
        json!("hello"),
    ];
    for body in bodies {
        let json = post(JSON, JSON, "car-bad", &body).await;
        let cbor = post(CBOR, CBOR, "car-bad", &body).await;
        assert_eq!((cbor.status, cbor.kind.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "application/problem+cbor"));
        assert_eq!(json.kind, "application/problem+json");
        assert_eq!(cbor.body, json.body, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_cbor_gets_a_clear_problem() {
    let speed = |item: Cbor| {
        let mut bytes = Vec::new();
        let body = cbor!({"text" => "a", "channel" => "vehicle", "vehicle" => {"speed_kph" => item}}).unwrap();
        ciborium::into_writer(&body, &mut bytes).unwrap();
        bytes
    };
    let cases: Vec<(&str, Vec<u8>, u16, Option<&str>)> = vec![
        ("nothing", Vec::new(), 400, None),
        ("JSON", br#"{"text":"a"}"#.to_vec(), 400, None),
        ("half an item", b"\xa1\x64text".to_vec(), 400, None),
        ("two items", b"\xa1\x64text\x61a\xa1\x64text\x61b".to_vec(), 400, None),
        ("a text of 2^62 bytes", b"\xa1\x64text\x7b\x3f\xff\xff\xff\xff\xff\xff\xff".to_vec(), 400, None),
        ("a list of 2^64 items", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff".to_vec(), 400, None),
        ("lists without end", [0x9f].repeat(60_000), 400, None),
        ("lists in lists", [0x81].repeat(60_000), 400, None),
        ("tags on tags", [0xc6].repeat(60_000), 400, None),
        ("text that is no UTF-8", b"\xa1\x64text\x62\xff\xfe".to_vec(), 400, None),
        ("bytes for text", b"\xa1\x64text\x41a".to_vec(), 422, Some("text")),
        ("a field twice", b"\xa2\x64text\x61a\x64text\x61b".to_vec(), 422, Some("text")),
        ("a key that is a number", b"\xa2\x64text\x61a\x01\x02".to_vec(), 422, Some("body")),
        ("no speed at all", speed(Cbor::Float(f64::NAN)), 422, Some("vehicle.speed_kph")),
        ("endless speed", speed(Cbor::Float(f64::INFINITY)), 422, Some("vehicle.speed_kph")),
        ("a speed of 2^64", speed(Cbor::Integer(u64::MAX.into())), 422, Some("vehicle.speed_kph")),
        ("too large", vec![0x60; 70_000], 413, None),
    ];
    for (what, body, status, field) in cases {
        let request = Request::post("/v1/turns").header("content-type", CBOR).header("accept", CBOR);
        let answer = send(request, body).await;
        assert_eq!((answer.status.as_u16(), answer.body["field"].as_str()), (status, field), "{what}: {}", answer.body);
        assert!(answer.body["detail"].is_string() && answer.body["hint"].is_string(), "{what}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_voice_says_every_reply_in_the_car_and_only_there() {
    for (number, (text, speed)) in [
        ("The engine warning light is on, what is wrong?", 87),
        ("There is smoke coming out of the bonnet!", 118),
        ("How do I change a flat tyre?", 0),
        ("What tyre pressure does my car need?", 0),
        ("Let me talk to a person, please <now> & \"here\"", 30),
    ]
    .into_iter()
    .enumerate()
    {
        let session = format!("car-voice-{number}");
        let vehicle = json!({"speed_kph": speed, "warnings": ["P0301"]});
        let body = json!({"session_id": session, "channel": "vehicle", "text": text, "vehicle": vehicle});
        let reply = post(JSON, JSON, &session, &body).await.body;
        let (said, ssml) = (reply["speech"]["text"].as_str().unwrap(), reply["speech"]["ssml"].as_str().unwrap());
        assert!(!said.contains('[') && !said.is_empty(), "{said}");
        let document = roxmltree::Document::parse(ssml).unwrap_or_else(|error| panic!("{error}: {ssml}"));
        let root = document.root_element();
        assert!(root.has_tag_name("speak") && root.descendants().any(|node| node.has_tag_name("s")), "{ssml}");
        let warned = root.descendants().any(|node| node.has_tag_name("prosody"));
        assert_eq!(warned, reply["route"]["queue"] == "safety", "{ssml}");
        let web = json!({"session_id": session, "text": text});
        assert_eq!(post(JSON, JSON, &format!("{session}-web"), &web).await.body.get("speech"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_faster_the_car_the_less_is_said() {
    let mut lengths = Vec::new();
    for (name, channel, speed) in [
        ("reader", "mobile", json!(0)),
        ("parked", "vehicle", json!(0)),
        ("driver", "vehicle", json!(50)),
        ("unknown", "vehicle", Value::Null),
    ] {
        let session = format!("car-cap-{name}");
        let body = json!({"session_id": session, "channel": channel, "text": "How do I change a flat tyre?",
            "vehicle": {"speed_kph": speed}});
        let reply = post(JSON, JSON, &session, &body).await.body;
        lengths.push(reply["reply"].as_str().unwrap().len());
    }
    assert!(lengths[0] >= lengths[1] && lengths[1] > lengths[2], "{lengths:?}");
    assert_eq!(lengths[2], lengths[3], "an unknown speed counts as moving");
}
