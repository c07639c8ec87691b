//! The command line: what can be typed, and what it does.

mod audit;
mod chat;
mod config;
pub(crate) mod cost;
#[cfg(feature = "aws")]
mod deploy_check;
mod eval;
mod import_directory;
mod ingest;
mod partner_key;
mod replay;
mod report;
mod search;
mod serve;

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::logging;
use crate::settings::{Problem, Settings, Sources};

#[cfg(feature = "aws")]
pub(crate) use serve::open_doors;
pub use serve::serve_on;

/// The configuration file that is read when it is there.
const FILE: &str = "motorline.toml";

/// An automotive contact center that answers by itself.
#[derive(Debug, Parser)]
#[command(name = "motorline", version, about)]
pub struct CommandLine {
    /// Read settings from this file instead of motorline.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Override one setting, such as --set reply.temperature=0.1 (`motorline config` lists them).
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Address and port to serve on; short for --set listen=….
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Folder of everything that is written; short for --set data=….
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the web chat and the API (what happens without a command).
    Serve,
    /// Talk to Motorline in the terminal.
    Chat(chat::Chat),
    /// Read a folder of documents and report every one that cannot be used.
    Ingest(ingest::Ingest),
    /// Store the dealers and cars of a house where `service_desk` says, from a file of TOML.
    ImportDirectory(import_directory::ImportDirectory),
    /// Search the library.
    Search(search::Search),
    /// Measure an agent on a labelled file.
    Eval(eval::Eval),
    /// What a month of turns costs on AWS, line by line, and where each figure comes from.
    Cost(cost::Cost),
    /// Go through recorded turns again: with what was recorded, or with another configuration; and say what differs.
    Replay(replay::Again),
    /// Make a key for a partner's systems, and print it once.
    PartnerKey(partner_key::PartnerKey),
    /// Print what was learned of a week: figures, topics, unanswered questions, dangers.
    Report(report::WeeklyReport),
    /// Print the audit trail of a day, and check that nobody tampered with it.
    Audit(audit::Audit),
    /// Print every setting, its value and where that comes from.
    Config,
    /// Look at everything that the settings need of AWS, and say what is missing. Changes nothing there.
    #[cfg(feature = "aws")]
    DeployCheck,
}

/// Runs `program` with the environment of the process, and tells the shell what became of it. Every binary begins here.
pub fn start<F: Future<Output = Result<(), String>>>(program: impl FnOnce(Vec<(String, String)>) -> F) -> ExitCode {
    // The one place that reads the environment.
    let environment = std::env::vars().collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return fail(&format!("cannot start: {cause}")),
    };
    match runtime.block_on(program(environment)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => fail(&message),
    }
}

/// Runs the command.
///
/// # Errors
/// What went wrong, ready to be printed.
pub async fn run(line: CommandLine, environment: Vec<(String, String)>) -> Result<(), String> {
    let sources = sources(&line, environment)?;
    match line.command {
        Some(Command::Config) => return config::print(&sources),
        Some(Command::PartnerKey(partner)) => return partner.run(),
        _ => {}
    }
    let settings = Settings::resolve(&sources).map_err(|problems| listed(&problems))?;
    let traces = logging::start(&settings).map_err(|error| error.to_string())?;
    let outcome = match line.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(&settings).await,
        Command::Chat(chat) => chat.run(&settings).await,
        Command::Ingest(ingest) => ingest.run(),
        Command::ImportDirectory(import) => import.run(&settings).await,
        Command::Audit(audit) => audit.run(&settings).await,
        Command::Search(search) => search.run(&settings).await,
        Command::Eval(eval) => eval.run(&settings, &config::shown(&sources)).await,
        Command::Cost(cost) => cost.run(&settings).await,
        Command::Report(report) => report.run(&settings).await,
        Command::Replay(again) => again.run(&settings, &sources).await,
        Command::Config | Command::PartnerKey(_) => Ok(()),
        #[cfg(feature = "aws")]
        Command::DeployCheck => deploy_check::run(&settings).await,
    };
    traces.close().await;
    outcome
}

/// Prints what went wrong and tells the shell.
fn fail(message: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "motorline: {message}");
    ExitCode::FAILURE
}

/// Prints a line. A reader that went away (`motorline config | head`) is no error.
fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// All problems of a configuration, one below the other.
pub(crate) fn listed(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
    format!("the configuration has {} problem(s)\n{}", problems.len(), lines.join("\n"))
}

fn sources(line: &CommandLine, environment: Vec<(String, String)>) -> Result<Sources, String> {
    let mut flags = Vec::new();
    for pair in &line.set {
        let (key, value) = pair.split_once('=').ok_or_else(|| format!("--set {pair}: expected KEY=VALUE"))?;
        flags.push((key.trim().to_owned(), value.trim().to_owned()));
    }
    flags.extend(line.listen.iter().map(|value| ("listen".to_owned(), value.clone())));
    flags.extend(line.data.iter().map(|value| ("data".to_owned(), value.clone())));
    Ok(Sources { flags, environment, file: file(line.config.as_deref())? })
}

/// The sources of a program without a command line.
#[cfg(feature = "aws")]
pub(crate) fn sources_of(environment: Vec<(String, String)>) -> Result<Sources, String> {
    Ok(Sources { flags: Vec::new(), environment, file: file(None)? })
}

fn file(chosen: Option<&Path>) -> Result<Option<(String, String)>, String> {
    let path = chosen.unwrap_or(Path::new(FILE));
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((path.display().to_string(), text))),
        Err(cause) if chosen.is_none() && cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(format!("cannot read {}: {cause}", path.display())),
    }
}
