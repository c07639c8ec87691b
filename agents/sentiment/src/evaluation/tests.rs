//! That the measures are computed as they are defined.

use super::*;
use crate::Tables;

#[test]
fn confusion_gives_the_known_measures() {
    let mut confusion = Confusion::new(["negative", "neutral", "positive"]);
    for (expected, said, times) in [(0, 0, 6), (0, 1, 4), (1, 1, 5), (2, 1, 1), (2, 2, 4)] {
        (0..times).for_each(|_| confusion.count(expected, said));
    }
    assert_eq!((confusion.total(), confusion.get(0, 1)), (20, 4));
    assert!((confusion.accuracy() - 0.75).abs() < 1e-9);
    let neutral = confusion.class(1);
    assert!((neutral.precision - 0.5).abs() < 1e-9 && (neutral.recall - 1.0).abs() < 1e-9);
    assert!((confusion.macro_f1() - (0.75 + 2.0 / 3.0 + 8.0 / 9.0) / 3.0).abs() < 1e-9);
    assert_eq!(Confusion::new(["a", "b"]).class(0), ClassScore { precision: 0.0, recall: 0.0, f1: 0.0 });
}

#[test]
fn correlation_is_pearsons() {
    let mut correlations = Correlations::default();
    for (ours, theirs) in [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0)] {
        correlations.note("mixed", ours, theirs);
        correlations.note("same", ours, 2.0 * ours - 1.0);
        correlations.note("flat", ours, 1.0);
    }
    assert!((correlations.pearson("mixed").unwrap() - 0.6).abs() < 1e-9);
    assert!((correlations.pearson("same").unwrap() - 1.0).abs() < 1e-9);
    assert_eq!((correlations.pearson("flat"), correlations.pearson("unknown")), (None, None));
}

#[test]
fn rows_are_read_and_wrong_lines_named() {
    let rows = read_rows(
        "{\"text\":\"a\",\"label\":\"negative\",\"urgency\":\"soon\",\"id\":7}\n\n{\"text\":\"b\",\"mean\":1.5}\n",
    )
    .unwrap();
    assert_eq!((rows.len(), rows[0].urgency, rows[1].mean), (2, Some(Urgency::Soon), Some(1.5)));
    for (lines, line) in
        [("{\"text\":\"a\"}\n{\"label\":\"negative\"}", 2), ("{\"text\":\"a\",\"label\":\"cross\"}", 1), ("no", 1)]
    {
        assert_eq!(read_rows(lines).unwrap_err().line, line);
    }
}

#[test]
fn a_report_shows_only_what_was_measured() {
    let rows = read_rows(
        "{\"text\":\"awful service\",\"label\":\"negative\"}\n{\"text\":\"great team\",\"label\":\"positive\"}\n{\"text\":\"my car is on fire\",\"urgency\":\"emergency\"}",
    )
    .unwrap();
    let report =
        evaluate(&rows, &MoodReader::new(&Tables::BUILT_IN).unwrap(), &HazardReader::new(&Tables::BUILT_IN).unwrap());
    assert_eq!((report.negatives_found(), report.emergencies().recall, report.tone.accuracy()), (1.0, 1.0, 1.0));
    let shown = report.to_string();
    assert!(
        shown.contains("Tone (2 rows)") && shown.contains("Urgency (1 rows)") && !shown.contains("Pearson"),
        "{shown}"
    );
}
