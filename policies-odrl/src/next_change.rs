use jiff::Timestamp;

use crate::evaluate::boundaries;
use crate::model::{Action, Constraint, Duty, Entity, Policy, RuleTerms};

/// The next instant after `now` at which a constraint on the date may change what is decided; `None` when time alone changes nothing
/// any more. Whoever watches a running transfer may sleep until then.
pub fn next_change(policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let mut next = Next { policy, now, found: None };
    next.terms(&policy.shared);
    for permission in &policy.permissions {
        next.terms(&permission.terms);
        next.duties(&permission.duties);
    }
    for prohibition in &policy.prohibitions {
        next.terms(&prohibition.terms);
    }
    next.found
}

struct Next<'a> {
    policy: &'a Policy,
    now: Timestamp,
    found: Option<Timestamp>,
}

impl Next<'_> {
    fn terms(&mut self, terms: &RuleTerms) {
        self.constraints(&terms.constraints);
        terms.actions.iter().for_each(|Action { refinements, .. }| self.constraints(refinements));
        for entities in [&terms.targets, &terms.assigners, &terms.assignees] {
            entities.iter().for_each(|Entity { refinements, .. }| self.constraints(refinements));
        }
    }

    fn duties(&mut self, duties: &[Duty]) {
        duties.iter().for_each(|duty| self.constraints(&duty.terms.constraints));
    }

    fn constraints(&mut self, constraints: &[Constraint]) {
        for constraint in constraints {
            match constraint {
                Constraint::Atomic(atomic) => {
                    let later = boundaries(atomic, self.policy).into_iter().flatten().filter(|at| *at > self.now);
                    self.found = self.found.into_iter().chain(later).min();
                }
                Constraint::Logical(logical) => self.constraints(&logical.operands),
            }
        }
    }
}
