//! The rows of a graph or of an alarm, evaluated over what was measured.

use std::cell::{Cell, RefCell};

use contract::{Error, Result};
use metering::{History, Query};

use crate::line::{Grid, Line};
use crate::math::{self, Operand, Scope};
use crate::names::{Meant, meant, statistic};
use crate::row::{Row, Source};
use crate::search::Search;

/// Rows over a history.
pub struct Sheet<'a> {
    rows: &'a [Row],
    history: &'a dyn History,
    grid: Grid,
    /// The rows that are being evaluated: one that needs itself has no value.
    under_way: RefCell<Vec<String>>,
    /// Something was named that only AWS measures.
    elsewhere: Cell<bool>,
}

impl<'a> Sheet<'a> {
    /// These rows over the periods of `grid`.
    pub fn new(rows: &'a [Row], history: &'a dyn History, grid: Grid) -> Self {
        Self { rows, history, grid, under_way: RefCell::default(), elsewhere: Cell::new(false) }
    }

    /// The lines of a row, with their labels.
    ///
    /// # Errors
    /// `Invalid` when the row means nothing.
    pub fn lines(&self, row: &Row) -> Result<Vec<Line>> {
        let lines = match self.value(row)? {
            Operand::Line(line) => vec![line],
            Operand::Lines(lines) => lines,
            Operand::Number(number) => {
                vec![Line { values: vec![Some(number); self.grid.count()], ..self.grid.empty() }]
            }
            Operand::Text(_) => return Err(math::wrong("a row is a line, not a text")),
        };
        Ok(lines.into_iter().map(|line| labelled(line, row)).collect())
    }

    /// Whether something was named that only AWS measures.
    pub fn elsewhere(&self) -> bool {
        self.elsewhere.get()
    }

    fn value(&self, row: &Row) -> Result<Operand> {
        match &row.source {
            Source::Expression(expression) => math::evaluated(expression, self),
            Source::Metric { namespace, name, dimensions, statistic } => {
                let mut lines = self.read(namespace, name, dimensions, statistic)?;
                Ok(Operand::Line(if lines.is_empty() { self.grid.empty() } else { lines.swap_remove(0) }))
            }
        }
    }

    fn read(&self, namespace: &str, name: &str, by: &[(String, Option<String>)], made: &str) -> Result<Vec<Line>> {
        let statistic = statistic(made)?;
        let Meant::Ours(metric, by) = meant(namespace, name, by)? else {
            self.elsewhere.set(true);
            return Ok(Vec::new());
        };
        let (from, until) = self.grid.span();
        let query = Query { metric, by, statistic, period: self.grid.period(), from, until };
        Ok(self.history.read(&query).iter().map(|series| self.grid.place(series)).collect())
    }
}

impl Scope for Sheet<'_> {
    fn grid(&self) -> Grid {
        self.grid
    }

    fn named(&self, id: &str) -> Result<Operand> {
        let row = self.rows.iter().find(|row| row.id.as_deref() == Some(id));
        let row = row.ok_or_else(|| math::wrong(format!("no row is called {id}")))?;
        if self.under_way.borrow().iter().any(|name| name == id) {
            return Err(math::wrong(format!("the row {id} is made of itself")));
        }
        self.under_way.borrow_mut().push(id.to_owned());
        let value = self.value(row);
        self.under_way.borrow_mut().pop();
        value
    }

    fn metrics(&self, part: &str) -> Result<Vec<Line>> {
        let named = |row: &&Row| row.id.as_deref().unwrap_or_default().contains(part);
        let metrics = self.rows.iter().filter(|row| matches!(row.source, Source::Metric { .. })).filter(named);
        let lines: Vec<Vec<Line>> = metrics.map(|row| self.lines(row)).collect::<Result<_>>()?;
        Ok(lines.into_iter().flatten().collect())
    }

    fn search(&self, text: &str, statistic: &str) -> Result<Vec<Line>> {
        let Search { namespace, name, dimensions, words } = Search::read(text)?;
        let lines = self.read(&namespace, &name, &dimensions, statistic)?;
        if !words.is_empty() && !self.elsewhere() {
            return Err(Error::invalid("SEARCH", "our own metrics are looked for by their dimensions, not by words"));
        }
        Ok(lines.into_iter().map(|line| untold(line, &dimensions)).collect())
    }
}

/// What a search asked for stands in the title; only what it found tells its lines apart.
fn untold(line: Line, dimensions: &[(String, Option<String>)]) -> Line {
    let asked = |name: &str| dimensions.iter().any(|(dimension, value)| dimension == name && value.is_some());
    let told = line.about.iter().filter(|(name, _)| !asked(name)).map(|(_, value)| value.as_str());
    Line { label: told.collect::<Vec<_>>().join(" \u{b7} "), ..line }
}

/// A row's label may name dimensions of what a search found: `${PROP('Dim.agent')}`.
fn labelled(line: Line, row: &Row) -> Line {
    let label = match (&row.label, &row.id) {
        (Some(label), _) => {
            let filled = |label: String, (name, value): &(String, String)| {
                label.replace(&format!("${{PROP('Dim.{name}')}}"), value)
            };
            line.about.iter().fold(label.clone(), filled)
        }
        (None, Some(id)) if line.label.is_empty() => id.clone(),
        (None, _) => line.label.clone(),
    };
    Line { label, ..line }
}
