//! An agreement with a partner and what runs under it, for the tests of what happens then.

use serde_json::{Value, json};
use symbolon_contract_negotiation::transfer::State;
use symbolon_vocab::messages::{TransferRequestMessage, parse};

use super::fixture::{Answer, Fixture, asset, call};
use super::partner::Partner;
use super::presenting::{MEMBERSHIP, asks, connector, dataspace};
use crate::authentication::Caller;
use crate::operations::transfers::receiving;
use crate::storage::messages::{self, StoredMessage};
use crate::storage::transfers::{self, StoredTransfer};
use crate::{clock, ids};

/// The agreement under which we provide `urn:asset`.
pub(super) const PROVIDED: &str = "urn:agreement:provided";
/// The agreement under which we consume `urn:received`.
pub(super) const CONSUMED: &str = "urn:agreement:consumed";
/// Our supplier, where we consume.
pub(super) const SUPPLIER: &str = "did:example:supplier";

/// A connector and a partner that has proved who it is.
pub(super) struct Stage {
    pub(super) fixture: Fixture,
    pub(super) partner: Partner,
    pub(super) caller: Caller,
}

impl Stage {
    /// Outside any dataspace.
    pub(super) async fn new() -> Self {
        let (fixture, partner) = (Fixture::new().await, Partner::start());
        let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
        Self { fixture, partner, caller }
    }

    /// Within the dataspace `one`, of which the partner has proved its membership. Status lists are looked at anew each time.
    pub(super) async fn in_dataspace() -> Self {
        let (fixture, partner) = (connector().await, Partner::start());
        dataspace(&fixture, "one", &partner.issuer, &["MembershipCredential"], &[MEMBERSHIP]).await;
        let caller = asks(&fixture, &partner, Some("t")).await.unwrap();
        Self { fixture, partner, caller }
    }

    pub(super) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let sent = call(&self.fixture.app().await, "admin", method, path, body).await;
        assert!(sent.status < 300, "{method} {path}: {sent:?}");
        sent
    }

    /// Publishes `urn:asset`, with more members, and takes up an agreement about it with the partner.
    pub(super) async fn provide(&self, rules: Value, more: Value, in_dataspace: Option<&str>) {
        let mut asset = asset("urn:asset");
        asset.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.send("POST", "/api/v1/assets", Some(asset)).await;
        let parties = (self.fixture.connector.participant.as_str(), self.partner.did.as_str());
        let agreement = agreement(PROVIDED, "urn:asset", parties, rules);
        let import = json!({"role": "provider", "partner": self.partner.did, "agreement": agreement,
            "partnerAddress": "http://127.0.0.1:9/dsp", "dataspace": in_dataspace});
        self.send("POST", "/api/v1/agreements", Some(import)).await;
    }

    /// Takes up an agreement under which we consume.
    pub(super) async fn consume(&self, rules: Value) {
        let parties = (SUPPLIER, self.fixture.connector.participant.as_str());
        let agreement = agreement(CONSUMED, "urn:received", parties, rules);
        let import = json!({"role": "consumer", "partner": SUPPLIER, "partnerAddress": "http://127.0.0.1:9/dsp",
            "agreement": agreement});
        self.send("POST", "/api/v1/agreements", Some(import)).await;
    }

    /// The partner asks for a transfer: its process id here.
    pub(super) async fn asked(&self) -> String {
        self.asked_for(json!({"format": "HttpData-PULL"})).await
    }

    /// The partner asks for a transfer with these members.
    pub(super) async fn asked_for(&self, more: Value) -> String {
        let mut payload = json!({"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
            "@type": "TransferRequestMessage", "consumerPid": ids::urn(), "agreementId": PROVIDED,
            "callbackAddress": "http://127.0.0.1:9/dsp"});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let payload = payload.to_string();
        let message: TransferRequestMessage = parse(payload.as_bytes()).unwrap();
        let begun = receiving::requested(&self.fixture.connector, &self.caller, message, &payload).await.unwrap();
        begun.provider_pid
    }

    /// The partner asks for a transfer, which starts.
    pub(super) async fn started(&self) -> String {
        let pid = self.asked().await;
        let stored = self.transfer(&pid).await;
        assert!(matches!(stored.machine.state(), State::Started { .. }), "{:?}", stored.machine.state());
        pid
    }

    pub(super) async fn transfer(&self, pid: &str) -> StoredTransfer {
        transfers::by_pid(&self.fixture.connector.db, pid).await.unwrap().unwrap()
    }

    /// The first message of a process.
    pub(super) async fn first_message(&self, process: &str) -> StoredMessage {
        messages::of_process(&self.fixture.connector.db, process).await.unwrap().remove(0)
    }

    /// The last message of a process.
    pub(super) async fn last_message(&self, process: &str) -> (StoredMessage, Value) {
        let message = messages::of_process(&self.fixture.connector.db, process).await.unwrap().pop().unwrap();
        let body = serde_json::from_str(&message.payload).unwrap();
        (message, body)
    }

    /// What is known of the partner in the registry.
    pub(super) async fn known(&self, claims: Value) {
        let path = format!("/api/v1/partners/{}", self.partner.did.replace('%', "%25"));
        let body = json!({"name": "N", "dspAddress": "http://127.0.0.1:9/dsp", "claims": claims});
        self.send("PUT", &path, Some(body)).await;
    }
}

/// An agreement of `(assigner, assignee)` that was signed a minute ago.
fn agreement(id: &str, target: &str, (assigner, assignee): (&str, &str), rules: Value) -> Value {
    let signed = clock::now() - jiff::SignedDuration::from_secs(60);
    let mut agreement = json!({"@type": "Agreement", "@id": id, "target": target, "assigner": assigner,
        "assignee": assignee, "timestamp": signed.to_string()});
    agreement.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
    agreement
}

/// A permission to use under this constraint.
pub(super) fn permits(constraint: Value) -> Value {
    json!({"permission": [{"action": "use", "constraint": [constraint]}]})
}

/// A permission to use without any constraint.
pub(super) fn open() -> Value {
    json!({"permission": [{"action": "use"}]})
}
