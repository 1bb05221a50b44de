//! The messages of the Dataspace Protocol 2025-1.
//!
//! One struct per message, with the specification's members in snake case. `@context` and `@type` are written and checked
//! here; callers never fill them. Policies stay JSON: this module checks what makes them *the* offer or agreement of a
//! message (`@type`, `@id`, `target`, the parties), not their rules.
//!
//! [`parse`] demands what the specification's JSON Schemas demand, ignores members that they do not know, and says which
//! member is at fault. Catalogs are other people's larger documents and are read with more patience: see [`Catalog`].
//!
//! ```
//! use symbolon_vocab::messages::{self, EventType, ContractNegotiationEventMessage};
//!
//! let event = ContractNegotiationEventMessage {
//!     id: None,
//!     provider_pid: "urn:uuid:1".into(),
//!     consumer_pid: "urn:uuid:2".into(),
//!     event_type: EventType::Finalized,
//!     attestation: None,
//! };
//! let body = messages::to_bytes(&event);
//! assert_eq!(messages::parse::<ContractNegotiationEventMessage>(&body), Ok(event));
//! ```

mod agreement;
mod catalog;
mod data_address;
pub(crate) mod definition;
mod negotiation;
pub(crate) mod reading;
mod transfer;
mod version;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use agreement::AgreementTerminationMessage;
pub use catalog::{
    AccessService, Catalog, CatalogError, CatalogRequestMessage, DataService, Dataset, DatasetForm,
    DatasetRequestMessage, Distribution, NestedCatalog, RootDataset,
};
pub use data_address::{DataAddress, EndpointProperty};
pub use negotiation::{
    Attestation, ContractAgreementMessage, ContractAgreementVerificationMessage, ContractNegotiation,
    ContractNegotiationError, ContractNegotiationEventMessage, ContractNegotiationState,
    ContractNegotiationTerminationMessage, ContractOfferMessage, ContractRequestMessage, EventType,
};
pub use transfer::{
    Scope, TransferCompletionMessage, TransferError, TransferProcess, TransferRequestMessage, TransferStartMessage,
    TransferState, TransferSuspensionMessage, TransferTerminationMessage,
};
pub use version::{Auth, DidService, DidServiceType, ProtocolVersion, ProtocolVersions};

/// How deep arrays and objects may nest in a body.
///
/// Real messages stay below twenty; a limit keeps everything that walks a policy later from running out of stack.
pub const MAX_DEPTH: usize = 64;

/// A body of the protocol: something that [`parse`] reads and [`to_bytes`] writes.
///
/// Implemented by the messages of this module only.
pub trait Message: Serialize + DeserializeOwned + reading::Read {
    /// The value of `@type`; for the two documents that have none, the name of their JSON Schema's definition.
    const TYPE: &'static str;
}

/// Reads a message from a request or response body.
///
/// The caller bounds the size of `body`; depth is bounded here, to [`MAX_DEPTH`].
///
/// # Errors
/// [`Malformed`], if the body is not JSON or not a message of type `M`.
pub fn parse<M: Message>(body: &[u8]) -> Result<M, Malformed> {
    let value = serde_json::from_slice(body).map_err(|error| Malformed {
        member: String::new(),
        reason: format!("The body is not acceptable JSON: {error}."),
    })?;
    parse_value(value)
}

/// Reads a message from JSON that is already parsed.
///
/// # Errors
/// [`Malformed`], if the value is not a message of type `M` or nested deeper than [`MAX_DEPTH`].
pub fn parse_value<M: Message>(value: Value) -> Result<M, Malformed> {
    if !nests_within(&value, MAX_DEPTH) {
        let reason = format!("The body is nested deeper than {MAX_DEPTH} levels.");
        return Err(Malformed { member: String::new(), reason });
    }
    M::read(value, reading::At::Whole)
}

/// Writes a message as the body of a request or response.
pub fn to_bytes<M: Message>(message: &M) -> Vec<u8> {
    // Serialisation can only fail on map keys that are not strings, which no message has.
    serde_json::to_vec(message).unwrap_or_default()
}

/// Why a body is not the message that was expected. The sender is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The member at fault as a path, such as `@context` or `dataAddress.endpointProperties[1].name`; empty for the whole
    /// body.
    pub member: String,
    /// A sentence for the sender, which names the member and what was expected.
    pub reason: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for Malformed {}

pub(crate) fn nests_within(value: &Value, levels: usize) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(items) => levels > 0 && items.iter().all(|item| nests_within(item, levels - 1)),
        Value::Object(members) => levels > 0 && members.values().all(|member| nests_within(member, levels - 1)),
    }
}
