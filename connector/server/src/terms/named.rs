//! Which operands and actions a policy speaks of.

use std::collections::BTreeSet;

use symbolon_policies_odrl::Policy;
use symbolon_policies_odrl::model::{Action, Constraint, Duty, Entity, RuleTerms};

use crate::catalog_index::entry::local_name;

/// Names of one policy beyond these are left out.
const NAMES: usize = 64;
/// Bytes of a name beyond these are left out.
const NAME_BYTES: usize = 128;

/// The short names of the left operands and actions that the policy speaks of, each once, in alphabetical order. That a policy
/// is about `use` says nothing of it, and is left out.
pub fn names(policy: &Policy) -> Vec<String> {
    let mut named = Named::default();
    named.terms(&policy.shared);
    for permission in &policy.permissions {
        named.terms(&permission.terms);
        named.duties(&permission.duties);
    }
    for prohibition in &policy.prohibitions {
        named.terms(&prohibition.terms);
        named.duties(&prohibition.remedies);
    }
    named.duties(&policy.obligations);
    named.0.remove("use");
    named.0.into_iter().take(NAMES).collect()
}

/// The left operand of the constraint at a path such as `permission[0].constraint[1].and[0]`.
pub fn operand_at<'a>(policy: &'a Policy, path: &str) -> Option<&'a str> {
    let mut steps = path.split('.').filter_map(step);
    let (member, index) = steps.next()?;
    let terms = match member {
        "permission" => &policy.permissions.get(index)?.terms,
        "prohibition" => &policy.prohibitions.get(index)?.terms,
        "constraint" => return within(policy.shared.constraints.get(index)?, steps),
        _ => return None,
    };
    match steps.next()? {
        ("constraint", index) => within(terms.constraints.get(index)?, steps),
        _ => None,
    }
}

fn within<'a, 'p>(constraint: &'a Constraint, steps: impl Iterator<Item = (&'p str, usize)>) -> Option<&'a str> {
    let mut found = constraint;
    for (_, index) in steps {
        let Constraint::Logical(logical) = found else { return None };
        found = logical.operands.get(index)?;
    }
    match found {
        Constraint::Atomic(atomic) => Some(&atomic.left_operand),
        Constraint::Logical(_) => None,
    }
}

/// `constraint[1]`.
fn step(text: &str) -> Option<(&str, usize)> {
    let (member, rest) = text.split_once('[')?;
    Some((member, rest.strip_suffix(']')?.parse().ok()?))
}

#[derive(Default)]
struct Named(BTreeSet<String>);

impl Named {
    fn add(&mut self, iri: &str) {
        let name = local_name(iri);
        let cut = name.get(..name.floor_char_boundary(NAME_BYTES)).unwrap_or_default();
        if self.0.len() <= NAMES && !cut.is_empty() {
            self.0.insert(cut.to_owned());
        }
    }

    fn terms(&mut self, terms: &RuleTerms) {
        self.constraints(&terms.constraints);
        for Action { iri, refinements, .. } in &terms.actions {
            self.add(iri);
            self.constraints(refinements);
        }
        for Entity { refinements, .. } in terms.targets.iter().chain(&terms.assigners).chain(&terms.assignees) {
            self.constraints(refinements);
        }
    }

    fn duties(&mut self, duties: &[Duty]) {
        for duty in duties {
            self.terms(&duty.terms);
            self.duties(&duty.consequences);
        }
    }

    fn constraints(&mut self, constraints: &[Constraint]) {
        for constraint in constraints {
            match constraint {
                Constraint::Atomic(atomic) => self.add(&atomic.left_operand),
                Constraint::Logical(logical) => self.constraints(&logical.operands),
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use serde_json::json;
    use symbolon_policies_odrl::PolicyDocument;

    use super::*;

    fn policy() -> PolicyDocument {
        let atomic = |operand: &str| json!({"leftOperand": operand, "operator": "eq", "rightOperand": "x"});
        PolicyDocument::parse(json!({"@type": "Set", "@id": "urn:p",
            "permission": [{"action": "use", "constraint": [
                atomic("dateTime"),
                {"or": [atomic("https://w3id.org/catenax/2025/9/policy/Membership"), {"and": [atomic("purpose")]}]},
            ], "duty": [{"action": "delete", "constraint": [atomic("https://elsewhere.example/ns#mark")]}]}],
            "prohibition": [{"action": "distribute"}]}))
        .unwrap()
    }

    #[test]
    fn every_operand_and_action_is_named_once() {
        let expected = ["Membership", "dateTime", "delete", "distribute", "mark", "purpose"];
        assert_eq!(names(policy().policy()), expected);
    }

    #[test]
    fn a_path_leads_to_its_operand() {
        let policy = policy();
        let cases = [
            ("permission[0].constraint[1].or[0]", Some("https://w3id.org/catenax/2025/9/policy/Membership")),
            ("permission[0].constraint[1].or[1].and[0]", Some("http://www.w3.org/ns/odrl/2/purpose")),
            ("permission[0].constraint[1]", None),
            ("permission[0].duty[0].constraint[0]", None),
            ("permission[7].constraint[0]", None),
            ("", None),
        ];
        for (path, operand) in cases {
            assert_eq!(operand_at(policy.policy(), path), operand, "{path}");
        }
    }
}
