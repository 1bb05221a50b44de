//! `symbolon keys`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::catalog::several;
use super::client::{Connection, text};
use super::failure::Failure;
use super::output::{Output, table};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon keys list
  symbolon keys rotate                        new keys; the old ones stay published for a year
  symbolon keys rotate --overlap-days 30
  symbolon keys document > did.json           for a web server that publishes the DID document in our place")]
pub(super) struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the keys that sign, and those that signed before
    List(List),
    /// Replace the keys that sign
    Rotate(Rotate),
    /// Print the DID document
    Document(Document),
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Rotate {
    /// How long the replaced keys stay in the DID document, so that what they signed still verifies
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    overlap_days: u32,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Document {
    #[command(flatten)]
    connection: Connection,
}

pub(super) async fn run(keys: Keys, output: &Output) -> Result<(), Failure> {
    match keys.action {
        Action::List(list) => {
            let keys = list.connection.client()?.get("keys").await?;
            output.record(&keys);
            output.say(shown(&keys));
        }
        Action::Rotate(rotate) => {
            let seconds = u64::from(rotate.overlap_days) * 24 * 3600;
            let client = rotate.connection.client()?;
            let keys = client.post("keys/rotate", &json!({"overlapSeconds": seconds})).await?;
            output.record(&keys);
            output.say(format!("{} has new keys.", text(&keys, "did")));
            output.say(shown(&keys));
        }
        Action::Document(document) => {
            let document = document.connection.client()?.get("did").await?;
            output.record(&document);
            output.say(format!("{document:#}"));
        }
    }
    Ok(())
}

fn shown(keys: &Value) -> String {
    let mut rows = vec![["KEY", "SIGNS WITH", "FOR", "SINCE", "STATE"].map(str::to_owned).to_vec()];
    rows.extend(several(keys, "keys").chain(several(keys, "retired")).map(row));
    table(&rows).trim_end().to_owned()
}

fn row(key: &Value) -> Vec<String> {
    let id = text(key, "id");
    let name = id.split_once('#').map_or(id, |(_, name)| name);
    let purposes = several(key, "relationships").filter_map(Value::as_str).map(purpose).collect::<Vec<_>>().join(", ");
    let published = key.get("published").and_then(Value::as_bool).unwrap_or_default();
    let state = match (text(key, "signsUntil"), text(key, "publishedUntil")) {
        ("", _) if key.get("inVault").and_then(Value::as_bool).unwrap_or_default() => "signs, in the vault".to_owned(),
        ("", _) => "signs".to_owned(),
        (until, published_until) if published => format!("signed until {until}, published until {published_until}"),
        (until, _) => format!("signed until {until}"),
    };
    vec![name.to_owned(), text(key, "algorithm").to_owned(), purposes, text(key, "createdAt").to_owned(), state]
}

/// What people call it.
fn purpose(relationship: &str) -> &str {
    match relationship {
        "authentication" => "presentations",
        "assertionMethod" => "credentials",
        "capabilityInvocation" => "tokens",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_with_what_they_are_for() {
        let keys = json!({
            "did": "did:web:supplier.example",
            "keys": [{"id": "did:web:supplier.example#new", "algorithm": "ES256", "createdAt": "2026-05-01T00:00:00.000Z",
                "relationships": ["authentication", "assertionMethod", "capabilityInvocation"], "published": true}],
            "retired": [{"id": "did:web:supplier.example#old", "algorithm": "ES256", "createdAt": "2026-04-01T00:00:00.000Z",
                "relationships": ["assertionMethod"], "signsUntil": "2026-05-01T00:00:00.000Z",
                "publishedUntil": "2027-05-01T00:00:00.000Z", "published": true}],
        });
        insta::assert_snapshot!(shown(&keys), @r"
        KEY  SIGNS WITH  FOR                                 SINCE                     STATE
        new  ES256       presentations, credentials, tokens  2026-05-01T00:00:00.000Z  signs
        old  ES256       credentials                         2026-04-01T00:00:00.000Z  signed until 2026-05-01T00:00:00.000Z, published until 2027-05-01T00:00:00.000Z
        ");
    }
}
