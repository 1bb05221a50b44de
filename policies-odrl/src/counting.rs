//! Whether decisions under a policy depend on what was used before.

use crate::model::{Constraint, Duty, Entity, Policy, RuleTerms};
use crate::profile::Meaning;

impl Policy {
    /// Whether any constraint is about how often, how much, how soon again or for how long: decisions need the ledger of
    /// [`Uses`](crate::Uses), and may take from it. Under all other policies no ledger need be kept.
    pub fn counts(&self) -> bool {
        counted_in(&self.shared)
            || self.permissions.iter().any(|rule| counted_in(&rule.terms) || in_duties(&rule.duties))
            || self.prohibitions.iter().any(|rule| counted_in(&rule.terms) || in_duties(&rule.remedies))
            || in_duties(&self.obligations)
    }
}

fn in_duties(duties: &[Duty]) -> bool {
    duties.iter().any(|duty| counted_in(&duty.terms) || in_duties(&duty.consequences))
}

fn counted_in(terms: &RuleTerms) -> bool {
    let entities = [&terms.targets, &terms.assigners, &terms.assignees].into_iter().flatten();
    let related = terms.functions.iter().chain(&terms.relations).map(|(_, entity)| entity);
    any(&terms.constraints)
        || terms.actions.iter().any(|action| any(&action.refinements))
        || entities.chain(related).any(|Entity { refinements, .. }| any(refinements))
}

fn any(constraints: &[Constraint]) -> bool {
    constraints.iter().any(|constraint| match constraint {
        Constraint::Atomic(atomic) => {
            matches!(atomic.meaning, Meaning::Counter | Meaning::Quantity | Meaning::Interval | Meaning::Elapsed)
        }
        Constraint::Logical(logical) => any(&logical.operands),
    })
}
