//! Streams that are slow, stall, break, lie or say nothing; and callers that leave.

use std::time::{Duration, Instant};

use contract::ErrorKind;
use contract::ports::LanguageModel;
use contract::prompt::{Delta, Stop};
use contract::testing::errand;
use futures::StreamExt;

use super::{Options, PROFILE, Pair, collect, prompt, text};
use crate::doubles::bedrock::Knobs;

fn impatient() -> Options {
    Options { first_byte: Duration::from_millis(300), stall: Duration::from_millis(300), ..Options::default() }
}

#[tokio::test]
async fn deltas_are_passed_on_as_they_come() {
    let pair = Pair::start(Knobs { tokens_per_second: 20.0, ..text("One two three four.") }).await;
    let began = Instant::now();
    let mut deltas = pair.model.generate(&prompt(&[]), &errand()).await.unwrap();
    let first = deltas.next().await.unwrap().unwrap();
    let to_first = began.elapsed();
    assert_eq!(first, Delta::Text("One ".into()));
    let rest = deltas.collect::<Vec<_>>().await;
    assert_eq!(rest.len(), 4, "three pieces and the end");
    assert!(began.elapsed() > to_first + Duration::from_millis(120), "the others came later");
}

#[tokio::test]
async fn a_dropped_stream_closes_the_connection() {
    let pair = Pair::start(Knobs { tokens_per_second: 20.0, ..text(&"word ".repeat(200)) }).await;
    let mut deltas = pair.model.generate(&prompt(&[]), &errand()).await.unwrap();
    deltas.next().await.unwrap().unwrap();
    assert_eq!(pair.double.seen(|seen| seen.abandoned), 0);
    drop(deltas);
    let left = async {
        while pair.double.seen(|seen| seen.abandoned) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), left).await.expect("the double sees that the caller left");
}

#[tokio::test]
async fn a_stream_may_last_longer_than_any_time_out() {
    // Twelve pieces at 10 a second: 1.2 s, with time-outs of 0.3 s (first byte), 0.6 s (attempt) and 0.6 s (all attempts).
    let knobs = Knobs { tokens_per_second: 10.0, ..text("a b c d e f g h i j k l") };
    let pair = Pair::with(PROFILE, knobs, impatient(), 1).await;
    let began = Instant::now();
    let (said, _, stop) = pair.ask(&prompt(&[])).await.unwrap();
    assert_eq!((said.as_str(), stop), ("a b c d e f g h i j k l", Stop::Complete));
    assert!(began.elapsed() > Duration::from_secs(1));
}

#[tokio::test]
async fn a_slow_model_is_waited_for_longer_than_a_store() {
    // Beyond the shared time-outs: 3 s to the first byte, 4 s for an attempt.
    let slow = Knobs { first_token_ms: 4_200, ..text("Yes.") };
    let whole = Pair::with(&format!("{PROFILE}?stream=off"), slow.clone(), Options::default(), 1).await;
    let streamed = Pair::start(slow).await;
    let prompt = prompt(&[]);
    let (whole, streamed) = tokio::join!(whole.ask(&prompt), streamed.ask(&prompt));
    assert_eq!((whole.unwrap().0, streamed.unwrap().0), ("Yes.".to_owned(), "Yes.".to_owned()));
}

#[tokio::test]
async fn silence_times_out_wherever_it_begins() {
    let slow = Knobs { first_token_ms: 60_000, ..text("One two three.") };
    let stall = |after| Knobs { stall_after: Some(after), ..text("One two three.") };
    let cases = [
        ("", slow.clone(), ""),
        ("", stall(0), ""),
        ("", stall(2), "One two "),
        // All has been said, but not what it cost.
        ("", stall(99), "One two three."),
        ("?stream=off", slow, ""),
        ("?stream=off", stall(0), ""),
    ];
    for (mode, knobs, expected) in cases {
        let pair = Pair::with(&format!("{PROFILE}{mode}"), knobs.clone(), impatient(), 1).await;
        let prompt = prompt(&[]);
        let asked = tokio::time::timeout(Duration::from_secs(5), collect(&pair.model, &prompt));
        let (said, reply) = asked.await.unwrap_or_else(|_| panic!("{mode} {knobs:?} is never noticed"));
        assert_eq!((said.as_str(), reply.unwrap_err().kind), (expected, ErrorKind::TimedOut), "{mode} {knobs:?}");
    }
}

#[tokio::test]
async fn broken_streams_are_unavailable_and_what_was_said_stays() {
    let broken = |turn: fn(&mut Knobs)| {
        let mut knobs = text("One two three.");
        turn(&mut knobs);
        knobs
    };
    let cases = [
        (broken(|knobs| knobs.cut_after = Some(0)), ""),
        (broken(|knobs| knobs.cut_after = Some(2)), "One two "),
        (broken(|knobs| knobs.cut_after = Some(99)), "One two three."),
        (broken(|knobs| knobs.end_after = Some(0)), ""),
        (broken(|knobs| knobs.end_after = Some(1)), "One "),
        (broken(|knobs| knobs.end_after = Some(99)), "One two three."),
        (broken(|knobs| knobs.corrupt_after = Some(0)), ""),
        (broken(|knobs| knobs.corrupt_after = Some(1)), "One "),
        (broken(|knobs| knobs.stop_reason = Some("malformed_model_output".into())), "One two three."),
        (broken(|knobs| knobs.stop_reason = Some("tool_use".into())), "One two three."),
        (broken(|knobs| knobs.stop_reason = Some("something_new".into())), "One two three."),
        (broken(|knobs| knobs.empty = true), ""),
        (broken(|knobs| knobs.text = Some(" \n ".into())), " \n "),
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
async fn broken_answers_in_one_piece_are_unavailable() {
    let pair = Pair::with(&format!("{PROFILE}?stream=off"), Knobs::default(), Options::default(), 1).await;
    for knobs in [
        Knobs { cut_after: Some(0), ..text("One.") },
        Knobs { empty: true, ..Knobs::default() },
        Knobs { stop_reason: Some("malformed_model_output".into()), ..text("One.") },
    ] {
        pair.double.turn(knobs.clone());
        let error = pair.ask(&prompt(&[])).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{knobs:?}");
    }
}

#[tokio::test]
async fn stop_reasons_are_told_apart() {
    let cases = [
        ("end_turn", Stop::Complete),
        ("stop_sequence", Stop::Complete),
        ("max_tokens", Stop::Length),
        ("model_context_window_exceeded", Stop::Length),
        ("guardrail_intervened", Stop::Filtered),
        ("content_filtered", Stop::Filtered),
    ];
    for mode in ["", "?stream=off"] {
        let pair = Pair::with(&format!("{PROFILE}{mode}"), Knobs::default(), Options::default(), 1).await;
        for (reason, stop) in cases {
            pair.double.turn(Knobs { stop_reason: Some(reason.into()), ..text("One.") });
            assert_eq!(pair.ask(&prompt(&[])).await.unwrap().2, stop, "{reason}{mode}");
        }
        // A filter may leave nothing; that is an end, not a failure to try again.
        pair.double.turn(Knobs { stop_reason: Some("content_filtered".into()), empty: true, ..Knobs::default() });
        assert_eq!(pair.ask(&prompt(&[])).await.unwrap().2, Stop::Filtered, "{mode}");
        // The maximum of the request holds.
        pair.double.turn(text("One two three four."));
        let mut short = prompt(&[]);
        short.max_output_tokens = 2;
        let (said, usage, stop) = pair.ask(&short).await.unwrap();
        assert_eq!((said.as_str(), usage.output_tokens, stop), ("One two ", 2, Stop::Length), "{mode}");
    }
}
