//! `symbolon received`: what partners pushed into the inbox, until when it may be kept, and what was deleted.

use clap::Args;
use serde_json::Value;

use super::catalog::several;
use super::client::{Connection, text};
use super::failure::Failure;
use super::output::{Output, bytes, table};
use crate::http_client::path_segment;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon received                                    what is in the inbox, and until when
  symbolon received --agreement urn:uuid:0190… --json  with the digest of what was deleted")]
pub(super) struct Received {
    #[command(flatten)]
    connection: Connection,
    /// Only under this agreement
    #[arg(long, value_name = "ID")]
    agreement: Option<String>,
    /// How many
    #[arg(long, value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

pub(super) async fn run(received: Received, output: &Output) -> Result<(), Failure> {
    let agreement = received.agreement.as_deref().map(|id| format!("&agreement={}", path_segment(id)));
    let path = format!("received?limit={}{}", received.limit, agreement.unwrap_or_default());
    let all = received.connection.client()?.get(&path).await?;
    output.record(&all);
    let mut rows = vec![["TRANSFER", "SIZE", "RECEIVED", "KEPT", "AGREEMENT"].map(str::to_owned).to_vec()];
    rows.extend(several(&all, "items").map(row));
    output.say(table(&rows).trim_end());
    Ok(())
}

fn row(received: &Value) -> Vec<String> {
    let size = received.get("bytes").and_then(Value::as_u64).unwrap_or_default();
    let at = |member: &str| received.get(member).and_then(Value::as_str);
    let because = at("because").map(|rule| format!(" ({rule})")).unwrap_or_default();
    let kept = match (at("deletedAt"), at("deleteAt")) {
        (Some(deleted), _) => format!("deleted {deleted}{because}"),
        (None, Some(until)) => format!("until {until}{because}"),
        (None, None) => "nothing asks for its deletion".to_owned(),
    };
    let [transfer, received, agreement] =
        ["transfer", "receivedAt", "agreement"].map(|member| text(received, member).to_owned());
    vec![transfer, bytes(size), received, kept, agreement]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_received_is_told_with_its_end() {
        let received = json!({"transfer": "urn:t", "bytes": 23, "receivedAt": "2026-02-03T08:00:00.000Z",
            "deleteAt": "2026-05-04T08:00:00.000Z", "because": "obligation[0]", "deletedAt": null, "agreement": "urn:a"});
        assert_eq!(row(&received)[3], "until 2026-05-04T08:00:00.000Z (obligation[0])");
        let mut deleted = received;
        deleted["deletedAt"] = json!("2026-05-04T08:00:01.000Z");
        assert_eq!(row(&deleted)[3], "deleted 2026-05-04T08:00:01.000Z (obligation[0])");
    }
}
