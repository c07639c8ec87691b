//! What the service refuses, and what we refuse before anything is sent. The key is never seen in any of it.

use std::error::Error as _;
use std::time::Duration;

use contract::ErrorKind;
use contract::ports::LanguageModel;
use contract::prompt::Prompt;

use super::{KEY, MODEL, Pair, open, prompt, service, text};
use crate::doubles::openai::{Double, Knobs, Refusing};

#[tokio::test]
async fn every_refusal_is_of_the_right_kind() {
    let cases = [
        (401, "invalid_request_error", "invalid_api_key", ErrorKind::Refused),
        (403, "permission_error", "", ErrorKind::Refused),
        (404, "invalid_request_error", "model_not_found", ErrorKind::NotFound),
        (429, "requests", "rate_limit_exceeded", ErrorKind::Busy),
        (429, "tokens", "", ErrorKind::Busy),
        (429, "insufficient_quota", "insufficient_quota", ErrorKind::Refused),
        (429, "insufficient_quota", "", ErrorKind::Refused),
        (400, "invalid_request_error", "context_length_exceeded", ErrorKind::Invalid),
        (400, "invalid_request_error", "", ErrorKind::Invalid),
        (422, "", "", ErrorKind::Invalid),
        (408, "", "", ErrorKind::TimedOut),
        (504, "", "", ErrorKind::TimedOut),
        (500, "server_error", "", ErrorKind::Unavailable),
        (503, "overloaded_error", "", ErrorKind::Unavailable),
    ];
    for mode in ["", "?stream=off"] {
        let pair = Pair::with(&format!("{MODEL}{mode}"), KEY, text("Yes.")).await;
        for (status, kind, code, expected) in cases {
            let refuse = Some(Refusing::new(status, kind, code, "planted"));
            pair.double.turn(Knobs { refuse, ..text("Yes.") });
            let error = pair.ask(&prompt(&[])).await.unwrap_err();
            assert_eq!(error.kind, expected, "{mode} {status} {kind} {code}");
            assert!(!error.to_string().contains("planted"), "what the service says is for the log: {error}");
            assert!(error.source().unwrap().to_string().contains("planted"), "the log has it");
        }
        assert_eq!(pair.ask(&prompt(&[])).await.unwrap().0, "Yes.", "and then it answers");
    }
}

#[tokio::test]
async fn a_throttled_caller_is_told_when_to_come_back() {
    for (header, seconds) in [(Some("7"), 7), (Some("soon"), 1), (None, 1)] {
        let throttled = Refusing::new(429, "requests", "rate_limit_exceeded", "planted");
        let refuse = Some(Refusing { retry_after: header.map(str::to_owned), ..throttled });
        let pair = Pair::start(Knobs { refuse, ..Knobs::default() }).await;
        let error = pair.ask(&prompt(&[])).await.unwrap_err();
        assert_eq!(error.retry_after, Some(Duration::from_secs(seconds)), "{header:?}");
    }
}

#[tokio::test]
async fn a_refusal_that_is_no_json_is_told_by_its_status() {
    let raw = Some("<html>Bad gateway</html>".to_owned());
    let refuse = Some(Refusing { raw, ..Refusing::new(502, "", "", "") });
    let pair = Pair::start(Knobs { refuse, ..Knobs::default() }).await;
    assert_eq!(pair.ask(&prompt(&[])).await.unwrap_err().kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let elsewhere = Double::start("127.0.0.1:0", text("From elsewhere.")).await.unwrap();
    let location = Some(format!("{}/chat/completions", elsewhere.base));
    let refuse = Some(Refusing { location, ..Refusing::new(307, "", "", "") });
    let pair = Pair::start(Knobs { refuse, ..Knobs::default() }).await;
    assert_eq!(pair.ask(&prompt(&[])).await.unwrap_err().kind, ErrorKind::Internal);
    assert_eq!(elsewhere.seen(|seen| seen.calls), 0);
}

#[tokio::test]
async fn a_key_is_never_seen() {
    const WRONG: &str = "sk-wrong-9876543210";
    let pair = Pair::with(MODEL, WRONG, Knobs::default()).await;
    let asked = pair.ask(&prompt(&[])).await.unwrap_err();
    let ready = pair.model.ready().await.unwrap_err();
    for error in [asked, ready] {
        assert_eq!(error.kind, ErrorKind::Refused);
        let seen = format!("{error} {error:?} {:?}", pair.model);
        assert!(!seen.contains(WRONG), "{seen}");
        assert!(seen.contains("Incorrect API key"), "the rest of what was said is kept: {seen}");
    }
    let sent = pair.double.seen(|seen| seen.last_key.clone());
    assert_eq!(sent, Some(format!("Bearer {WRONG}")), "but it was sent");
    let unsendable = open(MODEL, &service(&pair.double.base, Some("sk-\u{7}wrong"))).unwrap_err();
    assert!(!format!("{unsendable:?}").contains("wrong"), "{unsendable:?}");
}

#[tokio::test]
async fn a_key_goes_only_where_it_belongs() {
    let other = Double::start("127.0.0.1:0", Knobs::default()).await.unwrap();
    let pair = Pair::start(Knobs::default()).await;
    for (base, key) in [(&other.base, None), (&pair.double.base, Some(format!("Bearer {KEY}")))] {
        let model = open(&format!("{MODEL}?base={base}"), &service(&pair.double.base, Some(KEY))).unwrap();
        let _ = model.ready().await;
        let double = if *base == other.base { &other } else { &pair.double };
        assert_eq!(double.seen(|seen| seen.last_key.clone()), key, "{base}");
    }
}

#[tokio::test]
async fn readiness_costs_no_token_and_knows_the_model() {
    let pair = Pair::start(Knobs::default()).await;
    pair.model.ready().await.unwrap();
    assert_eq!(pair.double.seen(|seen| seen.calls), 0);
    // A model that there is a card for, but that this service does not list.
    let model = open("gpt-6-luna", &service(&pair.double.base, Some(KEY))).unwrap();
    assert_eq!(model.ready().await.unwrap_err().kind, ErrorKind::NotFound);
    let nobody = open(MODEL, &service("http://127.0.0.1:9/v1", Some(KEY))).unwrap();
    assert_eq!(nobody.ready().await.unwrap_err().kind, ErrorKind::Unavailable);
}

#[tokio::test]
async fn a_prompt_that_cannot_be_sent_is_not_sent() {
    let pair = Pair::start(Knobs::default()).await;
    let mut named = super::intents();
    named.name = "two words".into();
    for prompt in [
        Prompt { max_output_tokens: 0, ..prompt(&[]) },
        Prompt { temperature: 1.5, ..prompt(&[]) },
        Prompt { temperature: f32::NAN, ..prompt(&[]) },
        Prompt { shape: Some(named), ..prompt(&[]) },
    ] {
        assert_eq!(pair.ask(&prompt).await.unwrap_err().kind, ErrorKind::Invalid, "{prompt:?}");
    }
    assert_eq!(pair.double.seen(|seen| seen.calls), 0);
}

#[test]
fn a_model_that_is_not_known_or_has_ended_is_refused() {
    let service = service("https://api.openai.com/v1", Some(KEY));
    assert!(open("gpt-99", &service).is_err());
    assert!(open("gpt-99?price=free&base=http://127.0.0.1:1/v1", &service).is_ok(), "one's own may be called anything");
}
