use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use symbolon_vocab::{admissibility as adm, catenax as cx, odrl};

use crate::duration::Duration;
use crate::evaluate::boundaries;
use crate::model::{AtomicConstraint, Connective, Constraint, Duty, Operator, Policy, RuleTerms};
use crate::profile::lets_keep;
use crate::value::Typed;

/// When a policy wants received data deleted, and which rule says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// The last moment at which it may still be there.
    pub at: Timestamp,
    /// Where in the policy, for example `obligation[0]`.
    pub path: String,
}

/// When data that was received at `received` has to be deleted by its receiver, as far as that is a matter of time: the first of
///
/// * the dates of duties to delete (`odrl:delete`), absolute or counted from when the data was received;
/// * the end of a retention that prohibitions (`adm:retain` from a date on, or kept for longer than so long) set;
/// * where every permission ends by how long the data was kept (`adm:retainedFor`), or by a Catena-X end of use, the last such end.
///   CX-0152 wants data deleted when use ends, unless `ContractTermination` lets it be kept.
///
/// `None` where nothing sets a date. A duty to delete without a date has none while the agreement is in force; see
/// [`deletion_at_end`].
pub fn deletion_due(policy: &Policy, received: Timestamp) -> Option<Deletion> {
    let of = Reader { policy, received };
    let duties = duties(policy).filter_map(|(path, duty)| Some(Deletion { at: of.dated(&duty.terms)?, path }));
    let prohibitions = policy.prohibitions.iter().enumerate().filter_map(|(place, prohibition)| {
        let retains = is_about(&prohibition.terms, adm::RETAIN);
        let at = retains.then(|| of.dated(&prohibition.terms)).flatten()?;
        Some(Deletion { at, path: format!("prohibition[{place}]") })
    });
    duties.chain(prohibitions).chain(of.last_right()).min_by_key(|deletion| deletion.at)
}

/// When data that was received at `received` has to be deleted once the agreement has ended at `ended`, by the duties that
/// `surviving` holds ([`Policy::surviving`]): at a duty's date, or at the end itself where it has none. `None` where no duty asks
/// for it.
pub fn deletion_at_end(surviving: &Policy, received: Timestamp, ended: Timestamp) -> Option<Deletion> {
    let of = Reader { policy: surviving, received };
    let due =
        duties(surviving).map(|(path, duty)| Deletion { at: of.dated(&duty.terms).unwrap_or(ended).max(ended), path });
    due.min_by_key(|deletion| deletion.at)
}

/// Every duty to delete, with its path.
fn duties(policy: &Policy) -> impl Iterator<Item = (String, &Duty)> {
    let obligations = policy.obligations.iter().enumerate().map(|(place, duty)| (format!("obligation[{place}]"), duty));
    let of_permissions = policy.permissions.iter().enumerate().flat_map(|(place, permission)| {
        let path = move |duty: usize| format!("permission[{place}].duty[{duty}]");
        permission.duties.iter().enumerate().map(move |(duty, of)| (path(duty), of))
    });
    obligations.chain(of_permissions).filter(|(_, duty)| is_about(&duty.terms, odrl::DELETE))
}

fn is_about(terms: &RuleTerms, action: &str) -> bool {
    terms.actions.iter().any(|of| of.iri == action)
}

struct Reader<'a> {
    policy: &'a Policy,
    received: Timestamp,
}

impl Reader<'_> {
    /// The date that a rule's constraints and refinements set: of several that all have to hold, the last.
    fn dated(&self, terms: &RuleTerms) -> Option<Timestamp> {
        let refinements = terms.actions.iter().flat_map(|action| &action.refinements);
        terms.constraints.iter().chain(refinements).filter_map(|constraint| self.date(constraint)).max()
    }

    fn date(&self, constraint: &Constraint) -> Option<Timestamp> {
        match constraint {
            Constraint::Atomic(atomic) => {
                let by_clock = boundaries(atomic, self.policy).into_iter().flatten().min();
                by_clock.or_else(|| self.kept_for(atomic))
            }
            Constraint::Logical(logical) => {
                let dates = logical.operands.iter().filter_map(|operand| self.date(operand));
                match logical.connective {
                    Connective::And | Connective::AndSequence => dates.max(),
                    Connective::Or | Connective::Xone => dates.min(),
                }
            }
        }
    }

    /// The end of a time that is counted from when the data was received.
    fn kept_for(&self, constraint: &AtomicConstraint) -> Option<Timestamp> {
        let counted = [adm::RETAINED_FOR, odrl::ELAPSED_TIME, odrl::DELAY_PERIOD];
        if !counted.contains(&constraint.left_operand.as_str()) {
            return None;
        }
        let [right] = constraint.right_operands.as_slice() else { return None };
        let Typed::Duration(duration) = right.typed() else { return None };
        later(self.received, *duration)
    }

    /// Where no permission outlasts how long the data was kept: when the last of them ends.
    fn last_right(&self) -> Option<Deletion> {
        let mut last: Option<Deletion> = None;
        for (place, permission) in self.policy.permissions.iter().enumerate() {
            let conditions = || permission.terms.constraints.iter().chain(&self.policy.shared.constraints);
            let ends = conditions().filter_map(|constraint| self.right_until(constraint)).min()?;
            if last.as_ref().is_none_or(|last| last.at < ends) {
                last = Some(Deletion { at: ends, path: format!("permission[{place}]") });
            }
        }
        last
    }

    fn right_until(&self, constraint: &Constraint) -> Option<Timestamp> {
        match constraint {
            Constraint::Atomic(atomic) => {
                if matches!(atomic.left_operand.as_str(), cx::DATA_USAGE_END_DATE | cx::DATA_USAGE_END_DURATION_DAYS) {
                    let ends = boundaries(atomic, self.policy).into_iter().flatten().min();
                    return ends.filter(|_| !lets_keep(self.policy));
                }
                let bounds = matches!(atomic.operator, Operator::Lt | Operator::Lteq | Operator::Eq);
                let retained = atomic.left_operand == adm::RETAINED_FOR;
                (bounds && retained).then(|| self.kept_for(atomic)).flatten()
            }
            Constraint::Logical(logical) => match logical.connective {
                Connective::And | Connective::AndSequence => {
                    logical.operands.iter().filter_map(|operand| self.right_until(operand)).min()
                }
                Connective::Or | Connective::Xone => None,
            },
        }
    }
}

/// An instant and a duration later, by the calendar in UTC.
fn later(at: Timestamp, by: Duration) -> Option<Timestamp> {
    let months = Span::new().try_months(by.months()).ok()?;
    let rest = SignedDuration::try_from_nanos_i128(by.nanos())?;
    at.to_zoned(TimeZone::UTC).checked_add(months).ok()?.timestamp().checked_add(rest).ok()
}
