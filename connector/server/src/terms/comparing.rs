//! How policies stand to each other: within one another, in conflict, and what they permit together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_policies_odrl::{Policy, PolicyDocument};
use utoipa::ToSchema;

use super::Terms;
use crate::problem::{Kind, Problem};

/// Entries of each list of [`Known`].
const ENTRIES: usize = 1000;

/// What is known of the names that policies use.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Known {
    /// The first of each is a part of the second: places, assets, groups.
    #[schema(value_type = Vec<Vec<String>>)]
    pub parts: Vec<(String, String)>,
    /// The first of each is a kind of the second: purposes, classes.
    #[schema(value_type = Vec<Vec<String>>)]
    pub kinds: Vec<(String, String)>,
    /// Nothing belongs to both.
    #[schema(value_type = Vec<Vec<String>>)]
    pub disjoint: Vec<(String, String)>,
}

/// How two policies stand to each other.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// Whether the first permits no more than the second.
    pub a_within_b: Verdict,
    /// Whether the second permits no more than the first.
    pub b_within_a: Verdict,
    /// Whether both can be kept at once.
    pub compatible: Verdict,
}

/// An answer with its reasons.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Verdict {
    /// `yes`, `no` or `unknown`.
    pub answer: &'static str,
    /// For people: an example, the smallest cause, or why it is not known.
    pub because: Vec<String>,
}

/// What several policies permit together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Met {
    /// The policy, as JSON-LD.
    #[schema(value_type = Object)]
    pub policy: Value,
    /// The same as Turtle.
    pub turtle: String,
    /// What it says.
    #[serde(flatten)]
    pub terms: Terms,
}

pub fn compared(_: &Policy, _: &Policy, _: &Known) -> Result<Compared, Problem> {
    let verdict = || Verdict { answer: "unknown", because: Vec::new() };
    Ok(Compared { a_within_b: verdict(), b_within_a: verdict(), compatible: verdict() })
}

pub fn met(_: &[Arc<PolicyDocument>], _: &Known) -> Result<Met, Problem> {
    Err(Problem::new(Kind::NotImplemented, "policy.meet", "not yet"))
}
