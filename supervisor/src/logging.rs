//! Sets up the log of the process: what is written, and what never is.
//!
//! No call that writes to the log takes a customer's words, names or keys; a test plays conversations at the level `trace` and
//! looks (`tests/logs.rs`). That is kept for our own crates only, so the level of the settings holds for them only: of what
//! others write, the level `info` is the lowest. (tungstenite writes whole frames, the runtime of Lambda whole events.)

use std::io;

use contract::Result;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::settings::{self, Log, Settings};
use crate::trace::Traces;

/// The crates that are ours, beside the agents that may run elsewhere, which their settings name.
const OURS: [&str; 16] = [
    "analytics",
    "aws",
    "backoffice",
    "boards",
    "classifier",
    "contract",
    "insights",
    "language",
    "learning",
    "local",
    "metering",
    "models",
    "motorline",
    "prompting",
    "response",
    "supervisor",
];

/// Logs to the error stream, so that output and log never mix, and begins to export traces. A second call changes nothing of
/// the log.
///
/// # Errors
/// As [`Traces::open`].
pub(crate) fn start(settings: &Settings) -> Result<Traces> {
    let traces = Traces::open(&settings.trace, &settings.deployment)?;
    // Fails only when a log is set up already, which is then the one to keep.
    let _ = subscriber(&settings.log, io::stderr, &traces).try_init();
    Ok(traces)
}

/// Every crate that is ours.
fn ours() -> impl Iterator<Item = &'static str> {
    OURS.into_iter().chain(settings::placed_agents())
}

/// The log as the settings want it, written to `writer`, with its spans going to `traces`.
pub fn subscriber<W>(log: &Log, writer: W, traces: &Traces) -> impl Subscriber + Send + Sync + use<W>
where
    W: for<'line> MakeWriter<'line> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let lines: Box<dyn Layer<Registry> + Send + Sync> =
        if log.json { lines.json().boxed() } else { lines.with_target(false).boxed() };
    tracing_subscriber::registry().with(lines.with_filter(filter(&log.level))).with(traces.layer())
}

/// What is written at this level. The calls of language models (target `audit`) always are: those who govern need them. So are
/// the spans around a line, which carry the ids of its trace, session and turn.
fn filter(level: &str) -> EnvFilter {
    let least_info = if matches!(level, "warn" | "error") { "info" } else { level };
    let most_info = if matches!(level, "debug" | "trace") { "info" } else { level };
    let ours: String = ours().map(|name| format!("{name}={level},")).collect();
    EnvFilter::new(format!("{ours}audit=info,spans={least_info},tantivy=warn,{most_info}"))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps what is logged.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: &str, json: bool, what: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        // While there is only one listener, tracing remembers for all threads what the first thread at an event listens to.
        let _another = tracing::Dispatch::new(Registry::default());
        let log = subscriber(&Log { level: level.into(), json }, move || writer.clone(), &Traces::default());
        tracing::subscriber::with_default(log, what);
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    fn all_levels() {
        let _turn = tracing::info_span!(target: "spans", "turn", session = "s-1", turn = "t-1").entered();
        let _agent = tracing::debug_span!(target: "spans", "agent").entered();
        tracing::debug!(target: "supervisor::turn", "ours-debug");
        tracing::info!(target: "supervisor::turn", "ours-info");
        tracing::warn!(target: "models::retry", "ours-warn");
        tracing::debug!(target: "tungstenite::protocol", "theirs-debug");
        tracing::info!(target: "hyper", "theirs-info");
        tracing::info!(target: "audit", "audited");
    }

    fn written(level: &str) -> Vec<&'static str> {
        let log = logged(level, false, all_levels);
        let words = ["ours-debug", "ours-info", "ours-warn", "theirs-debug", "theirs-info", "audited"];
        words.into_iter().filter(|word| log.contains(word)).collect()
    }

    #[test]
    fn no_level_hides_the_audit_and_none_shows_what_others_say_at_length() {
        assert_eq!(written("error"), ["audited"]);
        assert_eq!(written("warn"), ["ours-warn", "audited"]);
        assert_eq!(written("info"), ["ours-info", "ours-warn", "theirs-info", "audited"]);
        assert_eq!(written("trace"), ["ours-debug", "ours-info", "ours-warn", "theirs-info", "audited"]);
    }

    #[test]
    fn every_line_says_whose_turn_it_is_about() {
        for level in ["warn", "info"] {
            let log = logged(level, false, all_levels);
            let line = log.lines().find(|line| line.contains("ours-warn")).unwrap();
            assert!(line.contains("turn{session=\"s-1\" turn=\"t-1\"}") && !line.contains("agent"), "{line}");
            let log = logged(level, true, all_levels);
            let line: serde_json::Value = log.lines().map(|line| serde_json::from_str(line).unwrap()).next().unwrap();
            assert_eq!((&line["span"]["session"], &line["span"]["turn"]), (&"s-1".into(), &"t-1".into()), "{line}");
        }
        assert!(logged("debug", false, all_levels).contains("}:agent"), "with more of it on demand");
    }

    #[test]
    fn a_span_is_no_line() {
        assert_eq!(logged("trace", false, || drop(tracing::info_span!(target: "spans", "turn").entered())), "");
    }

    #[test]
    fn every_crate_of_ours_is_known_here() {
        let manifest = include_str!("../../Cargo.toml");
        let ours = manifest.lines().filter(|line| line.contains("{ path = ")).filter_map(|line| line.split(' ').next());
        let unknown: Vec<&str> = ours.filter(|name| !super::ours().any(|known| known == *name)).collect();
        assert_eq!(unknown, [""; 0], "their lines would be those of strangers");
    }
}
