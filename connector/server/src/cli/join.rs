//! `symbolon join`.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::catalog::several;
use super::client::{Connection, text};
use super::dataspace::{Arrival, show_credentials};
use super::failure::Failure;
use super::output::Output;

/// Longest text of an invitation that is read, in bytes.
const LONGEST: u64 = 1 << 20;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon join luftschloss.invitation
  pbpaste | symbolon join -
  symbolon join --show luftschloss.invitation     who invites to what; changes nothing")]
pub(super) struct Join {
    #[command(flatten)]
    connection: Connection,
    /// File with the invitation; `-` is standard input
    file: PathBuf,
    /// The id that the dataspace gets here; the inviter's if absent
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Check it and say what it is, and do not join
    #[arg(long)]
    show: bool,
    /// How long to wait for the credentials, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    within: u64,
}

pub(super) async fn run(join: Join, output: &Output) -> Result<(), Failure> {
    let client = join.connection.client()?;
    let invitation = read(&join.file)?;
    let invitation = invitation.trim();
    let content = client.post("invitations/inspect", &json!({"invitation": invitation})).await?;
    let member = |name| text(&content, name);
    output.say(format!("{} ({})", member("inviterName"), member("inviter")));
    output.say(format!("  invites       {}", member("company")));
    output.say(format!("  to            {:?} (dataspace {})", member("dataspaceName"), member("dataspace")));
    for issuer in several(&content, "issuers").filter_map(serde_json::Value::as_str) {
        output.say(format!("  which trusts  {issuer}"));
    }
    output.say(format!("  until         {}", member("expiresAt")));
    output.say("  The inviter's signature holds.");
    if join.show {
        output.record(&content);
        return Ok(());
    }
    let events = client.events(None).await?;
    let joined = client.post("dataspaces/join", &json!({"invitation": invitation, "id": join.id})).await?;
    let within = Duration::from_secs(join.within);
    let held = Arrival { client: &client, events, within }.of(&joined, "POST dataspaces/join").await?;
    output.say("This connector is a member now. It holds:");
    show_credentials(&held, output);
    output.say(format!("See what the inviter offers: symbolon catalog --partner {}", member("inviter")));
    output.record(&json!({"invitation": content, "joined": joined, "credentials": held}));
    Ok(())
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let outcome = if path == Path::new("-") {
        io::stdin().take(LONGEST).read_to_string(&mut text)
    } else {
        File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text))
    };
    outcome.map_err(Failure::file("read", path))?;
    Ok(text)
}
