//! `symbolon invite`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use super::client::{Connection, required, text};
use super::failure::Failure;
use super::output::Output;
use super::private_file;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon invite --dataspace brakes --name 'Luftschloss Precision' --bpn auto > luftschloss.invitation
  symbolon invite --dataspace brakes --name 'Luftschloss Precision' --bpn BPNL00000003CRHK --expires 2d --output invitation
  symbolon join invitation                                           what the invited company does with it

Whoever has the text can become the member: send it as you would a password. It counts once.")]
pub(super) struct Invite {
    #[command(flatten)]
    connection: Connection,
    /// The dataspace, which this connector runs
    #[arg(long, value_name = "ID")]
    dataspace: String,
    /// What people call the company
    #[arg(long, value_name = "COMPANY")]
    name: String,
    /// Its business partner number; `auto` makes one of its DID, which counts in this dataspace only
    #[arg(long, value_name = "BPNL")]
    bpn: Option<String>,
    /// What else credentials will say of it; may be given again
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = attribute)]
    attributes: Vec<(String, String)>,
    /// How long it counts: 7d, 12h, 30m or 90s
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = seconds)]
    expires: u64,
    /// Write it to this file, which only you can read, instead of printing it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(invite: Invite, output: &Output) -> Result<(), Failure> {
    let client = invite.connection.client()?;
    let attributes: Map<String, Value> =
        invite.attributes.into_iter().map(|(name, value)| (name, value.into())).collect();
    let body = json!({
        "dataspace": invite.dataspace,
        "name": invite.name,
        "bpn": invite.bpn,
        "attributes": attributes,
        "expiresInSeconds": invite.expires,
    });
    let mut created = client.post("invitations", &body).await?;
    let invitation = required(&created, "invitation", "POST invitations")?.to_owned();
    match &invite.output {
        None => output.say(&invitation),
        Some(path) => {
            let content = format!("{invitation}\n");
            private_file::create(path, content.as_bytes()).map_err(Failure::file("create", path))?;
            let until = text(&created, "expiresAt");
            output.say(format!("Wrote the invitation to {}. It counts once, until {until}.", path.display()));
            created["invitation"] = Value::Null;
        }
    }
    output.record(&created);
    Ok(())
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    if name.is_empty() || value.is_empty() {
        return Err("write NAME=VALUE".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// `7d`, `12h`, `30m`, `90s`.
fn seconds(text: &str) -> Result<u64, String> {
    let usage = || "write a number and d, h, m or s, such as 7d".to_owned();
    let unit = text.chars().last().ok_or_else(usage)?;
    let count: u64 = text.strip_suffix(unit).unwrap_or_default().parse().map_err(|_| usage())?;
    let each = match unit {
        'd' => 24 * 3600,
        'h' => 3600,
        'm' => 60,
        's' => 1,
        _ => return Err(usage()),
    };
    count.checked_mul(each).ok_or_else(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        for (text, expected) in [("7d", 604_800), ("12h", 43_200), ("30m", 1800), ("90s", 90)] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "d", "7", "-1d", "1.5h", "7w", "99999999999999999999d", "18446744073709551615d"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
