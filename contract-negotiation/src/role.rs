use std::fmt;

use serde::{Deserialize, Serialize};

/// The part that this connector plays in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks for a dataset, and receives data.
    Consumer,
    /// Offers a dataset, and gives data.
    Provider,
}

impl Role {
    /// The other party's role.
    pub fn peer(self) -> Self {
        match self {
            Self::Consumer => Self::Provider,
            Self::Provider => Self::Consumer,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Consumer => "consumer",
            Self::Provider => "provider",
        })
    }
}

/// Who caused something: this connector or its partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// This connector: a person, a rule or a delivery that failed for good.
    Own,
    /// The partner's connector.
    Peer,
}

/// The two process ids as a message or an acknowledgement carries them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pids {
    /// `consumerPid`.
    pub consumer_pid: String,
    /// `providerPid`.
    pub provider_pid: String,
}

impl Pids {
    /// The id that belongs to the given role.
    pub fn of(&self, role: Role) -> &str {
        match role {
            Role::Consumer => &self.consumer_pid,
            Role::Provider => &self.provider_pid,
        }
    }
}
