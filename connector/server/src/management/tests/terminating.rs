//! An agreement is terminated once, by either party, for both. What survives goes on binding.

use serde_json::{Value, json};
use symbolon_contract_negotiation::transfer::StateName;
use symbolon_vocab::messages::{AgreementTerminationMessage, parse, to_bytes};

use super::fixture::call;
use super::partner::Partner;
use super::presenting::asks;
use super::running::{CONSUMED, PROVIDED, Stage, open};
use crate::clock;
use crate::connector::Change;
use crate::operations::terminating::terminated;
use crate::problem::Problem;
use crate::storage::agreements::{self, Attestation};
use crate::storage::{events, messages};

const AT: &str = "/api/v1/agreements/urn:agreement:provided";

fn because(reason: &str) -> Option<Value> {
    Some(json!({"reason": reason, "code": "sold"}))
}

/// The partner says that an agreement has ended.
async fn says(stage: &Stage, agreement: &str, id: &str) -> Result<(), Problem> {
    let message = AgreementTerminationMessage {
        id: Some(id.to_owned()),
        agreement_id: agreement.to_owned(),
        code: Some("theirs".to_owned()),
        reason: vec!["the line was closed".to_owned()],
    };
    let payload = String::from_utf8(to_bytes(&message)).unwrap();
    let message = parse(payload.as_bytes()).unwrap();
    terminated(&stage.fixture.connector, &stage.caller, message, &payload).await
}

/// The partner attested the agreement, as a Symbolon connector does.
async fn attested(stage: &Stage) {
    let db = &stage.fixture.connector.db;
    let mut stored = agreements::by_id(db, PROVIDED).await.unwrap().unwrap();
    let half = Attestation {
        role: "consumer".to_owned(),
        signer: stage.partner.did.clone(),
        credential: Value::Null,
        jwt: String::new(),
    };
    stored.attestations.push(half);
    let mut change = Change::default();
    change.write(agreements::update(&stored, stored.version));
    stage.fixture.connector.commit(change).await.unwrap();
}

#[actix_web::test]
async fn an_operator_terminates_and_the_partner_is_told() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    attested(&stage).await;
    let pid = stage.started().await;
    let ended = stage.send("POST", &format!("{AT}/terminate"), because("the line was sold")).await.json;
    let how = json!({"by": "us", "code": "sold", "reason": ["the line was sold"]});
    assert_eq!((&ended["state"], &ended["termination"]), (&json!("TERMINATED"), &how));
    assert!(ended["terminatedAt"].is_string() && ended["rights"].to_string().contains("terminated"), "{ended}");
    let transfer = stage.transfer(&pid).await;
    assert_eq!(transfer.machine.state_name(), StateName::Terminated);
    let (_, told) = stage.last_message(&pid).await;
    assert_eq!(
        (&told["code"], &told["reason"]),
        (&json!("agreement.terminated"), &json!(["the agreement has been terminated: the line was sold"]))
    );
    let (message, body) = stage.last_message(PROVIDED).await;
    assert_eq!(message.address.as_deref(), Some("http://127.0.0.1:9/dsp/agreements/termination"));
    assert_eq!(body["@type"], "https://w3id.org/symbolon/1/AgreementTermination");
    assert_eq!(body["https://w3id.org/symbolon/1/agreementId"], PROVIDED);
    assert_eq!(stage.fixture.event("agreement.terminated", PROVIDED).await["by"], "us");
    for path in ["terminate", "retire"] {
        let reason = if path == "retire" { Some(json!({"reason": "again"})) } else { because("again") };
        let again = call(&stage.fixture.app().await, "admin", "POST", &format!("{AT}/{path}"), reason).await;
        assert_eq!((again.status, again.json["code"].as_str()), (409, Some("agreement.terminated")), "{path}");
    }
}

#[actix_web::test]
async fn a_partner_that_does_not_attest_is_told_by_its_transfers_alone() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    let pid = stage.started().await;
    stage.send("POST", &format!("{AT}/retire"), Some(json!({"reason": "for now"}))).await;
    // What we retired can still be ended for both.
    stage.send("POST", &format!("{AT}/terminate"), because("the line was sold")).await;
    assert_eq!(stage.last_message(&pid).await.0.kind, "TransferTerminationMessage");
    assert!(messages::of_process(&stage.fixture.connector.db, PROVIDED).await.unwrap().is_empty());
    let refused = stage.asked().await;
    assert_eq!(stage.last_message(&refused).await.1["code"], "agreement.terminated");
}

#[actix_web::test]
async fn a_partner_terminates_once_however_often_it_says_so() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    let pid = stage.started().await;
    for id in ["urn:m:1", "urn:m:1", "urn:m:2"] {
        says(&stage, PROVIDED, id).await.unwrap();
    }
    let shown = stage.send("GET", AT, None).await.json;
    let how = json!({"by": "partner", "code": "theirs", "reason": ["the line was closed"]});
    assert_eq!((&shown["state"], &shown["termination"]), (&json!("TERMINATED"), &how));
    assert_eq!(stage.transfer(&pid).await.machine.state_name(), StateName::Terminated);
    let all = events::after(&stage.fixture.connector.db, 0, Some(PROVIDED), 100).await.unwrap();
    assert_eq!(all.iter().filter(|row| row.event.kind == "agreement.terminated").count(), 1);
    // Evidence: each message, with the token that came with it.
    let kept = messages::of_process(&stage.fixture.connector.db, PROVIDED).await.unwrap();
    assert_eq!(kept.iter().map(|one| one.message_id.as_str()).collect::<Vec<_>>(), ["urn:m:1", "urn:m:2"]);
    assert!(kept.iter().all(|one| one.inbound && one.token.is_some()));
}

#[actix_web::test]
async fn both_may_terminate_at_once() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    attested(&stage).await;
    stage.send("POST", &format!("{AT}/terminate"), because("ours was first")).await;
    says(&stage, PROVIDED, "urn:m:1").await.unwrap();
    assert_eq!(stage.send("GET", AT, None).await.json["termination"]["by"], "us");
}

#[actix_web::test]
async fn nobody_terminates_what_is_not_theirs() {
    let mut stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    stage.consume(open()).await;
    let stranger = Partner::start();
    for (agreement, id) in [("urn:agreement:nowhere", "urn:m:1"), (CONSUMED, "urn:m:2")] {
        let refused = says(&stage, agreement, id).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.kind.status().0), ("agreement.unknown", 404), "{agreement}");
    }
    stage.caller = asks(&stage.fixture, &stranger, Some("t")).await.unwrap();
    assert_eq!(says(&stage, PROVIDED, "urn:m:3").await.unwrap_err().code, "agreement.unknown");
    assert_eq!(stage.send("GET", AT, None).await.json["state"], "IN_FORCE");
}

#[actix_web::test]
async fn a_message_id_counts_once() {
    let stage = Stage::new().await;
    stage.provide(open(), json!({}), None).await;
    let pid = stage.started().await;
    let taken = stage.first_message(&pid).await;
    let refused = says(&stage, PROVIDED, &taken.message_id).await.unwrap_err();
    assert_eq!(refused.code, "message.repeated");
}

#[actix_web::test]
async fn the_end_is_in_the_graph_and_in_the_export() {
    let stage = Stage::new().await;
    stage.consume(open()).await;
    let at = "/api/v1/agreements/urn:agreement:consumed";
    let before = clock::now();
    stage.send("POST", &format!("{at}/terminate"), because("the line was sold")).await;
    let exported = stage.send("GET", &format!("{at}/export"), None).await.json;
    assert_eq!(exported["exporter"]["state"], "TERMINATED");
    assert_eq!(exported["exporter"]["termination"]["reason"], json!(["the line was sold"]));
    let at: jiff::Timestamp = exported["exporter"]["termination"]["at"].as_str().unwrap().parse().unwrap();
    assert!(at.duration_since(before).as_secs() < 20);
    let ask = "SELECT ?by ?reason WHERE { GRAPH ?g { ?a <https://w3id.org/symbolon/1/terminatedBy> ?by ; \
        <https://w3id.org/symbolon/1/terminationReason> ?reason ; <https://w3id.org/symbolon/1/state> \"TERMINATED\" } }";
    let asked = super::fixture::request("POST", "/api/v1/sparql").insert_header(("X-Api-Key", "auditor"));
    let asked = asked.insert_header(("Content-Type", "application/sparql-query")).set_payload(ask);
    let found = super::fixture::answer(&stage.fixture.app().await, asked).await.json;
    assert_eq!(found["results"]["bindings"][0]["by"]["value"], "us", "{found}");
}
