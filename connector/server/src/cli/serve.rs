//! `symbolon serve`.

use std::io::{self, Read as _};
use std::path::PathBuf;
use std::thread;

use clap::Args;
use tokio::sync::oneshot;

use super::failure::Failure;
use crate::config::Config;
use crate::{startup, telemetry};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon serve --config /var/lib/symbolon/symbolon.toml
  SYMBOLON__LOG__JSON=true symbolon serve    each member of the configuration has an environment variable

Prints a line that begins with `ready` once both listeners accept connections. Logs go to standard error.")]
pub(super) struct Serve {
    /// The configuration file
    #[arg(long, value_name = "FILE", env = "SYMBOLON_CONFIG", hide_env_values = true, default_value = "symbolon.toml")]
    config: PathBuf,
    /// Stop when standard input ends, as it does when the process that started this one is gone
    #[arg(long)]
    with_parent: bool,
}

pub(super) async fn run(serve: Serve) -> Result<(), Failure> {
    let config = Config::load(&serve.config)?;
    telemetry::start(&config.log);
    if serve.with_parent {
        let parent_gone = end_of_input()?;
        // A sender that is dropped without a word means the same.
        return Ok(startup::run_until(config, async { drop(parent_gone.await) }).await?);
    }
    Ok(startup::run(config).await?)
}

/// Completes when standard input ends. A thread of its own reads it: a read cannot be cancelled.
fn end_of_input() -> Result<oneshot::Receiver<()>, Failure> {
    let (ended, receiver) = oneshot::channel();
    let wait = move || {
        let mut bytes = [0; 64];
        let mut input = io::stdin();
        loop {
            match input.read(&mut bytes) {
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
            }
        }
        // Nobody listens any more when the connector has stopped for another reason.
        let _ = ended.send(());
    };
    thread::Builder::new()
        .name("parent".to_owned())
        .spawn(wait)
        .map_err(|error| Failure::machine("the thread that watches standard input cannot be started", error))?;
    Ok(receiver)
}
