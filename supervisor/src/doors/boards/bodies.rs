//! What the doors of the boards answer with.

use boards::document::View;
use boards::{Board, Boards, Chart, Line, Standing, State, Widget};
use jiff::Timestamp;
use serde::Serialize;

use super::span::Look;

/// The boards that there are.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BoardsBody {
    /// In the order in which they are offered.
    boards: Vec<BoardName>,
    /// Whether what was measured is kept here, so that they can be shown.
    measured_here: bool,
}

/// A board by name.
#[derive(Serialize, utoipa::ToSchema)]
struct BoardName {
    /// Its name in addresses.
    name: String,
    /// What it is called.
    title: String,
}

/// A board with the values of its charts.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct BoardBody {
    /// Its name in addresses.
    name: String,
    /// What it is called.
    title: String,
    /// The begin of the span.
    from: Timestamp,
    /// The end of the span.
    until: Timestamp,
    /// Its charts, in reading order.
    charts: Vec<ChartBody>,
}

/// A chart with its place in a grid that is 24 wide, and its values.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ChartBody {
    /// Its name in addresses.
    name: String,
    /// What it is called.
    title: String,
    /// Where its picture is.
    picture: String,
    /// From the left.
    x: u32,
    /// From the top.
    y: u32,
    /// Of 24.
    width: u32,
    /// In rows.
    height: u32,
    /// `time_series`, or `single_value`: the last value of each line.
    view: &'static str,
    /// Whether lines stand on one another.
    stacked: bool,
    /// What its values count in.
    unit: String,
    /// Only AWS measures some of it, so that nothing can be shown here.
    only_on_aws: bool,
    /// Seconds from one value to the next.
    period_s: i64,
    /// When its first period begins.
    begins: Timestamp,
    /// Its lines.
    lines: Vec<LineBody>,
    /// Values that mean something.
    thresholds: Vec<ThresholdBody>,
}

/// A line of a chart.
#[derive(Serialize, utoipa::ToSchema)]
struct LineBody {
    /// What it is called.
    label: String,
    /// A value for each period; null where nothing was measured.
    values: Vec<Option<f64>>,
}

/// A value that means something.
#[derive(Serialize, utoipa::ToSchema)]
struct ThresholdBody {
    /// What it means.
    label: String,
    /// Where it is.
    value: f64,
}

/// All alarms.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AlarmsBody {
    /// When they were looked at.
    pub(super) at: Timestamp,
    /// Those that are on first.
    pub(super) alarms: Vec<AlarmBody>,
}

/// An alarm.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AlarmBody {
    /// Its name.
    name: String,
    /// `alarm`, `insufficient_data` or `ok`.
    state: &'static str,
    /// Since when, if it changed within the last 180 periods.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// What is wrong when it is on.
    description: String,
    /// What is compared, with its unit.
    compares: String,
    /// The last value that was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    /// What it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<f64>,
    /// Its runbook, which `GET /v1/runbooks/{runbook}` answers.
    runbook: String,
    /// Only AWS measures it, so that it cannot be said here.
    only_on_aws: bool,
    /// It is an alarm of alarms.
    composite: bool,
    /// Another alarm keeps it silent.
    silent: bool,
}

/// A runbook.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RunbookBody {
    /// Its name.
    pub(super) name: String,
    /// Its title.
    pub(super) title: String,
    /// As it is written.
    pub(super) markdown: String,
    /// What follows the title, as HTML without anything that runs.
    pub(super) html: String,
}

impl BoardsBody {
    pub(super) fn of(boards: &Boards, measured_here: bool) -> Self {
        let name = |board: &Board| BoardName { name: board.name.clone(), title: board.title() };
        Self { boards: boards.boards.iter().map(name).collect(), measured_here }
    }
}

impl BoardBody {
    pub(super) fn of(board: &Board, Look { span: (from, until), .. }: Look, charts: Vec<ChartBody>) -> Self {
        Self { name: board.name.clone(), title: board.title(), from, until, charts }
    }
}

impl ChartBody {
    pub(super) fn of(board: &str, widget: &Widget, chart: Chart) -> Self {
        let Widget { name, x, y, width, height, .. } = widget;
        let line = |Line { label, values, .. }: Line| LineBody { label, values };
        let thresholds = chart.thresholds.into_iter();
        Self {
            picture: format!("/v1/boards/{board}/{name}.svg"),
            name: name.clone(),
            title: chart.title,
            x: *x,
            y: *y,
            width: *width,
            height: *height,
            view: match chart.view {
                View::TimeSeries => "time_series",
                View::SingleValue => "single_value",
            },
            stacked: chart.stacked,
            unit: chart.unit,
            only_on_aws: chart.elsewhere,
            period_s: chart.grid.seconds(),
            begins: chart.grid.at(0),
            lines: chart.lines.into_iter().map(line).collect(),
            thresholds: thresholds.map(|one| ThresholdBody { label: one.label, value: one.value }).collect(),
        }
    }
}

impl From<Standing> for AlarmBody {
    fn from(standing: Standing) -> Self {
        Self {
            name: standing.name,
            state: match standing.state {
                State::Alarm => "alarm",
                State::InsufficientData => "insufficient_data",
                State::Ok => "ok",
            },
            since: standing.since,
            description: standing.description,
            compares: standing.compares,
            value: standing.value,
            threshold: standing.threshold,
            runbook: standing.runbook,
            only_on_aws: standing.elsewhere,
            composite: standing.composite,
            silent: standing.silent,
        }
    }
}
