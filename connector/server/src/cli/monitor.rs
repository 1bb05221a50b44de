//! `symbolon monitor`: which running transfers are watched, when each is decided next, and why some are held.

use clap::Args;
use serde_json::Value;

use super::catalog::several;
use super::client::{Connection, text};
use super::failure::Failure;
use super::output::{Output, table};
use crate::http_client::path_segment;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon monitor                                     what runs, and when it is decided next
  symbolon monitor --held                              what the monitor has suspended, and why
  symbolon monitor --agreement urn:uuid:0190… --json | jq .items[].nextDecisionAt")]
pub(super) struct Monitor {
    #[command(flatten)]
    connection: Connection,
    /// Only what the monitor has suspended; it resumes it by itself when the reason is gone
    #[arg(long)]
    held: bool,
    /// Only under this agreement
    #[arg(long, value_name = "ID")]
    agreement: Option<String>,
    /// Only with this participant
    #[arg(long, value_name = "ID")]
    partner: Option<String>,
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

pub(super) async fn run(monitor: Monitor, output: &Output) -> Result<(), Failure> {
    let mut path = format!("monitor?limit={}", monitor.limit);
    if monitor.held {
        path.push_str("&held=true");
    }
    for (name, value) in [("agreement", &monitor.agreement), ("partner", &monitor.partner)] {
        path.extend(value.iter().map(|value| format!("&{name}={}", path_segment(value))));
    }
    let all = monitor.connection.client()?.get(&path).await?;
    output.record(&all);
    let mut rows = vec![["TRANSFER", "STATE", "DECIDED NEXT", "AGREEMENT", "PARTNER"].map(str::to_owned).to_vec()];
    rows.extend(several(&all, "items").map(row));
    output.say(table(&rows).trim_end());
    for held in several(&all, "items").filter(|one| one.get("reason").is_some_and(Value::is_string)) {
        output.say(format!("{} is held: {}", text(held, "transfer"), text(held, "reason")));
    }
    Ok(())
}

fn row(watched: &Value) -> Vec<String> {
    let held = watched.get("held").and_then(Value::as_bool).unwrap_or_default();
    let next = watched.get("nextDecisionAt").and_then(Value::as_str).unwrap_or("when something changes");
    let cells = [text(watched, "transfer"), if held { "held" } else { "runs" }, next];
    let rest = [text(watched, "agreement"), text(watched, "partner")];
    cells.into_iter().chain(rest).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_transfer_is_told_with_its_next_decision() {
        let mut watched = json!({"transfer": "urn:t", "held": false, "nextDecisionAt": "2035-12-31T23:00:00.000Z",
            "agreement": "urn:a", "partner": "did:web:oem.example"});
        assert_eq!(row(&watched), ["urn:t", "runs", "2035-12-31T23:00:00.000Z", "urn:a", "did:web:oem.example"]);
        watched["held"] = json!(true);
        watched["nextDecisionAt"] = Value::Null;
        assert_eq!(row(&watched), ["urn:t", "held", "when something changes", "urn:a", "did:web:oem.example"]);
    }
}
