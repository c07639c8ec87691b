//! What is an emergency, what is not, and that the words which say so are shown.

use super::*;
use Urgency::{Emergency, Routine, Soon, Urgent};

fn reader() -> HazardReader {
    HazardReader::new(&Tables::BUILT_IN).unwrap()
}

fn check(cases: &[(Urgency, &str)]) {
    let reader = reader();
    for (expected, text) in cases {
        let alarm = reader.read(text);
        assert_eq!(alarm.urgency, *expected, "{text}: {alarm:?}");
    }
}

#[test]
fn present_danger_is_an_emergency_in_any_tone() {
    check(&[
        (Emergency, "The brake pedal goes to the floor"),
        (Emergency, "there is smoke coming from under the bonnet"),
        (Emergency, "Help the car's on fire what do i do"),
        (Emergency, "my son is locked in the car and it's 30 degrees"),
        (Emergency, "I've just had an accident, my wife is bleeding"),
        (Emergency, "Steering has gone completely heavy"),
        (Emergency, "I smell petrol inside the cabin"),
        (Emergency, "the car won't stop when I press the pedal"),
        (Emergency, "car died in the middle lane of the motorway"),
        (Emergency, "someone hit me at the roundabout, airbags went off"),
        (Emergency, "hissing and white vapour from the battery"),
        (Emergency, "carbon monoxide alarm went off in the garage"),
    ]);
}

#[test]
fn a_frame_does_not_hide_what_is_happening() {
    check(&[
        (Emergency, "how do i get my baby out, she's locked in the car"),
        (Emergency, "I'm scared, brakes are failing"),
        (Emergency, "We almost crashed because the brakes failed"),
        (Emergency, "there is no smoke any more but flames under the car"),
        (Emergency, "not sure if you can help, the engine is burning"),
    ]);
}

#[test]
fn look_alikes_are_harmless() {
    check(&[
        (Routine, "How do I fire up the engine remotely?"),
        (Routine, "is there a smoking area at the dealership"),
        (Routine, "I was fired from my job, can I pause my lease payments"),
        (Routine, "does it work with Amazon Fire tablets"),
        (Routine, "brake fluid change booking please"),
        (Routine, "how do I use the parking brake"),
        (Routine, "it breaks my heart to sell the car"),
        (Routine, "stop sending me marketing emails"),
        (Routine, "thanks for your help today"),
        (Soon, "The infotainment crashed again"),
    ]);
}

#[test]
fn denied_supposed_asked_and_past_dangers_are_none_now() {
    check(&[
        (Soon, "what should I do if there is a fire"),
        (Soon, "What happens if the brakes fail while I'm driving?"),
        (Soon, "I was in an accident last year and sold the car"),
        (Soon, "there's no smoke, but a rattle"),
        (Routine, "there is no smoke"),
        (Routine, "nobody was hurt"),
    ]);
    assert!(reader().read("what does the brake lamp mean").urgency <= Soon);
}

#[test]
fn being_stuck_is_urgent_and_a_fault_can_wait_a_little() {
    check(&[
        (Urgent, "my 12V battery died overnight"),
        (Urgent, "My car won't start"),
        (Urgent, "I'm stranded at a supermarket car park"),
        (Urgent, "I lost my only key"),
        (Urgent, "Brakes make a grinding noise"),
        (Soon, "The rear wiper doesn't work"),
        (Soon, "The screen freezes sometimes"),
        (Routine, "what tyre pressure do I need for my Corran"),
    ]);
}

#[test]
fn the_evidence_shows_the_words() {
    let text = "Hello — my brakes just FAILED, and the key is lost.";
    let alarm = reader().read(text);
    let shown: Vec<_> = alarm
        .evidence
        .iter()
        .map(|piece| (piece.topic.as_str(), piece.safety, &text[piece.start..piece.end]))
        .collect();
    assert_eq!(shown[0], ("brakes", true, "brakes just FAILED"));
    assert!(shown.contains(&("stranded", true, "key is lost")), "{shown:?}");
    assert!(alarm.is_safety(Emergency));
}

#[test]
fn floods_of_words_give_bounded_evidence() {
    let reader = reader();
    for flood in
        ["brakes ", "brakes failed ", "no smoke ", "if ", "fire. ", "what does the ", "locked my child in ", "🔥", "a"]
    {
        let alarm = reader.read(&flood.repeat(5_000));
        assert!(alarm.evidence.len() <= EVIDENCE_SHOWN, "{flood}");
    }
}

#[test]
fn a_wrong_hazard_is_refused_by_name() {
    let hazards = Tables::BUILT_IN.hazards.replace("\"on fire\"", "\"on {inferno}\"");
    let error = HazardReader::new(&Tables { hazards: &hazards, ..Tables::BUILT_IN }).unwrap_err();
    assert_eq!((error.file, error.entry.as_str()), ("hazards", "on {inferno}"));
}
