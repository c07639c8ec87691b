//! Streams that are slow, stall, break, lie or say nothing; and callers that leave.

use std::time::Duration;

use contract::ErrorKind;
use contract::ports::LanguageModel;
use contract::prompt::{Delta, Stop};
use contract::testing::errand;
use futures::StreamExt;
use serde_json::json;

use super::{KEY, MODEL, Pair, collect, open, prompt, service, text};
use crate::doubles::openai::{Double, Knobs};

#[tokio::test]
async fn deltas_are_passed_on_as_they_come() {
    // The stream never ends, so what is heard was passed on before its end.
    let pair = Pair::start(Knobs { stall_after: Some(2), ..text("One two three.") }).await;
    let deltas = pair.model.generate(&prompt(&[]), &errand()).await.unwrap();
    let said: Vec<Delta> = deltas.take(2).map(Result::unwrap).collect().await;
    assert_eq!(said, [Delta::Text("One ".into()), Delta::Text("two ".into())]);
}

#[tokio::test]
async fn a_dropped_stream_closes_the_connection() {
    let pair = Pair::start(Knobs { pace_ms: 20, ..text(&"word ".repeat(100)) }).await;
    let mut deltas = pair.model.generate(&prompt(&[]), &errand()).await.unwrap();
    deltas.next().await.unwrap().unwrap();
    assert_eq!(pair.double.seen(|seen| seen.abandoned), 0);
    drop(deltas);
    let left = async {
        while pair.double.seen(|seen| seen.abandoned) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), left).await.expect("the double sees that the caller left");
}

#[tokio::test]
async fn silence_times_out_wherever_it_begins() {
    let slow = Knobs { first_token_ms: 60_000, ..text("One two three.") };
    let stall = |after| Knobs { stall_after: Some(after), ..text("One two three.") };
    // With `stall(0)` the service shows signs of life, but says no word.
    let cases = [("", slow.clone(), ""), ("", stall(0), ""), ("", stall(2), "One two "), ("?stream=off", slow, "")];
    for (mode, knobs, expected) in cases {
        let double = Double::start("127.0.0.1:0", knobs.clone()).await.unwrap();
        let mut impatient = service(&double.base, Some(KEY));
        (impatient.first_byte, impatient.stall) = (Duration::from_millis(400), Duration::from_millis(400));
        let model = open(&format!("{MODEL}{mode}"), &impatient).unwrap();
        let (said, reply) = collect(&model, &prompt(&[])).await;
        assert_eq!((said.as_str(), reply.unwrap_err().kind), (expected, ErrorKind::TimedOut), "{mode} {knobs:?}");
    }
}

#[tokio::test]
async fn broken_streams_are_unavailable_and_what_was_said_stays() {
    let garbage = |after| Some((after, "{\"choices\": [".to_owned()));
    let three = || text("One two three.");
    let cases = [
        (Knobs { cut_after: Some(0), ..three() }, ""),
        (Knobs { cut_after: Some(2), ..three() }, "One two "),
        (Knobs { end_after: Some(0), ..three() }, ""),
        (Knobs { end_after: Some(1), ..three() }, "One "),
        (Knobs { end_after: Some(99), ..three() }, "One two three."),
        (Knobs { garbage_after: garbage(1), ..three() }, "One "),
        (Knobs { finish_reason: Some("tool_calls".into()), ..three() }, "One two three."),
        (Knobs { finish_reason: Some("something_new".into()), ..three() }, "One two three."),
        (text(""), ""),
        (text(" \n "), " \n "),
    ];
    let pair = Pair::start(Knobs::default()).await;
    for (knobs, expected) in cases {
        pair.double.turn(knobs.clone());
        let (said, reply) = collect(&pair.model, &prompt(&[])).await;
        let error = reply.expect_err(&format!("{knobs:?}"));
        assert_eq!((said.as_str(), error.kind), (expected, ErrorKind::Unavailable), "{knobs:?}");
    }
    pair.double.turn(text("Still here."));
    assert_eq!(pair.ask(&prompt(&[])).await.unwrap().0, "Still here.");
}

#[tokio::test]
async fn an_error_inside_a_stream_is_told_by_its_type() {
    let cases = [
        (json!({"type": "server_error", "code": null, "message": "planted"}), ErrorKind::Unavailable),
        (json!({"type": "requests", "code": "rate_limit_exceeded", "message": "planted"}), ErrorKind::Busy),
        (json!({"type": "insufficient_quota", "message": "planted"}), ErrorKind::Refused),
        // As llama.cpp writes it.
        (json!({"type": "invalid_request_error", "code": 400, "message": "planted"}), ErrorKind::Invalid),
        (json!({}), ErrorKind::Unavailable),
    ];
    for (error, kind) in cases {
        let pair = Pair::start(Knobs { error_after: Some((1, error.clone())), ..text("One two.") }).await;
        let (said, reply) = collect(&pair.model, &prompt(&[])).await;
        assert_eq!((said.as_str(), reply.unwrap_err().kind), ("One ", kind), "{error}");
    }
}

#[tokio::test]
async fn the_reasons_for_an_end_are_told_apart() {
    let cases = [("stop", Stop::Complete), ("length", Stop::Length), ("content_filter", Stop::Filtered)];
    for mode in ["", "?stream=off"] {
        let pair = Pair::with(&format!("{MODEL}{mode}"), KEY, Knobs::default()).await;
        for (reason, stop) in cases {
            pair.double.turn(Knobs { finish_reason: Some(reason.into()), ..text("One.") });
            assert_eq!(pair.ask(&prompt(&[])).await.unwrap().2, stop, "{mode} {reason}");
        }
        // A model that does not want to answer in a shape says so beside the answer.
        pair.double.turn(Knobs { refusal: true, ..text("I will not.") });
        let (said, _, stop) = pair.ask(&prompt(&[])).await.unwrap();
        assert_eq!((said.as_str(), stop), ("", Stop::Filtered), "{mode}");
    }
}
