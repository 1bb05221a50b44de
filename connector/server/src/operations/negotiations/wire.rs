//! The machine's messages as DSP 2025-1 messages, and where they go.

use serde_json::Value;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::negotiation::{Message, MessageName, Negotiation};
use symbolon_vocab::messages::{
    self, ContractAgreementMessage, ContractAgreementVerificationMessage, ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage, ContractOfferMessage, ContractRequestMessage, EventType, to_bytes,
};

use crate::storage::agreements::Attestation;

/// A message ready to be posted.
pub(super) struct Rendered {
    pub(super) kind: &'static str,
    pub(super) path: String,
    pub(super) payload: String,
}

/// Whether the message opens the process or continues it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'a> {
    /// With our callback address, to the partner's base.
    Opening { callback: &'a str },
    /// To the partner's process.
    Process,
}

/// Writes the message. `attestation` is ours, and goes with the messages that conclude.
pub(super) fn render(
    machine: &Negotiation,
    message: &Message,
    message_id: &str,
    place: Place<'_>,
    attestation: Option<&Attestation>,
) -> Rendered {
    let id = Some(message_id.to_owned());
    let peer = machine.peer_pid().unwrap_or_default();
    let consumer_pid = machine.consumer_pid().unwrap_or_default().to_owned();
    let provider_pid = machine.provider_pid().unwrap_or_default().to_owned();
    let attestation =
        attestation.map(|own| messages::Attestation { credential: own.credential.clone(), jwt: own.jwt.clone() });
    let (opening, callback_address) = match place {
        Place::Opening { callback } => (true, Some(callback.to_owned())),
        Place::Process => (false, None),
    };
    let payload = match message {
        Message::Request { offer } => to_bytes(&ContractRequestMessage {
            id,
            consumer_pid,
            provider_pid: (!opening).then_some(provider_pid),
            offer: offer.json().clone(),
            callback_address,
        }),
        Message::Offer { offer } => to_bytes(&ContractOfferMessage {
            id,
            provider_pid,
            consumer_pid: (!opening).then_some(consumer_pid),
            offer: offer.json().clone(),
            callback_address,
        }),
        Message::Agreement { agreement } => {
            to_bytes(&ContractAgreementMessage { id, provider_pid, consumer_pid, agreement: agreement.json().clone() })
        }
        Message::Verification => {
            to_bytes(&ContractAgreementVerificationMessage { id, provider_pid, consumer_pid, attestation })
        }
        Message::Accepted => to_bytes(&event(id, provider_pid, consumer_pid, EventType::Accepted, None)),
        Message::Finalized => to_bytes(&event(id, provider_pid, consumer_pid, EventType::Finalized, attestation)),
        Message::Termination { code, reason } => to_bytes(&ContractNegotiationTerminationMessage {
            id,
            provider_pid,
            consumer_pid,
            code: code.clone(),
            reason: reason.clone(),
        }),
    };
    Rendered {
        kind: type_of(message.name()),
        path: path(message.name(), opening, peer),
        payload: String::from_utf8(payload).unwrap_or_default(),
    }
}

fn event(
    id: Option<String>,
    provider_pid: String,
    consumer_pid: String,
    event_type: EventType,
    attestation: Option<messages::Attestation>,
) -> ContractNegotiationEventMessage {
    ContractNegotiationEventMessage { id, provider_pid, consumer_pid, event_type, attestation }
}

/// The protocol's `@type`.
pub(super) fn type_of(name: MessageName) -> &'static str {
    match name {
        MessageName::Request => "ContractRequestMessage",
        MessageName::Offer => "ContractOfferMessage",
        MessageName::Agreement => "ContractAgreementMessage",
        MessageName::Verification => "ContractAgreementVerificationMessage",
        MessageName::Accepted | MessageName::Finalized => "ContractNegotiationEventMessage",
        MessageName::Termination => "ContractNegotiationTerminationMessage",
    }
}

/// Path below the partner's base (DSP 2025-1, negotiation HTTPS binding).
fn path(name: MessageName, opening: bool, peer: &str) -> String {
    let peer = crate::http_client::path_segment(peer);
    match (name, opening) {
        (MessageName::Request, true) => "/negotiations/request".to_owned(),
        (MessageName::Offer, true) => "/negotiations/offers".to_owned(),
        (MessageName::Request, false) => format!("/negotiations/{peer}/request"),
        (MessageName::Offer, false) => format!("/negotiations/{peer}/offers"),
        (MessageName::Agreement, _) => format!("/negotiations/{peer}/agreement"),
        (MessageName::Verification, _) => format!("/negotiations/{peer}/agreement/verification"),
        (MessageName::Accepted | MessageName::Finalized, _) => format!("/negotiations/{peer}/events"),
        (MessageName::Termination, _) => format!("/negotiations/{peer}/termination"),
    }
}

/// The URL at which the partner's state is asked for.
pub(super) fn question(machine: &Negotiation) -> String {
    format!("/negotiations/{}", crate::http_client::path_segment(machine.peer_pid().unwrap_or_default()))
}

/// Fills the partner's process id into a message that was written before it was known.
pub(super) fn complete(machine: &Negotiation, payload: &str) -> Option<String> {
    let mut body: Value = serde_json::from_str(payload).ok()?;
    let member = match machine.role() {
        Role::Consumer => "providerPid",
        Role::Provider => "consumerPid",
    };
    *body.get_mut(member)? = machine.peer_pid()?.into();
    Some(body.to_string())
}

/// The path of a message that was written before the partner's process id was known.
pub(super) fn completed_path(machine: &Negotiation, kind: &str) -> Option<String> {
    let peer = machine.peer_pid()?;
    let name = match kind {
        "ContractRequestMessage" => MessageName::Request,
        "ContractOfferMessage" => MessageName::Offer,
        "ContractNegotiationTerminationMessage" => MessageName::Termination,
        crate::storage::messages::NEGOTIATION_QUESTION => return Some(question(machine)),
        _ => return None,
    };
    Some(path(name, false, peer))
}
