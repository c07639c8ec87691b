//! What has become of a figure, case by case.

use super::*;

/// A share over a hundred rows of which these are wrong.
fn share(wrong: std::ops::Range<usize>) -> Figure {
    Figure::share("set", "figure", (0..100).map(|at| (format!("{at:03}"), !wrong.contains(&at))))
}

fn verdict(before: &Figure, now: &Figure) -> Verdict {
    Baseline::of(std::slice::from_ref(before), None).compare(std::slice::from_ref(now))[0].verdict
}

#[test]
fn a_regression_is_beyond_tolerance_and_beyond_chance() {
    let before = share(0..10);
    for (wrong, expected) in [
        (0..10, Verdict::Same),
        (0..8, Verdict::Better),
        (0..12, Verdict::Tolerated),
        // Four more are wrong and none less: 1 in 16 by chance. Five: 1 in 32.
        (0..14, Verdict::Noise),
        (0..15, Verdict::Regressed),
    ] {
        assert_eq!(verdict(&before, &share(wrong.clone())), expected, "{wrong:?}");
    }
}

#[test]
fn in_a_strict_figure_every_row_counts_even_when_another_is_won() {
    assert_eq!(verdict(&share(0..1).strict(), &share(1..2).strict()), Verdict::Regressed);
    assert_eq!(verdict(&share(0..1).strict(), &share(0..0).strict()), Verdict::Better);
}

#[test]
fn what_is_not_measured_any_more_fails_and_what_is_new_does_not() {
    let baseline = Baseline::of(&[share(0..1)], None);
    let other = Figure { name: "another".into(), ..share(0..1) };
    let verdicts: Vec<_> = baseline.compare(&[other]).iter().map(|one| one.verdict).collect();
    assert_eq!(verdicts, [Verdict::New, Verdict::Missing]);
    assert!(Verdict::Missing.fails() && !Verdict::New.fails());
}

#[test]
fn rows_that_are_not_the_same_are_compared_as_two_samples() {
    let other = |wrong: usize| Figure::share("set", "figure", (0..90).map(|at| (format!("new-{at}"), at >= wrong)));
    assert_eq!(verdict(&share(0..10), &other(12)), Verdict::Noise);
    assert_eq!(verdict(&share(0..10), &other(40)), Verdict::Regressed);
}

#[test]
fn less_is_better_where_it_is_and_tolerances_of_money_are_relative() {
    let cost = |times: f64| {
        let rows = (0..50).map(|at| (format!("{at}"), (100.0 + f64::from(at)) * times)).collect();
        Figure { unit: Unit::MicroUsd, tolerance: 0.05, ..Figure::score("set", "cost", rows).lower() }
    };
    assert_eq!(verdict(&cost(1.0), &cost(1.04)), Verdict::Tolerated);
    assert_eq!(verdict(&cost(1.0), &cost(1.1)), Verdict::Regressed);
    assert_eq!(verdict(&cost(1.0), &cost(0.9)), Verdict::Better);
}

#[test]
fn a_file_is_read_as_it_was_written_and_edited_tolerances_stay() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baseline.json");
    let mut baseline = Baseline::of(&[share(0..10)], None);
    baseline.write(&file).unwrap();
    assert_eq!(Baseline::read(&file).unwrap(), baseline);
    baseline.figures.get_mut("set / figure").unwrap().tolerance = 0.3;
    let again = Baseline::of(&[share(0..20)], Some(&baseline));
    assert_eq!(again.figures["set / figure"].tolerance, 0.3);
    assert!(Baseline::read(folder.path()).unwrap_err().contains("cannot read"));
}

#[test]
fn times_of_another_build_are_not_compared() {
    let figure = Figure { of_build: true, ..share(0..1) };
    let mut baseline = Baseline::of(std::slice::from_ref(&figure), None);
    baseline.build = "another".into();
    assert_eq!(baseline.compare(&[figure])[0].verdict, Verdict::OtherBuild);
}
