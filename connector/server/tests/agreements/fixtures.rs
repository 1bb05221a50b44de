use jiff::Timestamp;
use serde_json::{Value, json};
use symbolon::attestation;
use symbolon::storage::agreements::{AgreementState, StoredAgreement, insert, log_for_graph, update};
use symbolon::storage::offers::Step;
use symbolon::storage::{Db, Durability, Transaction};
use symbolon_contract_negotiation::Role;
use symbolon_identity::SigningKey;
use symbolon_policies_odrl::PolicyDocument;

/// When everything here happens.
pub(crate) fn at() -> Timestamp {
    Timestamp::from_millisecond(1_781_000_000_123).unwrap()
}

pub(crate) fn key(number: u8) -> SigningKey {
    SigningKey::from_secret(&[number; 32]).unwrap()
}

/// What the consumer (key 1) and the provider (key 2) agreed on.
pub(crate) fn agreement_json(id: &str) -> Value {
    json!({
        "@type": "Agreement",
        "@id": id,
        "target": "spindle-telemetry",
        "assigner": key(2).did(),
        "assignee": key(1).did(),
        "timestamp": "2026-06-09T10:13:20Z",
        "permission": [{
            "action": "use",
            "constraint": [
                {"leftOperand": "purpose", "operator": "isAnyOf", "rightOperand": "urn:example:predictive-maintenance"},
                {"leftOperand": "https://w3id.org/catenax/policy/FrameworkAgreement", "operator": "eq", "rightOperand": "DataExchangeGovernance:1.0"}
            ],
            "duty": [{"action": "delete", "constraint": [{"leftOperand": "elapsedTime", "operator": "lteq", "rightOperand": "P30D"}]}]
        }],
        "prohibition": [{"action": "distribute"}]
    })
}

pub(crate) fn document(json: Value) -> PolicyDocument {
    PolicyDocument::parse(json).unwrap()
}

/// The provider's copy, with both halves.
pub(crate) fn agreement(id: &str) -> StoredAgreement {
    stored(agreement_json(id), key(1).did())
}

pub(crate) fn stored(json: Value, partner: &str) -> StoredAgreement {
    let id = json["@id"].as_str().unwrap().to_owned();
    let document = document(json);
    let attestations = vec![
        attestation::attest(&key(1), &document, Role::Consumer, at()).unwrap(),
        attestation::attest(&key(2), &document, Role::Provider, at()).unwrap(),
    ];
    StoredAgreement {
        negotiation: Some(format!("urn:uuid:negotiation-{id}")),
        id,
        role: Role::Provider,
        partner: partner.to_owned(),
        partner_address: "https://consumer.example/dsp/2025-1".to_owned(),
        asset: "spindle-telemetry".to_owned(),
        state: AgreementState::InForce,
        version: 0,
        digest: attestation::digest(&document).unwrap(),
        document,
        attestations,
        transfer_automation: Step::Auto,
        concluded: at().as_millisecond(),
        retired: None,
        retire_reason: None,
    }
}

/// The same agreement after its end.
pub(crate) fn retired(agreement: &StoredAgreement) -> StoredAgreement {
    StoredAgreement {
        state: AgreementState::Retired,
        version: agreement.version + 1,
        retired: Some(at().as_millisecond() + 1_000),
        retire_reason: Some("the line was sold".to_owned()),
        ..agreement.clone()
    }
}

pub(crate) async fn database(dir: &std::path::Path) -> Db {
    Db::open(dir, Durability::Relaxed).await.unwrap()
}

/// Commits agreements as an operation does.
pub(crate) async fn conclude(db: &Db, agreements: impl IntoIterator<Item = StoredAgreement>) {
    let mut transaction = Transaction::default();
    for agreement in agreements {
        transaction.push(insert(&agreement));
        transaction.push(log_for_graph(&agreement.id));
    }
    db.commit(transaction).await.unwrap();
}

pub(crate) async fn retire(db: &Db, agreement: &StoredAgreement) {
    let transaction = [update(&retired(agreement), agreement.version), log_for_graph(&agreement.id)];
    db.commit(transaction.into_iter().collect()).await.unwrap();
}
