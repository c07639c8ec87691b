//! What the agent makes of messages, alone and with a model at its side.

use contract::ErrorKind;
use prompting::testing::{Says, context};

use super::*;

/// How long a model is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

#[test]
fn a_calm_voice_may_report_an_emergency() {
    let found = SentimentAgent::new().unwrap().read("The brake pedal goes to the floor");
    assert_eq!((found.polarity, found.urgency), (Polarity::Neutral, Urgency::Emergency));
    assert_eq!(found.hazards[0].name, "brakes");
    assert!(found.hazards[0].evidence.contains("brake"), "{found:?}");
}

#[test]
fn anger_is_no_emergency() {
    let found =
        SentimentAgent::new().unwrap().read("This is the third time I call, nobody ever answers. I am furious!");
    assert_eq!(found.polarity, Polarity::Negative);
    assert!(found.urgency < Urgency::Emergency && found.hazards.is_empty(), "{found:?}");
}

/// Displeasure between the lines.
const UNSURE: &str = "I asked for a receipt two weeks ago";
const DANGER: &str = "The brake pedal goes to the floor";

async fn answer(says: Says, when: When, text: &str, before: &[&str]) -> (Sentiment, Option<String>, usize) {
    let model = Arc::new(says);
    let agent = SentimentAgent::new().unwrap().assisted_by(model.clone(), when, PATIENCE);
    let answer = agent.run(&context(text, before)).await.unwrap();
    let [Finding::Sentiment(found)] = answer.findings.as_slice() else { panic!("{answer:?}") };
    (found.clone(), answer.reduced, model.heard().len())
}

fn furious() -> Says {
    Says::this(r#"{"feeling": "negative", "strength": "strong", "urgency": "soon"}"#)
}

#[tokio::test]
async fn a_model_is_asked_where_the_tables_are_unsure() {
    for (when, text, before, calls) in [
        (When::Unsure, UNSURE, &[][..], 1),
        (When::Unsure, "I am furious, this is a disgrace!", &[], 0),
        (When::Unsure, "Where is the fuse box?", &[], 0),
        (When::Unsure, "Book a service please", &[], 0),
        (When::Never, UNSURE, &[], 0),
        (When::Always, "Where is the fuse box?", &[], 1),
        (When::Always, "and the rear?", &["What is the tyre pressure?"], 0),
    ] {
        assert_eq!(answer(furious(), when, text, before).await.2, calls, "{when:?} {text}");
    }
    let (found, reduced, _) = answer(furious(), When::Always, "Where is the fuse box?", &[]).await;
    assert_eq!((found.polarity, found.urgency, reduced), (Polarity::Negative, Urgency::Soon, None));
    assert!(found.score <= NEGATIVE_FROM && found.intensity >= 0.85);
}

#[tokio::test]
async fn a_danger_is_never_talked_away() {
    let calm = Says::this(r#"{"feeling": "positive", "strength": "faint", "urgency": "routine"}"#);
    let (found, _, calls) = answer(calm, When::Always, DANGER, &[]).await;
    assert_eq!((found.urgency, found.hazards[0].name.as_str(), calls), (Urgency::Emergency, "brakes", 1));
    let alarmed = Says::this(r#"{"feeling": "neutral", "strength": "faint", "urgency": "emergency"}"#);
    let (found, _, _) = answer(alarmed, When::Always, "Where is the fuse box?", &[]).await;
    assert_eq!(found.urgency, Urgency::Emergency, "but one may be seen that the tables missed");
}

#[tokio::test]
async fn who_agree_leave_the_measures_of_the_tables() {
    let alone = SentimentAgent::new().unwrap().read("I am furious, this is a disgrace!");
    let found = answer(furious(), When::Always, "I am furious, this is a disgrace!", &[]).await.0;
    assert_eq!((found.score, found.intensity), (alone.score, alone.intensity));
}

#[tokio::test(start_paused = true)]
async fn without_an_opinion_the_tables_decide_and_say_so() {
    let alone = SentimentAgent::new().unwrap().read(UNSURE);
    for says in [
        Says::nothing(ErrorKind::Busy),
        Says::never(),
        Says::this("They are cross."),
        Says::this(r#"{"feeling": "cross", "strength": "strong", "urgency": "soon"}"#),
    ] {
        let (found, reduced, _) = answer(says, When::Unsure, UNSURE, &[]).await;
        assert_eq!(found, alone);
        assert!(reduced.is_some_and(|reason| reason.contains("second opinion")));
    }
}
