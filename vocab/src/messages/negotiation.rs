//! Messages of the Contract Negotiation Protocol.

use serde_json::Value;

use super::Malformed;
use super::definition::{message, words};
use super::reading::{Members, PolicyHead, list_of_some, optional, policy, required};
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
        /// The consumer's attestation of the agreement, a compact JWS. Not part of the protocol: see
        /// [`symbolon::ATTESTATION`].
        attestation: Option<String> = (symbolon::ATTESTATION, optional),
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
        /// The provider's attestation of the agreement, a compact JWS, with [`EventType::Finalized`]. Not part of the
        /// protocol: see [`symbolon::ATTESTATION`].
        attestation: Option<String> = (symbolon::ATTESTATION, optional),
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
