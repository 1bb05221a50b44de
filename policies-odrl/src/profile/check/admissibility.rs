//! The rules of the admissibility and export-control profiles about a policy as a whole.

use symbolon_vocab::{admissibility as adm, export_control as ec};

use super::Finding;
use crate::model::{Conflict, Connective, Constraint, Policy};

/// What an asset is classified by.
const CLASSES: &[&str] = &[ec::ECCN, ec::USML, ec::EU_DUAL_USE];
/// What says who may have it.
const SUBJECT: &[&str] =
    &[ec::NATIONALITY, ec::LOCATION, ec::ORGANIZATION, ec::US_PERSON, ec::END_USE, ec::LICENCE, ec::LICENCE_QUANTITY];
const LICENCE: &[&str] = &[ec::LICENCE, ec::LICENCE_QUANTITY];

pub(super) fn check(policy: &Policy, findings: &mut Vec<Finding>) {
    let names = |profile: &str| policy.profiles.iter().any(|named| named == profile);
    if names(adm::NAMESPACE) && policy.conflict != Conflict::Prohibit {
        findings.push(Finding {
            path: "conflict".to_owned(),
            code: "admissibility.conflict",
            sentence: "in a policy of the admissibility profile prohibitions win".to_owned(),
            hint: "write `prohibit` as the conflict strategy".to_owned(),
        });
    }
    if names(ec::NAMESPACE) {
        for (index, permission) in policy.permissions.iter().enumerate() {
            ways(&permission.terms.constraints, &format!("permission[{index}].constraint"), Said::default(), findings);
        }
    }
}

/// What the conjunction around a constraint says already.
#[derive(Clone, Copy, Default)]
struct Said {
    class: bool,
    destination: bool,
}

/// Each conjunction about a subject or a licence says for which class it is, and a licence for which destinations.
fn ways(constraints: &[Constraint], path: &str, around: Said, findings: &mut Vec<Finding>) {
    let has = |names: &[&str]| constraints.iter().any(|constraint| is_about(constraint, names));
    let said = Said { class: around.class || has(CLASSES), destination: around.destination || has(&[ec::LOCATION]) };
    let mut add = |code, sentence: &str, hint: &str| {
        let (path, sentence, hint) = (path.to_owned(), sentence.to_owned(), hint.to_owned());
        findings.push(Finding { path, code, sentence, hint });
    };
    if has(SUBJECT) && !said.class {
        let hint = "add `eccn`, `usml` or `euDualUse`: then an asset without a class is refused";
        add("export.class", "it is not said what class of assets this is about", hint);
    }
    if has(LICENCE) && !said.destination {
        add("export.destination", "a licence is for named destinations", "add a constraint on `location`");
    }
    for (index, constraint) in constraints.iter().enumerate() {
        let Constraint::Logical(logical) = constraint else { continue };
        let path = format!("{path}[{index}].{}", logical.connective.name());
        match logical.connective {
            Connective::And | Connective::AndSequence => ways(&logical.operands, &path, said, findings),
            Connective::Or | Connective::Xone => {
                for (place, operand) in logical.operands.iter().enumerate() {
                    ways(std::slice::from_ref(operand), &format!("{path}[{place}]"), said, findings);
                }
            }
        }
    }
}

fn is_about(constraint: &Constraint, names: &[&str]) -> bool {
    match constraint {
        Constraint::Atomic(atomic) => names.contains(&atomic.left_operand.as_str()),
        Constraint::Logical(_) => false,
    }
}
