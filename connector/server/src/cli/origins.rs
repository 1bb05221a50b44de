//! `symbolon origins`: which agreements an asset comes from, so that passing it on is decided on them as well.

use clap::Args;
use serde_json::{Map, Value, json};

use super::catalog::several;
use super::client::{Connection, text};
use super::failure::Failure;
use super::output::Output;
use crate::http_client::path_segment;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon origins quality-report                                  what it comes from
  symbolon origins quality-report --from urn:uuid:0190… --from urn:uuid:0191…
  symbolon origins quality-report --none                           it holds nothing that was received")]
pub(super) struct Origins {
    #[command(flatten)]
    connection: Connection,
    /// The asset
    asset: String,
    /// An agreement under which this connector received what the asset is made of; may stand several times
    #[arg(long = "from", value_name = "AGREEMENT", conflicts_with = "none")]
    agreements: Vec<String>,
    /// The asset holds nothing that was received
    #[arg(long)]
    none: bool,
}

pub(super) async fn run(origins: Origins, output: &Output) -> Result<(), Failure> {
    let client = origins.connection.client()?;
    let path = format!("assets/{}", path_segment(&origins.asset));
    let mut asset = client.get(&path).await?;
    if origins.none || !origins.agreements.is_empty() {
        asset = client.put(&path, &with_origins(&asset, &origins.agreements)).await?;
    }
    output.record(&json!({"asset": text(&asset, "id"), "origins": asset.get("origins")}));
    let from: Vec<&str> = several(&asset, "origins").filter_map(Value::as_str).collect();
    if from.is_empty() {
        output.say(format!("{} comes from no agreement.", text(&asset, "id")));
    }
    for agreement in from {
        output.say(format!("{} comes from {agreement}.", text(&asset, "id")));
    }
    Ok(())
}

/// The asset as it is written back: what was read, without what the connector adds.
fn with_origins(asset: &Value, origins: &[String]) -> Value {
    let mut members: Map<String, Value> = asset.as_object().cloned().unwrap_or_default();
    members.retain(|name, value| !matches!(name.as_str(), "createdAt" | "updatedAt") && !value.is_null());
    members.insert("origins".to_owned(), json!(origins));
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_written_back_with_its_origins_and_nothing_else_changed() {
        let asset = json!({"id": "a", "properties": {"name": "A"}, "source": {"type": "File", "path": "/a"}, "pathFacts": null,
            "formats": ["HttpData-PULL"], "origins": [], "createdAt": "2026", "updatedAt": "2026"});
        let expected = json!({"id": "a", "properties": {"name": "A"}, "source": {"type": "File", "path": "/a"},
            "formats": ["HttpData-PULL"], "origins": ["urn:g"]});
        assert_eq!(with_origins(&asset, &["urn:g".to_owned()]), expected);
    }
}
