//! Messages of the Transfer Process Protocol.

use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::{Map, Value};

use super::Malformed;
use super::data_address::DataAddress;
use super::definition::{message, words};
use super::negotiation::reasons;
use super::reading::{At, Members, Read, optional, required};
use crate::symbolon;

message! {
    /// A consumer requests a transfer under an agreement.
    TransferRequestMessage {
        /// The consumer's id of the transfer.
        consumer_pid: String = ("consumerPid", required),
        /// The agreement's id.
        agreement_id: String = ("agreementId", required),
        /// The `format` of a distribution of the agreed dataset, such as `HttpData-PULL`.
        format: String = ("format", required),
        /// Where to deliver; for pushed transfers only.
        data_address: Option<DataAddress> = ("dataAddress", optional),
        /// Base URL at which the consumer takes the provider's messages.
        callback_address: String = ("callbackAddress", required),
        /// What the data is for, as the consumer declares it. Written under its full IRI, so that peers that do not know it
        /// ignore it.
        purpose: Option<String> = (symbolon::PURPOSE, optional),
        /// What the consumer confines the transfer to. Not part of the protocol: see [`symbolon::SCOPE`].
        scope: Option<Scope> = (symbolon::SCOPE, optional),
    }
}

/// What a transfer is confined to: left operand → value. It travels as a JSON literal (JSON-LD 1.1 §4.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(pub Map<String, Value>);

impl Read for Scope {
    fn read(value: Value, at: At<'_>) -> Result<Self, Malformed> {
        let mut literal = Members::of(value, at)?;
        literal.is_a("@json")?;
        let value: Value = required(&mut literal, "@value")?;
        Members::of(value, At::Member(&at, "@value")).map(|members| Self(members.rest()))
    }
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut literal = serializer.serialize_map(Some(2))?;
        literal.serialize_entry("@type", "@json")?;
        literal.serialize_entry("@value", &self.0)?;
        literal.end()
    }
}

message! {
    /// The provider starts the transfer, or either side resumes it.
    TransferStartMessage {
        /// The provider's id of the transfer.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the transfer.
        consumer_pid: String = ("consumerPid", required),
        /// Where to fetch; for pulled transfers only.
        data_address: Option<DataAddress> = ("dataAddress", optional),
    }
}

message! {
    /// Either side pauses the transfer.
    TransferSuspensionMessage {
        /// The provider's id of the transfer.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the transfer.
        consumer_pid: String = ("consumerPid", required),
        /// The sender's own code for why.
        code: Option<String> = ("code", optional),
        /// Why, in sentences.
        reason: Vec<String> = ("reason", reasons),
    }
}

message! {
    /// Everything is transferred.
    TransferCompletionMessage {
        /// The provider's id of the transfer.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the transfer.
        consumer_pid: String = ("consumerPid", required),
    }
}

message! {
    /// Either side ends the transfer early.
    TransferTerminationMessage {
        /// The provider's id of the transfer.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the transfer.
        consumer_pid: String = ("consumerPid", required),
        /// The sender's own code for why.
        code: Option<String> = ("code", optional),
        /// Why, in sentences.
        reason: Vec<String> = ("reason", reasons),
    }
}

message! {
    /// A transfer process and its state: the answer to a transfer request and to a GET.
    TransferProcess {
        /// The provider's id of the transfer.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the transfer.
        consumer_pid: String = ("consumerPid", required),
        /// The state as the sender sees it.
        state: TransferState = ("state", required),
    }
}

message! {
    /// A message was refused; the state has not changed.
    TransferError {
        /// The provider's id of the transfer.
        provider_pid: String = ("providerPid", required),
        /// The consumer's id of the transfer.
        consumer_pid: String = ("consumerPid", required),
        /// The sender's own error code.
        code: Option<String> = ("code", optional),
        /// Why, in sentences.
        reason: Vec<String> = ("reason", reasons),
    }
}

words! {
    /// The states of a transfer process.
    TransferState {
        /// The consumer has requested.
        Requested = "REQUESTED",
        /// The transfer runs.
        Started = "STARTED",
        /// The transfer is paused.
        Suspended = "SUSPENDED",
        /// Everything is transferred.
        Completed = "COMPLETED",
        /// Ended early.
        Terminated = "TERMINATED",
    }
}
