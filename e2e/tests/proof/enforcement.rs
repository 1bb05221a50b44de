//! Policies hold between real connectors: what the terms allow flows, what lies beside them is refused with its reason on both
//! sides, and the source of the data is not even asked.

mod export_control;
mod survival;
mod terms;
mod time;

use serde_json::{Value, json};
use symbolon_e2e::connector::{Connector, http_client, odrl, segment};
use symbolon_e2e::source::HttpSource;
use symbolon_e2e::{Failure, eventually};

type Outcome = Result<(), Failure>;

/// The data that must not leave.
const SECRET: &[u8] = b"torque;42.1\ntorque;42.3\n";

const PART: &str = "https://w3id.org/symbolon/admissibility/1/partNumber";

fn atom(operand: &str, operator: &str, value: impl Into<Value>) -> Value {
    json!({"leftOperand": operand, "operator": operator, "rightOperand": value.into()})
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Publishes one asset on an HTTP source that counts what it is asked, under these terms.
async fn publish(supplier: &Connector, source: &HttpSource, more: Value, terms: Value) -> Outcome {
    let mut asset = json!({"id": "part", "properties": {"name": "torque of the spindle"},
        "source": {"type": "HttpData", "baseUrl": source.url(), "proxyPath": true, "proxyQueryParams": true}});
    if let (Value::Object(asset), Value::Object(more)) = (&mut asset, more) {
        asset.extend(more);
    }
    supplier.management().post("assets", &asset).await?;
    supplier.store_policy("open", odrl(&[])).await?;
    supplier.store_policy("terms", terms).await?;
    supplier.publish("offer", &["part"], "terms", json!({})).await?;
    Ok(())
}

/// A refusal as the partner sees it.
#[derive(Debug)]
struct Refused {
    status: u16,
    code: String,
    detail: String,
}

/// What the data address gives: the data, or why not.
async fn fetched(oem: &Connector, pid: &str, tail: &str) -> Result<Result<Vec<u8>, Refused>, Failure> {
    let address = oem.management().get(&format!("transfers/{}/data-address", segment(pid))).await?;
    fetched_at(&address, tail).await
}

async fn fetched_at(address: &Value, tail: &str) -> Result<Result<Vec<u8>, Refused>, Failure> {
    let request = http_client()?.get(format!("{}{tail}", text(address, "endpoint")));
    let answer = request.header("Authorization", text(address, "authorization")).send().await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.bytes().await.unwrap().to_vec();
    if status == 200 {
        return Ok(Ok(body));
    }
    assert!(!body.windows(6).any(|piece| piece == b"torque"), "a refusal carries data");
    let problem: Value = serde_json::from_slice(&body).unwrap();
    let said = |member: &str| text(&problem, member).to_owned();
    Ok(Err(Refused { status, code: said("code"), detail: said("detail") }))
}

/// How a transfer that was not started ended, as its consumer knows it: code and reasons.
async fn ended(oem: &Connector, pid: &str) -> Result<(String, String), Failure> {
    oem.happened("transfer.terminated", pid).await?;
    let ended = oem.read("transfers", pid).await?;
    assert_eq!(text(&ended["termination"], "by"), "partner", "{ended}");
    Ok((text(&ended["termination"], "code").to_owned(), ended["termination"]["reason"].to_string()))
}

/// The refusals that the provider has recorded under an agreement, once there are so many: the rules that refused.
async fn recorded(supplier: &Connector, agreement: &str, refusals: usize) -> Result<Vec<String>, Failure> {
    let path = format!("agreement={}&", segment(agreement));
    eventually("recorded refusals", async || {
        let all = supplier.all("requests", &path).await.ok()?;
        let refused: Vec<String> =
            all.iter().filter(|one| one["permitted"] == false).map(|one| text(one, "rule").to_owned()).collect();
        (refused.len() >= refusals).then_some(refused)
    })
    .await
}

/// Why the provider ended its side of a transfer.
async fn known_reason(supplier: &Connector, oem: &Connector, pid: &str) -> Result<String, Failure> {
    let theirs = oem.partner_pid("transfers", pid).await?;
    let ended = supplier.read("transfers", &theirs).await?;
    assert_eq!((text(&ended, "state"), text(&ended["termination"], "by")), ("TERMINATED", "us"), "{ended}");
    Ok(format!("{} {}", text(&ended["termination"], "code"), ended["termination"]["reason"]))
}
