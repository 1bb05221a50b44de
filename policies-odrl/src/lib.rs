//! What a usage policy says, and whether it holds.
//!
//! The crate reads policies in the W3C ODRL 2.2 information model as they travel in Dataspace Protocol messages, keeps them exactly as
//! they were received, and decides requests against them. It fails closed: whatever it does not understand refuses the request and is
//! named in the refusal.
//!
//! Nothing here reads a clock, a network, a database or a random number. Time and facts are arguments.

mod action;
mod decimal;
mod decision;
mod document;
pub mod dsp;
mod duration;
mod error;
mod evaluate;
pub mod model;
mod moment;
mod names;
mod next_change;
mod profile;
pub mod rdf;
mod read;
mod sentence;
mod value;
mod world;

pub use decision::{Activation, Decision, Reason, ReasonCode, RulePath, RuleReport};
pub use document::PolicyDocument;
pub use error::PolicyError;
pub use evaluate::{evaluate, explain};
pub use model::Policy;
pub use next_change::next_change;
pub use value::Value;
pub use world::{Request, World};
