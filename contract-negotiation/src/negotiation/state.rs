use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use symbolon_policies_odrl::PolicyDocument;

use crate::Party;

/// The state of a negotiation with what is true in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "UPPERCASE")]
pub enum State {
    /// The consumer has made the last offer.
    Requested,
    /// The provider has made the last offer.
    Offered,
    /// The consumer has accepted the provider's offer.
    Accepted,
    /// The provider has agreed.
    Agreed {
        /// The agreement.
        agreement: PolicyDocument,
    },
    /// The consumer has verified the agreement.
    Verified {
        /// The agreement.
        agreement: PolicyDocument,
    },
    /// The agreement is in force.
    Finalized {
        /// The agreement.
        agreement: PolicyDocument,
    },
    /// The negotiation has ended without an agreement.
    Terminated {
        /// Who ended it.
        by: Party,
        /// A code for machines.
        code: Option<String>,
        /// Sentences for people.
        reason: Vec<String>,
        /// The state before.
        from: StateName,
    },
}

impl State {
    /// The state as the protocol names it.
    pub fn name(&self) -> StateName {
        match self {
            Self::Requested => StateName::Requested,
            Self::Offered => StateName::Offered,
            Self::Accepted => StateName::Accepted,
            Self::Agreed { .. } => StateName::Agreed,
            Self::Verified { .. } => StateName::Verified,
            Self::Finalized { .. } => StateName::Finalized,
            Self::Terminated { .. } => StateName::Terminated,
        }
    }

    /// The agreement, in the states that have one.
    pub fn agreement(&self) -> Option<&PolicyDocument> {
        match self {
            Self::Agreed { agreement } | Self::Verified { agreement } | Self::Finalized { agreement } => {
                Some(agreement)
            }
            Self::Requested | Self::Offered | Self::Accepted | Self::Terminated { .. } => None,
        }
    }
}

/// The states of a contract negotiation. Displays as, and is read from, the protocol's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StateName {
    /// `REQUESTED`.
    Requested,
    /// `OFFERED`.
    Offered,
    /// `ACCEPTED`.
    Accepted,
    /// `AGREED`.
    Agreed,
    /// `VERIFIED`.
    Verified,
    /// `FINALIZED`.
    Finalized,
    /// `TERMINATED`.
    Terminated,
}

impl StateName {
    /// All states, in the order in which a negotiation passes them.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Offered,
        Self::Accepted,
        Self::Agreed,
        Self::Verified,
        Self::Finalized,
        Self::Terminated,
    ];

    /// The protocol's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Offered => "OFFERED",
            Self::Accepted => "ACCEPTED",
            Self::Agreed => "AGREED",
            Self::Verified => "VERIFIED",
            Self::Finalized => "FINALIZED",
            Self::Terminated => "TERMINATED",
        }
    }

    /// Whether no message leads out of the state.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Finalized | Self::Terminated)
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is not a state of a contract negotiation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a state of a contract negotiation")]
pub struct UnknownState(pub String);

impl FromStr for StateName {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownState(word.to_owned()))
    }
}
