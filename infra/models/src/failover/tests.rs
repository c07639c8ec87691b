//! Who speaks when models fail, and that somebody always does.

use contract::prompt::{Delta, Ending, Shape, whole};
use contract::testing::errand;
use contract::{CallOutcome, CallReason, Usage};
use futures::StreamExt;

use super::*;
use crate::prices::Price;
use crate::testing::{Scripted, Step, TokioClock, Told as Chance, prompt};
use crate::{AuditedModel, BreakerModel, BreakerRules, ExtraCalls, HedgedModel, OfflineModel, RetryModel, SplitModel};

mod composed;

const PATIENCE: Patience = Patience {
    first_word: Duration::from_millis(1_000),
    stall: Duration::from_millis(500),
    reserve: Duration::from_millis(200),
};

/// The due time of [`ask`], in milliseconds.
const DUE: u64 = 4_000;

fn speaks(text: &'static str) -> Vec<Step> {
    vec![Step::Text(text), Step::End(Usage::default())]
}

fn wait(milliseconds: u64) -> Step {
    Step::Wait(Duration::from_millis(milliseconds))
}

/// What was said by whom, after how long, and what came of each call.
struct Told {
    text: String,
    ending: Ending,
    took: u128,
    calls: Vec<(String, CallOutcome)>,
}

/// Asks models `a`, `b`, … with these scripts, behind whom the built-in answerer says "Quoted.".
async fn ask(scripts: Vec<Vec<Step>>, due: u64) -> Told {
    let clock = Arc::new(TokioClock::start());
    let audited = |name: &'static str, script| -> Arc<dyn LanguageModel> {
        Arc::new(AuditedModel::new(Arc::new(Scripted::new(name, vec![script])), Price::FREE, clock.clone()))
    };
    let models = ["a", "b", "c"].into_iter().zip(scripts).map(|(name, script)| audited(name, script)).collect();
    let model = FailoverModel::new(models, audited("offline", speaks("Quoted.")), clock.clone(), PATIENCE);
    let errand = Errand { due: Duration::from_millis(due), ..errand() };
    let (text, ending) = whole(model.generate(&prompt(), &errand).await.unwrap()).await.unwrap();
    let calls = errand.bill.calls().into_iter().map(|call| (call.model, call.outcome)).collect();
    Told { text, ending, took: clock.elapsed().as_millis(), calls }
}

#[tokio::test(start_paused = true)]
async fn the_first_that_speaks_is_heard_and_nothing_is_reduced() {
    let told = ask(vec![speaks("Hello."), speaks("Other.")], DUE).await;
    assert_eq!((told.text.as_str(), told.calls.len()), ("Hello.", 1));
    for broken in [Step::Refuse(ErrorKind::Busy), Step::Fail(ErrorKind::Unavailable), Step::End(Usage::default())] {
        let told = ask(vec![vec![broken], speaks("Other.")], DUE).await;
        assert_eq!((told.text.as_str(), told.ending.model.as_str(), told.ending.reduced), ("Other.", "b", None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_model_is_left_after_its_patience_or_its_share_of_the_time() {
    let told = ask(vec![vec![Step::Hang], speaks("Other.")], DUE).await;
    assert_eq!((told.text.as_str(), told.took), ("Other.", 1_000));
    assert_eq!(told.calls[0], ("a".into(), CallOutcome::Left));
    // 1,400 ms less the reserve, for three.
    let told = ask(vec![vec![Step::Hang], vec![Step::Hang], speaks("Third.")], 1_400).await;
    assert_eq!((told.text.as_str(), told.took), ("Third.", 800));
}

#[tokio::test(start_paused = true)]
async fn the_built_in_answerer_stands_in_and_says_why() {
    let told = ask(vec![vec![Step::Hang], vec![Step::Refuse(ErrorKind::Refused)]], DUE).await;
    assert_eq!((told.text.as_str(), told.ending.model.as_str(), told.took), ("Quoted.", "offline", 1_000));
    assert_eq!(told.ending.reduced.unwrap(), "the language model said nothing in time; planted");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_breaks_off_is_begun_again_by_the_built_in_answerer() {
    let cases = [
        (vec![Step::Text("Hel"), Step::Fail(ErrorKind::Internal)], 0, "planted"),
        (vec![Step::Text("Hel"), wait(499), Step::Text("lo"), Step::Hang], 999, "fell silent"),
        (vec![Step::Text("Hel")], 0, "stopped in the middle"),
        ((0..20).flat_map(|_| [Step::Text("Hel"), wait(400)]).collect(), 3_800, "not done in time"),
    ];
    for (script, took, why) in cases {
        let told = ask(vec![script, speaks("Other.")], DUE).await;
        assert_eq!((told.text.as_str(), told.took), ("Quoted.", took));
        assert!(told.ending.reduced.unwrap().contains(why), "{why}");
        assert_eq!(told.calls.len(), 2, "no second model is asked");
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_stands_between_the_words_of_two() {
    let clock = Arc::new(TokioClock::start());
    let broken = Arc::new(Scripted::new("a", vec![vec![Step::Text("Hel"), Step::Fail(ErrorKind::Internal)]]));
    let last = Arc::new(Scripted::new("offline", vec![speaks("Quoted.")]));
    let model = FailoverModel::new(vec![broken], last, clock, PATIENCE);
    let deltas: Vec<_> = model.generate(&prompt(), &errand()).await.unwrap().map(Result::unwrap).collect().await;
    let [Delta::Text(void), Delta::Restart, Delta::Text(text), Delta::End(_)] = &deltas[..] else {
        panic!("{deltas:?}");
    };
    assert_eq!((void.as_str(), text.as_str()), ("Hel", "Quoted."));
}

#[tokio::test(start_paused = true)]
async fn without_time_no_model_is_asked() {
    let told = ask(vec![speaks("Hello.")], 200).await;
    assert_eq!((told.text.as_str(), told.calls.len()), ("Quoted.", 1));
    assert!(told.ending.reduced.unwrap().contains("no time left"));
}

#[tokio::test(start_paused = true)]
async fn where_no_model_was_to_be_asked_nothing_is_reduced() {
    let clock = Arc::new(TokioClock::start());
    let last = || Arc::new(Scripted::new("offline", vec![speaks("Quoted.")]));
    let never = Arc::new(Scripted::new("a", vec![speaks("Hello.")]));
    for models in [vec![], vec![last() as Arc<dyn LanguageModel>, never.clone()]] {
        let model = FailoverModel::new(models, last(), clock.clone(), PATIENCE);
        let (text, ending) = whole(model.generate(&prompt(), &errand()).await.unwrap()).await.unwrap();
        assert_eq!((model.name(), text.as_str(), ending.reduced), ("offline", "Quoted.", None));
    }
    assert_eq!(never.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_a_shape_fails_where_no_model_gives_it() {
    let shape = Shape { name: "intent".into(), schema: "{}".into() };
    let prompt = Prompt { shape: Some(shape), ..prompt() };
    let broken = |steps| -> Vec<Arc<dyn LanguageModel>> { vec![Arc::new(Scripted::new("a", vec![steps]))] };
    let cases = [
        (broken(vec![Step::Refuse(ErrorKind::Refused)]), ErrorKind::Refused),
        (broken(vec![Step::Text("{"), Step::Hang]), ErrorKind::TimedOut),
        (vec![], ErrorKind::Unavailable),
    ];
    for (models, kind) in cases {
        let last = Arc::new(Scripted::new("offline", vec![speaks("Quoted.")]));
        let model = FailoverModel::new(models, last.clone(), Arc::new(TokioClock::start()), PATIENCE);
        let error = match model.generate(&prompt, &errand()).await {
            Ok(deltas) => whole(deltas).await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!((error.kind, last.calls()), (kind, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_can_be_answered_as_long_as_the_built_in_answerer_can() {
    let ready =
        |models| FailoverModel::new(models, Arc::new(OfflineModel::new()), Arc::new(TokioClock::start()), PATIENCE);
    let clock = Arc::new(TokioClock::start());
    let rules = BreakerRules { in_a_row: 1, lasting: Duration::ZERO, ..BreakerRules::default() };
    let broken = Arc::new(Scripted::new("a", vec![vec![Step::Refuse(ErrorKind::Internal)]]));
    let open = Arc::new(BreakerModel::new(broken, clock, rules));
    assert!(open.generate(&prompt(), &errand()).await.is_err() && open.ready().await.is_err());
    assert!(ready(vec![open]).ready().await.is_ok());
}

/// Each decorator, around the built-in answerer, keeps what the port promises.
#[tokio::test(start_paused = true)]
async fn the_promises_of_the_port_are_kept_by_every_decorator() {
    let clock = Arc::new(TokioClock::start());
    let offline = || -> Arc<dyn LanguageModel> { Arc::new(OfflineModel::new()) };
    let extra = || Arc::new(ExtraCalls::new(0, 9));
    let refused = || Arc::new(Scripted::new("a", vec![vec![Step::Refuse(ErrorKind::Refused)]]));
    let decorated: [Arc<dyn LanguageModel>; 6] = [
        Arc::new(BreakerModel::new(offline(), clock.clone(), BreakerRules::of(&PATIENCE))),
        Arc::new(RetryModel::new(offline(), 1, extra(), clock.clone(), Arc::new(Chance(0)))),
        Arc::new(HedgedModel::new(offline(), offline(), Duration::from_millis(500), extra())),
        Arc::new(SplitModel::new("e".into(), 50, offline(), offline())),
        Arc::new(FailoverModel::new(vec![], offline(), clock.clone(), PATIENCE)),
        Arc::new(FailoverModel::new(vec![refused()], offline(), clock, PATIENCE)),
    ];
    for model in decorated {
        contract::testing::language_model::check(model.as_ref()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_further_call_says_why_it_is_made() {
    let clock = Arc::new(TokioClock::start());
    let audited = |name: &'static str, scripts: Vec<Vec<Step>>| -> Arc<dyn LanguageModel> {
        Arc::new(AuditedModel::new(Arc::new(Scripted::new(name, scripts)), Price::FREE, clock.clone()))
    };
    let extra = || Arc::new(ExtraCalls::new(0, 9));
    let busy = || vec![Step::Refuse(ErrorKind::Busy)];
    let retried: Arc<dyn LanguageModel> =
        Arc::new(RetryModel::new(audited("a", vec![busy(), busy()]), 1, extra(), clock.clone(), Arc::new(Chance(0))));
    let slow = audited("b", vec![vec![wait(900), Step::Fail(ErrorKind::Unavailable)]]);
    let second = audited("c", vec![vec![wait(100), Step::Fail(ErrorKind::Unavailable)]]);
    let hedged = Arc::new(HedgedModel::new(slow, second, Duration::from_millis(200), extra()));
    let last = audited("offline", vec![speaks("Quoted.")]);
    let model = FailoverModel::new(vec![retried, hedged], last, clock.clone(), PATIENCE);
    let errand = Errand { due: Duration::from_millis(DUE), ..errand() };
    whole(model.generate(&prompt(), &errand).await.unwrap()).await.unwrap();
    let reasons: Vec<_> = errand.bill.calls().into_iter().map(|call| (call.model, call.reason)).collect();
    let expected = [
        ("a", CallReason::First),
        ("a", CallReason::Retry),
        ("b", CallReason::Failover),
        ("c", CallReason::Hedge),
        ("offline", CallReason::Failover),
    ];
    assert_eq!(reasons, expected.map(|(model, reason)| (model.to_owned(), reason)));
}
