//! A recorded turn goes the same way again, to the byte, and touches nothing; what was changed meanwhile is shown.

mod lost;
mod models;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use contract::finding::Intent;
use contract::{Finding, TurnRecord};
use local::{Database, SqliteArchive, SqliteConversations, SystemClock};
use supervisor::commands::{CommandLine, run};
use supervisor::replay::{Difference, Replay, Replayed};
use supervisor::settings::{Settings, Sources};
use supervisor::wiring;
use tempfile::TempDir;

use crate::clients::Door;
use crate::conversations::every_conversation_goes_as_written_in;
use crate::house::{House, settings, tools};

/// So many records at most: all of them.
const ALL: u32 = 100_000;

fn replay() -> Replay {
    Replay::new(&settings(), Arc::new(SystemClock::start()))
}

fn manuals() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../knowledge/manuals")
}

/// The settings of the tests, but for this library.
fn with_library(path: &Path) -> Settings {
    let flags = [("library", format!("folder://{}", path.display())), ("turn.deadline_ms", "20000".into())];
    let flags = flags.map(|(key, value)| (key.to_owned(), value)).to_vec();
    Settings::resolve(&Sources { flags, ..Sources::default() }).unwrap()
}

/// A house whose turns are kept in this file.
fn keeping(path: &Path, folder: TempDir) -> House {
    let clock = Arc::new(SystemClock::start());
    let conversations = SqliteConversations::new(Database::open(path).unwrap(), clock.clone());
    House::over(tools(), Arc::new(conversations), clock, folder)
}

/// The lines of every part that is not as it was.
fn shown(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("{}:\n{}", difference.part, difference.lines)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_turn_of_every_conversation_goes_the_same_way_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replay.db");
    let house = keeping(&path, folder);
    every_conversation_goes_as_written_in(&house, Door::Rest).await;
    let archive = SqliteArchive::open(&path).unwrap();
    let records = archive.last(ALL).unwrap();
    // A candidate that changes nothing changes nothing, also where the library is searched again.
    let candidate = wiring::candidate(&with_library(&manuals()), &settings(), true).await.unwrap();
    let (replays, mut different) = ([replay(), replay().with(candidate)], Vec::new());
    for record in &records {
        let turns = archive.until(&record.turn.id).unwrap();
        for replay in &replays {
            let differences = replay.play(&record.turn.id, &turns).await.unwrap().differences();
            if !differences.is_empty() {
                different.push(format!("{} {:?}\n{}", record.turn.session, record.turn.text, shown(&differences)));
            }
        }
    }
    assert!(records.len() > 150, "only {} turns", records.len());
    let count = different.len();
    assert!(different.is_empty(), "{count} of {} differ:\n{}", records.len(), different.join("\n"));
}

/// The turns of a conversation of a customer who asks, complains and books.
async fn some_turns() -> Vec<TurnRecord> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replay.db");
    let house = keeping(&path, folder);
    talk(&house).await;
    SqliteArchive::open(&path).unwrap().last(ALL).unwrap()
}

async fn talk(house: &House) {
    for text in ["What tyre pressure does my car need?", "Book a service next Tuesday", "yes", "My brakes do not work!"]
    {
        let body = serde_json::json!({"session_id": "replayed", "text": text});
        let (status, reply) = house.turn(Some("ada"), None, &body).await;
        assert!(status.is_success(), "{reply}");
    }
}

async fn again(replay: &Replay, turns: &[TurnRecord], number: usize) -> Replayed {
    replay.play(&turns[number].turn.id, &turns[..=number]).await.unwrap()
}

fn parts(differences: &[Difference]) -> Vec<&str> {
    differences.iter().map(|difference| difference.part.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_intent_prompt_or_reply_than_was_recorded_is_shown() {
    let turns = some_turns().await;
    let replay = replay();
    assert_eq!(shown(&again(&replay, &turns, 0).await.differences()), "");

    let mut swapped = turns.clone();
    for finding in swapped[0].reports.iter_mut().flat_map(|report| &mut report.findings) {
        if let Finding::Intent(Intent { label, .. }) = finding {
            *label = "book_service".into();
        }
    }
    let differences = again(&replay, &swapped, 0).await.differences();
    assert_eq!(parts(&differences), ["intent"]);
    assert!(differences[0].lines.contains("-      \"label\": \"book_service\""), "{}", differences[0].lines);

    let mut governed = turns.clone();
    governed[0].reply.prompt_version = "another prompt".into();
    assert_eq!(parts(&again(&replay, &governed, 0).await.differences()), ["reply"]);

    let mut said = turns.clone();
    said[0].reply.text.push('!');
    assert_eq!(parts(&again(&replay, &said, 0).await.differences()), ["reply"]);

    // What was proposed before decides what a "yes" means: without that turn it means something else.
    let alone = replay.play(&turns[2].turn.id, &turns[2..=2]).await.unwrap();
    assert!(parts(&alone.differences()).contains(&"intent"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_changed_is_shown_by_a_candidate() {
    let turns = some_turns().await;
    let (usual, folder) = (settings(), tempfile::tempdir().unwrap());
    let manuals = manuals();
    copy(&manuals, folder.path(), &|text| text.replace("pressure", "PRESSURE"));
    for (path, changed) in [(manuals.as_path(), false), (folder.path(), true)] {
        let candidate = wiring::candidate(&with_library(path), &usual, true).await.unwrap();
        let differences = again(&replay().with(candidate), &turns, 0).await.differences();
        let expected: &[&str] = if changed { &["knowledge", "reply"] } else { &[] };
        assert_eq!(parts(&differences), expected, "{}", shown(&differences));
        assert_eq!(shown(&differences).contains("PRESSURE"), changed);
    }
}

/// Copies a library, every text changed.
fn copy(from: &Path, to: &Path, change: &dyn Fn(String) -> String) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match std::fs::read_to_string(&path) {
            _ if path.is_dir() => {
                std::fs::create_dir(&target).unwrap();
                copy(&path, &target, change);
            }
            Ok(text) => std::fs::write(target, change(text)).unwrap(),
            Err(_) => drop(std::fs::copy(&path, target).unwrap()),
        }
    }
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    found
}

async fn command(data: &Path, words: &[&str]) -> Result<(), String> {
    // The command starts the log of the process, which is that of all tests here: it keeps one that is there already.
    let _ = tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::default());
    let line = ["motorline", "--data", data.to_str().unwrap(), "--set", "log.level=error", "replay"];
    run(CommandLine::try_parse_from(line.iter().chain(words)).unwrap(), Vec::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_writes_nothing_and_its_end_says_whether_all_is_equal() {
    let (data, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = data.path().join("motorline.db");
    let house = keeping(&path, other);
    talk(&house).await;
    drop(house);
    let before = still(data.path()).await;
    let turns = SqliteArchive::open(&path).unwrap().last(ALL).unwrap();
    let first = turns[0].turn.id.as_str();
    command(data.path(), &[first]).await.unwrap();
    command(data.path(), &["--all", "replayed", "--brief"]).await.unwrap();
    command(data.path(), &["--last", "2"]).await.unwrap();
    // The candidate cuts what the reply says.
    let shorter = command(data.path(), &["--all", "replayed", "--with", "reply.max_output_tokens=16"]).await;
    assert!(shorter.unwrap_err().contains("not every turn"));
    assert!(command(data.path(), &["nobody-s-turn"]).await.is_err());
    assert!(before == contents(data.path()), "a replay has written");

    let file = data.path().join("conversation.json");
    std::fs::write(&file, serde_json::json!({"turns": turns}).to_string()).unwrap();
    let file = file.to_str().unwrap();
    // What is read from a file needs no store.
    let nowhere = data.path().join("nowhere");
    command(&nowhere, &["--from", file]).await.unwrap();
    command(&nowhere, &[first, "--from", file]).await.unwrap();
    assert!(!nowhere.exists());
}

/// The folder once its last handle has gone: threads of a database end a moment after it.
async fn still(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let log = folder.join("motorline.db-wal");
    for _ in 0..200 {
        if !log.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(!log.exists(), "the house is closed");
    contents(folder)
}
