//! What a picture looks like, and that none of them is broken.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::chart::Threshold;
use crate::line::{Grid, Line};

fn chart(view: View, stacked: bool, lines: Vec<Vec<Option<f64>>>) -> Chart {
    let count = lines.first().map_or(1, Vec::len).max(1);
    let at = |minute: usize| Timestamp::from_second(1_700_000_040 + 60 * i64::try_from(minute).unwrap()).unwrap();
    let line = |(index, values)| Line { label: format!("line <{index}> & \"more\""), about: Vec::new(), values };
    Chart {
        title: "Turns & <more>".into(),
        unit: "ms".into(),
        view,
        stacked,
        min: Some(0.0),
        max: None,
        grid: Grid::over(at(0), at(count), Duration::from_secs(60)).unwrap(),
        lines: lines.into_iter().enumerate().map(line).collect(),
        thresholds: vec![Threshold { label: "alarm above 9".into(), value: 9.0 }],
        elsewhere: false,
    }
}

fn drawn(chart: &Chart) -> String {
    svg(chart, Size { width: 480, height: 264 }).unwrap()
}

#[test]
fn a_small_chart_looks_as_it_did() {
    let lines = vec![
        vec![Some(1.0), Some(4.0), None, Some(2.0), None, Some(8.0), Some(7.0)],
        vec![None, Some(2.0), Some(2.5), Some(3.0), Some(3.5), None, None],
    ];
    insta::assert_snapshot!("lines", drawn(&chart(View::TimeSeries, false, lines.clone())));
    insta::assert_snapshot!("stacked", drawn(&chart(View::TimeSeries, true, lines.clone())));
    insta::assert_snapshot!("numbers", drawn(&chart(View::SingleValue, false, lines)));
}

#[test]
fn a_gap_ends_a_line() {
    let polylines = |values: Vec<Option<f64>>| {
        let svg = drawn(&chart(View::TimeSeries, false, vec![values]));
        (svg.matches("stroke=\"#1F83D6\" stroke-width=\"2\"").count(), svg.matches("<circle").count())
    };
    assert_eq!(polylines(vec![Some(1.0), Some(2.0), Some(3.0), Some(4.0)]), (1, 0));
    assert_eq!(polylines(vec![Some(1.0), Some(2.0), None, Some(3.0), Some(4.0)]), (2, 0));
    assert_eq!(polylines(vec![Some(1.0), Some(2.0), None, Some(3.0), None]), (1, 1));
}

#[test]
fn a_picture_says_in_words_what_it_shows() {
    let svg = drawn(&chart(View::TimeSeries, false, vec![vec![Some(1.0), Some(4.0), None]]));
    let document = roxmltree::Document::parse(&svg).unwrap();
    let root = document.root_element();
    let text =
        |name| root.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text()).unwrap_or_default();
    assert_eq!(
        (root.attribute("role"), text(("http://www.w3.org/2000/svg", "title"))),
        (Some("img"), "Turns & <more>")
    );
    let words = text(("http://www.w3.org/2000/svg", "desc"));
    assert_eq!(words, "Turns & <more>. line <0> & \"more\": last 4, from 1 to 4 ms");
    assert!(!svg.contains("#010101") && svg.contains("currentColor") && !svg.contains("style="), "{svg}");
}

#[test]
fn nothing_and_what_is_elsewhere_are_said() {
    assert!(drawn(&chart(View::TimeSeries, false, vec![vec![None, None]])).contains("no values in this span"));
    let elsewhere = Chart { elsewhere: true, ..chart(View::TimeSeries, false, vec![]) };
    assert!(drawn(&elsewhere).contains("measured on AWS only"));
}

/// Lines of one length, of any values, with gaps.
fn any_lines() -> impl Strategy<Value = Vec<Vec<Option<f64>>>> {
    let value = prop_oneof![Just(None), any::<f64>().prop_map(Some), (-1e6..1e6).prop_map(Some)];
    (1_usize..30, 0_usize..12).prop_flat_map(move |(periods, lines)| {
        proptest::collection::vec(proptest::collection::vec(value.clone(), periods), lines)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_values_can_be_drawn(lines in any_lines(), stacked: bool, single: bool, width: u32, height: u32, label in any::<String>()) {
        let view = if single { View::SingleValue } else { View::TimeSeries };
        let mut chart = chart(view, stacked, lines);
        chart.lines.iter_mut().for_each(|line| line.label = label.clone());
        let svg = svg(&chart, Size { width, height }).unwrap();
        prop_assert!(roxmltree::Document::parse(&svg).is_ok(), "{}", svg);
    }
}
