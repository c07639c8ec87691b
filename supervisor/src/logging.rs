//! Sets up the log of the process.

use tracing_subscriber::EnvFilter;

use crate::settings::Log;

/// Logs to the error stream, so that output and log never mix. A second call changes nothing.
pub(crate) fn start(log: &Log) {
    // The runtime of Lambda traces whole events: what customers say, and their tickets.
    let filter = EnvFilter::new(format!("{},tantivy=warn,lambda_runtime=info", log.level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails only when a log is set up already, which is then the one to keep.
    let _ = if log.json { builder.json().try_init() } else { builder.with_target(false).try_init() };
}
