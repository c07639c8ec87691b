//! Every documented error, before an answer and inside one.

use std::error::Error as _;
use std::time::Duration;

use contract::ErrorKind;

use super::{Pair, prompt, text};
use crate::doubles::bedrock::{Failing, Knobs};

fn failing(error: &str, calls: u64) -> Knobs {
    Knobs { fail: Some(Failing { error: error.into(), calls }), ..text("Yes.") }
}

#[tokio::test]
async fn each_error_has_its_kind_and_keeps_its_cause() {
    let cases = [
        ("ThrottlingException", ErrorKind::Busy),
        ("ModelNotReadyException", ErrorKind::Busy),
        ("ServiceQuotaExceededException", ErrorKind::Busy),
        ("ServiceUnavailableException", ErrorKind::Unavailable),
        ("InternalServerException", ErrorKind::Unavailable),
        ("ModelErrorException", ErrorKind::Unavailable),
        ("ModelStreamErrorException", ErrorKind::Unavailable),
        ("ModelTimeoutException", ErrorKind::TimedOut),
        ("ValidationException", ErrorKind::Invalid),
        ("AccessDeniedException", ErrorKind::Refused),
        ("UnrecognizedClientException", ErrorKind::Refused),
        ("ResourceNotFoundException", ErrorKind::NotFound),
        // From something between us and the service.
        ("429", ErrorKind::Busy),
        ("502", ErrorKind::Unavailable),
        ("504", ErrorKind::TimedOut),
        ("403", ErrorKind::Refused),
        ("413", ErrorKind::Invalid),
    ];
    for mode in ["", "?stream=off"] {
        let profile = format!("{}{mode}", super::PROFILE);
        let pair = Pair::with(&profile, Knobs::default(), super::Options::default(), 1).await;
        for (name, kind) in cases {
            pair.double.turn(failing(name, 1));
            let error = pair.ask(&prompt(&[])).await.expect_err(name);
            assert_eq!(error.kind, kind, "{name}{mode}: {error:?}");
            assert_eq!(error.retry_after.is_some(), kind == ErrorKind::Busy, "{name}{mode}");
            assert!(!error.to_string().contains("planted"), "the cause is not for the caller: {error}");
            let cause = format!("{:?}", error.source().expect(name));
            assert!(cause.contains(name) || cause.contains("Unhandled"), "{name}{mode}: {cause}");
        }
        pair.ask(&prompt(&[])).await.expect("after all that it answers");
    }
}

#[tokio::test]
async fn each_exception_inside_a_stream_has_its_kind() {
    let cases = [
        ("throttlingException", ErrorKind::Busy),
        ("serviceUnavailableException", ErrorKind::Unavailable),
        ("internalServerException", ErrorKind::Unavailable),
        ("modelStreamErrorException", ErrorKind::Unavailable),
        ("validationException", ErrorKind::Invalid),
        ("modelTimeoutException", ErrorKind::TimedOut),
        ("somethingNewException", ErrorKind::Internal),
    ];
    let pair = Pair::start(Knobs::default()).await;
    for (name, kind) in cases {
        pair.double.turn(Knobs { stream_exception: Some(name.into()), after: 2, ..text("One two three four.") });
        let (said, reply) = super::collect(&pair.model, &prompt(&[])).await;
        let error = reply.expect_err(name);
        assert_eq!((said.as_str(), error.kind), ("One two ", kind), "{name}");
        assert_eq!(error.retry_after.is_some(), kind == ErrorKind::Busy, "{name}");
        assert!(error.source().is_some(), "{name}");
    }
}

#[tokio::test]
async fn the_sdk_never_tries_again_whatever_it_was_told() {
    let pair = Pair::with(super::PROFILE, failing("ThrottlingException", 1), super::Options::default(), 3).await;
    assert_eq!(pair.ask(&prompt(&[])).await.unwrap_err().kind, ErrorKind::Busy);
    assert_eq!(pair.double.seen(|seen| (seen.calls, seen.refused)), (1, 1));
    pair.double.turn(failing("ServiceUnavailableException", 1));
    assert_eq!(pair.ask(&prompt(&[])).await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(pair.double.seen(|seen| seen.calls), 2);
    assert_eq!(pair.ask(&prompt(&[])).await.unwrap().0, "Yes.");
}

#[tokio::test]
async fn every_third_call_throttled_is_every_third_call() {
    let pair = Pair::start(Knobs { throttle_every: 3, ..text("Yes.") }).await;
    let mut refused = 0;
    for _ in 0..9 {
        refused += u32::from(pair.ask(&prompt(&[])).await.is_err());
    }
    assert_eq!(refused, 3);
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let config = crate::aws::config("http://127.0.0.1:1").await;
    let profile = super::Profile::parse(super::PROFILE).unwrap();
    let model = super::BedrockModel::new(&config, profile, super::TODAY, super::Options::default()).unwrap();
    let prompt = prompt(&[]);
    let asked = tokio::time::timeout(Duration::from_secs(20), super::collect(&model, &prompt));
    assert_eq!(asked.await.unwrap().1.unwrap_err().kind, ErrorKind::Unavailable);
}
