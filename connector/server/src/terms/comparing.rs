//! How policies stand to each other: within one another, in conflict, and what they permit together.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use symbolon_policies_odrl::compose::{self, Bound, Compatibility, Containment, Knowledge, Normal, Refusal};
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

/// Compares two policies under what is known of names.
///
/// # Errors
/// 422 if a policy has no normal form, or too large a one, or more is said of names than is looked at.
pub fn compared(a: &Policy, b: &Policy, known: &Known) -> Result<Compared, Problem> {
    let knowledge = known.knowledge()?;
    let normal = |policy, name: &str| {
        Normal::of(policy, &knowledge, Bound::default()).map_err(|refusal| refused(&refusal, name))
    };
    let (a, b) = (normal(a, "a")?, normal(b, "b")?);
    Ok(Compared {
        a_within_b: a.is_within(&b).into(),
        b_within_a: b.is_within(&a).into(),
        compatible: a.conflict(&b).into(),
    })
}

/// What all of the policies permit, as a policy.
///
/// # Errors
/// As [`compared`]; also if ODRL has no words for what they permit together.
pub fn met(policies: &[Arc<PolicyDocument>], known: &Known) -> Result<Met, Problem> {
    let policies: Vec<&Policy> = policies.iter().map(|policy| policy.policy()).collect();
    let met = compose::meet_policies(&policies, &known.knowledge()?).map_err(|refusal| refused(&refusal, ""))?;
    Ok(Met { policy: met.json().clone(), turtle: met.policy().to_turtle(), terms: Terms::of(met.policy()) })
}

impl Known {
    fn knowledge(&self) -> Result<Knowledge, Problem> {
        let lists = [("parts", &self.parts), ("kinds", &self.kinds), ("disjoint", &self.disjoint)];
        if let Some((name, _)) = lists.iter().find(|(_, list)| list.len() > ENTRIES) {
            let detail = format!("known.{name} has more than {ENTRIES} entries");
            return Err(Problem::new(Kind::Unprocessable, "policy.known", detail).with_rule(format!("known.{name}")));
        }
        let knowledge =
            self.parts.iter().fold(Knowledge::default(), |known, (part, whole)| known.with_part(part, whole));
        let knowledge = self.kinds.iter().fold(knowledge, |known, (instance, kind)| known.with_kind(instance, kind));
        Ok(self.disjoint.iter().fold(knowledge, |known, (one, other)| known.with_disjoint(one, other)))
    }
}

/// Why policies cannot be composed, with whose place it is.
fn refused(refusal: &Refusal, policy: &str) -> Problem {
    let place: Vec<&str> = [policy, &refusal.path].into_iter().filter(|part| !part.is_empty()).collect();
    let problem = Problem::new(Kind::Unprocessable, refusal.code, refusal.sentence.clone());
    if place.is_empty() { problem } else { problem.with_rule(place.join(": ")) }
}

impl From<Containment> for Verdict {
    fn from(containment: Containment) -> Self {
        match containment {
            Containment::Yes => Self { answer: "yes", because: Vec::new() },
            Containment::No(witness) => Self { answer: "no", because: vec![witness.sentence] },
            Containment::Unknown(questions) => Self { answer: "unknown", because: questions },
        }
    }
}

impl From<Compatibility> for Verdict {
    fn from(compatibility: Compatibility) -> Self {
        match compatibility {
            Compatibility::Compatible(witness) => Self { answer: "yes", because: vec![witness.sentence] },
            Compatibility::Conflict(cause) => Self { answer: "no", because: vec![cause.sentence] },
            Compatibility::Unknown(questions) => Self { answer: "unknown", because: questions },
        }
    }
}
