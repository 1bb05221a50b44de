//! Two partners negotiate, attest an agreement, and data flows.

mod agreements;
mod catalog;
mod negotiations;
mod operators;
mod push;
mod strangers;
mod through;
mod transfers;
mod walk;

use serde_json::Value;
use symbolon_e2e::Failure;
use symbolon_e2e::connector::{Connector, http_client, segment};

type Outcome = Result<(), Failure>;

/// A text member, empty if there is none.
fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// All reasons of a negotiation's or transfer's end in one line.
fn reasons(process: &Value, member: &str) -> String {
    let reasons = process[member]["reason"].as_array();
    reasons.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
}

/// GETs data by a data address, with a range if any.
async fn fetch(address: &Value, tail: &str, range: Option<&str>) -> reqwest::Response {
    let mut request = http_client().unwrap().get(format!("{}{tail}", text(address, "endpoint")));
    request = request.header("Authorization", text(address, "authorization"));
    if let Some(range) = range {
        request = request.header("Range", range);
    }
    request.send().await.unwrap()
}

/// The consumer's data address of a started pull.
async fn data_address(oem: &Connector, pid: &str) -> Result<Value, Failure> {
    oem.management().get(&format!("transfers/{}/data-address", segment(pid))).await
}
