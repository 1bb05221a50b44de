//! `symbolon fetch`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::client::{self, Client, Connection, required};
use super::download::{Access, Download};
use super::failure::Failure;
use super::output::{Output, bytes};
use crate::http_client::path_segment;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon fetch urn:uuid:0190… --output telemetry.csv
  symbolon fetch urn:uuid:0190… --path SN-20417 --output part.json      below the partner's source
  symbolon fetch urn:uuid:0190… --output telemetry.csv --sha256 9f86…   fails if the checksum differs

A download that broke off goes on where it stopped (telemetry.csv.part), if the source is still the same.")]
pub(super) struct Fetch {
    #[command(flatten)]
    connection: Connection,
    /// The transfer process that was started for us
    transfer: String,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// What to ask for below the endpoint, if the source has parts
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// The query string, without the question mark
    #[arg(long, value_name = "QUERY")]
    query: Option<String>,
    /// The checksum that the file must have, in hex
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
    /// Replace the file if it is there
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(fetch: Fetch, output: &Output) -> Result<(), Failure> {
    let client = fetch.connection.client()?;
    let bar = output.bytes_bar(None);
    let progress = |done, total: Option<u64>| {
        if let Some(total) = total.filter(|total| bar.length() != Some(*total)) {
            bar.set_length(total);
            bar.set_style(output.bytes_bar(Some(total)).style());
        }
        bar.set_position(done);
    };
    let download = Download {
        http: client::http()?,
        target: fetch.output.clone(),
        path: fetch.path.as_deref(),
        query: fetch.query.as_deref(),
        replace: fetch.force,
        sha256: fetch.sha256.as_deref(),
    };
    let outcome = download.run(async || access(&client, &fetch.transfer).await, &progress).await;
    bar.finish_and_clear();
    let received = outcome?;
    let resumed = match received.resumed_at {
        0 => String::new(),
        offset => format!(", resumed after {}", bytes(offset)),
    };
    output.say(format!("{}  {}{resumed}", fetch.output.display(), bytes(received.bytes)));
    output.say(format!("sha256  {}", received.sha256));
    output.record(&json!({
        "file": fetch.output,
        "bytes": received.bytes,
        "resumedAt": received.resumed_at,
        "sha256": received.sha256,
    }));
    Ok(())
}

/// Where the data of a started transfer is to be had now. The connector renews the token when it is near its end.
pub(super) async fn access(client: &Client, transfer: &str) -> Result<Access, Failure> {
    let call = format!("transfers/{}/data-address", path_segment(transfer));
    let address = client.get(&call).await?;
    let endpoint = required(&address, "endpoint", &call)?;
    let authorization = address.get("authorization").and_then(serde_json::Value::as_str).map(str::to_owned);
    Access::new(endpoint, authorization)
}
