//! A board: graphs in their places.

use std::time::Duration;

use contract::{Error, Result};
use jiff::Timestamp;
use metering::History;

use crate::chart::{Chart, Threshold};
use crate::document::{Body, Properties, WidgetBody};
use crate::line::Grid;
use crate::row::{self, Row};
use crate::sheet::Sheet;

/// A board.
#[derive(Debug, Clone)]
pub struct Board {
    /// Its name, which is that of its file.
    pub name: String,
    /// Its graphs.
    pub widgets: Vec<Widget>,
}

/// A graph in its place, in a grid that is 24 wide.
#[derive(Debug, Clone)]
pub struct Widget {
    /// Its name on its board, made of its title.
    pub name: String,
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Of 24.
    pub width: u32,
    /// In rows.
    pub height: u32,
    /// What is evaluated.
    pub rows: Vec<Row>,
    properties: Properties,
}

impl Board {
    /// Reads a board from its file, for this deployment.
    ///
    /// # Errors
    /// `Invalid`, naming the file and the place in it.
    pub fn read(name: &str, text: &str, deployment: &str) -> Result<Self> {
        let file = format!("{name}.json");
        let body = Body::read(&file, text, deployment)?;
        let widget = |(index, widget): (usize, WidgetBody)| {
            Widget::of(widget).map_err(|error| placed(error, &file, &format!("widgets[{index}].properties")))
        };
        let widgets = body.widgets.into_iter().enumerate().map(widget).collect::<Result<_>>()?;
        Ok(Self { name: name.to_owned(), widgets })
    }

    /// What it is called.
    pub fn title(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    /// The graph of this name.
    pub fn widget(&self, name: &str) -> Option<&Widget> {
        self.widgets.iter().find(|widget| widget.name == name)
    }
}

impl Widget {
    fn of(body: WidgetBody) -> Result<Self> {
        let WidgetBody { kind: _, x, y, width, height, properties } = body;
        let rows = row::read(&properties.metrics, &properties.stat)?;
        Ok(Self { name: slug(&properties.title), x, y, width, height, rows, properties })
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        &self.properties.title
    }

    /// Its values over a span. Periods are at least as long as its file says.
    ///
    /// # Errors
    /// `Invalid` when a row means nothing, or the span has too many periods.
    pub fn chart(
        &self,
        history: &dyn History,
        (from, until): (Timestamp, Timestamp),
        period: Duration,
    ) -> Result<Chart> {
        let grid = Grid::over(from, until, period.max(Duration::from_secs(self.properties.period)))?;
        let sheet = Sheet::new(&self.rows, history, grid);
        let mut lines = Vec::new();
        for (index, row) in self.rows.iter().enumerate().filter(|(_, row)| row.visible) {
            lines.extend(sheet.lines(row).map_err(|error| placed(error, &self.name, &format!("metrics[{index}]")))?);
        }
        let Properties { title, view, stacked, y_axis, annotations, .. } = &self.properties;
        let threshold = |line: &crate::document::Horizontal| Threshold { label: line.label.clone(), value: line.value };
        Ok(Chart {
            title: title.clone(),
            unit: y_axis.left.label.clone().unwrap_or_default(),
            view: *view,
            stacked: *stacked,
            min: y_axis.left.min,
            max: y_axis.left.max,
            grid,
            lines,
            thresholds: annotations.horizontal.iter().map(threshold).collect(),
            elsewhere: sheet.elsewhere(),
        })
    }
}

/// The error, at this place of a file.
pub(crate) fn placed(error: Error, file: &str, place: &str) -> Error {
    let within = error.field.clone().map(|field| format!(".{field}")).unwrap_or_default();
    error.field(format!("{file}: {place}{within}"))
}

fn slug(title: &str) -> String {
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
