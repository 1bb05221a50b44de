//! Policies in plain words: as numbered sentences, as a tree, and as a list of what is enforced.
//!
//! Every policy can be said, also a foreign one: what is not understood is named as such, never left out. Values come
//! from partners; they are quoted, shortened where they are long, and cannot pretend to be words of ours.

mod actions;
mod codes;
mod enforcement;
mod outline;
mod phrase;
mod render;
mod text;

use serde::Serialize;

use crate::model::Policy;

pub(crate) use actions::deed;
pub(crate) use codes::ANYTHING_ELSE;
pub(crate) use phrase::{condition, fact, fact_of, operand as operand_name, sentence};
pub(crate) use text::{cut, instant, list, quoted, value};

/// One thing that a policy says, with what it says about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// What kind of thing.
    pub role: Role,
    /// Where in the policy, for example `permission[0].constraint[1]`; empty for the policy as a whole.
    pub path: String,
    /// What it says, as a half sentence without a full stop.
    pub label: String,
    /// Whether it is enforced; `None` where it only gathers others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enforcement: Option<Standing>,
    /// What belongs to it, in the order of the policy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

/// What a node of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// The policy.
    Policy,
    /// Something about the policy as a whole: its profile, its conflict strategy.
    Remark,
    /// A rule that allows.
    Permission,
    /// A rule that forbids.
    Prohibition,
    /// A rule that demands.
    Obligation,
    /// What must be done before a permission holds.
    Duty,
    /// What must be done after a prohibition was infringed.
    Remedy,
    /// What must be done besides when a duty was not fulfilled.
    Consequence,
    /// What narrows an action, or says which members of a collection are meant.
    Refinement,
    /// A condition.
    Condition,
    /// Conditions that a compact policy states once for all its permissions and prohibitions.
    Shared,
    /// What is agreed without being a condition: how long a rule survives the agreement, what becomes of the data.
    Term,
    /// A manner of use that a prohibition names; each of them is forbidden by itself.
    Manner,
    /// Conditions that all have to hold.
    All,
    /// Conditions of which at least one has to hold.
    Any,
    /// Conditions of which exactly one has to hold.
    One,
    /// Conditions that have to hold one after the other.
    Sequence,
    /// A part that is not understood.
    Unknown,
}

/// Whether and how a term is enforced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Standing {
    /// It is decided at each request.
    Decided {
        /// The fact that decides it, in words.
        fact: String,
    },
    /// It binds the parties by contract, and no machine here decides it. It never blocks.
    Contractual,
    /// It is not understood, so that nothing is permitted which depends on it.
    NotUnderstood,
}

/// A term of a policy, and whether it is enforced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Term {
    /// Where in the policy, for example `permission[0].constraint[1]`.
    pub path: String,
    /// The term as a sentence.
    pub sentence: String,
    /// Whether it is enforced.
    pub standing: Standing,
}

/// The policy in sentences. Rules and their parts are numbered as in a contract, so that a sentence can name another.
///
/// ```
/// use serde_json::json;
/// use symbolon_policies_odrl::{PolicyDocument, words};
///
/// let offer = PolicyDocument::parse(json!({
///     "@type": "Offer", "@id": "urn:offer:1", "target": "urn:asset:spindle",
///     "permission": [{ "action": "use", "constraint": [
///         { "leftOperand": "dateTime", "operator": "lt", "rightOperand": "2035-12-31T23:00:00Z" },
///     ]}],
/// })).unwrap();
/// assert_eq!(words::sentences(offer.policy()), [
///     "This is the offer `urn:offer:1`, about `urn:asset:spindle`.",
///     "1. Whoever accepts this offer may use `urn:asset:spindle` if the time of use is before 31 December 2035, 23:00 UTC.",
/// ]);
/// ```
pub fn sentences(policy: &Policy) -> Vec<String> {
    render::sentences(&outline::of(policy))
}

/// What somebody does who does this action with the data, as a verb: `distribute the data to others`.
pub fn action(iri: &str) -> String {
    deed(iri, "the data")
}

/// The policy as a tree: rules, their conditions and duties, and what those consist of.
pub fn tree(policy: &Policy) -> Node {
    outline::of(policy)
}

/// Every term of the policy, with the fact that decides it, or that it is contractual only, or that it is not
/// understood.
pub fn enforcement(policy: &Policy) -> Vec<Term> {
    render::terms(&outline::of(policy))
}

impl Node {
    /// The tree as indented text, one node a line, with what is enforced in brackets.
    pub fn text(&self) -> String {
        render::text(self)
    }
}

impl Standing {
    /// In words, for people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Decided { fact } => format!("decided by {fact}"),
            Self::Contractual => "by contract only".to_owned(),
            Self::NotUnderstood => "not understood".to_owned(),
        }
    }
}
