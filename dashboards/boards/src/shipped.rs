//! The boards, alarms and runbooks that are shipped with the product, for one deployment of it.

use std::collections::BTreeMap;

use contract::Result;
use include_dir::{Dir, include_dir};

use crate::alarm::Alarms;
use crate::board::Board;
use crate::document::broken;

/// The namespace of our metrics in CloudWatch.
pub const NAMESPACE: &str = "Motorline";

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../cloudwatch");
static RUNBOOKS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../runbooks");
/// What is no board among the files.
const ALARMS: &str = "alarms.json";
/// The order in which boards are offered; others stand behind these.
const ORDER: [&str; 4] = ["overview", "agents", "models", "platform"];

/// Everything that operators look at.
#[derive(Debug, Clone)]
pub struct Boards {
    /// The boards, in the order in which they are offered.
    pub boards: Vec<Board>,
    /// The alarms.
    pub alarms: Alarms,
    runbooks: BTreeMap<String, &'static str>,
}

impl Boards {
    /// Those that are shipped, for this deployment.
    ///
    /// # Errors
    /// `Invalid`, naming the file and the place in it.
    pub fn shipped(deployment: &str) -> Result<Self> {
        let mut boards = Vec::new();
        let mut alarms = None;
        for file in FILES.files().filter(|file| file.path().extension().is_some_and(|kind| kind == "json")) {
            let name = file.path().to_string_lossy();
            let text = file.contents_utf8().ok_or_else(|| broken(&name, "", "it is no text"))?;
            match name.strip_suffix(".json") {
                Some(_) if name == ALARMS => alarms = Some(Alarms::read(ALARMS, text, deployment)?),
                Some(board) => boards.push(Board::read(board, text, deployment)?),
                None => {}
            }
        }
        let place = |board: &Board| ORDER.iter().position(|name| *name == board.name).unwrap_or(ORDER.len());
        boards.sort_by(|one, other| place(one).cmp(&place(other)).then_with(|| one.name.cmp(&other.name)));
        let runbook = |file: &'static include_dir::File<'static>| {
            Some((file.path().to_str()?.strip_suffix(".md")?.to_owned(), file.contents_utf8()?))
        };
        let runbooks = RUNBOOKS.files().filter_map(runbook).collect();
        let alarms = alarms.ok_or_else(|| broken(ALARMS, "", "the file is missing"))?;
        Ok(Self { boards, alarms, runbooks })
    }

    /// The board of this name.
    pub fn board(&self, name: &str) -> Option<&Board> {
        self.boards.iter().find(|board| board.name == name)
    }

    /// The runbook of this name, in Markdown.
    pub fn runbook(&self, name: &str) -> Option<&'static str> {
        self.runbooks.get(name).copied()
    }

    /// The names of all runbooks.
    pub fn runbooks(&self) -> impl Iterator<Item = &str> {
        self.runbooks.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests;
