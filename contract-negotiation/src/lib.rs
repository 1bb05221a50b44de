//! What may happen next in a contract negotiation and in a transfer process of the Dataspace Protocol 2025-1, for both roles.
//!
//! Each machine is a value and a total function: [`negotiation::step`] and [`transfer::step`] take the present value, one input and
//! the time, and return the next value and the effects to carry out, or a [`Rejection`]. Nothing here does IO, reads a clock or draws
//! an id, and nothing here panics. Which message may be sent by whom in which state stands in one table per machine
//! ([`negotiation::table`], [`transfer::table`]) that `step` looks every move up in.
//!
//! ```
//! use symbolon_contract_negotiation::{Role, negotiation::{self, Command, Effect, Input, Opening, StateName}};
//! use symbolon_policies_odrl::PolicyDocument;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let offer = PolicyDocument::parse(serde_json::json!({
//!     "@type": "Offer", "@id": "offer-1", "target": "spindle-telemetry", "permission": [{ "action": "use" }],
//! }))?;
//! let opening = Opening {
//!     own_pid: "urn:uuid:9d31".into(),
//!     consumer: "did:web:oem.example".into(),
//!     provider: "did:web:supplier.example".into(),
//!     offer,
//! };
//! let now = "2025-03-01T08:00:00Z".parse()?;
//!
//! // The supplier has received a request and agrees to it.
//! let requested = negotiation::start_requested(opening, "urn:uuid:77aa".into(), now)?.negotiation;
//! let agree = Command::Agree { agreement_id: "urn:uuid:c0de".into() };
//! let agreed = negotiation::step(&requested, Input::Command(agree), now)?;
//! assert_eq!(agreed.negotiation.state_name(), StateName::Agreed);
//! assert!(matches!(agreed.effects[..], [Effect::Send(negotiation::Message::Agreement { .. })]));
//!
//! // It cannot finalize before the consumer has verified, and is told what it could do.
//! let refusal = negotiation::step(&agreed.negotiation, Input::Command(Command::Finalize), now).unwrap_err();
//! assert_eq!((refusal.state, refusal.role), (Some("AGREED"), Role::Provider));
//! assert!(refusal.reason.ends_with("Allowed there from the provider: nothing."));
//! # Ok(())
//! # }
//! ```
//!
//! # What the caller keeps
//!
//! * **Commit, then send.** Value and effects are stored together; messages leave afterwards. A state counts from the commit on, so the
//!   partner's next message can never find us behind.
//! * **One at a time, in order.** The messages and questions ([`AskPeer`](negotiation::Effect::AskPeer)) of one process leave in the
//!   order of the effects, each repeated under one message id until it is answered.
//! * **Tell how it ended.** A 2xx is `PeerAcknowledged`; a refusal that will not go away (4xx) is `PeerRefused`; the answer to a question is
//!   `PeerReports`; giving up is `Undeliverable`, whereupon what is left in the queue of this process is dropped. Each message and
//!   question is reported exactly once. What a step leaves equal need not be written: that is so for an acknowledgement in a negotiation
//!   once the partner's process id is known, while a transfer counts them.
//! * **Answer a message once.** The receiver remembers the ids of messages together with the answer given, *refusals included*, and
//!   answers a repetition the same without calling `step`.
//! * **The right partner.** That the sender is the other party of this process is established before `step` is called.
//!
//! # How the two sides come to agree
//!
//! Messages may cross. A refused message, or a start and a suspension that crossed, leaves the process *unsettled* and asks the partner
//! for its state once everything queued before has been answered. The report is discarded and asked for again if anything happened in
//! the meantime. Then: TERMINATED at the partner is adopted, whatever we thought, and so is COMPLETED or FINALIZED where we were still
//! under way; of STARTED and SUSPENDED the cautious one, SUSPENDED, holds; any other disagreement ends in TERMINATED, as the protocol
//! demands, with a termination message where the protocol's diagram lets us send one.

#![deny(clippy::wildcard_enum_match_arm)]

pub mod negotiation;
pub mod transfer;

mod rejection;
mod role;
mod settling;
mod table;

pub use rejection::{Code, Rejection};
pub use role::{Party, Pids, Role};
pub use settling::Settling;
pub use table::{Condition, Row};
