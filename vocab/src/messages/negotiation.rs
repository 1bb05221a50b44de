//! Messages of the Contract Negotiation Protocol.

use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::Value;

use super::Malformed;
use super::definition::{message, words};
use super::reading::{At, Members, PolicyHead, Read, list_of_some, optional, policy, required};
use crate::symbolon;

message! {
    /// A consumer requests a contract, or counters an offer.
    ///
    /// Opens a negotiation with `callback_address` and continues one with `provider_pid`; never both.
    ContractRequestMessage {
        /// The consumer's id of the negotiation.
        consumer_pid: String = ("consumerPid", required),
        /// The provider's id of the negotiation, once there is one.
        provider_pid: Option<String> = ("providerPid", optional),
        /// The offer: an ODRL policy of `@type` `Offer` with an `@id`.
        offer: Value = ("offer", offer),
        /// Base URL at which the consumer takes the provider's messages.
        callback_address: Option<String> = ("callbackAddress", optional),
    }
    exactly one of "callbackAddress", "providerPid"
}

message! {
    /// A provider offers a contract, or counters a request.
    ///
    /// Opens a negotiation with `callback_address` and continues one with `consumer_pid`; never both.
    ContractOfferMessage {
        /// The provider's id of the negotiation.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the negotiation, once there is one.
        consumer_pid: Option<String> = ("consumerPid", optional),
        /// The offer: an ODRL policy of `@type` `Offer` with an `@id` and a `target`, the dataset's id.
        offer: Value = ("offer", offer_with_target),
        /// Base URL at which the provider takes the consumer's messages.
        callback_address: Option<String> = ("callbackAddress", optional),
    }
    exactly one of "callbackAddress", "consumerPid"
}

message! {
    /// A provider agrees.
    ContractAgreementMessage {
        /// The provider's id of the negotiation.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the negotiation.
        consumer_pid: String = ("consumerPid", required),
        /// The agreement: an ODRL policy of `@type` `Agreement` with `@id`, `target`, `assigner` and `assignee`.
        agreement: Value = ("agreement", agreement),
    }
}

message! {
    /// A consumer has verified the agreement.
    ContractAgreementVerificationMessage {
        /// The provider's id of the negotiation.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the negotiation.
        consumer_pid: String = ("consumerPid", required),
        /// The consumer's attestation of the agreement. Not part of the protocol: see [`symbolon::ATTESTATION`].
        attestation: Option<Attestation> = (symbolon::ATTESTATION, optional),
    }
}

message! {
    /// A consumer has accepted the offer, or a provider has finalized the negotiation.
    ContractNegotiationEventMessage {
        /// The provider's id of the negotiation.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the negotiation.
        consumer_pid: String = ("consumerPid", required),
        /// What happened.
        event_type: EventType = ("eventType", required),
        /// The provider's attestation of the agreement, with [`EventType::Finalized`]. Not part of the protocol: see
        /// [`symbolon::ATTESTATION`].
        attestation: Option<Attestation> = (symbolon::ATTESTATION, optional),
    }
}

/// A party's attestation of an agreement, in both forms. It travels as a JSON literal (JSON-LD 1.1 §4.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// A Verifiable Credential (Data Model 2.0) with a Data Integrity proof.
    pub credential: Value,
    /// The same claims as a compact JWS (`vc+jwt`).
    pub jwt: String,
}

impl Read for Attestation {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut literal = Members::of(value, at)?;
        literal.is_a("@json")?;
        let value: Value = required(&mut literal, "@value")?;
        let mut members = Members::of(value, At::Member(&at, "@value"))?;
        Ok(Self { credential: required(&mut members, "credential")?, jwt: required(&mut members, "jwt")? })
    }
}

impl Serialize for Attestation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Forms<'a> {
            credential: &'a Value,
            jwt: &'a str,
        }
        let mut literal = serializer.serialize_map(Some(2))?;
        literal.serialize_entry("@type", "@json")?;
        literal.serialize_entry("@value", &Forms { credential: &self.credential, jwt: &self.jwt })?;
        literal.end()
    }
}

message! {
    /// One side ends the negotiation without an agreement.
    ContractNegotiationTerminationMessage {
        /// The provider's id of the negotiation.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the negotiation.
        consumer_pid: String = ("consumerPid", required),
        /// The sender's own code for why.
        code: Option<String> = ("code", optional),
        /// Why, in sentences.
        reason: Vec<String> = ("reason", reasons),
    }
}

message! {
    /// A negotiation and its state: the answer to an opening message and to a GET.
    ContractNegotiation {
        /// The provider's id of the negotiation.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the negotiation.
        consumer_pid: String = ("consumerPid", required),
        /// The state as the sender sees it.
        state: ContractNegotiationState = ("state", required),
    }
}

message! {
    /// A message was refused; the state has not changed.
    ///
    /// Both ids are required even when an opening message is refused; the receiver then makes one up.
    ContractNegotiationError {
        /// The provider's id of the negotiation.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the negotiation.
        consumer_pid: String = ("consumerPid", required),
        /// The sender's own error code.
        code: Option<String> = ("code", optional),
        /// Why, in sentences.
        reason: Vec<String> = ("reason", reasons),
    }
}

words! {
    /// What a [`ContractNegotiationEventMessage`] reports.
    EventType {
        /// The consumer has accepted the offer.
        Accepted = "ACCEPTED",
        /// The provider has finalized the negotiation.
        Finalized = "FINALIZED",
    }
}

words! {
    /// The states of a negotiation.
    ContractNegotiationState {
        /// The consumer has requested.
        Requested = "REQUESTED",
        /// The provider has offered.
        Offered = "OFFERED",
        /// The consumer has accepted the offer.
        Accepted = "ACCEPTED",
        /// The provider has agreed.
        Agreed = "AGREED",
        /// The consumer has verified the agreement.
        Verified = "VERIFIED",
        /// Concluded: data may be transferred.
        Finalized = "FINALIZED",
        /// Ended without an agreement.
        Terminated = "TERMINATED",
    }
}

/// Reads `reason`. The schemas leave its items open; what is not a string is kept as JSON text.
pub(super) fn reasons(members: &mut Members<'_>, name: &str) -> Result<Vec<String>, Malformed> {
    Ok(list_of_some(members, name)?.into_iter().map(sentence).collect())
}

/// One item of `reason` as text. Older peers send JSON-LD language values.
pub(super) fn sentence(item: Value) -> String {
    match item {
        Value::String(text) => text,
        Value::Object(mut members) if members.get("@value").is_some_and(Value::is_string) => {
            members.remove("@value").map(sentence).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

fn offer(members: &mut Members<'_>, name: &str) -> Result<Value, Malformed> {
    policy(members, name, &PolicyHead { class: "Offer", required: &["@id"], optional: &["target"] })
}

fn offer_with_target(members: &mut Members<'_>, name: &str) -> Result<Value, Malformed> {
    policy(members, name, &PolicyHead { class: "Offer", required: &["@id", "target"], optional: &[] })
}

fn agreement(members: &mut Members<'_>, name: &str) -> Result<Value, Malformed> {
    let required = &["@id", "target", "assigner", "assignee"];
    policy(members, name, &PolicyHead { class: "Agreement", required, optional: &["timestamp"] })
}
