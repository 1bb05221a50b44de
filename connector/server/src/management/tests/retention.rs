//! What our inbox received is deleted when its agreement says so, and that it is gone is on record.

use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::running::{CONSUMED, Stage, open};
use crate::clock;
use crate::operations::received::{note, take_stock};
use crate::operations::transfers::inbox_path;

const CONTENT: &[u8] = b"measured at the spindle";
const DELETE: &str = "http://www.w3.org/ns/odrl/2/delete";
const RETAINED_FOR: &str = "https://w3id.org/symbolon/admissibility/1/retainedFor";

/// Use is permitted, and the data is to be deleted under this constraint.
fn deleted_when(constraint: Value) -> Value {
    json!({"permission": [{"action": "use"}], "obligation": [{"action": DELETE, "constraint": [constraint]}]})
}

fn after(operand: &str, duration: &str) -> Value {
    let duration = json!({"@value": duration, "@type": "http://www.w3.org/2001/XMLSchema#duration"});
    json!({"leftOperand": operand, "operator": "gteq", "rightOperand": duration})
}

/// Asks for a push, and puts into the inbox what it would bring.
async fn received(stage: &Stage, noted: bool) -> String {
    let asked = json!({"agreement": CONSUMED, "format": "HttpData-PUSH"});
    let pid = stage.send("POST", "/api/v1/transfers", Some(asked)).await.json["pid"].as_str().unwrap().to_owned();
    std::fs::write(inbox_path(&stage.fixture.connector, &pid), CONTENT).unwrap();
    if noted {
        let transfer = stage.transfer(&pid).await;
        note(&stage.fixture.connector, &transfer, CONTENT.len() as u64, true).await.unwrap();
    }
    pid
}

async fn shown(stage: &Stage, pid: &str) -> Value {
    stage.send("GET", &format!("/api/v1/received/{pid}"), None).await.json
}

#[actix_web::test]
async fn a_retention_is_counted_from_the_moment_of_receipt() {
    let stage = Stage::new().await;
    stage.consume(deleted_when(after(RETAINED_FOR, "P90D"))).await;
    let pid = received(&stage, true).await;
    let row = shown(&stage, &pid).await;
    let [from, until] =
        ["receivedAt", "deleteAt"].map(|name| row[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap());
    assert_eq!(until.duration_since(from), SignedDuration::from_hours(90 * 24));
    assert_eq!(
        (&row["because"], &row["deletedAt"], &row["bytes"]),
        (&json!("obligation[0]"), &Value::Null, &json!(CONTENT.len()))
    );
    assert_eq!(stage.fixture.event("data.received", &pid).await["deleteAt"], row["deleteAt"]);
}

#[actix_web::test]
async fn what_is_due_is_deleted_with_evidence() {
    let stage = Stage::new().await;
    stage.fixture.watch();
    stage.consume(deleted_when(after(RETAINED_FOR, "PT0.4S"))).await;
    let pid = received(&stage, true).await;
    let digest = format!("sha-256:{}", hex::encode(Sha256::digest(CONTENT)));
    let event = stage.fixture.event("data.deleted", &pid).await;
    assert_eq!(
        (&event["digest"], &event["because"], &event["agreement"]),
        (&json!(digest), &json!("obligation[0]"), &json!(CONSUMED))
    );
    assert!(!inbox_path(&stage.fixture.connector, &pid).exists());
    let row = shown(&stage, &pid).await;
    assert_eq!(row["digest"], json!(digest));
    assert!(row["deletedAt"].as_str() >= row["deleteAt"].as_str(), "{row}");
}

#[actix_web::test]
async fn what_was_received_as_the_connector_died_is_found_when_it_starts() {
    let stage = Stage::new().await;
    stage.consume(deleted_when(after(RETAINED_FOR, "PT0S"))).await;
    let pid = received(&stage, false).await;
    stage.fixture.watch();
    stage.fixture.event("data.deleted", &pid).await;
    assert!(!inbox_path(&stage.fixture.connector, &pid).exists());
}

#[actix_web::test]
async fn a_deletion_that_broke_off_is_finished() {
    let stage = Stage::new().await;
    stage.consume(deleted_when(after(RETAINED_FOR, "PT0S"))).await;
    let pid = received(&stage, true).await;
    // The file was identified and removed, and that was not written down any more.
    let mut change = crate::connector::Change::default();
    change.write(crate::storage::received::identify(&pid, "sha-256:00", 3));
    stage.fixture.connector.commit(change).await.unwrap();
    std::fs::remove_file(inbox_path(&stage.fixture.connector, &pid)).unwrap();
    stage.fixture.watch();
    assert_eq!(stage.fixture.event("data.deleted", &pid).await["digest"], "sha-256:00");
}

#[actix_web::test]
async fn a_termination_deletes_where_the_agreement_says_so() {
    let termination = json!({"leftOperand": "https://w3id.org/catenax/2025/9/policy/ContractTermination", "operator": "eq",
        "rightOperand": "cx.data.deletion:1"});
    let cases = [
        (json!({"permission": [{"action": "use", "constraint": [termination]}]}), true),
        (json!({"permission": [{"action": "use"}], "obligation": [{"action": DELETE}]}), true),
        (open(), false),
    ];
    for (rules, deleted) in cases {
        let stage = Stage::new().await;
        stage.fixture.watch();
        stage.consume(rules.clone()).await;
        let pid = received(&stage, true).await;
        assert_eq!(shown(&stage, &pid).await["deleteAt"], Value::Null, "in force: {rules}");
        let reason = Some(json!({"reason": "the partnership is over"}));
        stage.send("POST", "/api/v1/agreements/urn:agreement:consumed/terminate", reason).await;
        if deleted {
            stage.fixture.event("data.deleted", &pid).await;
            // What comes after the end goes at once.
            std::fs::write(inbox_path(&stage.fixture.connector, &pid), CONTENT).unwrap();
            note(&stage.fixture.connector, &stage.transfer(&pid).await, 1, true).await.unwrap();
            stage.fixture.events("data.deleted", &pid, 2).await;
        } else {
            take_stock(&stage.fixture.connector).await.unwrap();
            assert_eq!(shown(&stage, &pid).await["deleteAt"], Value::Null, "{rules}");
        }
        assert_eq!(inbox_path(&stage.fixture.connector, &pid).exists(), !deleted, "{rules}");
    }
}

#[actix_web::test]
async fn a_deadline_is_kept_by_the_clock() {
    let stage = Stage::new().await;
    let due = clock::now() + SignedDuration::from_hours(1);
    let date = json!({"leftOperand": "dateTime", "operator": "gteq", "rightOperand": due.to_string()});
    stage.consume(deleted_when(date)).await;
    let pid = received(&stage, true).await;
    let row = shown(&stage, &pid).await;
    assert_eq!(row["deleteAt"], format!("{due:.3}"));
    let all = stage.send("GET", &format!("/api/v1/received?agreement={CONSUMED}"), None).await.json;
    assert_eq!(all["items"], json!([row]));
}
