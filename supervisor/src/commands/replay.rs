//! `motorline replay`: goes through recorded turns once more, and says what is not as it was.

mod table;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use contract::{SessionId, TurnId, TurnRecord};
use serde::Deserialize;

use crate::commands::{file, listed, say};
use crate::replay::{Replay, Replayed};
use crate::settings::{Settings, Sources};
use crate::wiring;

/// What `replay` takes.
#[derive(Debug, Args)]
pub(super) struct Again {
    /// The turn to go through again.
    turn: Option<String>,
    /// Read the turns from this file instead of the store: a record as the why view tells it to an operator, or the
    /// conversation of a case.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Let this configuration think instead of what was recorded: a file of settings, or one setting as KEY=VALUE; may be
    /// repeated. Its models are really asked.
    #[arg(long = "with", value_name = "FILE|KEY=VALUE")]
    with: Vec<String>,
    /// Search the library again although the candidate names no other: its articles have changed.
    #[arg(long)]
    search_again: bool,
    /// Go through every turn of this conversation.
    #[arg(long, value_name = "SESSION", conflicts_with = "turn")]
    all: Option<String>,
    /// Go through the turns that were closed last.
    #[arg(long, value_name = "N", conflicts_with_all = ["turn", "all"])]
    last: Option<u32>,
    /// Say only how each turn came out.
    #[arg(long)]
    brief: bool,
}

/// What a file of turns may hold.
#[derive(Deserialize)]
#[serde(untagged)]
enum Exported {
    One(Box<TurnRecord>),
    Many(Vec<TurnRecord>),
    /// A conversation as the desk's door tells it.
    Conversation {
        turns: Vec<TurnRecord>,
    },
}

/// A turn that is to be gone through, and its conversation until it.
type Chosen = (TurnId, Vec<TurnRecord>);

impl Again {
    pub(super) async fn run(self, settings: &Settings, sources: &Sources) -> Result<(), String> {
        let chosen = self.chosen(settings)?;
        let replay = Replay::new(settings, Arc::new(local::SystemClock::start()));
        let replay = match self.candidate(settings, sources)? {
            Some(candidate) => {
                let candidate = wiring::candidate(&candidate, settings, self.search_again);
                replay.with(candidate.await.map_err(|error| error.to_string())?)
            }
            None => replay,
        };
        let compared = !self.with.is_empty() || self.search_again;
        let (mut different, mut unplayed) = (0, 0);
        for (turn, turns) in &chosen {
            match replay.play(turn, turns).await {
                Ok(replayed) => different += usize::from(self.tell(&replayed, compared)),
                Err(error) => {
                    say(format_args!("{turn}  cannot be replayed: {error}"));
                    unplayed += 1;
                }
            }
        }
        let equal = chosen.len() - different - unplayed;
        say(format_args!(
            "{} turn(s): {equal} equal to the byte, {different} different, {unplayed} not replayed",
            chosen.len()
        ));
        match different + unplayed {
            0 => Ok(()),
            _ => Err("not every turn went as it was recorded".into()),
        }
    }

    /// Prints what came of a turn. Returns whether anything differs.
    fn tell(&self, replayed: &Replayed, compared: bool) -> bool {
        let differences = replayed.differences();
        let parts: Vec<&str> = differences.iter().map(|difference| difference.part.as_str()).collect();
        let heard = replayed.recorded.reply.text == replayed.again.reply.text;
        let came = match (parts.is_empty(), heard) {
            (true, _) => "equal".to_owned(),
            (false, true) => format!("different: {} (the customer hears the same)", parts.join(", ")),
            (false, false) => format!("different: {}", parts.join(", ")),
        };
        say(format_args!("{}  {came}", replayed.recorded.turn.id));
        if self.brief {
            return !differences.is_empty();
        }
        for difference in &differences {
            say(format_args!(
                "\n--- {part} as recorded\n+++ {part} again\n{}",
                difference.lines.trim_end(),
                part = difference.part
            ));
        }
        if compared {
            table::lines(replayed).into_iter().for_each(say);
        }
        !differences.is_empty()
    }

    fn chosen(&self, settings: &Settings) -> Result<Vec<Chosen>, String> {
        let turn = self.turn.as_deref().map(TurnId::new).transpose().map_err(|error| error.to_string())?;
        if let Some(path) = &self.from {
            return of_a_file(path, turn, self.all.as_deref(), self.last);
        }
        let archive = wiring::archive(settings).map_err(|error| error.to_string())?;
        let until = |turn: TurnId| Ok::<_, contract::Error>((turn.clone(), archive.until(&turn)?));
        let chosen = match (turn, &self.all, self.last) {
            (Some(turn), _, _) => vec![until(turn)],
            (None, Some(session), _) => {
                let session = SessionId::new(session.as_str()).map_err(|error| error.to_string())?;
                let turns = archive.conversation(&session).map_err(|error| error.to_string())?;
                ids(&turns).map(|turn| Ok((turn, turns.clone()))).collect()
            }
            (None, None, Some(limit)) => {
                let last = archive.last(limit).map_err(|error| error.to_string())?;
                ids(&last).map(until).collect()
            }
            (None, None, None) => return Err("which turn? Name one, or --all SESSION, --last N or --from FILE".into()),
        };
        let chosen: Vec<Chosen> = chosen.into_iter().collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        if chosen.is_empty() { Err("there is no such turn".into()) } else { Ok(chosen) }
    }

    /// The candidate's settings; none when what was recorded is to be played. Every value that it does not name is as usual.
    fn candidate(&self, settings: &Settings, sources: &Sources) -> Result<Option<Settings>, String> {
        if self.with.is_empty() {
            return Ok(self.search_again.then(|| settings.clone()));
        }
        let mut sources = sources.clone();
        for named in &self.with {
            match named.split_once('=') {
                Some((key, value)) => sources.flags.push((key.trim().to_owned(), value.trim().to_owned())),
                None => {
                    let read = Sources { file: file(Some(Path::new(named)))?, ..Sources::default() };
                    sources.flags.extend(read.named().map_err(|problems| listed(&problems))?);
                }
            }
        }
        Settings::resolve(&sources).map(Some).map_err(|problems| listed(&problems))
    }
}

fn ids(turns: &[TurnRecord]) -> impl Iterator<Item = TurnId> {
    turns.iter().map(|record| record.turn.id.clone())
}

fn of_a_file(
    path: &Path,
    turn: Option<TurnId>,
    session: Option<&str>,
    last: Option<u32>,
) -> Result<Vec<Chosen>, String> {
    let text = std::fs::read_to_string(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
    let exported = serde_json::from_str(&text).map_err(|_| {
        format!("{} holds no turns: expected a record, a list of records, or {{\"turns\": […]}}", path.display())
    })?;
    let turns = match exported {
        Exported::One(record) => vec![*record],
        Exported::Many(turns) | Exported::Conversation { turns } => turns,
    };
    let first = last.map_or(0, |last| turns.len().saturating_sub(last as usize));
    let wanted = turns.iter().skip(first).filter(|record| turn.as_ref().is_none_or(|turn| record.turn.id == *turn));
    let wanted = wanted.filter(|record| session.is_none_or(|session| record.turn.session.as_str() == session));
    let chosen: Vec<Chosen> = wanted.map(|record| (record.turn.id.clone(), turns.clone())).collect();
    if chosen.is_empty() { Err(format!("there is no such turn in {}", path.display())) } else { Ok(chosen) }
}
