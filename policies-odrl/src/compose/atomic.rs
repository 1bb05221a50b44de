//! Where an atomic constraint holds, and where it is certain that it does not.

use std::sync::Arc;

use super::Refusal;
use super::axis::{Axis, Set};
use super::intervals::Intervals;
use super::knowledge::Relation;
use super::names::Names;
use super::reading::Reading;
use super::region::{Cell, Region};
use super::values::{Kinds, Stand, Values};
use crate::evaluate::{end_of_use, moment};
use crate::model::{AtomicConstraint, Operator};
use crate::profile::{self, Meaning};
use crate::value::{Typed, Value};

/// Sets whose union is where a constraint holds, and sets whose union is where it does not.
type Sides = (Vec<Set>, Vec<Set>);

impl Reading<'_> {
    /// Where the constraint holds (`side`), or where it is certain that it does not. Elsewhere it is not decided.
    pub(super) fn atomic(&self, constraint: &AtomicConstraint, side: bool) -> Result<Region, Refusal> {
        let of = |axis: Axis, (holds, fails): Sides| Region::of(axis, if side { holds } else { fails });
        match constraint.meaning {
            Meaning::Always => Ok(self.whole(side)),
            Meaning::Contractual => Ok(self.whole(side != self.prohibits())),
            Meaning::Clock => {
                self.no_reference(constraint)?;
                Ok(of(Axis::Now, self.clock(constraint)))
            }
            Meaning::EndOfUse | Meaning::DaysOfUse => Ok(of(Axis::Now, self.end(constraint))),
            Meaning::Restriction => Ok(of(Axis::Action, restriction(constraint))),
            Meaning::Participant => self.participant(constraint, side),
            Meaning::Recipient => self.recipient(constraint, side),
            Meaning::Quantity => {
                // Only a ledger says how much was taken.
                let operand = Arc::from(format!("{} taken", constraint.left_operand));
                self.no_reference(constraint)?;
                Ok(of(Axis::Fact(self.subject, operand), self.facts(constraint)))
            }
            Meaning::Fact | Meaning::EveryFact | Meaning::Counter | Meaning::Interval | Meaning::Elapsed => {
                self.no_reference(constraint)?;
                Ok(of(self.fact_axis(constraint), self.facts(constraint)))
            }
        }
    }

    fn whole(&self, all: bool) -> Region {
        if all { Region::all() } else { Region::none() }
    }

    fn no_reference(&self, constraint: &AtomicConstraint) -> Result<(), Refusal> {
        match constraint.references.first() {
            None => Ok(()),
            Some(reference) => Err(Refusal::reference(&constraint.left_operand, reference)),
        }
    }

    fn fact_axis(&self, constraint: &AtomicConstraint) -> Axis {
        Axis::Fact(self.subject, Arc::from(constraint.left_operand.as_str()))
    }

    fn participant(&self, constraint: &AtomicConstraint, side: bool) -> Result<Region, Refusal> {
        self.no_reference(constraint)?;
        let (holds, fails) = self.facts(constraint);
        let sets = if side { holds } else { fails };
        let axis = self.fact_axis(constraint);
        let known = Region::of(axis.clone(), sets.clone());
        let asked = sets.iter().filter_map(|set| {
            let Set::Known { all, some, .. } = set else { return None };
            let one = |values: &Values| {
                values.single().filter(|(unit, _)| unit.is_none()).map(|(_, kinds)| kinds.names.clone())
            };
            let names = some.iter().try_fold(one(all)?, |names, values| Some(names.intersect(&one(values)?)))?;
            Cell::of(axis.clone(), Set::Missing).meet(&Cell::of(Axis::Assignee, Set::names(names)))
        });
        known.union(Region::from_iter(asked), self.bound)
    }

    /// Whom data may be passed on to; of any other action it says what lets the request pass.
    fn recipient(&self, constraint: &AtomicConstraint, side: bool) -> Result<Region, Refusal> {
        self.no_reference(constraint)?;
        let onward = |found| Region::of(Axis::Action, [Set::names(Names::linked(Relation::Onward, "", found))]);
        let (holds, fails) = self.facts(constraint);
        let decided = Region::of(self.fact_axis(constraint), if side { holds } else { fails });
        let decided = decided.intersect(&onward(true), self.bound)?;
        if side == self.prohibits() { Ok(decided) } else { decided.union(onward(false), self.bound) }
    }

    fn facts(&self, constraint: &AtomicConstraint) -> Sides {
        let notation = profile::has_notation(constraint);
        let unit = constraint.unit.as_deref();
        let compare = Compare { unit, notation, rights: &constraint.right_operands };
        let every = constraint.meaning == Meaning::EveryFact;
        let sides = match &constraint.operator {
            Operator::IsAnyOf if every && self.permits() => compare.every_value(),
            Operator::IsAllOf if every && self.permits() => compare.same_values(),
            Operator::IsNoneOf if every && !self.permits() => turned(compare.every_value()),
            operator => compare.by(operator),
        };
        let real = |sets: Vec<Set>| sets.into_iter().filter_map(|set| set.meet(&set)).collect();
        (real(sides.0), real(sides.1))
    }

    fn clock(&self, constraint: &AtomicConstraint) -> Sides {
        if constraint.unit.is_some() {
            return (Vec::new(), Vec::new());
        }
        let that = |right: &Value, stand: Stand| match moment(right, self.policy) {
            Some(moment) => Kinds::that(stand, &Value::of_moment(moment), false).instants,
            None => Intervals::none(),
        };
        let rights = constraint.right_operands.iter();
        let each = |stand| rights.clone().map(move |right| that(right, stand));
        let any = |stand| each(stand).fold(Intervals::none(), |one, two| one.union(&two));
        let all = |stand| each(stand).fold(Intervals::all(), |one, two| one.intersect(&two));
        let single = constraint.right_operands.len() == 1;
        let (holds, fails) = match constraint.operator {
            _ if constraint.right_operands.is_empty() => return (Vec::new(), Vec::new()),
            Operator::Eq if single => (any(Stand::Equal), any(Stand::Different)),
            Operator::Neq if single => (any(Stand::Different), any(Stand::Equal)),
            Operator::Lt if single => (any(Stand::Less), any(Stand::Equal).union(&any(Stand::Greater))),
            Operator::Lteq if single => (any(Stand::Less).union(&any(Stand::Equal)), any(Stand::Greater)),
            Operator::Gt if single => (any(Stand::Greater), any(Stand::Equal).union(&any(Stand::Less))),
            Operator::Gteq if single => (any(Stand::Greater).union(&any(Stand::Equal)), any(Stand::Less)),
            Operator::IsAnyOf => (any(Stand::Equal), all(Stand::Different)),
            Operator::IsNoneOf => (all(Stand::Different), any(Stand::Equal)),
            Operator::IsAllOf => (all(Stand::Equal), any(Stand::Different)),
            Operator::Eq
            | Operator::Neq
            | Operator::Lt
            | Operator::Lteq
            | Operator::Gt
            | Operator::Gteq
            | Operator::IsA
            | Operator::HasPart
            | Operator::IsPartOf
            | Operator::Unknown(_) => return (Vec::new(), Vec::new()),
        };
        (times(holds), times(fails))
    }

    fn end(&self, constraint: &AtomicConstraint) -> Sides {
        let plain =
            constraint.operator == Operator::Eq && constraint.references.is_empty() && constraint.unit.is_none();
        match end_of_use(constraint, self.policy).filter(|_| plain) {
            None => (Vec::new(), Vec::new()),
            Some(end) => {
                let end = end.as_nanosecond();
                (times(Intervals::below(&end)), times(Intervals::from(&end)))
            }
        }
    }
}

fn times(times: Intervals<i128>) -> Vec<Set> {
    if times.is_none() { Vec::new() } else { vec![Set::Time(times)] }
}

fn turned((holds, fails): Sides) -> Sides {
    (fails, holds)
}

/// A manner of use that is not known leaves it open.
fn restriction(constraint: &AtomicConstraint) -> Sides {
    if !profile::catenax::names_manners(constraint) {
        return (Vec::new(), Vec::new());
    }
    let manners = || constraint.right_operands.iter().map(Value::lexical);
    let named =
        manners().fold(Names::none(), |names, manner| names.union(&Names::linked(Relation::Manner, manner, true)));
    let none =
        manners().fold(Names::all(), |names, manner| names.intersect(&Names::linked(Relation::Manner, manner, false)));
    let plain = constraint.references.is_empty() && !constraint.right_operands.is_empty();
    (vec![Set::names(named)], if plain { vec![Set::names(none)] } else { Vec::new() })
}

/// The values of a left operand beside the right operands.
struct Compare<'a> {
    unit: Option<&'a str>,
    notation: bool,
    rights: &'a [Value],
}

impl Compare<'_> {
    fn by(&self, operator: &Operator) -> Sides {
        let nothing = (Vec::new(), Vec::new());
        let single = match self.rights {
            [] => return nothing,
            [right] => Some(right),
            [_, _, ..] => None,
        };
        let of = |decide: &dyn Fn(&Value) -> Sides| single.map_or_else(|| (Vec::new(), Vec::new()), decide);
        let equal = |right: &Value| {
            let (same, other) = (self.that(&[Stand::Equal], right), self.that(&[Stand::Different], right));
            (vec![Set::every(same, false)], vec![Set::every(other, true)])
        };
        let ordered = |holds: &[Stand], fails: &[Stand], right: &Value| {
            (vec![Set::every(self.ordered(holds, right), false)], vec![Set::every(self.ordered(fails, right), false)])
        };
        let linked = |relation, right: &Value| {
            let (found, missed) = (self.linked(relation, right, true), self.linked(relation, right, false));
            (vec![Set::every(found, false)], vec![Set::every(missed, true)])
        };
        match operator {
            Operator::Eq => of(&equal),
            Operator::Neq => turned(of(&equal)),
            Operator::Lt => of(&|right| ordered(&[Stand::Less], &[Stand::Equal, Stand::Greater], right)),
            Operator::Lteq => of(&|right| ordered(&[Stand::Less, Stand::Equal], &[Stand::Greater], right)),
            Operator::Gt => of(&|right| ordered(&[Stand::Greater], &[Stand::Equal, Stand::Less], right)),
            Operator::Gteq => of(&|right| ordered(&[Stand::Greater, Stand::Equal], &[Stand::Less], right)),
            Operator::IsA => of(&|right| linked(Relation::Kind, right)),
            Operator::IsPartOf => of(&|right| linked(Relation::Part, right)),
            Operator::HasPart => self.all_of(&|right, found| self.linked(Relation::Whole, right, found)),
            Operator::IsAllOf => {
                self.all_of(&|right, same| self.that(&[if same { Stand::Equal } else { Stand::Different }], right))
            }
            Operator::IsAnyOf => self.any_of(),
            Operator::IsNoneOf => turned(self.any_of()),
            Operator::Unknown(_) => nothing,
        }
    }

    /// Every value is one of the right operands, and there is one.
    fn every_value(&self) -> Sides {
        if self.rights.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let nobody = Set::every(Values::none(), true);
        (vec![Set::every(self.one_of(), false)], vec![nobody, Set::some(self.none_of(), self.comparable())])
    }

    /// Every right operand is one of the values, and there is no other.
    fn same_values(&self) -> Sides {
        let some = self.rights.iter().map(|right| self.that(&[Stand::Equal], right)).collect();
        let (_, mut fails) = self.by(&Operator::IsAllOf);
        fails.extend(self.every_value().1);
        (vec![Set::Known { all: self.one_of(), any: true, some }], fails)
    }

    fn any_of(&self) -> Sides {
        (vec![Set::some(self.one_of(), self.comparable())], vec![Set::every(self.none_of(), true)])
    }

    /// For each right operand there is a value.
    fn all_of(&self, that: &dyn Fn(&Value, bool) -> Values) -> Sides {
        let some = self.rights.iter().map(|right| that(right, true)).collect();
        let fails = self.rights.iter().map(|right| Set::every(that(right, false), true)).collect();
        (vec![Set::Known { all: self.comparable(), any: true, some }], fails)
    }

    fn one_of(&self) -> Values {
        self.rights.iter().fold(Values::none(), |one, right| one.union(&self.that(&[Stand::Equal], right)))
    }

    fn none_of(&self) -> Values {
        let each = self.rights.iter().map(|right| self.that(&[Stand::Different], right));
        each.fold(self.comparable(), |one, other| one.intersect(&other))
    }

    /// The values of the unit that the constraint names.
    fn comparable(&self) -> Values {
        Values::of(self.unit, Kinds::all())
    }

    fn that(&self, stands: &[Stand], right: &Value) -> Values {
        let kinds = stands.iter().map(|stand| Kinds::that(*stand, right, self.notation));
        self.values(kinds.fold(Kinds::none(), |one, two| one.union(&two)))
    }

    /// Only what has an order can be compared so.
    fn ordered(&self, stands: &[Stand], right: &Value) -> Values {
        match right.typed() {
            Typed::Number(_) | Typed::Moment(_) | Typed::Duration(_) => self.that(stands, right),
            Typed::Iri
            | Typed::Text
            | Typed::SinceAgreement(_)
            | Typed::Boolean(_)
            | Typed::Foreign(_)
            | Typed::Unread => Values::none(),
        }
    }

    fn linked(&self, relation: Relation, right: &Value, found: bool) -> Values {
        match right.typed() {
            Typed::Iri | Typed::Text => self.values(Kinds::of_names(Names::linked(relation, right.lexical(), found))),
            Typed::Number(_)
            | Typed::Moment(_)
            | Typed::SinceAgreement(_)
            | Typed::Duration(_)
            | Typed::Boolean(_)
            | Typed::Foreign(_)
            | Typed::Unread => Values::none(),
        }
    }

    fn values(&self, kinds: Kinds) -> Values {
        Values::of(self.unit, kinds).intersect(&Values::all())
    }
}
