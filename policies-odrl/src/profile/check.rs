//! Whether a policy has the shape that its profiles demand.

mod admissibility;
mod catenax;

use serde::Serialize;

use super::operand;
use super::operand::{Operand, Place};
use crate::action;
use crate::model::{AtomicConstraint, Cause, Constraint, Duty, Operator, Policy, RuleTerms};
use crate::names::{CATENAX_POLICY, shown};

/// Something in a policy that a profile does not allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where, for example `permission[0].constraint[0].and[1].operator`; empty for the policy as a whole.
    pub path: String,
    /// What kind of finding, stable.
    pub code: &'static str,
    /// What is wrong, in a sentence.
    pub sentence: String,
    /// What to do about it.
    pub hint: String,
}

/// A finding in each of so many places is enough.
const MAX_FINDINGS: usize = 100;

/// Checks a policy against the tables of every profile whose terms it uses, and against the rules of the profiles that it names. Empty
/// where nothing is wrong; no more than 100 findings.
///
/// What the tables say of each constraint: the operand is known, may stand in such a rule, takes the operator, and the right operands
/// have its datatype and shape. What Catena-X says of a policy that names its profile: [CX-0152](super::catenax).
pub fn check(policy: &Policy) -> Vec<Finding> {
    let mut checked = Checked { findings: Vec::new() };
    checked.doubts(policy);
    checked.constraints(&policy.shared.constraints, "constraint", None);
    for (index, permission) in policy.permissions.iter().enumerate() {
        let path = format!("permission[{index}]");
        checked.terms(&permission.terms, &path, place(&permission.terms));
        checked.duties(&permission.duties, &format!("{path}.duty"), Place::Permission);
    }
    for (index, prohibition) in policy.prohibitions.iter().enumerate() {
        let path = format!("prohibition[{index}]");
        checked.terms(&prohibition.terms, &path, Place::Prohibition);
        checked.duties(&prohibition.remedies, &format!("{path}.remedy"), Place::Obligation);
    }
    checked.duties(&policy.obligations, "obligation", Place::Obligation);
    if policy.profiles.iter().any(|profile| profile == CATENAX_POLICY) {
        catenax::check(policy, &mut checked.findings);
    }
    admissibility::check(policy, &mut checked.findings);
    checked.findings.truncate(MAX_FINDINGS);
    checked.findings
}

struct Checked {
    findings: Vec<Finding>,
}

impl Checked {
    /// What keeps the policy from being decided at all.
    fn doubts(&mut self, policy: &Policy) {
        for doubt in &policy.doubts {
            let (code, hint) = match doubt.cause {
                Cause::Profile => ("profile.unknown", "name a profile that is known here, or none"),
                Cause::Replaced => ("policy.replaced", "use the policy that replaces this one"),
                Cause::Inheritance => ("policy.inherits", "write the inherited rules into the policy"),
                Cause::Conflict => ("policy.conflict", "write `perm`, `prohibit` or `invalid`"),
                Cause::Action => ("action.unknown", "use an action of ODRL or of a profile that is known here"),
                Cause::Operator => ("operator.unknown", "use an operator of ODRL such as `eq` or `isAnyOf`"),
                Cause::Member => ("member.unknown", "leave the member out, or spell it as ODRL does"),
            };
            let sentence = crate::sentence::doubt(doubt);
            let sentence = sentence.strip_prefix("refused: ").unwrap_or(&sentence).to_owned();
            self.add(doubt.path.clone(), code, sentence, hint);
        }
    }

    fn terms(&mut self, terms: &RuleTerms, path: &str, place: Place) {
        self.constraints(&terms.constraints, &format!("{path}.constraint"), Some(place));
        for (index, action) in terms.actions.iter().enumerate() {
            self.constraints(&action.refinements, &format!("{path}.action[{index}].refinement"), None);
        }
    }

    fn duties(&mut self, duties: &[Duty], path: &str, place: Place) {
        for (index, duty) in duties.iter().enumerate() {
            let path = format!("{path}[{index}]");
            self.terms(&duty.terms, &path, place);
            self.duties(&duty.consequences, &format!("{path}.consequence"), place);
        }
    }

    fn constraints(&mut self, constraints: &[Constraint], path: &str, place: Option<Place>) {
        for (index, constraint) in constraints.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match constraint {
                Constraint::Atomic(atomic) => self.atomic(atomic, &path, place),
                Constraint::Logical(logical) => {
                    self.constraints(&logical.operands, &format!("{path}.{}", logical.connective.name()), place);
                }
            }
        }
    }

    fn atomic(&mut self, atomic: &AtomicConstraint, path: &str, place: Option<Place>) {
        let name = shown(&atomic.left_operand);
        let Some(known) = operand(&atomic.left_operand) else {
            let sentence = format!("the left operand `{name}` is not known to any profile here");
            let hint = "use an operand of a known profile; a constraint on an unknown one always refuses";
            return self.add(format!("{path}.leftOperand"), "operand.unknown", sentence, hint);
        };
        if let Some(place) = place.filter(|place| !known.places.contains(place)) {
            let sentence = format!("`{name}` may not stand in {}", place.words());
            let hint = format!("it belongs into {}", listed(known.places.iter().map(|place| place.words())));
            self.add(path.to_owned(), "operand.place", sentence, hint);
        }
        if !known.operators.contains(&atomic.operator) && !matches!(atomic.operator, Operator::Unknown(_)) {
            let sentence = format!("`{name}` is not compared with `{}`", atomic.operator.name());
            let hint = format!("use {}", listed(known.operators.iter().map(Operator::name)));
            self.add(format!("{path}.operator"), "operand.operator", sentence, hint);
        }
        self.right(atomic, known, path);
    }

    fn right(&mut self, atomic: &AtomicConstraint, known: &Operand, path: &str) {
        let name = shown(&atomic.left_operand);
        let path = format!("{path}.rightOperand");
        let several = takes_several(&atomic.operator);
        let count = atomic.right_operands.len() + atomic.references.len();
        if count == 0 || (count > 1 && !several) {
            let sentence = format!("`{}` compares `{name}` with {count} values", atomic.operator.name());
            let hint = if several { "give one value or more" } else { "give exactly one value" };
            self.add(path.clone(), "operand.count", sentence, hint);
        }
        for (index, right) in atomic.right_operands.iter().enumerate() {
            if !known.fits(right) {
                let path = if count > 1 { format!("{path}[{index}]") } else { path.clone() };
                let value = crate::words::cut(right.lexical(), 60);
                let sentence = format!("`{value}` is not a value of `{name}`");
                self.add(path, "operand.value", sentence, format!("give {}", known.expected()));
            }
        }
    }

    fn add(&mut self, path: String, code: &'static str, sentence: String, hint: impl Into<String>) {
        self.findings.push(Finding { path, code, sentence, hint: hint.into() });
    }
}

fn takes_several(operator: &Operator) -> bool {
    matches!(
        operator,
        Operator::IsAnyOf | Operator::IsAllOf | Operator::IsNoneOf | Operator::HasPart | Operator::IsPartOf
    )
}

fn place(terms: &RuleTerms) -> Place {
    let access = symbolon_vocab::catenax::ACCESS;
    let sees = |performed: &crate::model::Action| action::covers(access, &performed.iri);
    if !terms.actions.is_empty() && terms.actions.iter().all(sees) { Place::Access } else { Place::Permission }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(" or ")
}
