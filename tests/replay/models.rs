//! Turns whose models are a vendor's, with every fault that a reply can meet, replayed from the record alone.

use std::sync::Arc;

use contract::{CallOutcome, TurnRecord};
use local::{SqliteArchive, SystemClock};
use serde_json::json;
use supervisor::doors::Doors;
use supervisor::replay::Replay;
use supervisor::settings::{Settings, Sources};
use supervisor::wiring::Product;
use tempfile::TempDir;

use super::{ALL, shown};
use crate::doubles::openai::{Double, KEY, Knobs, Refusing};
use crate::house::House;

/// The product as it is wired, with the double as its vendor.
struct Scene {
    double: Double,
    house: House,
    settings: Settings,
    folder: std::path::PathBuf,
}

impl Scene {
    async fn open(more: &[(&str, &str)]) -> Self {
        let double = Double::start("127.0.0.1:0", Knobs::default()).await.unwrap();
        let folder = TempDir::new().unwrap();
        let data = folder.path().to_str().unwrap().to_owned();
        let library = concat!("folder://", env!("CARGO_MANIFEST_DIR"), "/../knowledge/manuals");
        let usual = [
            ("data", data.as_str()),
            ("library", library),
            ("openai.url", &double.base),
            ("openai.key", "env:KEY"),
            ("model.fast", "openai://gpt-5.4-nano,openai://gpt-4o-mini"),
            ("model.capable", "openai://gpt-4o-mini"),
            ("model.first_word_ms", "600"),
            ("model.stall_ms", "400"),
            ("turn.deadline_ms", "8000"),
        ];
        let flags = usual.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let environment = vec![("KEY".to_owned(), KEY.to_owned())];
        let settings = Settings::resolve(&Sources { flags, environment, file: None }).unwrap();
        let product = Product::assemble(&settings).await.unwrap();
        let path = folder.path().to_owned();
        let house = House::behind(Doors::over(product, &settings).unwrap(), folder);
        Self { double, house, settings, folder: path }
    }

    async fn say(&self, text: &str, knobs: Knobs) {
        self.double.turn(knobs);
        let (status, reply) =
            self.house.turn(Some("ada"), None, &json!({"session_id": "modelled", "text": text})).await;
        assert!(status.is_success(), "{reply}");
    }

    fn records(&self) -> Vec<TurnRecord> {
        SqliteArchive::open(&self.folder.join("motorline.db")).unwrap().last(ALL).unwrap()
    }

    /// Replays all turns while the vendor is gone.
    async fn all_equal(&self) {
        let asked = self.double.seen(|seen| seen.calls);
        let replay = Replay::new(&self.settings, Arc::new(SystemClock::start()));
        let records = self.records();
        for record in &records {
            let replayed = replay.play(&record.turn.id, &records).await.unwrap();
            assert_eq!(shown(&replayed.differences()), "", "{:?} {:#?}", record.turn.text, record.reports.last());
        }
        assert_eq!(self.double.seen(|seen| seen.calls), asked, "a replay asks no model");
    }
}

const QUESTION: &str = "What tyre pressure does my car need?";

#[tokio::test(flavor = "multi_thread")]
async fn whole_broken_silent_and_second_answers_go_the_same_way_again() {
    let scene = Scene::open(&[("model.hedge_after_ms", "150"), ("model.hedge_percent", "100")]).await;
    let busy = || Some(Refusing::new(503, "server_error", "", "planted"));
    scene.say(QUESTION, Knobs::default()).await;
    scene.say("How do I charge to 100 %?", Knobs { cut_after: Some(5), pace_ms: 5, ..Knobs::default() }).await;
    scene.say("What does P0301 mean?", Knobs { stall_after: Some(3), ..Knobs::default() }).await;
    scene.say("And the rear tyres?", Knobs { refuse: busy(), ..Knobs::default() }).await;
    scene.say("How long does charging take?", Knobs { first_token_ms: 1_500, ..Knobs::default() }).await;
    scene.say("What is the warranty on the battery?", Knobs { first_token_ms: 400, ..Knobs::default() }).await;
    scene
        .say(
            "Is that dear?",
            Knobs { text: Some("It costs 7,000 euros and is painted in gold.".into()), ..Knobs::default() },
        )
        .await;
    let records = scene.records();
    let calls: Vec<_> = records.iter().flat_map(|record| &record.reports).flat_map(|report| &report.calls).collect();
    let count = |kind: fn(&CallOutcome) -> bool| calls.iter().filter(|call| kind(&call.outcome)).count();
    assert!(count(|outcome| *outcome == CallOutcome::Complete) > 2, "{calls:#?}");
    assert!(count(|outcome| matches!(outcome, CallOutcome::Failed { .. })) > 1, "{calls:#?}");
    assert!(count(|outcome| *outcome == CallOutcome::Left) > 0, "{calls:#?}");
    assert!(calls.iter().any(|call| call.answer.as_ref().is_some_and(|answer| answer.contains("painted in gold"))));
    assert!(records.iter().any(|record| record.degraded.contains(&"response".to_owned())));
    scene.all_equal().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn second_opinions_go_the_same_way_again() {
    let scene = Scene::open(&[("intent.ask_model", "always"), ("sentiment.ask_model", "always")]).await;
    let says = |text: &str| Knobs { text: Some(text.into()), ..Knobs::default() };
    scene.say(QUESTION, says(r#"{"intent": "tyre_pressure", "certainty": "sure"}"#)).await;
    scene.say("What does a roof rack cost for the Corran?", says("I would rather not say.")).await;
    scene.say("I would like to sell my old car to you", Knobs { cut_after: Some(2), ..Knobs::default() }).await;
    let asked = scene
        .records()
        .iter()
        .flat_map(|record| &record.reports)
        .filter(|report| report.agent == "intent" && !report.calls.is_empty())
        .count();
    assert!(asked > 1, "{asked}");
    scene.all_equal().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unrecorded_answer_is_not_made_up_and_a_customer_never_sees_a_recorded_one() {
    let scene = Scene::open(&[("turn.record_answers", "no")]).await;
    scene.say(QUESTION, Knobs::default()).await;
    let records = scene.records();
    let replay = Replay::new(&scene.settings, Arc::new(SystemClock::start()));
    let error = replay.play(&records[0].turn.id, &records).await.unwrap_err();
    assert!(error.to_string().contains("not in the record"), "{error}");

    let scene = Scene::open(&[]).await;
    scene.say(QUESTION, Knobs::default()).await;
    let turn = scene.records()[0].turn.id.clone();
    let (_, record) = scene.house.get(Some("ada"), &format!("/v1/sessions/modelled/turns/{turn}")).await;
    assert!(record.to_string().contains("gpt-5.4-nano") && !record.to_string().contains("\"answer\":"), "{record}");
}
