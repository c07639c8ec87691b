//! Whatever models do, the whole stack answers once, in time, and never in two voices.

use proptest::prelude::*;
use tokio::runtime::Builder;

use super::*;

fn step() -> impl Strategy<Value = Step> {
    let kinds = [ErrorKind::Busy, ErrorKind::TimedOut, ErrorKind::Refused, ErrorKind::Invalid, ErrorKind::Internal];
    let kind = prop::sample::select(kinds.to_vec());
    prop_oneof![
        4 => Just(Step::Text("word ")),
        1 => Just(Step::Text("")),
        3 => (0_u64..1_500).prop_map(wait),
        1 => Just(Step::Hang),
        1 => kind.clone().prop_map(Step::Fail),
        1 => kind.prop_map(Step::Refuse),
        1 => (0_u64..3_000).prop_map(|ms| Step::Throttle(Duration::from_millis(ms))),
        2 => Just(Step::End(Usage::default())),
    ]
}

fn scripts() -> impl Strategy<Value = Vec<Vec<Step>>> {
    prop::collection::vec(prop::collection::vec(step(), 0..8), 1..6)
}

/// The stack as it is wired: failover over hedged over retried calls behind a breaker.
fn stack(scripts: Vec<Vec<Vec<Step>>>, chance: u128, clock: &Arc<TokioClock>) -> FailoverModel {
    let models = ["a", "b", "c"].into_iter().zip(scripts).map(|(name, scripts)| -> Arc<dyn LanguageModel> {
        let inner = Arc::new(Scripted::new(name, scripts));
        let audited = Arc::new(AuditedModel::new(inner, Price::FREE, clock.clone()));
        let breaker = Arc::new(BreakerModel::new(audited, clock.clone(), BreakerRules::default()));
        let extra = || Arc::new(ExtraCalls::new(50, 3));
        let retry = Arc::new(RetryModel::new(breaker, 3, extra(), clock.clone(), Arc::new(Chance(chance))));
        Arc::new(HedgedModel::new(retry.clone(), retry, Duration::from_millis(300), extra()))
    });
    let last = Arc::new(Scripted::new("offline", vec![speaks("Quoted.")]));
    FailoverModel::new(models.collect(), last, clock.clone(), PATIENCE)
}

proptest! {
    #[test]
    fn whatever_models_do_the_answer_is_whole_and_in_time(
        scripts in prop::collection::vec(scripts(), 0..3),
        chance: u128,
        dues in prop::collection::vec(0_u64..5_000, 1..6),
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let clock = Arc::new(TokioClock::start());
            let model = stack(scripts, chance, &clock);
            for due in dues {
                let due = clock.elapsed() + Duration::from_millis(due);
                let errand = Errand { due, ..errand() };
                let deltas: Vec<_> = model.generate(&prompt(), &errand).await.unwrap().collect().await;
                // Tokio counts time in whole milliseconds, and rounds up.
                prop_assert!(clock.elapsed() <= due + Duration::from_millis(2), "{:?} of {due:?}", clock.elapsed());
                let deltas: Vec<Delta> = deltas.into_iter().map(Result::unwrap).collect();
                let ends = deltas.iter().filter(|delta| matches!(delta, Delta::End(_))).count();
                prop_assert!(ends == 1 && matches!(deltas.last(), Some(Delta::End(_))), "{deltas:?}");
                let heard = deltas.rsplit(|delta| matches!(delta, Delta::Restart)).next().unwrap();
                let text = |delta: &Delta| if let Delta::Text(text) = delta { text.clone() } else { String::new() };
                let text: String = heard.iter().map(text).collect();
                let Some(Delta::End(ending)) = deltas.last() else { unreachable!() };
                let offline = ending.model == "offline";
                prop_assert_eq!(text == "Quoted.", offline);
                prop_assert_eq!(text.contains("Quoted."), offline);
            }
            Ok(())
        })?;
    }
}
