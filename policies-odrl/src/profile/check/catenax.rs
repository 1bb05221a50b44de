//! The rules of CX-0152 about a policy as a whole.

use symbolon_vocab::catenax as cx;

use super::super::operand::Place;
use super::{Finding, place};
use crate::model::{AtomicConstraint, Connective, Constraint, Policy, RuleTerms};
use crate::names::{CATENAX_POLICY, ODRL, shown};

/// Operands of which a permission has one at most.
const EXCLUSIVE: &[&[&str]] = &[
    &[cx::DATA_USAGE_END_DATE, cx::DATA_USAGE_END_DURATION_DAYS, cx::DATA_USAGE_END_DEFINITION],
    &[cx::WARRANTY_DEFINITION, cx::WARRANTY_DURATION_MONTHS],
    &[cx::DATA_PROVISIONING_END_DATE, cx::DATA_PROVISIONING_END_DURATION_DAYS],
];

/// Operands that a permission to use has.
const REQUIRED: &[&str] = &[cx::FRAMEWORK_AGREEMENT, cx::USAGE_PURPOSE];

pub(super) fn check(policy: &Policy, findings: &mut Vec<Finding>) {
    let mut rules = Rules { findings };
    rules.counts(policy);
    let seen = rules.actions(policy);
    for (index, permission) in policy.permissions.iter().enumerate() {
        let path = format!("permission[{index}]");
        rules.rule(&permission.terms, &path);
        if place(&permission.terms) == Place::Permission {
            rules.required(&permission.terms, &path);
        }
        if !permission.duties.is_empty() {
            let sentence = "a permission has no duties in this profile";
            rules.add(&format!("{path}.duty"), "catenax.duty", sentence, "write an obligation of the policy instead");
        }
    }
    for (index, prohibition) in policy.prohibitions.iter().enumerate() {
        rules.rule(&prohibition.terms, &format!("prohibition[{index}]"));
    }
    for (index, obligation) in policy.obligations.iter().enumerate() {
        rules.rule(&obligation.terms, &format!("obligation[{index}]"));
    }
    if seen.access {
        for (member, count) in [("prohibition", policy.prohibitions.len()), ("obligation", policy.obligations.len())] {
            if count > 0 {
                let sentence = format!("a policy about access has no {member}");
                rules.add(member, "catenax.access", sentence, "move it to the usage policy");
            }
        }
    }
}

struct Rules<'a> {
    findings: &'a mut Vec<Finding>,
}

#[derive(Default)]
struct Seen {
    access: bool,
    usage: bool,
}

impl Rules<'_> {
    fn counts(&mut self, policy: &Policy) {
        for (member, count) in [
            ("permission", policy.permissions.len()),
            ("prohibition", policy.prohibitions.len()),
            ("obligation", policy.obligations.len()),
        ] {
            if count > 1 {
                let sentence = format!("the policy has {count} rules in `{member}`, and this profile allows one");
                self.add(member, "catenax.rules", sentence, "put the constraints into one rule, chained with `and`");
            }
        }
    }

    /// All rules are about access, or all about use.
    fn actions(&mut self, policy: &Policy) -> Seen {
        let permissions = policy.permissions.iter().map(|permission| ("permission", &permission.terms));
        let prohibitions = policy.prohibitions.iter().map(|prohibition| ("prohibition", &prohibition.terms));
        let obligations = policy.obligations.iter().map(|duty| ("obligation", &duty.terms));
        let mut seen = Seen::default();
        for (member, terms) in permissions.chain(prohibitions).chain(obligations) {
            for action in &terms.actions {
                match action.iri.strip_prefix(ODRL) {
                    _ if action.iri == cx::ACCESS => seen.access = true,
                    Some("use") => seen.usage = true,
                    Some(_) | None => {
                        let sentence = format!("the action `{}` is not one of this profile", shown(&action.iri));
                        self.add(member, "catenax.action", sentence, "write `access` or `use`");
                    }
                }
            }
        }
        if seen.access && seen.usage {
            let sentence = "the policy mixes rules about access with rules about use";
            self.add("", "catenax.actions", sentence, "write two policies: one about `access`, one about `use`");
        }
        seen
    }

    /// One constraint: atomic, or several chained with `and`.
    fn rule(&mut self, terms: &RuleTerms, path: &str) {
        let constraints = format!("{path}.constraint");
        if terms.constraints.len() > 1 {
            let sentence = "several constraints stand beside each other";
            self.add(&constraints, "catenax.chain", sentence, "chain them with one `and`");
        }
        self.connectives(&terms.constraints, &constraints);
        let found = atoms(&terms.constraints);
        for atom in &found {
            if !atom.left_operand.starts_with(CATENAX_POLICY) {
                let sentence = format!("the left operand `{}` is not one of this profile", shown(&atom.left_operand));
                let hint = "use an operand of the profile, or do not name the profile";
                self.add(&constraints, "catenax.operand", sentence, hint);
            }
        }
        for set in EXCLUSIVE {
            let held: Vec<_> = found.iter().filter(|atom| set.contains(&atom.left_operand.as_str())).collect();
            if held.len() > 1 {
                let names: Vec<_> = held.iter().map(|atom| format!("`{}`", shown(&atom.left_operand))).collect();
                let sentence = format!("{} exclude each other", names.join(" and "));
                self.add(&constraints, "catenax.exclusive", sentence, "keep one of them");
            }
        }
    }

    fn connectives(&mut self, constraints: &[Constraint], path: &str) {
        for (index, constraint) in constraints.iter().enumerate() {
            let Constraint::Logical(logical) = constraint else { continue };
            let name = logical.connective.name();
            let path = format!("{path}[{index}].{name}");
            if logical.connective != Connective::And {
                let sentence = format!("constraints are not joined by `{name}` in this profile");
                self.add(&path, "catenax.connective", sentence, "chain them with `and`");
            }
            self.connectives(&logical.operands, &path);
        }
    }

    fn required(&mut self, terms: &RuleTerms, path: &str) {
        let found = atoms(&terms.constraints);
        for required in REQUIRED {
            if !found.iter().any(|atom| atom.left_operand == *required) {
                let sentence = format!("a permission to use needs `{}`", shown(required));
                self.add(&format!("{path}.constraint"), "catenax.required", sentence, "add it to the `and`");
            }
        }
    }

    fn add(&mut self, path: &str, code: &'static str, sentence: impl Into<String>, hint: &str) {
        let (path, sentence, hint) = (path.to_owned(), sentence.into(), hint.to_owned());
        self.findings.push(Finding { path, code, sentence, hint });
    }
}

fn atoms(constraints: &[Constraint]) -> Vec<&AtomicConstraint> {
    let mut found = Vec::new();
    for constraint in constraints {
        match constraint {
            Constraint::Atomic(atomic) => found.push(atomic.as_ref()),
            Constraint::Logical(logical) => found.extend(atoms(&logical.operands)),
        }
    }
    found
}
