use jiff::{SignedDuration, Timestamp};

use super::Case;
use super::operator::{self, LeftValues, Open};
use super::truth::Truth;
use crate::decision::ReasonCode;
use crate::model::{AtomicConstraint, Operator, Policy};
use crate::moment::Moment;
use crate::profile::Meaning;
use crate::sentence;
use crate::value::{Relation, Typed, Value};
use crate::world::{Fact, World};

impl Case<'_> {
    pub(super) fn atomic(&mut self, constraint: &AtomicConstraint) -> Truth {
        match constraint.meaning {
            Meaning::Clock => self.clock(constraint),
            Meaning::EndOfUse | Meaning::DaysOfUse => self.end_of_use(constraint),
            Meaning::Participant | Meaning::Fact => self.fact(constraint),
        }
    }

    fn clock(&mut self, constraint: &AtomicConstraint) -> Truth {
        if !constraint.references.is_empty() || constraint.unit.is_some() {
            return self.not_applicable(constraint);
        }
        let clock = Clock { now: self.world.now(), policy: self.policy };
        let answer =
            with_rights(constraint, self.world, |rights| operator::holds(&constraint.operator, &clock, rights));
        let Some(answer) = answer else { return self.unresolved(constraint) };
        match answer {
            Ok(true) => {}
            Ok(false) => {
                let now = self.world.now();
                let early = is_early(constraint, self.policy, now);
                let code = if early { ReasonCode::NotYet } else { ReasonCode::Expired };
                self.trace.add(code, || sentence::outside_window(constraint, early, now));
            }
            Err(why) => self.open(constraint, why, None),
        }
        answer.into()
    }

    /// Both operands set the end of use with `eq`; with any other operator they mean nothing (CX-0152).
    fn end_of_use(&mut self, constraint: &AtomicConstraint) -> Truth {
        let plain =
            constraint.operator == Operator::Eq && constraint.references.is_empty() && constraint.unit.is_none();
        if !plain {
            return self.not_applicable(constraint);
        }
        let now = self.world.now();
        match end_of_use(constraint, self.policy) {
            Some(end) if now < end => Truth::True,
            Some(end) => {
                self.trace.add(ReasonCode::Expired, || sentence::ended(constraint, end, now));
                Truth::False
            }
            None => {
                self.open(constraint, Open::Types, None);
                Truth::Undecided
            }
        }
    }

    fn fact(&mut self, constraint: &AtomicConstraint) -> Truth {
        let known = self.world.facts(&constraint.left_operand);
        let participant;
        let facts = match (known, constraint.meaning) {
            (Some(facts), _) => facts,
            (None, Meaning::Participant) => {
                participant = [Fact { value: Value::text(&self.request.assignee), unit: None }];
                &participant
            }
            (None, Meaning::Fact | Meaning::Clock | Meaning::EndOfUse | Meaning::DaysOfUse) => {
                self.unknown(ReasonCode::MissingFact, constraint, || sentence::missing(constraint));
                return Truth::Undecided;
            }
        };
        if facts.iter().any(|fact| fact.unit != constraint.unit) {
            self.unknown(ReasonCode::UnitMismatch, constraint, || sentence::unit(constraint));
            return Truth::Undecided;
        }
        let left = Facts { facts, world: self.world };
        let answer = with_rights(constraint, self.world, |rights| operator::holds(&constraint.operator, &left, rights));
        let Some(answer) = answer else { return self.unresolved(constraint) };
        match answer {
            Ok(true) => {}
            Ok(false) => self.trace.add(ReasonCode::ConstraintNotMet, || sentence::not_met(constraint, facts)),
            Err(why) => self.open(constraint, why, Some(facts)),
        }
        answer.into()
    }

    fn open(&mut self, constraint: &AtomicConstraint, why: Open, facts: Option<&[Fact]>) {
        self.unknown(why.code(), constraint, || {
            let why = match why {
                Open::Types => "the values cannot be compared",
                Open::RightOperands => "the operator needs exactly one right operand",
                Open::Values => "the known values answer differently",
                Open::Operator => "the operator does not apply to these values",
                Open::Links => "nothing is known about what the value belongs to",
            };
            sentence::open(why, facts)
        });
    }

    /// A permission says what it demands; of a prohibition it was said before.
    fn unknown(&mut self, code: ReasonCode, constraint: &AtomicConstraint, why: impl FnOnce() -> String) {
        let prohibiting = self.prohibiting;
        self.trace.add(code, || {
            if prohibiting {
                format!("refused: {}", why())
            } else {
                format!("refused: {}; {}", sentence::demand(constraint), why())
            }
        });
    }

    fn not_applicable(&mut self, constraint: &AtomicConstraint) -> Truth {
        self.open(constraint, Open::Operator, None);
        Truth::Undecided
    }

    fn unresolved(&mut self, constraint: &AtomicConstraint) -> Truth {
        self.unknown(ReasonCode::UnresolvedReference, constraint, || sentence::unresolved(constraint));
        Truth::Undecided
    }
}

/// Hands over the right operands; `None` when a reference leads nowhere.
fn with_rights<T>(constraint: &AtomicConstraint, world: &World, decide: impl FnOnce(&[&Value]) -> T) -> Option<T> {
    if let ([right], []) = (constraint.right_operands.as_slice(), constraint.references.as_slice()) {
        return Some(decide(&[right]));
    }
    let mut rights: Vec<&Value> = constraint.right_operands.iter().collect();
    for reference in &constraint.references {
        rights.extend(world.reference(reference)?);
    }
    Some(decide(&rights))
}

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

fn is_early(constraint: &AtomicConstraint, policy: &Policy, now: Timestamp) -> bool {
    let start = constraint.right_operands.first().and_then(|right| moment(right, policy)).map(|moment| moment.start);
    let forward = matches!(constraint.operator, Operator::Gt | Operator::Gteq | Operator::Eq);
    forward && start.is_some_and(|start| now <= start)
}

fn moment(value: &Value, policy: &Policy) -> Option<Moment> {
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
fn end_of_use(constraint: &AtomicConstraint, policy: &Policy) -> Option<Timestamp> {
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

struct Clock<'a> {
    now: Timestamp,
    policy: &'a Policy,
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

struct Facts<'a> {
    facts: &'a [Fact],
    world: &'a World,
}

impl Facts<'_> {
    fn names<'b>(&'b self, index: usize, right: &'b Value) -> Result<(&'b str, &'b str), Open> {
        let name = |value: &'b Value| matches!(value.typed(), Typed::Iri | Typed::Text).then(|| value.lexical());
        let left = self.facts.get(index).and_then(|fact| name(&fact.value));
        left.zip(name(right)).ok_or(Open::Types)
    }
}

impl LeftValues for Facts<'_> {
    fn count(&self) -> usize {
        self.facts.len()
    }

    fn relation(&self, index: usize, right: &Value) -> Relation {
        self.facts.get(index).map_or(Relation::Incomparable, |fact| fact.value.compare(right))
    }

    fn is_kind(&self, index: usize, right: &Value) -> Result<Option<bool>, Open> {
        self.names(index, right).map(|(left, right)| self.world.is_kind(left, right))
    }

    fn is_part(&self, index: usize, right: &Value) -> Result<Option<bool>, Open> {
        self.names(index, right).map(|(left, right)| self.world.is_part(left, right))
    }

    fn has_part(&self, index: usize, right: &Value) -> Result<Option<bool>, Open> {
        self.names(index, right).map(|(left, right)| self.world.is_part(right, left))
    }
}
