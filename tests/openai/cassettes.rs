//! What a real server said, replayed: llama.cpp with Qwen2.5-Coder-1.5B-Instruct. `.ci/llm record` records it anew.

use std::path::{Path, PathBuf};

use contract::prompt::{Prompt, Stop};
use serde_json::Value;

use super::{KEY, MODEL, collect, intents, open, prompt, service, text};
use crate::doubles::cassette::Cassette;
use crate::doubles::openai::Double;

const QWEN: &str = "qwen2.5-coder-1.5b?price=free";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cassettes").join(name)
}

/// The cassettes, with the prompt of each.
fn prompts() -> [(&'static str, Prompt); 2] {
    let grounded =
        Prompt { temperature: 0.0, max_output_tokens: 40, ..prompt(&["The front tyre pressure is 2.5 bar."]) };
    let grounded =
        Prompt { instructions: "Answer from the evidence in one sentence, then its number as [1].".into(), ..grounded };
    let shaped = Prompt {
        instructions: "Say which intent the customer has.".into(),
        temperature: 0.0,
        max_output_tokens: 30,
        shape: Some(intents()),
        ..prompt(&[])
    };
    [("grounded-answer.json", grounded), ("intent-in-a-shape.json", shaped)]
}

#[tokio::test]
async fn what_a_real_server_said_is_understood_and_it_is_asked_as_it_was() {
    let mut answers = Vec::new();
    for (name, prompt) in prompts() {
        let cassette = Cassette::play(&file(name)).await;
        let model = open(QWEN, &service(&cassette.base, None)).unwrap();
        let (said, usage, stop) = collect(&model, &prompt).await.1.unwrap();
        assert_eq!((stop, usage.micro_usd), (Stop::Complete, 0), "{said}");
        assert!(usage.input_tokens > 50 && (1..=40).contains(&usage.output_tokens), "{usage:?}");
        assert_eq!(cassette.differences(), Vec::<String>::new());
        answers.push(said);
    }
    assert!(answers[0].contains("2.5 bar") && answers[0].contains("[1]"), "{}", answers[0]);
    let intent: Value = serde_json::from_str(&answers[1]).unwrap();
    assert!(jsonschema::is_valid(&serde_json::from_str(&intents().schema).unwrap(), &intent), "{intent}");
}

#[tokio::test]
async fn a_recording_holds_no_key_and_insists_on_its_question() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cassette.json");
    let double = Double::start("127.0.0.1:0", text("It is 2.5 bar.")).await.unwrap();
    let recorder = Cassette::record(double.base.trim_end_matches("/v1")).await;
    let base = format!("{}/v1", recorder.base);
    let (said, ..) = collect(&open(MODEL, &service(&base, Some(KEY))).unwrap(), &prompt(&[])).await.1.unwrap();
    recorder.save(&file);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("2.5 ") && !written.contains(KEY), "{written}");

    let player = Cassette::play(&file).await;
    let base = format!("{}/v1", player.base);
    let model = open(MODEL, &service(&base, None)).unwrap();
    assert!(collect(&model, &prompt(&["Other evidence."])).await.1.is_err(), "another question has no answer");
    assert_eq!(collect(&model, &prompt(&[])).await.1.unwrap().0, said);
    let differences = player.differences();
    assert!(differences.len() == 1 && differences[0].contains("Other evidence."), "{differences:?}");
    assert_eq!(Cassette::play(&file).await.differences(), ["POST /v1/chat/completions was not asked"]);
}

/// Records the cassettes from the server that `.ci/llm` starts.
#[tokio::test]
#[ignore = "asks a real model: see .ci/llm"]
async fn record() {
    for (name, prompt) in prompts() {
        let cassette = Cassette::record(&crate::real_model::base()).await;
        let mut slow = service(&cassette.base, None);
        slow.first_byte = crate::real_model::PATIENCE;
        collect(&open(QWEN, &slow).unwrap(), &prompt).await.1.unwrap();
        cassette.save(&file(name));
    }
}
