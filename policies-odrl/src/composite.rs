//! Several policies as one decision: intellectual property, export control, trade secrets, each judged by itself.
//!
//! Any part that denies, denies. A part that says nothing of the request does not count. A part that is missing denies, because nobody
//! knows what it would have said. Adding a part changes no other.

use serde::Serialize;

use crate::decision::{Activation, Decision, Reason, ReasonCode, RulePath, RuleReport};
use crate::model::Policy;
use crate::{Request, World, explain};

/// One of the policies that together decide.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// What it is called in the answer.
    pub name: &'a str,
    /// Its policy; `None` where it should be there and is not.
    pub policy: Option<&'a Policy>,
}

/// What a part says, and what all of them say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The request may go ahead.
    Permit,
    /// It may not.
    Deny,
    /// No rule is about this action, target and party.
    NotApplicable,
}

/// The answer of all parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Composite {
    /// What follows from all parts: `NotApplicable` where none is about the request.
    pub outcome: Outcome,
    /// What each part says, in the order given.
    pub parts: Vec<PartOutcome>,
}

/// The answer of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartOutcome {
    /// What it is called.
    pub name: String,
    /// What it says.
    pub outcome: Outcome,
    /// Why, where it does not permit.
    pub reasons: Vec<Reason>,
}

impl<'a> Part<'a> {
    /// A part that is there.
    pub fn new(name: &'a str, policy: &'a Policy) -> Self {
        Self { name, policy: Some(policy) }
    }

    /// A part that should be there and is not.
    pub fn missing(name: &'a str) -> Self {
        Self { name, policy: None }
    }
}

impl Composite {
    /// Whether the request may go ahead. What nobody is about is not permitted.
    pub fn permitted(&self) -> bool {
        self.outcome == Outcome::Permit
    }

    /// The reasons of every part that denies, each with the name of the part.
    pub fn sentences(&self) -> Vec<String> {
        let denying = self.parts.iter().filter(|part| part.outcome == Outcome::Deny);
        denying
            .flat_map(|part| part.reasons.iter().map(move |reason| format!("{}: {}", part.name, reason.sentence)))
            .collect()
    }
}

/// Decides a request on all parts. Total and deterministic. Without any part the request is denied.
pub fn decide(parts: &[Part<'_>], request: &Request, world: &World) -> Composite {
    let parts: Vec<_> = parts.iter().map(|part| part.decide(request, world)).collect();
    let has = |outcome: Outcome| parts.iter().any(|part| part.outcome == outcome);
    let outcome = if parts.is_empty() || has(Outcome::Deny) {
        Outcome::Deny
    } else if has(Outcome::Permit) {
        Outcome::Permit
    } else {
        Outcome::NotApplicable
    };
    Composite { outcome, parts }
}

impl Part<'_> {
    fn decide(&self, request: &Request, world: &World) -> PartOutcome {
        let (outcome, reasons) = match self.policy {
            None => {
                let sentence =
                    format!("refused: the part `{}` is missing, so that nobody can say that it permits", self.name);
                (Outcome::Deny, vec![Reason { code: ReasonCode::MissingPart, path: String::new(), sentence }])
            }
            Some(policy) => judged(explain(policy, request, world)),
        };
        PartOutcome { name: self.name.to_owned(), outcome, reasons }
    }
}

fn judged(decision: Decision) -> (Outcome, Vec<Reason>) {
    if decision.permitted {
        (Outcome::Permit, Vec::new())
    } else if is_elsewhere(&decision) {
        (Outcome::NotApplicable, decision.reasons)
    } else {
        (Outcome::Deny, decision.reasons)
    }
}

/// Whether each permission and prohibition is for another action, target or party. A policy that is not understood as a whole reports no
/// rules, and denies.
fn is_elsewhere(decision: &Decision) -> bool {
    let other = |reason: &Reason| {
        matches!(
            reason.code,
            ReasonCode::OtherAction | ReasonCode::OtherTarget | ReasonCode::OtherAssignee | ReasonCode::OtherAssigner
        )
    };
    let elsewhere = |report: &RuleReport| match report.rule {
        RulePath::Permission(_) => report.activation == Activation::Inactive && report.reasons.iter().any(other),
        RulePath::Prohibition(_) => report.activation == Activation::Inactive,
        RulePath::Obligation(_) => true,
    };
    !decision.rules.is_empty() && decision.rules.iter().all(elsewhere)
}
