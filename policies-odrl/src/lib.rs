#![doc = include_str!("../README.md")]

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
