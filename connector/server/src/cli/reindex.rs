//! `symbolon reindex`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::output::Output;
use crate::config::Config;
use crate::startup;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon reindex --config /var/lib/symbolon/symbolon.toml

The graph is a projection of the database and can always be rebuilt. Stop the connector first: it holds the graph open.")]
pub(super) struct Reindex {
    /// The configuration file
    #[arg(long, value_name = "FILE", env = "SYMBOLON_CONFIG", hide_env_values = true, default_value = "symbolon.toml")]
    config: PathBuf,
}

pub(super) async fn run(reindex: Reindex, output: &Output) -> Result<(), Failure> {
    let config = Config::load(&reindex.config)?;
    let bar = output.count_bar("changes");
    let changes = startup::reindex(&config, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    output.say(format!("The graph was rebuilt from the database: {changes} changes of agreements taken up."));
    output.record(&json!({"changes": changes}));
    Ok(())
}
