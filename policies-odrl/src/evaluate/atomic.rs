use super::operator::{self, LeftValues, Open};
use super::time::{self, Clock};
use super::truth::Truth;
use super::{Case, Stance};
use crate::action;
use crate::decision::ReasonCode;
use crate::model::{AtomicConstraint, Operator};
use crate::profile::{self, Meaning};
use crate::sentence;
use crate::value::{Relation, Typed, Value};
use crate::world::{Fact, World};

impl<'a> Case<'a> {
    pub(super) fn atomic(&mut self, constraint: &AtomicConstraint) -> Truth {
        match constraint.meaning {
            Meaning::Clock => self.clock(constraint),
            Meaning::EndOfUse | Meaning::DaysOfUse => self.end_of_use(constraint),
            Meaning::Fact | Meaning::EveryFact => self.fact(constraint),
            Meaning::Participant => self.participant(constraint),
            Meaning::Counter | Meaning::Quantity | Meaning::Interval | Meaning::Elapsed => self.ledger(constraint),
            Meaning::Restriction => self.restriction(constraint),
            Meaning::Recipient if action::is_onward(&self.request.action) => self.fact(constraint),
            Meaning::Recipient => self.favourable(),
            Meaning::Always => Truth::True,
            Meaning::Contractual => {
                self.taken.contractual.push(self.trace.path());
                self.favourable()
            }
        }
    }

    /// What lets the request pass.
    fn favourable(&self) -> Truth {
        match self.stance {
            Stance::Permitting | Stance::Demanding => Truth::True,
            Stance::Prohibiting => Truth::False,
        }
    }

    fn clock(&mut self, constraint: &AtomicConstraint) -> Truth {
        if !constraint.references.is_empty() || constraint.unit.is_some() {
            return self.not_applicable(constraint);
        }
        let now = self.now;
        let clock = Clock { now, policy: self.policy };
        let answer =
            with_rights(constraint, self.world, |rights| operator::holds(&constraint.operator, &clock, rights));
        let Some(answer) = answer else { return self.unresolved(constraint) };
        match answer {
            Ok(true) => {}
            Ok(false) => {
                let early = time::is_early(constraint, self.policy, now);
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
        let now = self.now;
        match time::end_of_use(constraint, self.policy) {
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

    fn participant(&mut self, constraint: &AtomicConstraint) -> Truth {
        if self.facts_of(&constraint.left_operand).is_some() {
            return self.fact(constraint);
        }
        let participant = [Fact { value: Value::text(&self.request.assignee), unit: None, since: None }];
        self.compared(constraint, &participant)
    }

    pub(super) fn fact(&mut self, constraint: &AtomicConstraint) -> Truth {
        let Some(facts) = self.facts_of(&constraint.left_operand) else {
            self.unknown(ReasonCode::MissingFact, constraint, || sentence::missing(constraint));
            return Truth::Undecided;
        };
        self.compared(constraint, facts)
    }

    /// The facts of a left operand: about the party or asset whose refinements are looked at, else about the request.
    pub(super) fn facts_of(&self, left_operand: &str) -> Option<&'a [Fact]> {
        let world = self.world;
        if let Some(subject) = self.subject {
            let own = world.facts_about(subject.name, left_operand);
            if own.is_some() || !subject.known {
                return own;
            }
        }
        world.facts(left_operand).or_else(|| {
            let newer = profile::operand(left_operand)?.same_as?;
            world.facts(newer)
        })
    }

    pub(super) fn compared(&mut self, constraint: &AtomicConstraint, facts: &[Fact]) -> Truth {
        if facts.iter().any(|fact| fact.unit != constraint.unit) {
            self.unknown(ReasonCode::UnitMismatch, constraint, || sentence::unit(constraint));
            return Truth::Undecided;
        }
        let every = constraint.meaning == Meaning::EveryFact;
        let left = Facts { facts, world: self.world, notation: profile::has_notation(constraint) };
        let permitting = self.stance == Stance::Permitting;
        let answer = with_rights(constraint, self.world, |rights| match &constraint.operator {
            Operator::IsAnyOf if every && permitting => operator::every_value_in(&left, rights),
            Operator::IsAllOf if every && permitting => operator::same_values(&left, rights),
            Operator::IsNoneOf if every && !permitting => operator::every_value_in(&left, rights).map(|every| !every),
            operator => operator::holds(operator, &left, rights),
        });
        let Some(answer) = answer else { return self.unresolved(constraint) };
        match answer {
            Ok(true) => {}
            Ok(false) if self.world.is_confidential(&constraint.left_operand) => {
                self.trace.add(ReasonCode::ConstraintNotMet, || sentence::not_met_in_confidence(constraint));
            }
            Ok(false) => self.trace.add(ReasonCode::ConstraintNotMet, || sentence::not_met(constraint, facts)),
            Err(why) => self.open(constraint, why, Some(facts)),
        }
        answer.into()
    }

    /// A manner of use that is not known leaves it open whether the request uses the asset in that manner.
    fn restriction(&mut self, constraint: &AtomicConstraint) -> Truth {
        if !profile::catenax::names_manners(constraint) {
            return self.not_applicable(constraint);
        }
        let manners = constraint.right_operands.iter();
        let named = manners.map(|right| profile::catenax::restricts(right.lexical(), &self.request.action));
        let truth = named.map(Truth::from).fold(Truth::False, Truth::or);
        let is_plain = constraint.references.is_empty() && !constraint.right_operands.is_empty();
        let truth = if is_plain { truth } else { truth.or(Truth::Undecided) };
        match truth {
            Truth::True => {}
            Truth::False => self.trace.add(ReasonCode::ConstraintNotMet, || sentence::not_met(constraint, &[])),
            Truth::Undecided => self.open(constraint, Open::Types, None),
        }
        truth
    }

    pub(super) fn open(&mut self, constraint: &AtomicConstraint, why: Open, facts: Option<&[Fact]>) {
        let facts = facts.filter(|_| !self.world.is_confidential(&constraint.left_operand));
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
    pub(super) fn unknown(&mut self, code: ReasonCode, constraint: &AtomicConstraint, why: impl FnOnce() -> String) {
        let prohibiting = self.stance == Stance::Prohibiting;
        self.trace.add(code, || {
            if prohibiting {
                format!("refused: {}", why())
            } else {
                format!("refused: {}; {}", sentence::demand(constraint), why())
            }
        });
    }

    pub(super) fn not_applicable(&mut self, constraint: &AtomicConstraint) -> Truth {
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
    match (constraint.right_operands.as_slice(), constraint.references.as_slice()) {
        ([right], []) => return Some(decide(&[right])),
        ([one, two], []) => return Some(decide(&[one, two])),
        (_, _) => {}
    }
    let mut rights: Vec<&Value> = constraint.right_operands.iter().collect();
    for reference in &constraint.references {
        rights.extend(world.reference(reference)?);
    }
    Some(decide(&rights))
}

struct Facts<'a> {
    facts: &'a [Fact],
    world: &'a World,
    /// Whether an entry lies within the one that its notation begins with.
    notation: bool,
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
        let Some(fact) = self.facts.get(index) else { return Relation::Incomparable };
        let within = |entry: &str, outer: &str| self.notation && profile::is_within(entry, outer);
        match fact.value.compare(right) {
            Relation::Different if within(fact.value.lexical(), right.lexical()) => Relation::Same,
            // What is only known to lie in the outer entry may lie in the inner one or not.
            Relation::Different if within(right.lexical(), fact.value.lexical()) => Relation::Incomparable,
            relation => relation,
        }
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
