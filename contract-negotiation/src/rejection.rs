use std::fmt;

use serde::Serialize;

use crate::{Pids, Role};

/// Why an input was refused. The process stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{reason}")]
pub struct Rejection {
    /// The state the input met, as the protocol spells it; `None` if the process did not exist yet.
    pub state: Option<&'static str>,
    /// What was refused, for example `received ContractOfferMessage` or `command Offer`.
    pub input: String,
    /// The role of this connector in the process.
    pub role: Role,
    /// The rule that refused.
    pub code: Code,
    /// A sentence that says what is wrong and what would have been allowed.
    pub reason: String,
}

/// The rule that refused an input. The spelling of [`as_str`](Self::as_str) is stable: it goes into error bodies and logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The sender may not send this message in this state.
    IllegalTransition,
    /// This message is never sent by this role.
    WrongRole,
    /// A process id is not the one known for this process.
    PidMismatch,
    /// The offer names no dataset (DSP 2025-1: a message offer has a `target`).
    TargetMissing,
    /// The offer or agreement is about another dataset than the negotiation.
    TargetDiffers,
    /// The agreement's rules are not those of the last offer.
    TermsDiffer,
    /// The agreement's assigner is not the provider.
    AssignerDiffers,
    /// The agreement's assignee is not the consumer.
    AssigneeDiffers,
    /// A start message for a pull lacks the data address.
    DataAddressMissing,
    /// A start message carries a data address where none belongs.
    DataAddressUnexpected,
    /// The partner's state is being asked for after messages crossed; only termination is possible until it is known.
    Unsettled,
}

impl Code {
    /// The stable spelling, `snake_case`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IllegalTransition => "illegal_transition",
            Self::WrongRole => "wrong_role",
            Self::PidMismatch => "pid_mismatch",
            Self::TargetMissing => "target_missing",
            Self::TargetDiffers => "target_differs",
            Self::TermsDiffer => "terms_differ",
            Self::AssignerDiffers => "assigner_differs",
            Self::AssigneeDiffers => "assignee_differs",
            Self::DataAddressMissing => "data_address_missing",
            Self::DataAddressUnexpected => "data_address_unexpected",
            Self::Unsettled => "unsettled",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rule that was broken and the sentence about it, before it is known which input broke it.
pub(crate) struct Breach {
    pub(crate) code: Code,
    pub(crate) reason: String,
}

impl Breach {
    pub(crate) fn new(code: Code, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// Checks the ids of a message against those of the process. DSP 2025-1 leaves this to the implementation; a message about another
/// process must not move this one.
pub(crate) fn check_pids(role: Role, own: &str, peer: Option<&str>, pids: &Pids) -> Result<(), Breach> {
    if pids.of(role) != own {
        let reason = format!("The {role}Pid is `{}`; in this process it is `{own}`.", pids.of(role));
        return Err(Breach::new(Code::PidMismatch, reason));
    }
    check_peer_pid(role, peer, pids.of(role.peer()))
}

/// Checks the partner's id, which is free only until it is first learnt.
pub(crate) fn check_peer_pid(role: Role, known: Option<&str>, said: &str) -> Result<(), Breach> {
    match known {
        Some(known) if known != said => {
            let reason = format!("The {}Pid is `{said}`; in this process it is `{known}`.", role.peer());
            Err(Breach::new(Code::PidMismatch, reason))
        }
        Some(_) | None => Ok(()),
    }
}
