//! Policies in one order, however they were written.

use super::{Connective, Constraint, Duty, Entity, Header, Policy, PolicyKind, RuleTerms};
use crate::names::Prefixes;

impl Policy {
    /// Whether both grant and demand the same, whatever contract they belong to and however their rules are named.
    pub(crate) fn same_terms(&self, other: &Self) -> bool {
        self.terms() == other.terms()
    }

    /// The rules and what qualifies them, without the names of rules and constraints.
    fn terms(&self) -> Self {
        let mut terms = self.restated(PolicyKind::default(), &Header::default());
        terms.prefixes = Prefixes::default();
        terms.doubts.clear();
        terms.each_rule(&mut |rule| {
            rule.id = None;
            each_list(rule, &mut |constraints| constraints.iter_mut().for_each(nameless));
        });
        terms.sort();
        terms
    }

    /// In an order that does not depend on how it was written. What is a list stays in its order: the operands of `andSequence`.
    pub(crate) fn sort(&mut self) {
        self.unknown.sort();
        self.profiles.sort();
        self.inherit_from.sort();
        self.replaced_by.sort();
        self.each_rule(&mut RuleTerms::sort);
        self.permissions.iter_mut().for_each(|permission| sort_duties(&mut permission.duties));
        self.prohibitions.iter_mut().for_each(|prohibition| sort_duties(&mut prohibition.remedies));
        self.permissions.sort();
        self.prohibitions.sort();
        sort_duties(&mut self.obligations);
    }

    /// Visits what all rules have in common, then every rule, duty, remedy and consequence.
    pub(crate) fn each_rule(&mut self, visit: &mut impl FnMut(&mut RuleTerms)) {
        visit(&mut self.shared);
        for permission in &mut self.permissions {
            visit(&mut permission.terms);
            each_duty(&mut permission.duties, visit);
        }
        for prohibition in &mut self.prohibitions {
            visit(&mut prohibition.terms);
            each_duty(&mut prohibition.remedies, visit);
        }
        each_duty(&mut self.obligations, visit);
    }
}

fn each_duty(duties: &mut [Duty], visit: &mut impl FnMut(&mut RuleTerms)) {
    for duty in duties {
        visit(&mut duty.terms);
        each_duty(&mut duty.consequences, visit);
    }
}

/// Visits the constraints of a rule and the refinements of its actions, assets and parties.
fn each_list(rule: &mut RuleTerms, visit: &mut impl FnMut(&mut [Constraint])) {
    rule.actions.iter_mut().for_each(|action| visit(&mut action.refinements));
    let entities = rule.targets.iter_mut().chain(&mut rule.assigners).chain(&mut rule.assignees);
    let related = rule.functions.iter_mut().chain(&mut rule.relations).map(|(_, entity)| entity);
    entities.chain(related).for_each(|entity| visit(&mut entity.refinements));
    visit(&mut rule.constraints);
}

fn nameless(constraint: &mut Constraint) {
    match constraint {
        Constraint::Atomic(atomic) => atomic.id = None,
        Constraint::Logical(logical) => {
            logical.id = None;
            logical.operands.iter_mut().for_each(nameless);
        }
    }
}

impl RuleTerms {
    fn sort(&mut self) {
        each_list(self, &mut sort_constraints);
        for entities in [&mut self.targets, &mut self.assigners, &mut self.assignees] {
            entities.iter_mut().for_each(Entity::sort);
            entities.sort();
        }
        for related in [&mut self.functions, &mut self.relations] {
            related.iter_mut().for_each(|(_, entity)| entity.sort());
            related.sort();
        }
        self.actions.iter_mut().for_each(|action| action.unknown.sort());
        self.actions.sort();
        self.unknown.sort();
    }
}

impl Entity {
    fn sort(&mut self) {
        self.part_of.sort();
        self.unknown.sort();
    }
}

fn sort_duties(duties: &mut [Duty]) {
    duties.iter_mut().for_each(|duty| sort_duties(&mut duty.consequences));
    duties.sort();
}

fn sort_constraints(constraints: &mut [Constraint]) {
    constraints.iter_mut().for_each(sort_within);
    constraints.sort();
}

fn sort_within(constraint: &mut Constraint) {
    match constraint {
        Constraint::Atomic(atomic) => {
            atomic.right_operands.sort();
            atomic.references.sort();
            atomic.unknown.sort();
        }
        Constraint::Logical(logical) => {
            logical.unknown.sort();
            match logical.connective {
                Connective::And | Connective::Or | Connective::Xone => sort_constraints(&mut logical.operands),
                Connective::AndSequence => logical.operands.iter_mut().for_each(sort_within),
            }
        }
    }
}
