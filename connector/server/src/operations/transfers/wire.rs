//! The machine's messages as DSP 2025-1 messages, and where they go.

use serde_json::Value;
use symbolon_contract_negotiation::Role;
use symbolon_contract_negotiation::transfer::{Message, MessageName, Transfer};
use symbolon_vocab::messages::{
    Scope, TransferCompletionMessage, TransferRequestMessage, TransferStartMessage, TransferSuspensionMessage,
    TransferTerminationMessage, to_bytes,
};

use crate::http_client::path_segment;
use crate::storage::transfers::StoredTransfer;

/// Writes the message: its `@type`, path below the partner's base, and body. With a callback it opens the process.
pub(super) fn render(
    message: &Message,
    message_id: &str,
    callback: Option<&str>,
    stored: &StoredTransfer,
) -> (&'static str, String, String) {
    let (id, machine) = (Some(message_id.to_owned()), &stored.machine);
    let consumer_pid = machine.consumer_pid().unwrap_or_default().to_owned();
    let provider_pid = machine.provider_pid().unwrap_or_default().to_owned();
    let payload = match message {
        Message::Request { agreement_id, format, data_address } => to_bytes(&TransferRequestMessage {
            id,
            consumer_pid,
            agreement_id: agreement_id.clone(),
            format: format.clone(),
            data_address: data_address.clone(),
            callback_address: callback.unwrap_or_default().to_owned(),
            purpose: stored.purpose.clone(),
            scope: stored.scope.clone().map(Scope),
        }),
        Message::Start { data_address } => {
            to_bytes(&TransferStartMessage { id, provider_pid, consumer_pid, data_address: data_address.clone() })
        }
        Message::Suspension { code, reason } => to_bytes(&TransferSuspensionMessage {
            id,
            provider_pid,
            consumer_pid,
            code: code.clone(),
            reason: reason.clone(),
        }),
        Message::Completion => to_bytes(&TransferCompletionMessage { id, provider_pid, consumer_pid }),
        Message::Termination { code, reason } => to_bytes(&TransferTerminationMessage {
            id,
            provider_pid,
            consumer_pid,
            code: code.clone(),
            reason: reason.clone(),
        }),
    };
    let path = path(message.name(), machine.peer_pid().unwrap_or_default());
    (message.name().as_str(), path, String::from_utf8(payload).unwrap_or_default())
}

/// Path below the partner's base (DSP 2025-1, transfer HTTPS binding).
fn path(name: MessageName, peer: &str) -> String {
    let last = match name {
        MessageName::Request => return "/transfers/request".to_owned(),
        MessageName::Start => "start",
        MessageName::Suspension => "suspension",
        MessageName::Completion => "completion",
        MessageName::Termination => "termination",
    };
    format!("/transfers/{}/{last}", path_segment(peer))
}

/// The path at which the partner's state is asked for.
pub(super) fn question(peer: &str) -> String {
    format!("/transfers/{}", path_segment(peer))
}

/// Path and body of a message that was written before the partner's process id was known.
pub(super) fn completed(machine: &Transfer, kind: &str, payload: &str) -> Option<(String, String)> {
    let peer = machine.peer_pid()?;
    if kind == crate::storage::messages::TRANSFER_QUESTION {
        return Some((question(peer), String::new()));
    }
    let name = [MessageName::Start, MessageName::Suspension, MessageName::Completion, MessageName::Termination]
        .into_iter()
        .find(|name| name.as_str() == kind)?;
    let mut body: Value = serde_json::from_str(payload).ok()?;
    let member = match machine.role() {
        Role::Consumer => "providerPid",
        Role::Provider => "consumerPid",
    };
    *body.get_mut(member)? = peer.into();
    Some((path(name, peer), body.to_string()))
}
