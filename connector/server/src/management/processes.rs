//! What views of negotiations and transfers share: how a process ended, and its messages.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_contract_negotiation::Party;
use utoipa::ToSchema;

use super::time;
use crate::storage::messages::{Status, StoredMessage};

/// Why a process was ended or suspended, and by whom.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ending {
    /// `us` or `partner`.
    by: String,
    /// For programs.
    code: Option<String>,
    /// For people.
    reason: Vec<String>,
}

/// Why an operator ends or suspends a process.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// For people; the partner reads it.
    pub(super) reason: String,
    /// For programs.
    pub(super) code: Option<String>,
}

/// A protocol message of a process.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// `in` or `out`.
    direction: String,
    /// `@type` of the message.
    r#type: String,
    /// `@id` of the message.
    message_id: String,
    /// RFC 3339.
    at: String,
    /// `received`, `pending`, `delivered`, `refused` or `abandoned`.
    #[schema(value_type = String)]
    status: Status,
    /// Out: the last HTTP status.
    http_status: Option<i64>,
    /// Out: how often it was tried.
    attempts: i64,
    /// In: from arrival to commit. Out: the last attempt.
    duration_ms: Option<f64>,
    /// The message as sent or received; tokens read `***`.
    #[schema(value_type = Object)]
    payload: Value,
    /// Why it failed.
    detail: Option<String>,
}

impl Ending {
    pub(super) fn new(by: Party, code: Option<&String>, reason: &[String]) -> Self {
        let by = match by {
            Party::Own => "us",
            Party::Peer => "partner",
        };
        Self { by: by.to_owned(), code: code.cloned(), reason: reason.to_vec() }
    }
}

impl From<StoredMessage> for Message {
    fn from(message: StoredMessage) -> Self {
        let mut payload = serde_json::from_str(&message.payload).unwrap_or(Value::Null);
        redact(&mut payload);
        Self {
            direction: if message.inbound { "in" } else { "out" }.to_owned(),
            r#type: message.kind,
            message_id: message.message_id,
            at: time(message.at),
            status: message.status,
            http_status: message.http_status,
            attempts: message.attempts,
            duration_ms: message.duration_us.map(in_millis),
            payload,
            detail: message.detail,
        }
    }
}

fn in_millis(micros: i64) -> f64 {
    micros as f64 / 1000.0
}

/// Endpoint properties whose values are nobody's secret; the value of any other is not shown.
const OPEN_PROPERTIES: [&str; 3] = ["authType", "flowType", "endpointType"];

/// Hides the values of endpoint properties, among which are access tokens.
fn redact(payload: &mut Value) {
    let Some(address) = payload.get_mut("dataAddress") else { return };
    let Some(Value::Array(properties)) = address.get_mut("endpointProperties") else { return };
    for property in properties {
        let open = property.get("name").and_then(Value::as_str).is_some_and(|name| OPEN_PROPERTIES.contains(&name));
        if let Some(value) = property.get_mut("value").filter(|_| !open) {
            *value = Value::from("***");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::redact;

    #[test]
    fn a_timeline_shows_no_token() {
        let mut payload = json!({"dataAddress": {"endpoint": "https://a.example", "endpointProperties": [
            {"name": "authorization", "value": "secret"}, {"name": "authType", "value": "bearer"}]}});
        redact(&mut payload);
        let expected = json!({"dataAddress": {"endpoint": "https://a.example", "endpointProperties": [
            {"name": "authorization", "value": "***"}, {"name": "authType", "value": "bearer"}]}});
        assert_eq!(payload, expected);
    }
}
