//! Logs: one sentence that stands alone, plus fields to search by. They go to standard error; standard output belongs to
//! what a command answers. The newest are also kept for operators.

mod kept;

pub use self::kept::{Kept, Line, kept};

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt, registry};

use crate::config::Log;

/// Starts logging. A second call in the same process changes nothing.
pub fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let written = fmt::layer().with_writer(std::io::stderr).with_ansi(ansi);
    let written = if log.json { written.json().boxed() } else { written.boxed() };
    if registry().with(filter).with(written).with(kept::Keeping).try_init().is_err() {
        tracing::debug!("logging had been started before");
        return;
    }
    kept().keep(log.kept, log.kept_bytes);
}
