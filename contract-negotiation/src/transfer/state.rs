use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use symbolon_vocab::messages::DataAddress;

use crate::Party;

/// The state of a transfer with what is true in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "UPPERCASE")]
pub enum State {
    /// The consumer has asked for the data.
    Requested,
    /// Data may flow.
    #[serde(rename_all = "camelCase")]
    Started {
        /// Where the consumer fetches from; `None` for a push, and while the answer is due.
        data_address: Option<DataAddress>,
        /// The consumer has resumed, and the provider's own start message has not come (consumer) or gone (provider) yet.
        answer_due: bool,
    },
    /// Data is held back.
    Suspended {
        /// Who suspended it.
        by: Party,
        /// A code for machines.
        code: Option<String>,
        /// Sentences for people.
        reason: Vec<String>,
    },
    /// The transfer has come to its end.
    Completed {
        /// Who said so.
        by: Party,
        /// The other side has followed. Until then the transition does not count (DSP 2025-1, transfer process: a transition takes
        /// effect with the acknowledgement), and the partner may still terminate.
        confirmed: bool,
    },
    /// The transfer has been ended.
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
            Self::Started { .. } => StateName::Started,
            Self::Suspended { .. } => StateName::Suspended,
            Self::Completed { .. } => StateName::Completed,
            Self::Terminated { .. } => StateName::Terminated,
        }
    }
}

/// The states of a transfer process. Displays as, and is read from, the protocol's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StateName {
    /// `REQUESTED`.
    Requested,
    /// `STARTED`.
    Started,
    /// `SUSPENDED`.
    Suspended,
    /// `COMPLETED`.
    Completed,
    /// `TERMINATED`.
    Terminated,
}

impl StateName {
    /// All states.
    pub const ALL: [Self; 5] = [Self::Requested, Self::Started, Self::Suspended, Self::Completed, Self::Terminated];

    /// The protocol's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Started => "STARTED",
            Self::Suspended => "SUSPENDED",
            Self::Completed => "COMPLETED",
            Self::Terminated => "TERMINATED",
        }
    }

    /// Whether no message leads out of the state.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Terminated)
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is not a state of a transfer process.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a state of a transfer process")]
pub struct UnknownState(pub String);

impl FromStr for StateName {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownState(word.to_owned()))
    }
}
