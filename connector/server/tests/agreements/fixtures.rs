use futures_util::FutureExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use symbolon::attestation::{self, Seen};
use symbolon::storage::agreements::{AgreementState, Attestation, StoredAgreement, insert, log_for_graph, update};
use symbolon::storage::offers::Step;
use symbolon::storage::{Db, Durability, Transaction};
use symbolon_contract_negotiation::Role;
use symbolon_identity::did::Relationship;
use symbolon_identity::{Held, KeyKind, Keyring, SigningKey, TokenSecret};
use symbolon_policies_odrl::PolicyDocument;

/// When everything here happens.
pub(crate) fn at() -> Timestamp {
    Timestamp::from_millisecond(1_781_000_000_123).unwrap()
}

fn secret(number: u8) -> SigningKey {
    SigningKey::from_secret(KeyKind::Ed25519, &[number; 32]).unwrap()
}

/// A `did:key` that is the same in every run.
pub(crate) fn key(number: u8) -> Keyring {
    Keyring::of_did_key(secret(number), TokenSecret::from_bytes([number; 32]), at()).unwrap()
}

/// A `did:web` whose one key may do everything.
pub(crate) fn web(did: &str, number: u8) -> Keyring {
    let held = Held::new(did, secret(number), Relationship::ALL.to_vec(), at());
    Keyring::new(did, vec![held], Vec::new(), TokenSecret::from_bytes([number; 32])).unwrap()
}

/// The result of what has nothing to wait for.
pub(crate) fn done<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}

/// A half by the key of this party.
pub(crate) fn half(
    signer: &Keyring,
    document: &PolicyDocument,
    role: Role,
    counterparty: &str,
    seen: Seen,
) -> Attestation {
    let held = signer.data_integrity(at()).unwrap();
    done(attestation::attest(held, document, role, counterparty, seen, at())).unwrap()
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
        half(&key(1), &document, Role::Consumer, key(2).did(), Seen::default()),
        half(&key(2), &document, Role::Provider, partner, Seen::default()),
    ];
    StoredAgreement {
        negotiation: Some(format!("urn:uuid:negotiation-{id}")),
        id,
        role: Role::Provider,
        partner: partner.to_owned(),
        partner_address: "https://consumer.example/dsp/2025-1".to_owned(),
        asset: "spindle-telemetry".to_owned(),
        dataspace: String::new(),
        state: AgreementState::InForce,
        version: 0,
        digest: attestation::digest(&document).unwrap(),
        document,
        attestations,
        transfer_automation: Step::Auto,
        concluded: at().as_millisecond(),
        retired: None,
        retire_reason: None,
        termination: None,
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
