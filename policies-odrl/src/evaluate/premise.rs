//! What a rule rests on, one by one: for reports, not for decisions.

use jiff::Timestamp;

use super::rule::Part;
use super::trace::Trace;
use super::truth::Truth;
use super::{Case, Stance};
use crate::decision::{Deontic, RulePath};
use crate::model::{Constraint, Duty, Policy, RuleTerms};
use crate::profile::Meaning;
use crate::value::Value;
use crate::world::{Request, World};

/// A rule and everything that it rests on.
pub(crate) struct RulePremises<'a> {
    pub(crate) rule: RulePath,
    pub(crate) terms: &'a RuleTerms,
    pub(crate) premises: Vec<Premise<'a>>,
    /// The duties of a permission, the remedies of a prohibition, the consequences of an obligation.
    pub(crate) conditions: Vec<Condition<'a>>,
    /// For an obligation, how it stands.
    pub(crate) obligation: Option<Deontic>,
}

/// One thing that must be so for a rule to apply.
pub(crate) struct Premise<'a> {
    pub(crate) path: String,
    pub(crate) of: Premised<'a>,
    pub(crate) truth: Truth,
}

/// What a premise is about.
pub(crate) enum Premised<'a> {
    Target,
    Party,
    Action,
    Constraint(Compared<'a>),
}

/// A constraint, with what its left operand was found to be.
pub(crate) struct Compared<'a> {
    pub(crate) constraint: &'a Constraint,
    pub(crate) left: Left<'a>,
    /// The operands of a logical constraint.
    pub(crate) inner: Vec<Premise<'a>>,
}

/// The values of a left operand.
pub(crate) enum Left<'a> {
    Time(Timestamp),
    Party(&'a str),
    Values(Vec<&'a Value>),
}

/// A duty that a rule rests on.
pub(crate) struct Condition<'a> {
    pub(crate) path: String,
    pub(crate) duty: &'a Duty,
    pub(crate) in_force: Truth,
    pub(crate) deontic: Deontic,
}

/// Every rule of a policy with everything that it rests on, in the order of the policy.
pub(crate) fn premises<'a>(policy: &'a Policy, request: &'a Request, world: &'a World) -> Vec<RulePremises<'a>> {
    let mut case = Case::of(policy, request, world, Trace::silent());
    let mut rules = Vec::new();
    for (index, permission) in policy.permissions.iter().enumerate() {
        case.stance = Stance::Permitting;
        let (rule, place) = (RulePath::Permission(index), case.trace.enter("permission", index));
        rules.push(case.rule(rule, &permission.terms, ("duty", &permission.duties)));
        case.trace.leave(place);
    }
    for (index, prohibition) in policy.prohibitions.iter().enumerate() {
        case.stance = Stance::Prohibiting;
        let (rule, place) = (RulePath::Prohibition(index), case.trace.enter("prohibition", index));
        rules.push(case.rule(rule, &prohibition.terms, ("remedy", &prohibition.remedies)));
        case.trace.leave(place);
    }
    for (index, obligation) in policy.obligations.iter().enumerate() {
        case.stance = Stance::Demanding;
        let (rule, place) = (RulePath::Obligation(index), case.trace.enter("obligation", index));
        let deontic = case.standing(obligation).deontic;
        let premises = case.rule(rule, &obligation.terms, ("consequence", &obligation.consequences));
        rules.push(RulePremises { obligation: Some(deontic), ..premises });
        case.trace.leave(place);
    }
    rules
}

impl<'a> Case<'a> {
    fn rule(
        &mut self,
        rule: RulePath,
        terms: &'a RuleTerms,
        (member, duties): (&'static str, &'a [Duty]),
    ) -> RulePremises<'a> {
        // The action of an obligation is what has to be done, not what is asked for.
        let reach = if matches!(rule, RulePath::Obligation(_)) { Vec::new() } else { self.reached(terms) };
        let mut premises = reach;
        premises.extend(self.compared_all("constraint", &terms.constraints));
        let place = self.trace.enter_policy();
        premises.extend(self.compared_all("constraint", &self.policy.shared.constraints));
        self.trace.leave(place);
        let conditions = duties.iter().enumerate().map(|(index, duty)| {
            let place = self.trace.enter(member, index);
            let standing = self.standing(duty);
            let path = self.trace.path();
            self.trace.leave(place);
            Condition { path, duty, in_force: standing.in_force, deontic: standing.deontic }
        });
        RulePremises { rule, terms, conditions: conditions.collect(), premises, obligation: None }
    }

    /// The parts by which a rule says which requests it is about, as far as it has them.
    fn reached(&mut self, terms: &'a RuleTerms) -> Vec<Premise<'a>> {
        let shared = &self.policy.shared;
        let parts = [
            (Part::Target, Premised::Target, "target", terms.targets.is_empty() && shared.targets.is_empty()),
            (Part::Assignee, Premised::Party, "assignee", terms.assignees.is_empty() && shared.assignees.is_empty()),
            (
                Part::Assigner,
                Premised::Party,
                "assigner",
                self.request.assigner.is_none() || (terms.assigners.is_empty() && shared.assigners.is_empty()),
            ),
            (Part::Action, Premised::Action, "action", false),
        ];
        let named = parts.into_iter().filter(|(_, _, _, absent)| !absent);
        named
            .map(|(part, of, member, _)| {
                let path = format!("{}.{member}", self.trace.path());
                Premise { path, of, truth: self.part(part, terms) }
            })
            .collect()
    }

    fn compared_all(&mut self, member: &'static str, constraints: &'a [Constraint]) -> Vec<Premise<'a>> {
        let numbered = constraints.iter().enumerate();
        numbered
            .map(|(index, constraint)| {
                let place = self.trace.enter(member, index);
                let truth = self.constraint(constraint);
                let path = self.trace.path();
                let inner = match constraint {
                    Constraint::Atomic(_) => Vec::new(),
                    Constraint::Logical(logical) => self.compared_all(logical.connective.name(), &logical.operands),
                };
                self.trace.leave(place);
                let left = self.left(constraint);
                Premise { path, of: Premised::Constraint(Compared { constraint, left, inner }), truth }
            })
            .collect()
    }

    fn left(&self, constraint: &Constraint) -> Left<'a> {
        let Constraint::Atomic(atomic) = constraint else { return Left::Values(Vec::new()) };
        let known = self.facts_of(&atomic.left_operand);
        match (atomic.meaning, known) {
            (Meaning::Clock | Meaning::EndOfUse | Meaning::DaysOfUse, _) => Left::Time(self.now),
            (_, Some(facts)) => Left::Values(facts.iter().map(|fact| &fact.value).collect()),
            (Meaning::Participant, None) => Left::Party(&self.request.assignee),
            (_, None) => Left::Values(Vec::new()),
        }
    }
}
