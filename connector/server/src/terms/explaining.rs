//! What one policy says, also a foreign one.

use serde::Serialize;
use serde_json::Value;
use symbolon_policies_odrl::words::{self, Standing, Term};
use symbolon_policies_odrl::{Policy, profile};
use utoipa::ToSchema;

use super::Terms;
use crate::problem::Finding;

/// A policy in words and in its canonical form.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explained {
    /// Its own `@id`, if it has one.
    pub id: Option<String>,
    /// `Set`, `Offer`, `Agreement`, …
    pub r#type: String,
    /// The profiles that it names.
    pub profiles: Vec<String>,
    /// What it says.
    #[serde(flatten)]
    pub terms: Terms,
    /// Each condition and duty with who decides it.
    pub clauses: Vec<Clause>,
    /// Where it breaks the rules of the profiles that it names; empty: nowhere.
    pub findings: Vec<Finding>,
    /// The whole policy as a tree.
    #[schema(value_type = Object)]
    pub tree: Value,
    /// The same tree as indented text.
    pub outline: String,
    /// Its canonical form: equal for policies that say the same in other spellings.
    #[schema(value_type = Object)]
    pub canonical: Value,
    /// The same as Turtle.
    pub turtle: String,
}

/// A condition or a duty, and what holds it up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Clause {
    /// Where in the policy, for example `permission[0].constraint[1]`.
    pub path: String,
    /// For people.
    pub sentence: String,
    /// `decided`, `contractual` or `not-understood`.
    pub standing: &'static str,
    /// Where it is decided: where the fact comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
}

impl Explained {
    /// Explains the policy.
    pub fn of(policy: &Policy) -> Self {
        let tree = words::tree(policy);
        Self {
            id: policy.id.clone(),
            r#type: policy.kind.name().to_owned(),
            profiles: policy.profiles.clone(),
            terms: Terms::of(policy),
            clauses: words::enforcement(policy).into_iter().map(Clause::from).collect(),
            findings: findings(policy),
            outline: tree.text(),
            tree: serde_json::to_value(&tree).unwrap_or_default(),
            canonical: policy.canonical_json(),
            turtle: policy.to_turtle(),
        }
    }
}

/// Where the policy breaks the rules of the profiles that it names. Which operands stand in a rule of use or of access is such a
/// rule: a policy that names no profile may say with `use` who sees an offer.
pub fn findings(policy: &Policy) -> Vec<Finding> {
    let mut found = profile::check(policy);
    if policy.profiles.is_empty() {
        found.retain(|finding| finding.code != "operand.place");
    }
    found.into_iter().map(told).collect()
}

fn told(finding: profile::Finding) -> Finding {
    let profile::Finding { path, code, sentence, hint } = finding;
    Finding { path, code: code.to_owned(), sentence, hint: Some(hint).filter(|hint| !hint.is_empty()) }
}

impl From<Term> for Clause {
    fn from(term: Term) -> Self {
        let (standing, fact) = match term.standing {
            Standing::Decided { fact } => ("decided", Some(fact)),
            Standing::Contractual => ("contractual", None),
            Standing::NotUnderstood => ("not-understood", None),
        };
        Self { path: term.path, sentence: term.sentence, standing, fact }
    }
}
