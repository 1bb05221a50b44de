//! Dry runs: what would be decided, why, until when, and what would change the answer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use symbolon_policies_odrl::dry_run::{self, dry_run_in};
use symbolon_policies_odrl::model::Entity;
use symbolon_policies_odrl::{Decision, Policy, Reason, Request, RuleReport, World, words};
use utoipa::ToSchema;

use crate::problem::Finding;

/// Whoever has no name.
const SOMEBODY: &str = "urn:somebody";
/// Whatever has no name.
const SOMETHING: &str = "urn:something";

/// What is supposed when a policy is tried out.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// Participant id of who would act; the policy's own assignee, or somebody, if absent.
    pub partner: Option<String>,
    /// Left operand (IRI or short name) to a value, or to an array of values.
    pub claims: BTreeMap<String, Value>,
    /// ODRL action; `use` if absent.
    pub action: Option<String>,
    /// Dataset id; the policy's own target, or something, if absent.
    pub asset: Option<String>,
}

/// What would be decided, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// Whether the request may go ahead.
    pub permitted: bool,
    /// Why not.
    pub reasons: Vec<Finding>,
    /// What became of each rule of the policy.
    pub rules: Vec<PolicyRule>,
    /// What it rests on that no connector checks.
    pub contractual_only: Vec<String>,
    /// The facts that the policy asks for and that are known.
    pub facts: Vec<FactUsed>,
    /// What the policy asks for and nobody knows, and where it would come from.
    pub missing: Vec<String>,
    /// What would change the answer.
    pub would_change: Vec<String>,
    /// RFC 3339: from then on the answer is another, all else being equal; null: never.
    pub until: Option<String>,
}

/// What became of a rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PolicyRule {
    /// Which: `permission[0]`, `prohibition[1]`, …
    pub rule: String,
    /// `Active`, `Inactive` or `Undecided`.
    pub activation: String,
    /// Why it does not apply.
    pub reasons: Vec<Finding>,
}

/// A fact that a policy asks for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FactUsed {
    /// IRI of the left operand.
    pub operand: String,
    /// Its values.
    pub values: Vec<String>,
    /// Whether the answer would be another one without it.
    pub decisive: bool,
    /// For people.
    pub sentence: String,
}

/// Decides the policy for what is supposed, in a world in which this much is known.
pub fn tried(policy: &Policy, trial: &Trial, known: &World) -> Tried {
    let named = |given: &Option<String>, own: &[Entity], nobody: &str| {
        let own = own.iter().find_map(|entity| entity.id.clone());
        given.clone().or(own).unwrap_or_else(|| nobody.to_owned())
    };
    let request = Request {
        action: trial.action.clone().unwrap_or_else(|| "use".to_owned()),
        target: named(&trial.asset, &policy.shared.targets, SOMETHING),
        assignee: named(&trial.partner, &policy.shared.assignees, SOMEBODY),
        assigner: None,
    };
    let supposed = dry_run::Trial { claims: trial.claims.clone(), ..dry_run::Trial::new(request, known.now()) };
    Tried::of(dry_run_in(policy, &supposed, known), policy)
}

impl Tried {
    fn of(trialled: dry_run::Trialled, policy: &Policy) -> Self {
        let Decision { permitted, reasons, rules, .. } = trialled.decision;
        let bound = words::enforcement(policy).into_iter().filter(|term| trialled.contractual.contains(&term.path));
        Self {
            permitted,
            reasons: reasons.into_iter().map(Finding::from).collect(),
            rules: rules.into_iter().map(PolicyRule::from).collect(),
            contractual_only: bound.map(|term| term.sentence).collect(),
            facts: trialled.facts.into_iter().map(FactUsed::from).collect(),
            missing: trialled.missing.into_iter().map(|missing| missing.sentence).collect(),
            would_change: trialled.changes.into_iter().map(|change| change.sentence).collect(),
            until: trialled.until.map(told),
        }
    }
}

/// RFC 3339.
pub(super) fn told(at: Timestamp) -> String {
    at.to_string()
}

impl From<dry_run::FactUsed> for FactUsed {
    fn from(fact: dry_run::FactUsed) -> Self {
        let dry_run::FactUsed { left_operand, values, decisive, sentence } = fact;
        Self { operand: left_operand, values, decisive, sentence }
    }
}

impl From<Reason> for Finding {
    fn from(reason: Reason) -> Self {
        let Reason { code, path, sentence, .. } = reason;
        Self { path, code: format!("{code:?}"), sentence, hint: None }
    }
}

impl From<RuleReport> for PolicyRule {
    fn from(report: RuleReport) -> Self {
        Self {
            rule: report.rule.to_string(),
            activation: format!("{:?}", report.activation),
            reasons: report.reasons.into_iter().map(Finding::from).collect(),
        }
    }
}
