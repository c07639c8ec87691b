//! Checks the measures against figures worked out by hand.

use super::*;

fn case(expected: &str, found: &str, confidence: f32, in_scope: bool) -> (Row, Verdict) {
    let row = Row { text: String::new(), label: expected.into(), split: None, bot: None };
    (row, Verdict { label: found.into(), confidence, alternatives: Vec::new(), in_scope })
}

fn report(cases: Vec<(Row, Verdict)>) -> Report {
    let (rows, verdicts): (Vec<Row>, Vec<Verdict>) = cases.into_iter().unzip();
    measure(&["a".to_owned(), "b".to_owned()], &rows, &verdicts)
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
}

#[test]
fn shares_count_what_their_names_say() {
    let report = report(vec![
        case("a", "a", 0.9, true),
        case("a", "a", 0.4, false),
        case("b", "a", 0.6, true),
        case("b", "b", 0.8, true),
        case("oos", "b", 0.2, false),
        case("NO_NODES_DETECTED", "b", 0.5, true),
        case("c", "a", 0.3, true),
    ]);
    assert_eq!((report.rows, report.out_of_scope_rows), (7, 2));
    close(report.in_scope_accuracy.unwrap(), 2.0 / 5.0);
    close(report.best_intent_accuracy.unwrap(), 3.0 / 5.0);
    close(report.out_of_scope_recall.unwrap(), 0.5);
    close(report.out_of_scope_precision.unwrap(), 0.5);
    assert_eq!(report.unknown_labels, BTreeMap::from([("c".to_owned(), 1)]));
    assert_eq!(report.confusions.len(), 4);
    let expected: [f64; 4] = [2.0 / 5.0, 2.0 / 4.0, 0.5, 0.0];
    close(report.macro_f1, expected.iter().sum::<f64>() / 4.0);
    close(report.calibration_error, (0.1 + 0.6 + 0.6 + 0.2 + 0.2 + 0.5 + 0.3) / 7.0);
}

#[test]
fn matthews_is_one_when_all_is_right_and_that_of_two_classes_otherwise() {
    close(report(vec![case("a", "a", 1.0, true), case("b", "b", 1.0, true)]).matthews, 1.0);
    let mixed = [("a", "a", 6), ("a", "b", 2), ("b", "a", 1), ("b", "b", 3)];
    let cases = mixed.iter().flat_map(|&(expected, found, times)| vec![case(expected, found, 1.0, true); times]);
    close(report(cases.collect()).matthews, (6.0 * 3.0 - 1.0 * 2.0) / (8.0_f64 * 4.0 * 7.0 * 5.0).sqrt());
}

#[test]
fn a_classifier_that_is_as_right_as_it_says_has_no_calibration_error() {
    let cases = (0..10).map(|index| case("a", if index < 7 { "a" } else { "b" }, 0.7, true));
    assert!(report(cases.collect()).calibration_error < 1e-6);
}

#[test]
fn sure_intents_are_counted_with_what_is_wrong_among_them() {
    let report = report(vec![
        case("a", "a", 0.9, true),
        case("b", "a", 0.65, true),
        case("oos", "b", 0.7, true),
        case("a", "a", 0.95, false),
        case("b", "b", 0.2, true),
    ]);
    let found: Vec<(f64, Option<f64>)> =
        report.selective.iter().map(|level| (level.coverage, level.accuracy)).collect();
    assert_eq!(found, [(0.6, Some(1.0 / 3.0)), (0.6, Some(1.0 / 3.0)), (0.4, Some(0.5)), (0.2, Some(1.0))]);
}

#[test]
fn no_rows_are_no_figures_and_no_fault() {
    let report = report(Vec::new());
    assert_eq!((report.in_scope_accuracy, report.out_of_scope_recall), (None, None));
    assert!(report.to_string().contains("in-scope accuracy             –"), "{report}");
}
