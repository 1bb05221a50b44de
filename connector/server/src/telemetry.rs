//! Logs: one sentence that stands alone, plus fields to search by. They go to standard error; standard output belongs to
//! what a command answers.

use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Starts logging. A second call in the same process changes nothing.
pub fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    let started = if log.json { builder.json().try_init() } else { builder.try_init() };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}
