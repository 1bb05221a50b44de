//! `symbolon catalogs`: how partners' kept catalogues stand.

use clap::Args;
use serde_json::{Value, json};

use super::catalog::several;
use super::client::{Connection, text};
use super::failure::Failure;
use super::output::{Output, table};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon catalogs                                    whose catalogue is kept, how old it is, and what went wrong
  symbolon catalogs --refresh                          have all of them read now
  symbolon catalogs --refresh --partner did:web:oem.example
  symbolon catalogs --json | jq '.items[] | select(.state == \"unreachable\")'")]
pub(super) struct Catalogs {
    #[command(flatten)]
    connection: Connection,
    /// Have them read now; this does not wait until they are
    #[arg(long)]
    refresh: bool,
    /// Only of this participant; may be repeated
    #[arg(long, value_name = "ID", requires = "refresh")]
    partner: Vec<String>,
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

pub(super) async fn run(catalogs: Catalogs, output: &Output) -> Result<(), Failure> {
    let client = catalogs.connection.client()?;
    let all = if catalogs.refresh {
        let body = if catalogs.partner.is_empty() { json!({}) } else { json!({"partners": catalogs.partner}) };
        client.post("catalogs/refresh", &body).await?
    } else {
        client.get(&format!("catalogs?limit={}", catalogs.limit)).await?
    };
    output.record(&all);
    let mut rows = vec![["STATE", "DATASETS", "READ", "PARTNER", "NAME"].map(str::to_owned).to_vec()];
    rows.extend(several(&all, "items").map(row));
    output.say(table(&rows).trim_end());
    for one in several(&all, "items").filter(|one| one.get("detail").is_some_and(Value::is_string)) {
        output.say(format!("{}: {}", text(one, "partner"), text(one, "detail")));
    }
    Ok(())
}

fn row(one: &Value) -> Vec<String> {
    let datasets = one.get("datasets").and_then(Value::as_u64).unwrap_or_default().to_string();
    let read = one.get("readAt").and_then(Value::as_str).unwrap_or("never");
    [text(one, "state"), &datasets, read, text(one, "partner"), text(one, "name")].map(str::to_owned).to_vec()
}
