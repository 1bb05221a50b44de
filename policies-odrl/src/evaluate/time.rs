use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use super::operator::{LeftValues, Open};
use crate::duration::Duration;
use crate::model::{AtomicConstraint, Connective, Constraint, Operator, Policy};
use crate::moment::Moment;
use crate::profile::Meaning;
use crate::value::{Relation, Typed, Value};

/// The instants at which a constraint on the date changes its answer.
pub(crate) fn boundaries(constraint: &AtomicConstraint, policy: &Policy) -> [Option<Timestamp>; 2] {
    let moment = || match constraint.right_operands.as_slice() {
        [right] => moment(right, policy),
        [] | [_, _, ..] => None,
    };
    match (constraint.meaning, &constraint.operator) {
        (Meaning::Clock, Operator::Lt | Operator::Gteq) => [moment().map(|moment| moment.start), None],
        (Meaning::Clock, Operator::Lteq | Operator::Gt) => [None, moment().map(|moment| moment.end)],
        (Meaning::Clock, Operator::Eq | Operator::Neq) => {
            [moment().map(|moment| moment.start), moment().map(|moment| moment.end)]
        }
        (Meaning::EndOfUse | Meaning::DaysOfUse, Operator::Eq) => [None, end_of_use(constraint, policy)],
        (_, _) => [None, None],
    }
}

/// Whether a constraint allows only times that are past: it holds at no time from `now` on because of the date.
pub(crate) fn is_over(constraint: &Constraint, policy: &Policy, now: Timestamp) -> bool {
    match constraint {
        Constraint::Atomic(atomic) => {
            let end = match (atomic.meaning, &atomic.operator) {
                (Meaning::Clock, Operator::Lt | Operator::Lteq | Operator::Eq) => {
                    boundaries(atomic, policy).into_iter().flatten().max()
                }
                (Meaning::EndOfUse | Meaning::DaysOfUse, Operator::Eq) => end_of_use(atomic, policy),
                (_, _) => None,
            };
            end.is_some_and(|end| now >= end)
        }
        Constraint::Logical(logical) => {
            let mut over = logical.operands.iter().map(|operand| is_over(operand, policy, now));
            match logical.connective {
                Connective::And | Connective::AndSequence => over.any(|over| over),
                Connective::Or | Connective::Xone => !logical.operands.is_empty() && over.all(|over| over),
            }
        }
    }
}

/// Since when a constraint on the time of use that holds has held.
pub(super) fn holds_since(constraint: &AtomicConstraint, policy: &Policy) -> Option<Timestamp> {
    let [start, end] = boundaries(constraint, policy);
    match constraint.operator {
        Operator::Lt | Operator::Lteq => Some(Timestamp::MIN),
        Operator::Gt => end,
        Operator::Gteq | Operator::Eq => start,
        Operator::Neq
        | Operator::IsA
        | Operator::HasPart
        | Operator::IsPartOf
        | Operator::IsAllOf
        | Operator::IsAnyOf
        | Operator::IsNoneOf
        | Operator::Unknown(_) => None,
    }
}

pub(super) fn is_early(constraint: &AtomicConstraint, policy: &Policy, now: Timestamp) -> bool {
    let start = constraint.right_operands.first().and_then(|right| moment(right, policy)).map(|moment| moment.start);
    let forward = matches!(constraint.operator, Operator::Gt | Operator::Gteq | Operator::Eq);
    forward && start.is_some_and(|start| now <= start)
}

/// The moment that a right operand names, where it does.
pub(crate) fn moment(value: &Value, policy: &Policy) -> Option<Moment> {
    match value.typed() {
        Typed::Moment(moment) => Some(*moment),
        Typed::SinceAgreement(seconds) => signed(policy)?.later(*seconds),
        Typed::Iri
        | Typed::Text
        | Typed::Number(_)
        | Typed::Duration(_)
        | Typed::Boolean(_)
        | Typed::Foreign(_)
        | Typed::Unread => None,
    }
}

/// The first instant at which use is over.
pub(crate) fn end_of_use(constraint: &AtomicConstraint, policy: &Policy) -> Option<Timestamp> {
    let [right] = constraint.right_operands.as_slice() else { return None };
    match (constraint.meaning, right.typed()) {
        (Meaning::EndOfUse, Typed::Moment(moment)) => Some(moment.end),
        (Meaning::DaysOfUse, Typed::Number(days)) => {
            let days = SignedDuration::from_secs(days.count()?.checked_mul(86_400)?);
            signed(policy)?.day_start()?.checked_add(days).ok()
        }
        (_, _) => None,
    }
}

fn signed(policy: &Policy) -> Option<Moment> {
    policy.timestamp.as_deref().and_then(Moment::read)
}

/// An instant and a duration later, by the calendar in UTC.
pub(super) fn later(at: Timestamp, by: Duration) -> Option<Timestamp> {
    let months = Span::new().try_months(by.months()).ok()?;
    let nanos = SignedDuration::try_from_nanos_i128(by.nanos())?;
    at.to_zoned(TimeZone::UTC).checked_add(months).ok()?.timestamp().checked_add(nanos).ok()
}

/// The time of the request as the value of a left operand.
pub(super) struct Clock<'a> {
    pub(super) now: Timestamp,
    pub(super) policy: &'a Policy,
}

impl LeftValues for Clock<'_> {
    fn count(&self) -> usize {
        1
    }

    fn relation(&self, _: usize, right: &Value) -> Relation {
        moment(right, self.policy).map_or(Relation::Incomparable, |right| Moment::instant(self.now).compare(right))
    }

    fn is_kind(&self, _: usize, _: &Value) -> Result<Option<bool>, Open> {
        Err(Open::Operator)
    }

    fn is_part(&self, _: usize, _: &Value) -> Result<Option<bool>, Open> {
        Err(Open::Operator)
    }

    fn has_part(&self, _: usize, _: &Value) -> Result<Option<bool>, Open> {
        Err(Open::Operator)
    }
}
