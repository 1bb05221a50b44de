use std::fmt;

use serde::{Deserialize, Serialize};
use symbolon_policies_odrl::PolicyDocument;

/// A message of the negotiation, sent or received. Process ids and the callback address are the caller's to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Message {
    /// `ContractRequestMessage`: the consumer's first offer or its counter-offer.
    Request {
        /// The offer.
        offer: PolicyDocument,
    },
    /// `ContractOfferMessage`: the provider's first offer or its counter-offer.
    Offer {
        /// The offer.
        offer: PolicyDocument,
    },
    /// `ContractNegotiationEventMessage` with `eventType` `ACCEPTED`.
    Accepted,
    /// `ContractAgreementMessage`.
    Agreement {
        /// The agreement.
        agreement: PolicyDocument,
    },
    /// `ContractAgreementVerificationMessage`.
    Verification,
    /// `ContractNegotiationEventMessage` with `eventType` `FINALIZED`.
    Finalized,
    /// `ContractNegotiationTerminationMessage`.
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
            Self::Offer { .. } => MessageName::Offer,
            Self::Accepted => MessageName::Accepted,
            Self::Agreement { .. } => MessageName::Agreement,
            Self::Verification => MessageName::Verification,
            Self::Finalized => MessageName::Finalized,
            Self::Termination { .. } => MessageName::Termination,
        }
    }
}

impl Message {
    /// The offer that the message makes.
    pub fn offer(&self) -> Option<&PolicyDocument> {
        match self {
            Self::Request { offer } | Self::Offer { offer } => Some(offer),
            Self::Accepted
            | Self::Agreement { .. }
            | Self::Verification
            | Self::Finalized
            | Self::Termination { .. } => None,
        }
    }

    /// The agreement that the message makes.
    pub fn agreement(&self) -> Option<&PolicyDocument> {
        match self {
            Self::Agreement { agreement } => Some(agreement),
            Self::Request { .. }
            | Self::Offer { .. }
            | Self::Accepted
            | Self::Verification
            | Self::Finalized
            | Self::Termination { .. } => None,
        }
    }
}

/// The messages of the negotiation by name. Displays as the protocol's type name, with the event type where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MessageName {
    /// `ContractRequestMessage`.
    Request,
    /// `ContractOfferMessage`.
    Offer,
    /// `ContractNegotiationEventMessage` `ACCEPTED`.
    Accepted,
    /// `ContractAgreementMessage`.
    Agreement,
    /// `ContractAgreementVerificationMessage`.
    Verification,
    /// `ContractNegotiationEventMessage` `FINALIZED`.
    Finalized,
    /// `ContractNegotiationTerminationMessage`.
    Termination,
}

impl MessageName {
    /// The protocol's type name, with the event type where there is one.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "ContractRequestMessage",
            Self::Offer => "ContractOfferMessage",
            Self::Accepted => "ContractNegotiationEventMessage ACCEPTED",
            Self::Agreement => "ContractAgreementMessage",
            Self::Verification => "ContractAgreementVerificationMessage",
            Self::Finalized => "ContractNegotiationEventMessage FINALIZED",
            Self::Termination => "ContractNegotiationTerminationMessage",
        }
    }
}

impl fmt::Display for MessageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
