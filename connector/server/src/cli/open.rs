//! `symbolon open`: where the UI is, and how the first user gets in.

use clap::Args;
use serde_json::{Value, json};

use super::client::{Client, Connection, required};
use super::failure::Failure;
use super::output::Output;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon open                        a link that makes the first user, an administrator; or where to sign in

The connector prints such a link at its start, too, while it has no users. A new one ends the one before. It counts once, for
24 hours.")]
pub(super) struct Open {
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn run(open: Open, output: &Output) -> Result<(), Failure> {
    let link = first_link(&open.connection.client()?).await?;
    let shown = link.clone().unwrap_or_else(|| format!("{}/", open.connection.address()));
    output.say(&shown);
    output.record(&json!({"open": shown, "firstStart": link.is_some()}));
    Ok(())
}

/// A link that makes the first user; none if there are users.
pub(super) async fn first_link(client: &Client) -> Result<Option<String>, Failure> {
    match client.post("session/first-link", &Value::Null).await {
        Ok(made) => Ok(Some(required(&made, "link", "POST session/first-link")?.to_owned())),
        Err(Failure::Refused(refusal)) if refusal.text("code") == Some("link.not-first") => Ok(None),
        Err(failure) => Err(failure),
    }
}
