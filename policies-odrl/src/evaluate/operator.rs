use std::cmp::Ordering;

use super::truth::Truth;
use crate::decision::ReasonCode;
use crate::model::Operator;
use crate::value::{Relation, Value};

/// Why an operator gives no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Open {
    /// The values are of different types, or one of them cannot be read.
    Types,
    /// There are several right operands where one is needed, or none at all.
    RightOperands,
    /// The known values answer differently.
    Values,
    /// The operator needs an order, or parts and kinds, that the values do not have.
    Operator,
    /// Nothing is known about what the value is part of, or a kind of.
    Links,
}

impl Open {
    pub(super) fn code(self) -> ReasonCode {
        match self {
            Self::Types => ReasonCode::TypeMismatch,
            Self::RightOperands | Self::Values => ReasonCode::Ambiguous,
            Self::Operator => ReasonCode::OperatorNotApplicable,
            Self::Links => ReasonCode::MissingFact,
        }
    }
}

/// The values that a left operand has.
pub(super) trait LeftValues {
    fn count(&self) -> usize;
    /// How the value at `index` stands to a right operand.
    fn relation(&self, index: usize, right: &Value) -> Relation;
    /// Whether the value at `index` is one of the kind that the right operand names.
    fn is_kind(&self, index: usize, right: &Value) -> Result<Option<bool>, Open>;
    /// Whether the value at `index` is part of the right operand.
    fn is_part(&self, index: usize, right: &Value) -> Result<Option<bool>, Open>;
    /// Whether the right operand is part of the value at `index`.
    fn has_part(&self, index: usize, right: &Value) -> Result<Option<bool>, Open>;
}

/// `Ok` decides; `Err` says why nothing can be decided.
pub(super) fn holds(operator: &Operator, left: &impl LeftValues, rights: &[&Value]) -> Result<bool, Open> {
    let single = || match rights {
        [right] => Ok(*right),
        [] | [_, _, ..] => Err(Open::RightOperands),
    };
    if rights.is_empty() {
        return Err(Open::RightOperands);
    }
    match operator {
        Operator::Eq => single().and_then(|right| unanimous(left, |at| equal(left.relation(at, right)), false)),
        Operator::Neq => {
            single().and_then(|right| unanimous(left, |at| equal(left.relation(at, right)), false)).map(|eq| !eq)
        }
        Operator::Lt => single().and_then(|right| ordered(left, right, Ordering::is_lt)),
        Operator::Lteq => single().and_then(|right| ordered(left, right, Ordering::is_le)),
        Operator::Gt => single().and_then(|right| ordered(left, right, Ordering::is_gt)),
        Operator::Gteq => single().and_then(|right| ordered(left, right, Ordering::is_ge)),
        Operator::IsA => single().and_then(|right| unanimous(left, |at| linked(left.is_kind(at, right)), false)),
        Operator::IsPartOf => single().and_then(|right| unanimous(left, |at| linked(left.is_part(at, right)), false)),
        Operator::HasPart => every(rights, |right| any(left, |at| linked(left.has_part(at, right)))),
        Operator::IsAllOf => every(rights, |right| any(left, |at| equal(left.relation(at, right)))),
        Operator::IsAnyOf => any_equal(left, rights),
        Operator::IsNoneOf => any_equal(left, rights).map(|any| !any),
        Operator::Unknown(_) => Err(Open::Operator),
    }
}

/// Every known value is one of the right operands, and there is at least one.
pub(super) fn every_value_in(left: &impl LeftValues, rights: &[&Value]) -> Result<bool, Open> {
    if rights.is_empty() {
        return Err(Open::RightOperands);
    }
    let is_in = |at| strongest(rights.iter().map(|right| equal(left.relation(at, right))), true);
    if left.count() == 0 { Ok(false) } else { strongest((0..left.count()).map(is_in), false) }
}

/// Every right operand is one of the known values, and there is no other value.
pub(super) fn same_values(left: &impl LeftValues, rights: &[&Value]) -> Result<bool, Open> {
    strongest([holds(&Operator::IsAllOf, left, rights), every_value_in(left, rights)].into_iter(), false)
}

/// All values have to agree; a value that nobody has is `none`.
fn unanimous(left: &impl LeftValues, test: impl Fn(usize) -> Result<bool, Open>, none: bool) -> Result<bool, Open> {
    let mut answers = (0..left.count()).map(test);
    let Some(first) = answers.next() else { return Ok(none) };
    let first = first?;
    answers.try_fold(first, |agreed, answer| if answer? == agreed { Ok(agreed) } else { Err(Open::Values) })
}

fn ordered(left: &impl LeftValues, right: &Value, test: fn(Ordering) -> bool) -> Result<bool, Open> {
    if left.count() == 0 {
        return Err(Open::Operator);
    }
    let test = |at| match left.relation(at, right) {
        Relation::Ordered(order) => Ok(test(order)),
        Relation::Same | Relation::Different => Err(Open::Operator),
        Relation::Incomparable => Err(Open::Types),
    };
    unanimous(left, test, false)
}

fn any_equal(left: &impl LeftValues, rights: &[&Value]) -> Result<bool, Open> {
    any(left, |at| {
        let answers = rights.iter().map(|right| equal(left.relation(at, right)));
        strongest(answers, true)
    })
}

fn any(left: &impl LeftValues, test: impl Fn(usize) -> Result<bool, Open>) -> Result<bool, Open> {
    strongest((0..left.count()).map(test), true)
}

fn every(rights: &[&Value], test: impl Fn(&Value) -> Result<bool, Open>) -> Result<bool, Open> {
    strongest(rights.iter().map(|right| test(right)), false)
}

/// One answer of `decisive` decides; otherwise an open answer leaves it open.
fn strongest(answers: impl Iterator<Item = Result<bool, Open>>, decisive: bool) -> Result<bool, Open> {
    let mut open = None;
    for answer in answers {
        match answer {
            Ok(answer) if answer == decisive => return Ok(decisive),
            Ok(_) => {}
            Err(why) => open = open.or(Some(why)),
        }
    }
    open.map_or(Ok(!decisive), Err)
}

fn equal(relation: Relation) -> Result<bool, Open> {
    match relation {
        Relation::Ordered(order) => Ok(order.is_eq()),
        Relation::Same => Ok(true),
        Relation::Different => Ok(false),
        Relation::Incomparable => Err(Open::Types),
    }
}

fn linked(known: Result<Option<bool>, Open>) -> Result<bool, Open> {
    known?.ok_or(Open::Links)
}

impl From<Result<bool, Open>> for Truth {
    fn from(answer: Result<bool, Open>) -> Self {
        Self::from(answer.ok())
    }
}
