//! What was recorded of any generation plays as it was heard.

use std::time::Duration;

use contract::Usage;
use contract::finding::Fact;
use contract::ports::Clock;
use contract::prompt::Shape;
use contract::record::Citation;
use contract::testing::errand;
use proptest::prelude::*;
use tokio::runtime::Builder;

use super::*;
use crate::prices::Price;
use crate::testing::{Scripted, Step, TokioClock, Told, prompt};
use crate::{
    AuditedModel, BreakerModel, BreakerRules, ExtraCalls, FailoverModel, HedgedModel, Patience, RetryModel,
    StructuredModel,
};

const PATIENCE: Patience = Patience {
    first_word: Duration::from_millis(1_000),
    stall: Duration::from_millis(800),
    reserve: Duration::from_millis(50),
};

/// What an agent hears, all pieces between two events as one.
#[derive(Debug, PartialEq)]
struct Heard {
    broken: Option<String>,
    said: String,
    by: String,
    reduced: Option<String>,
}

async fn hear(model: &dyn LanguageModel, prompt: &Prompt, errand: &Errand) -> Result<Heard> {
    let (mut broken, mut said) = (None, String::new());
    let mut deltas = model.generate(prompt, errand).await?;
    while let Some(delta) = deltas.next().await {
        match delta? {
            Delta::Text(text) => said.push_str(&text),
            Delta::Restart => broken = Some(std::mem::take(&mut said)),
            Delta::End(ending) => return Ok(Heard { broken, said, by: ending.model, reduced: ending.reduced }),
        }
    }
    panic!("a generation without an end")
}

/// The stack as it is wired, every answer recorded.
fn stack(scripts: Vec<Vec<Vec<Step>>>, chance: u128, clock: &Arc<TokioClock>) -> FailoverModel {
    let models = ["a", "b", "c"].into_iter().zip(scripts).map(|(name, scripts)| -> Arc<dyn LanguageModel> {
        let audited = AuditedModel::new(Arc::new(Scripted::new(name, scripts)), Price::FREE, clock.clone());
        let audited = Arc::new(audited.keeping_answers(true));
        let breaker = Arc::new(BreakerModel::new(audited, clock.clone(), BreakerRules::default()));
        let extra = || Arc::new(ExtraCalls::new(50, 3));
        let retry = Arc::new(RetryModel::new(breaker, 3, extra(), clock.clone(), Arc::new(Told(chance))));
        Arc::new(HedgedModel::new(retry.clone(), retry, Duration::from_millis(300), extra()))
    });
    let last = Arc::new(AuditedModel::new(Arc::new(OfflineModel::new()), Price::FREE, clock.clone()));
    FailoverModel::new(models.collect(), last, clock.clone(), PATIENCE)
}

fn asked() -> Prompt {
    let fact = Fact { text: "The tyre pressure is 2.5 bar at the front.".into(), source: "Tyre pressure".into() };
    Prompt { evidence: vec![Citation::from(&fact)], ..prompt() }
}

fn step() -> impl Strategy<Value = Step> {
    let kinds = [ErrorKind::Busy, ErrorKind::TimedOut, ErrorKind::Refused, ErrorKind::Invalid, ErrorKind::Internal];
    let kind = prop::sample::select(kinds.to_vec());
    prop_oneof![
        4 => Just(Step::Text("word ")),
        1 => Just(Step::Text("")),
        3 => (0_u64..1_500).prop_map(|ms| Step::Wait(Duration::from_millis(ms))),
        1 => Just(Step::Hang),
        1 => kind.clone().prop_map(Step::Fail),
        1 => kind.prop_map(Step::Refuse),
        2 => Just(Step::End(Usage::default())),
    ]
}

fn scripts() -> impl Strategy<Value = Vec<Vec<Step>>> {
    prop::collection::vec(prop::collection::vec(step(), 0..8), 1..6)
}

proptest! {
    #[test]
    fn whatever_models_did_plays_as_it_was_heard(
        scripts in prop::collection::vec(scripts(), 0..3),
        chance: u128,
        dues in prop::collection::vec(0_u64..5_000, 1..6),
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let clock = Arc::new(TokioClock::start());
            let model = stack(scripts, chance, &clock);
            for due in dues {
                let errand = Errand { due: clock.elapsed() + Duration::from_millis(due), ..errand() };
                let once = hear(&model, &asked(), &errand).await.unwrap();
                let ended = Ended { arm: None, reduced: once.reduced.clone() };
                let played = PlayedModel::new(&errand.bill.calls(), ended).unwrap();
                let again = hear(&played, &asked(), &Errand { bill: Arc::default(), ..errand }).await.unwrap();
                prop_assert_eq!(once, again);
            }
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn a_repaired_answer_is_played_with_its_repair() {
    let clock = Arc::new(TokioClock::start());
    let says = |text| vec![Step::Text(text), Step::End(Usage::default())];
    let scripts = vec![vec![vec![Step::Refuse(ErrorKind::Busy)], says("No JSON."), says(r#"{"mood": "bad"}"#)]];
    let schema = r#"{"type": "object", "required": ["mood"]}"#.to_owned();
    let prompt = Prompt { shape: Some(Shape { name: "mood".into(), schema }), ..prompt() };
    let errand = Errand { due: Duration::from_secs(60), ..errand() };
    let once = hear(&StructuredModel::new(Arc::new(stack(scripts, 1, &clock))), &prompt, &errand).await.unwrap();
    let calls = errand.bill.calls();
    assert_eq!(calls.len(), 3, "{calls:?}");
    let played = StructuredModel::new(Arc::new(PlayedModel::new(&calls, Ended::default()).unwrap()));
    assert_eq!(hear(&played, &prompt, &errand).await.unwrap(), once);
}

#[tokio::test]
async fn what_was_not_recorded_is_not_invented() {
    let clock = Arc::new(TokioClock::start());
    let script = vec![Step::Text("Hello."), Step::End(Usage::default())];
    let unkept = AuditedModel::new(Arc::new(Scripted::new("m", vec![script])), Price::FREE, clock);
    let errand = errand();
    hear(&unkept, &prompt(), &errand).await.unwrap();
    let error = PlayedModel::new(&errand.bill.calls(), Ended::default()).err().unwrap();
    assert!(error.to_string().contains("not in the record"), "{error}");
}
