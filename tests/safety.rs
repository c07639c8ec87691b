//! Every danger that the words can report has guidance, and every reported danger is answered at once by a person's queue.

use serde_json::json;

use crate::house::HOUSE;

#[test]
fn every_hazard_has_its_own_guidance() {
    let guidance = routing::Safety::shipped().unwrap();
    let reader = sentiment::SentimentAgent::new().unwrap();
    let hazards: Vec<String> = reader.hazards().dangers().map(str::to_owned).collect();
    assert!(hazards.len() >= 8, "{hazards:?}");
    for hazard in hazards {
        assert!(guidance.knows(&hazard), "agents/routing/data/safety.toml says nothing about {hazard:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dangers_go_to_a_person_and_say_at_once_what_to_do() {
    let cases = [
        ("The brake pedal goes to the floor", "brake pedal"),
        ("there is smoke coming out of the bonnet", "30 m"),
        ("My car is on fire!", "30 m"),
        ("I just had a crash and my wife is bleeding", "112"),
        ("the steering suddenly locked while I was driving", "112"),
    ];
    for (text, first) in cases {
        let (_, reply) = HOUSE.turn(Some("ada"), None, &json!({"text": text, "channel": "vehicle"})).await;
        assert_eq!(reply["route"]["target"], "human", "{text}: {reply:#}");
        assert_eq!(reply["route"]["queue"], "safety", "{text}");
        let said = reply["reply"].as_str().unwrap();
        assert!(said.contains(first) && said.contains("[1]"), "{text}: {said}");
    }
}
