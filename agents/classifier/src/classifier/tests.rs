//! Checks that the classifier learns, admits what it does not know, and bears any text.

use super::*;

const LESSONS: [(&str, &[&str]); 4] = [
    (
        "tyre",
        &[
            "my tyre is flat",
            "puncture in the front tyre",
            "the tyre lost air",
            "flat tyre on the motorway",
            "tyre has a hole",
            "how much air in the tyres",
        ],
    ),
    (
        "charging",
        &[
            "the car does not charge",
            "charging stops at the wallbox",
            "charging cable is stuck",
            "how long does charging take",
            "charger shows an error",
            "it will not charge at home",
        ],
    ),
    (
        "app",
        &[
            "the app will not log in",
            "password of the app forgotten",
            "app crashes on my phone",
            "cannot sign in to the app",
            "the phone app shows nothing",
            "app login fails",
        ],
    ),
    (
        "oos",
        &[
            "who won the match",
            "tell me a joke",
            "recipe for pancakes",
            "what is the capital of peru",
            "play some jazz",
            "book a flight to rome",
        ],
    ),
];

fn examples(lessons: &[(&str, &[&str])]) -> Vec<Example> {
    let example = |label: &str, text: &str| Example { text: text.into(), label: label.into() };
    lessons.iter().flat_map(|(label, texts)| texts.iter().map(move |text| example(label, text))).collect()
}

fn trained() -> Classifier {
    Classifier::train(&examples(&LESSONS), &Settings::default())
}

#[test]
fn it_finds_the_intent_of_texts_it_has_not_seen() {
    let classifier = trained();
    assert_eq!(classifier.labels(), ["app", "charging", "tyre"]);
    for (text, label) in [
        ("there is a nail in my tyre", "tyre"),
        ("TYRES LOSE AIR!!!", "tyre"),
        ("my tire has a puncure", "tyre"),
        ("chargin stoped", "charging"),
        ("why can't I log in to the app?", "app"),
    ] {
        let verdict = classifier.classify(text);
        assert_eq!(verdict.label, label, "{text}: {verdict:?}");
        assert!(verdict.in_scope, "{text}: {verdict:?}");
    }
}

#[test]
fn what_is_foreign_is_out_of_scope() {
    let classifier = trained();
    for text in ["recipe for apple pie", "the capital of france", "xyzzy quux", "", " \n", "?!…", "\u{1f697}", "充电"]
    {
        assert!(!classifier.classify(text).in_scope, "{text}");
    }
}

#[test]
fn confidences_are_probabilities_and_alternatives_come_best_first() {
    let classifier = trained();
    for text in ["my tyre is flat", "the app does not show charging", "hello", ""] {
        let verdict = classifier.classify(text);
        let all: Vec<f32> =
            std::iter::once(verdict.confidence).chain(verdict.alternatives.iter().map(|one| one.confidence)).collect();
        assert!(all.is_sorted_by(|left, right| left >= right), "{text}: {all:?}");
        assert!(
            all.iter().all(|one| (0.0..=1.0).contains(one)) && all.iter().sum::<f32>() <= 1.0001,
            "{text}: {all:?}"
        );
        assert!(verdict.alternatives.iter().all(|one| one.label != verdict.label && one.label != OUT_OF_SCOPE));
    }
    let (sure, unsure) = (classifier.classify("my tyre is flat"), classifier.classify("is it the tyre or the app"));
    assert!(sure.confidence > unsure.confidence);
}

#[test]
fn learning_twice_gives_the_same_classifier() {
    let (once, twice) = (trained(), trained());
    for text in ["my tyre", "charging with the app", "pancakes"] {
        assert_eq!(once.classify(text), twice.classify(text));
    }
}

#[test]
fn a_huge_text_is_read_from_its_start_only() {
    let classifier = trained();
    let start = "my tyre is flat ".repeat(300);
    let huge = start.clone() + &"charging ".repeat(100_000);
    assert_eq!(classifier.classify(&huge), classifier.classify(&start));
}

#[test]
fn odd_training_sets_are_no_fault() {
    let nothing = Classifier::train(&[], &Settings::default()).classify("my tyre is flat");
    assert_eq!((nothing.label.as_str(), nothing.in_scope, nothing.alternatives.len()), (OUT_OF_SCOPE, false, 0));
    let only_foreign = Classifier::train(&examples(&LESSONS[3..]), &Settings::default()).classify("my tyre is flat");
    assert_eq!((only_foreign.label.as_str(), only_foreign.in_scope), (OUT_OF_SCOPE, false));
    let one = Classifier::train(&examples(&LESSONS[..1]), &Settings::default()).classify("my tyre is flat");
    assert_eq!((one.label.as_str(), one.in_scope), ("tyre", true));
    let blank = [Example { text: String::new(), label: "a".into() }, Example { text: "!".into(), label: "b".into() }];
    let strange = Settings { folds: 0, passes: 0, longest: 0, cost: 0.0, ..Settings::default() };
    assert!(!Classifier::train(&blank, &strange).classify("a").in_scope);
}

#[test]
fn the_recall_weight_trades_wrong_acceptance_for_wrong_rejection() {
    let texts = [
        "my tyre has a puncture",
        "it charges slowly",
        "app password",
        "a flight to lima",
        "jazz please",
        "hello there",
    ];
    let accepted = |recall_weight: f64| {
        let classifier = Classifier::train(&examples(&LESSONS), &Settings { recall_weight, ..Settings::default() });
        texts.iter().filter(|text| classifier.classify(text).in_scope).count()
    };
    assert!(accepted(0.0) > accepted(100.0), "{} {}", accepted(0.0), accepted(100.0));
}

#[test]
fn words_of_one_meaning_teach_each_other() {
    let concepts =
        Concepts::read("own.toml", "[own]\napp = [\"app\", \"programme\"]\nfail = [\"fail\", \"bork\"]").unwrap();
    let without = trained().classify("programme borked");
    let with = Classifier::train(&examples(&LESSONS), &Settings { concepts, ..Settings::default() });
    let verdict = with.classify("programme borked");
    assert_eq!((verdict.label.as_str(), verdict.in_scope), ("app", true), "{verdict:?}");
    assert!(!without.in_scope, "{without:?}");
}
