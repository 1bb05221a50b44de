//! What a policy asks for.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::model::{AtomicConstraint, Constraint, Duty, Policy, PolicyKind, RuleTerms};
use crate::profile::Meaning;
use crate::value::Typed;

/// The constraints of a policy by left operand, in its order, with their paths.
pub(crate) type Operands<'a> = Vec<(&'a str, Vec<(String, &'a AtomicConstraint)>)>;

/// An offer as it would be when it is signed at that time; any other policy, and one that does not depend on that, as
/// it is. `true` where the time makes a difference.
pub(crate) fn as_signed(policy: &Policy, at: Timestamp) -> (Cow<'_, Policy>, bool) {
    let relative = |constraint: &AtomicConstraint| {
        constraint.meaning == Meaning::DaysOfUse
            || constraint.right_operands.iter().any(|value| matches!(value.typed(), Typed::SinceAgreement(_)))
    };
    let unsigned = policy.timestamp.is_none() && policy.kind != PolicyKind::Agreement;
    if unsigned && operands(policy).iter().flat_map(|(_, asked)| asked).any(|(_, constraint)| relative(constraint)) {
        (Cow::Owned(Policy { timestamp: Some(at.to_string()), ..policy.clone() }), true)
    } else {
        (Cow::Borrowed(policy), false)
    }
}

/// Every constraint of the permissions and prohibitions of a policy, by its left operand.
pub(crate) fn operands(policy: &Policy) -> Operands<'_> {
    let mut found = Found::default();
    found.terms("", &policy.shared);
    for (index, permission) in policy.permissions.iter().enumerate() {
        let path = format!("permission[{index}]");
        found.terms(&path, &permission.terms);
        found.duties(&format!("{path}.duty"), &permission.duties);
    }
    for (index, prohibition) in policy.prohibitions.iter().enumerate() {
        found.terms(&format!("prohibition[{index}]"), &prohibition.terms);
    }
    found.0
}

#[derive(Default)]
struct Found<'a>(Operands<'a>);

impl<'a> Found<'a> {
    fn terms(&mut self, path: &str, terms: &'a RuleTerms) {
        let dot = if path.is_empty() { "" } else { "." };
        for (index, action) in terms.actions.iter().enumerate() {
            self.constraints(&format!("{path}{dot}action[{index}].refinement"), &action.refinements);
        }
        for (member, entities) in [("target", &terms.targets), ("assignee", &terms.assignees)] {
            for (index, entity) in entities.iter().enumerate() {
                self.constraints(&format!("{path}{dot}{member}[{index}].refinement"), &entity.refinements);
            }
        }
        self.constraints(&format!("{path}{dot}constraint"), &terms.constraints);
    }

    fn duties(&mut self, path: &str, duties: &'a [Duty]) {
        for (index, duty) in duties.iter().enumerate() {
            self.constraints(&format!("{path}[{index}].constraint"), &duty.terms.constraints);
        }
    }

    fn constraints(&mut self, path: &str, constraints: &'a [Constraint]) {
        for (index, constraint) in constraints.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match constraint {
                Constraint::Atomic(atomic) => {
                    let iri = atomic.left_operand.as_str();
                    match self.0.iter_mut().find(|(known, _)| *known == iri) {
                        Some((_, constraints)) => constraints.push((path, atomic)),
                        None => self.0.push((iri, vec![(path, atomic)])),
                    }
                }
                Constraint::Logical(logical) => {
                    self.constraints(&format!("{path}.{}", logical.connective.name()), &logical.operands);
                }
            }
        }
    }
}
