//! The transfer process of DSP 2025-1, for consumer and provider.
//!
//! A transfer begins with [`start_request`] at the consumer and [`start_requested`] at the provider. From then on [`step`] takes it from
//! input to input.
//!
//! # Resuming takes two start messages
//!
//! The provider resumes a suspended transfer with one start message, which carries a fresh data address if the consumer pulls. The consumer
//! cannot know that address. So its start message moves both sides to STARTED, but with the *answer due*: the provider's machine emits
//! [`Effect::PrepareData`], the caller prepares the data flow and gives [`Command::Answer`] with the fresh address, and the provider's own
//! start message goes out, which the consumer accepts while STARTED. Eclipse EDC expects the same exchange. `Answer` is a command of its own,
//! so that an answer that took long cannot resume a transfer that has been suspended again in the meantime; it is then refused and the
//! caller discards what it prepared.

mod message;
mod reconcile;
mod state;
mod step;
mod table;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use symbolon_vocab::messages::DataAddress;

pub use self::{
    message::{Message, MessageName},
    state::{State, StateName, UnknownState},
    step::{start_request, start_requested, step},
    table::table,
};
use crate::{Party, Pids, Role, Settling};

/// One transfer process as this side sees it. Stored as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    role: Role,
    own_pid: String,
    peer_pid: Option<String>,
    agreement_id: String,
    format: String,
    destination: Option<DataAddress>,
    state: State,
    since: Timestamp,
    /// How many messages of ours have neither been acknowledged nor refused.
    unanswered: u32,
    settling: Settling,
    /// The consumer has resumed at some time, or messages have crossed: a start message of the provider may find the consumer STARTED.
    resumed: bool,
    /// How many reports in a row found the partner STARTED where we are SUSPENDED.
    unheeded: u8,
}

impl Transfer {
    /// The role of this connector.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The process id that this connector gave.
    pub fn own_pid(&self) -> &str {
        &self.own_pid
    }

    /// The process id that the partner gave; `None` until its acknowledgement or its first message told it.
    pub fn peer_pid(&self) -> Option<&str> {
        self.peer_pid.as_deref()
    }

    /// `consumerPid`, if it is known.
    pub fn consumer_pid(&self) -> Option<&str> {
        match self.role {
            Role::Consumer => Some(&self.own_pid),
            Role::Provider => self.peer_pid(),
        }
    }

    /// `providerPid`, if it is known.
    pub fn provider_pid(&self) -> Option<&str> {
        match self.role {
            Role::Consumer => self.peer_pid(),
            Role::Provider => Some(&self.own_pid),
        }
    }

    /// The agreement that governs the transfer.
    pub fn agreement_id(&self) -> &str {
        &self.agreement_id
    }

    /// The `format` of the distribution, for example `HttpData-PULL`.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// Where a push delivers to; `None` for a pull.
    pub fn destination(&self) -> Option<&DataAddress> {
        self.destination.as_ref()
    }

    /// Whether the consumer fetches the data. It does if its request named no destination.
    pub fn is_pull(&self) -> bool {
        self.destination.is_none()
    }

    /// Where a pull fetches from now: only while STARTED, and not while the answer to a resume is due.
    pub fn data_address(&self) -> Option<&DataAddress> {
        match &self.state {
            State::Started { data_address, .. } => data_address.as_ref(),
            State::Requested | State::Suspended { .. } | State::Completed { .. } | State::Terminated { .. } => None,
        }
    }

    /// The state with what is true in it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The state as the protocol names it.
    pub fn state_name(&self) -> StateName {
        self.state.name()
    }

    /// When the present state was entered.
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// Whether the partner's state is being asked for.
    pub fn settling(&self) -> Settling {
        self.settling
    }
}

/// What every transfer begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// The process id that this connector gives; unique among all its processes of either role.
    pub own_pid: String,
    /// The agreement that governs the transfer.
    pub agreement_id: String,
    /// The `format` of a distribution of the agreed dataset.
    pub format: String,
    /// Where to deliver, for a push.
    pub data_address: Option<DataAddress>,
}

/// What a person or an automation rule of this side wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Provider: start, or resume. Consumer: resume.
    Start {
        /// Provider: where the consumer fetches from, exactly for a pull. Consumer: nothing for a pull; for a push a new destination, or
        /// nothing to keep the old one.
        data_address: Option<DataAddress>,
    },
    /// Provider: answer the consumer's resume, in reply to [`Effect::PrepareData`].
    Answer {
        /// Where the consumer fetches from, exactly for a pull.
        data_address: Option<DataAddress>,
    },
    /// Either: suspend.
    Suspend {
        /// A code for machines.
        code: Option<String>,
        /// Sentences for people. May be empty.
        reason: Vec<String>,
    },
    /// Either: complete.
    Complete,
    /// Either: end the transfer.
    Terminate {
        /// A code for machines.
        code: Option<String>,
        /// Sentences for people. May be empty.
        reason: Vec<String>,
    },
}

impl Command {
    /// The command's name, for refusals and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start { .. } => "Start",
            Self::Answer { .. } => "Answer",
            Self::Suspend { .. } => "Suspend",
            Self::Complete => "Complete",
            Self::Terminate { .. } => "Terminate",
        }
    }

    /// The message that the command makes leave.
    pub fn message(&self) -> MessageName {
        match self {
            Self::Start { .. } | Self::Answer { .. } => MessageName::Start,
            Self::Suspend { .. } => MessageName::Suspension,
            Self::Complete => MessageName::Completion,
            Self::Terminate { .. } => MessageName::Termination,
        }
    }
}

/// What can happen to a transfer.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A message arrived from the partner, for the first time.
    Received {
        /// The message.
        message: Message,
        /// The process ids in it.
        pids: Pids,
    },
    /// This side wants something.
    Command(Command),
    /// The partner acknowledged a message of ours (2xx). To be given once for each message.
    PeerAcknowledged {
        /// The partner's process id, if the acknowledgement told it. That of the opening message does.
        peer_pid: Option<String>,
    },
    /// The partner refused a message of ours for good (4xx).
    PeerRefused {
        /// What the partner said, for people.
        reason: String,
    },
    /// The partner told its state in answer to [`Effect::AskPeer`]. Unasked, a report is taken as well, but leads to nothing worse than
    /// the question.
    PeerReports {
        /// The state it told.
        state: StateName,
    },
    /// A message or question could not be delivered and will not be tried again, or the partner knows no such process (404 to a question).
    /// The caller drops whatever else is queued for this process.
    Undeliverable {
        /// What failed, for people.
        reason: String,
    },
}

impl Input {
    /// What came in, for refusals and logs, for example `received TransferStartMessage`.
    pub fn name(&self) -> String {
        match self {
            Self::Received { message, .. } => format!("received {}", message.name()),
            Self::Command(command) => format!("command {}", command.name()),
            Self::PeerAcknowledged { .. } => "acknowledgement".to_owned(),
            Self::PeerRefused { .. } => "refusal".to_owned(),
            Self::PeerReports { state } => format!("report {state}"),
            Self::Undeliverable { .. } => "undeliverable".to_owned(),
        }
    }
}

/// What the caller has to do, after it has stored the transfer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Send the message that opens the transfer, with our callback address, to the partner's base address. The acknowledgement carries the
    /// partner's process id.
    Open(Message),
    /// Send the message to the partner's process.
    Send(Message),
    /// Ask the partner for its state (GET), after everything queued before has been answered; give the answer as [`Input::PeerReports`].
    AskPeer,
    /// Provider: the consumer has resumed. Get the data flow ready and give [`Command::Answer`], with a fresh data address for a pull.
    PrepareData,
    /// The transfer is STARTED and data may flow: from this address for a pull, to the transfer's destination for a push.
    Started {
        /// Where the consumer fetches from.
        data_address: Option<DataAddress>,
    },
    /// The transfer is SUSPENDED: data stops, access tokens are void.
    Suspended,
    /// The transfer is COMPLETED: data stops for good.
    Completed,
    /// The transfer is TERMINATED: data stops for good.
    Ended {
        /// The state before.
        from: StateName,
        /// Who ended it.
        by: Party,
        /// A code for machines.
        code: Option<String>,
        /// Sentences for people.
        reason: Vec<String>,
    },
}

/// The outcome of an input that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The transfer afterwards.
    pub transfer: Transfer,
    /// What to do, in this order.
    pub effects: Vec<Effect>,
}
