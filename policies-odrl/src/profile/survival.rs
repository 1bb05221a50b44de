//! What of an agreement still binds when it has ended.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use symbolon_vocab::{admissibility as adm, catenax as cx, odrl};

use super::Meaning;
use crate::action;
use crate::duration::Duration;
use crate::model::{
    Action, AtomicConstraint, Conflict, Connective, Constraint, Duty, LogicalConstraint, Operator, Policy, Prohibition,
    RuleTerms,
};
use crate::value::{Typed, Value};

/// Duties that are about data in hand, or about the record of what was done, and therefore outlive the agreement.
const LASTING: &[&str] = &["delete", "uninstall", "inform", "adm:keepSecret", "adm:proveDeletion", "ec:recordExport"];

/// Duties about data in hand: where a permission demands one, it outlives the permission.
const OF_DATA_IN_HAND: &[&str] = &["delete", "uninstall", "adm:keepSecret", "adm:proveDeletion"];

const DELETION: &str = "cx.data.deletion:1";
const KEEPING: &str = "cx.data.keeping:1";

impl Policy {
    /// What still binds the assignee after the agreement has been terminated. There are no permissions: rights end. Prohibitions stay,
    /// and so do obligations about data in hand (deletion, secrecy, records of exports) or with a survival of their own. A duty of a
    /// permission to delete or to keep secret becomes an obligation. Catena-X
    /// `ContractTermination` with deletion becomes an obligation to delete, and so does an end of use, unless the data may be kept.
    ///
    /// A rule with `adm:survivesUntil` ends then, one with `adm:survivesFor` never, because it is not said when the agreement ended:
    /// see [`surviving_since`](Self::surviving_since).
    #[must_use]
    pub fn surviving(&self) -> Policy {
        self.survivors(None)
    }

    /// Like [`surviving`](Self::surviving), for an agreement that ended at that instant, from which `adm:survivesFor` counts.
    #[must_use]
    pub fn surviving_since(&self, ended: Timestamp) -> Policy {
        self.survivors(Some(ended))
    }

    fn survivors(&self, ended: Option<Timestamp>) -> Policy {
        let mut policy = self.clone();
        let demanded = policy.permissions.drain(..).flat_map(|permission| permission.duties);
        policy
            .obligations
            .extend(demanded.filter(|duty| is_any_of(OF_DATA_IN_HAND, duty) || has_survival(&duty.terms)));
        policy.conflict = Conflict::Prohibit;
        policy.obligations.retain(|duty| lasts(duty) || has_survival(&duty.terms));
        let deletes = says(self, &|atom| is_termination(atom, DELETION) || is_end_of_use(atom)) && !lets_keep(self);
        if deletes && !policy.obligations.iter().any(is_plain_deletion) {
            let delete = Action { iri: odrl::DELETE.to_owned(), ..Action::default() };
            let terms = RuleTerms { actions: vec![delete], ..RuleTerms::default() };
            policy.obligations.push(Duty { terms, ..Duty::default() });
        }
        let prohibitions = policy.prohibitions.iter_mut().map(|Prohibition { terms, .. }| terms);
        let obligations = policy.obligations.iter_mut().map(|Duty { terms, .. }| terms);
        for terms in prohibitions.chain(obligations) {
            limit_all(&mut terms.constraints, ended);
        }
        policy
    }
}

fn lasts(duty: &Duty) -> bool {
    is_any_of(LASTING, duty)
}

fn is_any_of(actions: &[&str], duty: &Duty) -> bool {
    let covers = |performed: &Action| actions.iter().any(|action| action::covers(action, &performed.iri));
    duty.terms.actions.iter().any(covers)
}

fn is_plain_deletion(duty: &Duty) -> bool {
    duty.terms.constraints.is_empty() && duty.terms.actions.iter().any(|action| action.iri == odrl::DELETE)
}

fn has_survival(terms: &RuleTerms) -> bool {
    any(&terms.constraints, &|atom| is_survival(atom))
}

fn is_survival(atom: &AtomicConstraint) -> bool {
    matches!(atom.left_operand.as_str(), adm::SURVIVES_FOR | adm::SURVIVES_UNTIL)
}

/// Whether Catena-X `ContractTermination` lets the consumer keep data when use or the agreement ends.
pub(crate) fn lets_keep(policy: &Policy) -> bool {
    says(policy, &|atom| is_termination(atom, KEEPING))
}

/// Whether a condition of a permission is such.
fn says(policy: &Policy, test: &dyn Fn(&AtomicConstraint) -> bool) -> bool {
    let mut terms = policy.permissions.iter().map(|permission| &permission.terms).chain([&policy.shared]);
    terms.any(|terms| any(&terms.constraints, test))
}

fn is_termination(atom: &AtomicConstraint, what: &str) -> bool {
    atom.left_operand == cx::CONTRACT_TERMINATION && atom.right_operands.iter().any(|value| value.lexical() == what)
}

/// CX-0152 wants data deleted when its use ends, whether or not the policy says so again.
fn is_end_of_use(atom: &AtomicConstraint) -> bool {
    matches!(atom.left_operand.as_str(), cx::DATA_USAGE_END_DATE | cx::DATA_USAGE_END_DURATION_DAYS)
}

fn any(constraints: &[Constraint], test: &dyn Fn(&AtomicConstraint) -> bool) -> bool {
    constraints.iter().any(|constraint| match constraint {
        Constraint::Atomic(atom) => test(atom),
        Constraint::Logical(LogicalConstraint { operands, .. }) => any(operands, test),
    })
}

/// Turns survivals into a condition on the time of the request.
fn limit_all(constraints: &mut [Constraint], ended: Option<Timestamp>) {
    for constraint in constraints {
        match constraint {
            Constraint::Atomic(atom) => limit(atom, ended),
            Constraint::Logical(logical) => match logical.connective {
                Connective::And | Connective::AndSequence => limit_all(&mut logical.operands, ended),
                // Beside another condition a survival says no more than that: it keeps binding.
                Connective::Or | Connective::Xone => {}
            },
        }
    }
}

/// What cannot be read keeps binding.
fn limit(atom: &mut AtomicConstraint, ended: Option<Timestamp>) {
    let [right] = atom.right_operands.as_slice() else { return };
    let until = match (atom.left_operand.as_str(), right.typed()) {
        (adm::SURVIVES_UNTIL, Typed::Moment(moment)) => Some(moment.start),
        (adm::SURVIVES_FOR, Typed::Duration(duration)) => ended.and_then(|ended| later(ended, *duration)),
        (_, _) => None,
    };
    if let Some(until) = until.filter(|_| atom.operator == Operator::Eq) {
        odrl::DATE_TIME.clone_into(&mut atom.left_operand);
        atom.operator = Operator::Lt;
        atom.right_operands = vec![Value::moment(until)];
        atom.data_type = None;
        atom.meaning = Meaning::Clock;
    }
}

/// So much later on the calendar, in UTC.
fn later(from: Timestamp, by: Duration) -> Option<Timestamp> {
    let span = jiff::Span::new().try_months(by.months()).ok()?;
    let nanos = jiff::SignedDuration::from_nanos_i128(by.nanos());
    let months_later = from.to_zoned(TimeZone::UTC).checked_add(span).ok()?;
    months_later.timestamp().checked_add(nanos).ok()
}
