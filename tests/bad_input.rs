//! Every kind of bad input gets a clear problem with a hint, and nothing panics.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::Value;

use crate::house::HOUSE;

struct Case {
    what: &'static str,
    method: Method,
    path: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
    status: u16,
    field: Option<&'static str>,
}

/// A turn with this body.
fn turn(what: &'static str, body: impl Into<Vec<u8>>, status: u16, field: Option<&'static str>) -> Case {
    let headers = vec![("content-type", "application/json")];
    Case { what, method: Method::POST, path: "/v1/turns", headers, body: body.into(), status, field }
}

/// A good turn with another header.
fn header(
    what: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    status: u16,
    field: Option<&'static str>,
) -> Case {
    Case { headers, ..turn(what, r#"{"text":"hello"}"#, status, field) }
}

fn request(what: &'static str, method: Method, path: &'static str, status: u16, field: Option<&'static str>) -> Case {
    Case { what, method, path, headers: Vec::new(), body: Vec::new(), status, field }
}

fn bodies() -> Vec<Case> {
    vec![
        turn("no body", "", 400, None),
        turn("not JSON", "hello", 400, None),
        turn("cut off", r#"{"text":"he"#, 400, None),
        turn("not UTF-8", b"{\"text\":\"\xff\"}".to_vec(), 400, None),
        turn("two objects", r#"{"text":"a"}{"text":"b"}"#, 400, None),
        turn("nested too deep", format!(r#"{{"text":{}"#, "[".repeat(20_000)), 422, Some("text")),
        turn("an array", "[]", 422, Some("body")),
        turn("a string", r#""hello""#, 422, Some("body")),
        turn("no text", "{}", 422, Some("body")),
        turn("text of the wrong kind", r#"{"text":5}"#, 422, Some("text")),
        turn("text null", r#"{"text":null}"#, 422, Some("text")),
        turn("empty text", r#"{"text":""}"#, 422, Some("text")),
        turn("blank text", r#"{"text":" \n\t "}"#, 422, Some("text")),
        turn("invisible text", r#"{"text":"\u0000\u202e\ufeff"}"#, 422, Some("text")),
        turn("text too long", format!(r#"{{"text":"{}"}}"#, "x".repeat(4_001)), 422, Some("text")),
        turn("the same field twice", r#"{"text":"a","text":"b"}"#, 422, Some("body")),
        turn("unknown field", r#"{"text":"a","colour":"red"}"#, 422, Some("colour")),
        turn("unknown channel", r#"{"text":"a","channel":"fax"}"#, 422, Some("channel")),
        turn("unknown tone", r#"{"text":"a","tone":"angry"}"#, 422, Some("tone")),
        turn("bad session id", r#"{"text":"a","session_id":"../etc/passwd"}"#, 422, Some("session_id")),
        turn(
            "session id too long",
            format!(r#"{{"text":"a","session_id":"{}"}}"#, "x".repeat(65)),
            422,
            Some("session_id"),
        ),
        turn("bad locale", r#"{"text":"a","locale":"en_GB; drop"}"#, 422, Some("locale")),
        turn("vehicle of the wrong kind", r#"{"text":"a","vehicle":7}"#, 422, Some("vehicle")),
        turn("unknown vehicle field", r#"{"text":"a","vehicle":{"wings":2}}"#, 422, Some("vehicle.wings")),
        turn("bad VIN", r#"{"text":"a","vehicle":{"vin":"123"}}"#, 422, Some("vehicle.vin")),
        turn("negative speed", r#"{"text":"a","vehicle":{"speed_kph":-3}}"#, 422, Some("vehicle.speed_kph")),
        turn("speed in words", r#"{"text":"a","vehicle":{"speed_kph":"fast"}}"#, 422, Some("vehicle.speed_kph")),
        turn("a vehicle without names", r#"{"text":"a","vehicle":[null,3]}"#, 422, Some("vehicle")),
        turn("battery over full", r#"{"text":"a","vehicle":{"battery_pct":140}}"#, 422, Some("vehicle.battery_pct")),
        turn("half a location", r#"{"text":"a","vehicle":{"location":{"lat":1}}}"#, 422, Some("vehicle.location")),
        turn(
            "off the earth",
            r#"{"text":"a","vehicle":{"location":{"lat":91,"lon":0}}}"#,
            422,
            Some("vehicle.location.lat"),
        ),
        turn("not a trouble code", r#"{"text":"a","vehicle":{"warnings":["oil"]}}"#, 422, Some("vehicle.warnings[0]")),
        turn("body too large", format!(r#"{{"text":"{}"}}"#, "x".repeat(70_000)), 413, None),
    ]
}

fn others() -> Vec<Case> {
    let json = ("content-type", "application/json");
    vec![
        header("no content type", vec![], 415, None),
        header("a form", vec![("content-type", "application/x-www-form-urlencoded")], 415, None),
        header("unknown token", vec![json, ("authorization", "Bearer demo-nobody")], 401, None),
        header("another scheme", vec![json, ("authorization", "Basic YWRhOmFkYQ==")], 401, None),
        header("empty key", vec![json, ("idempotency-key", "")], 422, Some("Idempotency-Key")),
        header("key with spaces", vec![json, ("idempotency-key", "a b")], 422, Some("Idempotency-Key")),
        request("wrong method", Method::DELETE, "/v1/turns", 405, None),
        request("no such page", Method::GET, "/v1/nothing", 404, None),
        request("path outside the pages", Method::GET, "/../Cargo.toml", 404, None),
        request("no such session", Method::GET, "/v1/sessions/never-opened", 404, None),
        request("session that is no id", Method::GET, "/v1/sessions/a%20b", 422, Some("session_id")),
        request("session that is no text", Method::GET, "/v1/sessions/%FF", 400, None),
        request("turn that is no id", Method::GET, "/v1/sessions/a/turns/%2F", 422, Some("turn_id")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_gets_its_own_clear_problem() {
    let cases: Vec<Case> = bodies().into_iter().chain(others()).collect();
    assert!(cases.len() >= 30);
    let mut failures = Vec::new();
    for case in cases {
        let mut request = Request::builder().method(case.method).uri(case.path);
        for (name, value) in case.headers {
            request = request.header(name, value);
        }
        let (status, problem) = HOUSE.send(request.body(Body::from(case.body)).unwrap()).await;
        if let Some(wrong) = wrong(status, &problem, case.status, case.field) {
            failures.push(format!("{}: {wrong}: {status} {problem}", case.what));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn wrong(status: StatusCode, problem: &Value, expected: u16, field: Option<&str>) -> Option<&'static str> {
    let filled = |name: &str| problem[name].as_str().is_some_and(|text| !text.is_empty());
    if status != expected || problem["status"] != expected {
        return Some("wrong status");
    }
    if !filled("type")
        || !filled("title")
        || !filled("detail")
        || (expected == 422 && !filled("hint") && field != Some("Idempotency-Key"))
    {
        return Some("not a clear problem");
    }
    let named = problem["field"].as_str();
    (named != field).then_some("wrong field")
}
