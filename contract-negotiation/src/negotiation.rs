//! The contract negotiation of DSP 2025-1, for consumer and provider.
//!
//! A negotiation begins with one of four openings, by who sends the first message and on which side we are: [`start_request`],
//! [`start_requested`], [`start_offer`], [`start_offered`]. From then on [`step`] takes it from input to input.

mod message;
mod reconcile;
mod state;
mod step;
mod table;
mod terms;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use symbolon_policies_odrl::PolicyDocument;

pub use self::{
    message::{Message, MessageName},
    state::{State, StateName, UnknownState},
    step::{start_offer, start_offered, start_request, start_requested, step},
    table::table,
};
use crate::{Party, Pids, Role, Settling};

/// One contract negotiation as this side sees it. Stored as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Negotiation {
    role: Role,
    own_pid: String,
    peer_pid: Option<String>,
    consumer: String,
    provider: String,
    last_offer: PolicyDocument,
    state: State,
    since: Timestamp,
    settling: Settling,
}

impl Negotiation {
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

    /// Participant id of the consumer, the assignee of an agreement.
    pub fn consumer(&self) -> &str {
        &self.consumer
    }

    /// Participant id of the provider, the assigner of an agreement.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The offer that was made last, by either side. An agreement repeats its rules.
    pub fn last_offer(&self) -> &PolicyDocument {
        &self.last_offer
    }

    /// The dataset that is negotiated: the target of the last offer.
    pub fn dataset(&self) -> Option<&str> {
        terms::member(&self.last_offer, "target")
    }

    /// The agreement, from AGREED on. A terminated negotiation has none.
    pub fn agreement(&self) -> Option<&PolicyDocument> {
        self.state.agreement()
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

/// What every negotiation begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// The process id that this connector gives; unique among all its processes of either role.
    pub own_pid: String,
    /// Participant id of the consumer.
    pub consumer: String,
    /// Participant id of the provider.
    pub provider: String,
    /// The first offer. It names its dataset in `target`.
    pub offer: PolicyDocument,
}

/// What a person or an automation rule of this side wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Consumer: make a counter-offer.
    Request {
        /// The offer, with the same `target` as before.
        offer: PolicyDocument,
    },
    /// Provider: make an offer in answer to a request.
    Offer {
        /// The offer, with the same `target` as before.
        offer: PolicyDocument,
    },
    /// Consumer: accept the provider's offer.
    Accept,
    /// Provider: agree to the last offer. The agreement takes over its rules unchanged, and its timestamp is the time of the step.
    Agree {
        /// `@id` of the agreement.
        agreement_id: String,
    },
    /// Consumer: verify the agreement.
    Verify,
    /// Provider: finalize the agreement.
    Finalize,
    /// Either: end the negotiation.
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
            Self::Request { .. } => "Request",
            Self::Offer { .. } => "Offer",
            Self::Accept => "Accept",
            Self::Agree { .. } => "Agree",
            Self::Verify => "Verify",
            Self::Finalize => "Finalize",
            Self::Terminate { .. } => "Terminate",
        }
    }

    /// The message that the command makes leave.
    pub fn message(&self) -> MessageName {
        match self {
            Self::Request { .. } => MessageName::Request,
            Self::Offer { .. } => MessageName::Offer,
            Self::Accept => MessageName::Accepted,
            Self::Agree { .. } => MessageName::Agreement,
            Self::Verify => MessageName::Verification,
            Self::Finalize => MessageName::Finalized,
            Self::Terminate { .. } => MessageName::Termination,
        }
    }
}

/// What can happen to a negotiation.
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
    /// The partner acknowledged a message of ours (2xx).
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
    /// What came in, for refusals and logs, for example `received ContractOfferMessage`.
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

/// What the caller has to do, after it has stored the negotiation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Send the message that opens the negotiation, with our callback address, to the partner's base address. The acknowledgement carries
    /// the partner's process id.
    Open(Message),
    /// Send the message to the partner's process.
    Send(Message),
    /// Ask the partner for its state (GET), after everything queued before has been answered; give the answer as [`Input::PeerReports`].
    AskPeer,
    /// The negotiation has reached FINALIZED: the agreement is in force.
    Concluded {
        /// The agreement.
        agreement: PolicyDocument,
    },
    /// The negotiation has reached TERMINATED. If it came from FINALIZED, the partner does not hold the agreement: it is void.
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
    /// The negotiation afterwards.
    pub negotiation: Negotiation,
    /// What to do, in this order.
    pub effects: Vec<Effect>,
}
