use std::fmt;

use serde::{Deserialize, Serialize};
use symbolon_vocab::messages::DataAddress;

/// A message of the transfer process, sent or received. Process ids and the callback address are the caller's to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// `TransferRequestMessage`.
    Request {
        /// `agreementId`.
        agreement_id: String,
        /// `format`.
        format: String,
        /// `dataAddress`: the destination of a push.
        data_address: Option<DataAddress>,
    },
    /// `TransferStartMessage`.
    Start {
        /// `dataAddress`.
        data_address: Option<DataAddress>,
    },
    /// `TransferSuspensionMessage`.
    Suspension {
        /// `code`.
        code: Option<String>,
        /// `reason`; empty if there is none.
        reason: Vec<String>,
    },
    /// `TransferCompletionMessage`.
    Completion,
    /// `TransferTerminationMessage`.
    Termination {
        /// `code`.
        code: Option<String>,
        /// `reason`; empty if there is none.
        reason: Vec<String>,
    },
}

impl Message {
    /// The message without its content.
    pub fn name(&self) -> MessageName {
        match self {
            Self::Request { .. } => MessageName::Request,
            Self::Start { .. } => MessageName::Start,
            Self::Suspension { .. } => MessageName::Suspension,
            Self::Completion => MessageName::Completion,
            Self::Termination { .. } => MessageName::Termination,
        }
    }
}

/// The messages of the transfer process by name. Displays as the protocol's type name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MessageName {
    /// `TransferRequestMessage`.
    Request,
    /// `TransferStartMessage`.
    Start,
    /// `TransferSuspensionMessage`.
    Suspension,
    /// `TransferCompletionMessage`.
    Completion,
    /// `TransferTerminationMessage`.
    Termination,
}

impl MessageName {
    /// The protocol's type name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "TransferRequestMessage",
            Self::Start => "TransferStartMessage",
            Self::Suspension => "TransferSuspensionMessage",
            Self::Completion => "TransferCompletionMessage",
            Self::Termination => "TransferTerminationMessage",
        }
    }
}

impl fmt::Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
