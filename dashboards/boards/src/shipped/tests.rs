//! The shipped files against the code: what is named is measured, what is measured is shown, what is on has a runbook.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use metering::{Dimension, History, Metric, Query, Series};
use proptest::prelude::*;

use super::*;
use crate::alarm::State;
use crate::draw::{Size, svg};
use crate::row::Source;
use crate::search::Search;

/// Every metric of AWS that a board or an alarm names, as the documentation of each service lists it.
const OF_AWS: [(&str, &[&str]); 4] = [
    ("AWS/ApiGateway", &["4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"]),
    (
        "AWS/DynamoDB",
        &[
            "ConditionalCheckFailedRequests",
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "SuccessfulRequestLatency",
            "SystemErrors",
            "ThrottledRequests",
        ],
    ),
    (
        "AWS/Lambda",
        &[
            "ConcurrentExecutions",
            "DeadLetterErrors",
            "DestinationDeliveryFailures",
            "Duration",
            "Errors",
            "Invocations",
            "IteratorAge",
            "Throttles",
        ],
    ),
    ("AWS/SQS", &["ApproximateNumberOfMessagesVisible"]),
];

fn shipped() -> Boards {
    Boards::shipped("dev").unwrap()
}

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// An empty history that notes what it is asked for.
#[derive(Default)]
struct Asked(Mutex<Vec<(Metric, Vec<Dimension>)>>);

impl History for Asked {
    fn read(&self, query: &Query) -> Vec<Series> {
        let by = query.by.iter().map(|(dimension, _)| *dimension).collect();
        self.0.lock().unwrap().push((query.metric, by));
        Vec::new()
    }
}

/// What all boards ask for, and what all alarms ask for.
fn asked() -> [Vec<(Metric, Vec<Dimension>)>; 2] {
    let (boards, of_boards, of_alarms) = (shipped(), Asked::default(), Asked::default());
    for widget in boards.boards.iter().flat_map(|board| &board.widgets) {
        let span = (noon() - Duration::from_secs(3_600), noon());
        widget.chart(&of_boards, span, Duration::from_secs(60)).unwrap();
    }
    boards.alarms.standing(&of_alarms, noon()).unwrap();
    [of_boards, of_alarms].map(|asked| asked.0.into_inner().unwrap())
}

#[test]
fn what_boards_and_alarms_name_is_measured_by_these_dimensions() {
    // An unknown metric or set is refused when it is evaluated, so that all that was asked for is measured.
    for (metric, by) in asked().concat() {
        assert!(metric.sets().contains(&by.as_slice()), "{metric} by {by:?}");
    }
}

#[test]
fn every_metric_is_on_a_board_and_what_alarms_watch_too() {
    let [boards, alarms] = asked();
    let shown: BTreeSet<Metric> = boards.into_iter().map(|(metric, _)| metric).collect();
    let missing: Vec<_> = Metric::ALL.into_iter().filter(|metric| !shown.contains(metric)).collect();
    assert!(missing.is_empty(), "on no board: {missing:?}");
    assert!(alarms.into_iter().all(|(metric, _)| shown.contains(&metric)));
}

#[test]
fn metrics_of_aws_are_those_that_were_reviewed() {
    let boards = shipped();
    let of_boards =
        boards.boards.iter().flat_map(|board| &board.widgets).flat_map(|widget| &widget.rows).map(|row| &row.source);
    let sources = of_boards.chain(boards.alarms.metric.iter().flat_map(crate::Alarm::sources));
    let mut named = BTreeSet::new();
    for source in sources {
        match source {
            Source::Metric { namespace, name, .. } => _ = named.insert((namespace.clone(), name.clone())),
            Source::Expression(expression) => {
                for search in expression.split("SEARCH('").skip(1).filter_map(|rest| rest.split_once('\'')) {
                    let search = Search::read(search.0).unwrap();
                    named.insert((search.namespace, search.name));
                }
            }
        }
    }
    let reviewed = OF_AWS
        .iter()
        .flat_map(|(namespace, names)| names.iter().map(|name| ((*namespace).to_owned(), (*name).to_owned())));
    let named: BTreeSet<_> = named.into_iter().filter(|(namespace, _)| namespace != NAMESPACE).collect();
    assert_eq!(named, reviewed.collect());
}

#[test]
fn each_alarm_has_a_runbook_and_each_runbook_its_alarm() {
    let boards = shipped();
    let metric = boards.alarms.metric.iter().map(|alarm| (&alarm.name, &alarm.runbook));
    let all: Vec<_> = metric.chain(boards.alarms.composite.iter().map(|alarm| (&alarm.name, &alarm.runbook))).collect();
    assert!(all.iter().all(|(name, runbook)| **name == format!("motorline-dev-{runbook}")), "{all:?}");
    let named: BTreeSet<&str> = all.iter().map(|(_, runbook)| runbook.as_str()).collect();
    assert_eq!(named, boards.runbooks().collect());
    for name in named {
        let text = boards.runbook(name).unwrap();
        let places = ["# ", "**What it means.**", "## What to look at", "## What to do", "## It is over when"]
            .map(|part| text.find(part));
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{name}: {places:?}");
    }
}

#[test]
fn what_is_read_in_italics_in_a_runbook_is_a_graph_or_a_board() {
    let boards = shipped();
    let widgets = boards.boards.iter().flat_map(|board| &board.widgets).map(|widget| widget.title().to_owned());
    let titles: Vec<String> = widgets.chain(boards.boards.iter().map(Board::title)).collect();
    let words = ["Why", "lost", "urgent", "emergency"];
    for name in boards.runbooks() {
        let text = boards.runbook(name).unwrap().replace("**", "").replace('\n', " ");
        let text = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
        for shown in text.split('*').skip(1).step_by(2) {
            let known = words.contains(&shown)
                || titles
                    .iter()
                    .any(|title| title.to_lowercase().ends_with(&shown.to_lowercase()) || title.starts_with(shown));
            assert!(known, "{name}: there is no graph {shown:?}");
        }
    }
}

#[test]
fn graphs_do_not_lie_on_one_another() {
    for board in shipped().boards {
        let mut taken = BTreeSet::new();
        let mut names = BTreeSet::new();
        for widget in &board.widgets {
            assert!(widget.x + widget.width <= 24, "{}", widget.title());
            assert!(names.insert(&widget.name), "two graphs are called {}", widget.title());
            let cells = (widget.x..widget.x + widget.width)
                .flat_map(|x| (widget.y..widget.y + widget.height).map(move |y| (x, y)));
            assert!(cells.into_iter().all(|cell| taken.insert(cell)), "{} lies on another", widget.title());
        }
    }
}

#[test]
fn only_known_places_are_filled_in_by_cloudformation() {
    for file in FILES.files() {
        let text = file.contents_utf8().unwrap();
        for place in text.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
            let known = ["Deployment", "AWS::Region", "Runbooks"].contains(&place) || place.starts_with("!PROP('Dim.");
            assert!(known, "{}: ${{{place}}} would be eaten", file.path().display());
        }
    }
}

#[test]
fn whatever_the_deployment_is_called_the_files_can_be_read() {
    for name in ["", "a\"b", "x' + '", "\u{e4}\\n${AWS::Region}", "prod"] {
        Boards::shipped(name).unwrap();
    }
}

#[test]
fn with_nothing_measured_nothing_is_on() {
    let standing = shipped().alarms.standing(&Asked::default(), noon()).unwrap();
    assert!(standing.iter().all(|alarm| alarm.state != State::Alarm), "{standing:?}");
    assert!(standing.iter().filter(|alarm| alarm.elsewhere).all(|alarm| alarm.state == State::InsufficientData));
    assert_eq!(standing.iter().filter(|alarm| alarm.elsewhere).count(), 2);
}

/// Every series has the same values.
struct Everywhere(Vec<Option<f64>>);

impl History for Everywhere {
    fn read(&self, query: &Query) -> Vec<Series> {
        let about = query
            .by
            .iter()
            .map(|(dimension, only)| (*dimension, only.clone().unwrap_or_else(|| "one".into())))
            .collect();
        let from = query.from.as_second();
        let step = i64::try_from(query.period.as_secs()).unwrap();
        let point = |(index, value): (usize, &Option<f64>)| {
            Some((Timestamp::from_second(from + step * i64::try_from(index).unwrap()).unwrap(), (*value)?))
        };
        vec![Series { about, points: self.0.iter().cycle().take(180).enumerate().filter_map(point).collect() }]
    }
}

#[test]
fn errors_wake_somebody_and_silence_does_not() {
    // Every series is 30: as many errors as turns, a queue that waits for half a minute.
    let standing = shipped().alarms.standing(&Everywhere(vec![Some(30.0)]), noon()).unwrap();
    let state = |name: &str| standing.iter().find(|alarm| alarm.runbook == name).unwrap().state;
    assert_eq!((state("error-rate"), state("paging"), state("queue-wait")), (State::Alarm, State::Alarm, State::Ok));
    assert_eq!(standing[0].state, State::Alarm);
    // As many errors, but too little traffic to say so.
    let standing = shipped().alarms.standing(&Everywhere(vec![Some(10.0)]), noon()).unwrap();
    assert!(standing.iter().any(|alarm| alarm.runbook == "error-rate" && alarm.state == State::Ok));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_graph_draws_whatever_was_measured(values in proptest::collection::vec(prop_oneof![Just(None), any::<f64>().prop_map(Some), (0.0..1e5).prop_map(Some)], 1..40)) {
        let (boards, history) = (shipped(), Everywhere(values));
        for widget in boards.boards.iter().flat_map(|board| &board.widgets) {
            let span = (noon() - Duration::from_secs(3_600), noon());
            let chart = widget.chart(&history, span, Duration::from_secs(60)).unwrap();
            let picture = svg(&chart, Size { width: 480, height: 264 }).unwrap();
            prop_assert!(roxmltree::Document::parse(&picture).is_ok());
        }
        boards.alarms.standing(&history, noon()).unwrap();
    }
}
