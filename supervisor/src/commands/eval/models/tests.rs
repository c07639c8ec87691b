//! Tests of the measuring, with a model that always says the same.

use contract::ports::LanguageModel;
use contract::testing::ManualClock;
use models::AuditedModel;
use models::prices::Prices;
use prompting::testing::Says;

use super::*;

fn samples(texts: &[(&str, &str)]) -> Vec<Sample> {
    texts.iter().map(|(text, expected)| Sample { text: (*text).into(), expected: (*expected).into() }).collect()
}

#[tokio::test]
async fn calls_and_costs_come_from_the_bill_and_labels_from_the_findings() {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
    let says = Arc::new(Says::this(r#"{"feeling": "negative", "strength": "clear", "urgency": "soon"}"#));
    let price = Prices::shipped().unwrap().of_model("bedrock.nova-micro").unwrap();
    let model: Arc<dyn LanguageModel> = Arc::new(AuditedModel::new(says, price, clock.clone()));
    let samples = samples(&[("Where is the fuse box?", "neutral"), ("third visit, still the same noise", "negative")]);
    let measured = |when| {
        let (model, clock, samples) = (model.clone(), clock.clone(), samples.clone());
        async move {
            let agent = SentimentAgent::new().unwrap().assisted_by(model, when, std::time::Duration::from_secs(2));
            measure(&agent, &samples, &clock).await.unwrap()
        }
    };
    let (never, always) = (measured(When::Never).await, measured(When::Always).await);
    assert_eq!((never.right, never.asked, never.micro_usd_per_thousand), (1.0, 0.0, 0.0));
    assert_eq!((always.right, always.asked, always.reduced), (0.5, 1.0, 0.0));
}

#[test]
fn a_thinned_file_keeps_its_spread() {
    let all = samples(&[("a", "1"), ("b", "1"), ("c", "2"), ("d", "2")]);
    let texts = |most| thinned(all.clone(), most).into_iter().map(|sample| sample.text).collect::<String>();
    assert_eq!(
        (texts(Some(2)), texts(Some(9)), texts(None), texts(Some(0))),
        ("ac".into(), "abcd".into(), "abcd".into(), String::new())
    );
}
