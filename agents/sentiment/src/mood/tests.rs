//! What the tone of service messages must be, rule by rule.

use super::*;
use Polarity::{Negative, Neutral, Positive};

fn reader() -> MoodReader {
    MoodReader::new(&Tables::BUILT_IN).unwrap()
}

fn check(cases: &[(Polarity, &str)]) {
    let reader = reader();
    for (expected, text) in cases {
        let mood = reader.read(text);
        assert_eq!(mood.label, *expected, "{text}: {mood:?}");
    }
}

fn score(text: &str) -> f32 {
    reader().read(text).score
}

#[test]
fn complaints_without_a_bad_word_are_negative() {
    check(&[
        (Negative, "This is the third time I've called about the same issue"),
        (Negative, "still waiting for a call back"),
        (Negative, "nobody called back"),
        (Negative, "passed from pillar to post"),
        (Negative, "You said the car would be ready on Friday"),
        (Negative, "The part was supposed to arrive last week"),
        (Negative, "Is this how you treat loyal customers?"),
        (Negative, "Three weeks and still no courtesy car"),
        (Negative, "It broke down again, two days after you repaired it"),
        (Negative, "where is my car??"),
    ]);
}

#[test]
fn plain_anger_and_praise_are_heard() {
    check(&[
        (Negative, "I'm fed up, this is ridiculous"),
        (Negative, "what a rip-off, never again"),
        (Negative, "you've really let me down 😡"),
        (Positive, "Spot on, you sorted it in ten minutes"),
        (Positive, "couldn't be happier with the team"),
        (Positive, "no complaints at all, great car"),
        (Positive, "Fantastic service, highly recommended 👍"),
    ]);
}

#[test]
fn sarcasm_is_no_praise() {
    check(&[
        (Negative, "Great, another breakdown."),
        (Negative, "thanks for nothing"),
        (Negative, "Brilliant, now it won't even start"),
        (Negative, "Wonderful. Another warning light."),
        (Negative, "Great, my brakes failed"),
        (Positive, "Great, now it works again, thank you so much"),
        (Positive, "Brilliant service, no more rattle"),
    ]);
}

#[test]
fn facts_and_manners_are_neutral() {
    check(&[
        (Neutral, "The brake pedal goes to the floor"),
        (Neutral, "The screen went black and the camera failed"),
        (Neutral, "I had an accident, the bumper is damaged"),
        (Neutral, "Error code P0301 is showing"),
        (Neutral, "please could you kindly book me in, thanks in advance"),
        (Neutral, "I would like to know the best time to charge"),
        (Neutral, "I'd be happy to wait until Tuesday"),
        (Neutral, "Good morning, I hope you are well. Kind regards"),
        (Neutral, ""),
        (Neutral, "¿ 42 — …"),
    ]);
}

#[test]
fn the_words_around_change_the_weight() {
    let ordered = [
        ("the staff were extremely rude", "the staff were rude"),
        ("the staff were rude", "the staff were slightly rude"),
        ("the staff were RUDE", "the staff were rude"),
        ("the staff were rude!!!", "the staff were rude"),
        ("the staff were not helpful", "the staff were helpful"),
        ("the car is lovely but the staff are rude", "the staff are rude but the car is lovely"),
        ("the least helpful staff", "at least helpful staff"),
        ("never helpful", "never so helpful"),
        ("sooo helpless", "so helpless"),
    ];
    for (lower, higher) in ordered {
        assert!(score(lower) < score(higher), "{lower} < {higher}");
    }
}

#[test]
fn a_torn_message_is_strong_but_not_polar() {
    let mood = reader().read("I love the car and I hate the service");
    assert!(mood.score.abs() < 0.3 && mood.intensity > 0.7, "{mood:?}");
}

#[test]
fn the_measures_stay_within_their_bounds() {
    let reader = reader();
    let floods = ["awful ", "!?", "not ", "still no ", "😡", "waste of ", "great, another ", "a", "don't'", ":-("];
    for flood in floods {
        let mood = reader.read(&flood.repeat(10_000));
        assert!((-1.0..=1.0).contains(&mood.score) && (0.0..=1.0).contains(&mood.intensity), "{flood}: {mood:?}");
    }
}

#[test]
fn wrong_tables_name_the_entry() {
    let wrong = [
        (Tables { lexicon: "words = { \"5\" = \"vast\" }\nemoticons = {}", ..Tables::BUILT_IN }, "lexicon", "5"),
        (
            Tables { lexicon: "words = { \"1\" = \"a\", \"2\" = \"a\" }\nemoticons = {}", ..Tables::BUILT_IN },
            "lexicon",
            "a",
        ),
        (
            Tables { phrases: "[[group]]\nvalence = 9\npatterns = [\"so what\"]", ..Tables::BUILT_IN },
            "phrases",
            "so what",
        ),
        (Tables { phrases: "[[group]]\nvalence = 1\npatterns = [\"{x} y\"]", ..Tables::BUILT_IN }, "phrases", "{x} y"),
        (Tables { grammar: "negators = 1", ..Tables::BUILT_IN }, "grammar", "line 1"),
    ];
    for (tables, file, entry) in wrong {
        let error = MoodReader::new(&tables).unwrap_err();
        assert_eq!((error.file, error.entry.as_str()), (file, entry), "{error}");
    }
}

#[test]
fn the_lexicon_is_as_large_as_it_claims() {
    let entries = |text: &str, from: &str| text.split(from).nth(1).unwrap_or("").split_whitespace().count();
    assert!(entries(Tables::BUILT_IN.lexicon, "[words]") > 900);
    assert!(Tables::BUILT_IN.phrases.matches("\", \"").count() > 250);
}
