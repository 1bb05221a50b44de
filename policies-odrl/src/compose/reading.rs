//! From the rules of a policy to the situations in which they apply.

use std::sync::Arc;

use super::axis::{Axis, Set, States, Subject};
use super::intervals::Intervals;
use super::knowledge::Relation;
use super::names::Names;
use super::region::Region;
use super::{Bound, Refusal};
use crate::evaluate::{boundaries, is_contractual, is_over, names_the_forbidden};
use crate::model::{
    Action, Conflict, Connective, Constraint, Duty, Entity, LogicalConstraint, Permission, Policy, Prohibition,
    RuleTerms,
};
use crate::profile::catenax;

/// What constraints are read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stance {
    Permitting,
    Prohibiting,
    Demanding,
}

/// Reads one policy, whose rules say all that they need by themselves.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) policy: &'a Policy,
    pub(super) bound: Bound,
    pub(super) subject: Subject,
    stance: Stance,
}

impl<'a> Reading<'a> {
    pub(super) fn of(policy: &'a Policy, bound: Bound) -> Self {
        Self { policy, bound, subject: Subject::Request, stance: Stance::Permitting }
    }

    pub(super) fn permits(&self) -> bool {
        self.stance == Stance::Permitting
    }

    pub(super) fn prohibits(&self) -> bool {
        self.stance == Stance::Prohibiting
    }

    /// Where the policy permits: where a permission applies, and no prohibition does that would win.
    pub(super) fn permitted(self) -> Result<Region, Refusal> {
        if !self.policy.doubts.is_empty() {
            return Ok(Region::none());
        }
        let mut region = Region::none();
        for permission in &self.policy.permissions {
            region = region.union(self.permission(permission)?, self.bound)?;
        }
        for prohibition in &self.policy.prohibitions {
            if self.policy.conflict != Conflict::Permit {
                let outside = Self { stance: Stance::Prohibiting, ..self }.outside(&prohibition.terms)?;
                region = region.intersect(&outside, self.bound)?;
            }
            if !prohibition.remedies.is_empty() {
                let settled = Region::of(Axis::Remedy(prohibition_key(prohibition)), [Set::States(States::CLEAR)]);
                region = region.intersect(&settled, self.bound)?;
            }
        }
        Ok(region)
    }

    /// Where an obligation is in force.
    pub(super) fn owed(self, duty: &Duty) -> Result<Region, Refusal> {
        let demanding = Self { stance: Stance::Demanding, ..self };
        demanding.fails(&duty.terms.constraints)?.complement(self.bound)
    }

    fn permission(self, permission: &Permission) -> Result<Region, Refusal> {
        let terms = &permission.terms;
        let mut region = self.actions(&terms.actions, true)?;
        if catenax::keeps_to_itself(self.policy, terms) {
            let kept = Set::names(Names::linked(Relation::Onward, "", false));
            region = region.intersect(&Region::of(Axis::Action, [kept]), self.bound)?;
        }
        for part in Part::ALL {
            region = region.intersect(&self.part(part, terms, true)?, self.bound)?;
        }
        region = region.intersect(&self.holds(&terms.constraints)?, self.bound)?;
        for duty in &permission.duties {
            region = region.intersect(&self.precondition(duty)?, self.bound)?;
        }
        Ok(region)
    }

    /// Where a prohibition is certain not to apply.
    fn outside(self, terms: &RuleTerms) -> Result<Region, Refusal> {
        let mut region = self.actions(&terms.actions, false)?;
        for part in Part::ALL {
            region = region.union(self.part(part, terms, false)?, self.bound)?;
        }
        region.union(self.fails(&terms.constraints)?, self.bound)
    }

    /// Nothing is owed, or it is not in force and not too late.
    fn precondition(self, duty: &Duty) -> Result<Region, Refusal> {
        let axis = Axis::Duty(duty_key(duty));
        let cleared = Region::of(axis.clone(), [Set::States(States::CLEAR)]);
        if duty.terms.constraints.is_empty() {
            return Ok(cleared);
        }
        let idle = Self { stance: Stance::Demanding, ..self }.fails(&duty.terms.constraints)?;
        let mut idle = idle.intersect(&Region::of(axis, [Set::States(States::OPEN)]), self.bound)?;
        if let Some(end) = self.end_of(&duty.terms.constraints) {
            idle = idle.intersect(&Region::of(Axis::Now, [Set::Time(Intervals::below(&end))]), self.bound)?;
        }
        cleared.union(idle, self.bound)
    }

    /// From when on one of the constraints will not hold any more, because of the date.
    fn end_of(self, constraints: &[Constraint]) -> Option<i128> {
        let mut instants = Vec::new();
        each_atomic(constraints, &mut |atomic| instants.extend(boundaries(atomic, self.policy).into_iter().flatten()));
        instants.sort();
        let over = |now| constraints.iter().any(|constraint| is_over(constraint, self.policy, now));
        instants.into_iter().find(|now| over(*now)).map(jiff::Timestamp::as_nanosecond)
    }

    fn actions(self, actions: &[Action], side: bool) -> Result<Region, Refusal> {
        let mut region = if side { Region::none() } else { Region::all() };
        for action in actions {
            let covered = Names::linked(Relation::Action, &action.iri, true);
            let refined = self.refined(&action.refinements, side)?;
            region = if side {
                let covered = Region::of(Axis::Action, [Set::names(covered)]);
                region.union(covered.intersect(&refined, self.bound)?, self.bound)?
            } else {
                let outside = Region::of(Axis::Action, [Set::names(covered.complement())]);
                region.intersect(&outside.union(refined, self.bound)?, self.bound)?
            };
        }
        Ok(region)
    }

    fn refined(self, refinements: &[Constraint], side: bool) -> Result<Region, Refusal> {
        if side { self.holds(refinements) } else { self.fails(refinements) }
    }

    fn part(self, part: Part, terms: &RuleTerms, side: bool) -> Result<Region, Refusal> {
        let (entities, axis, subject) = match part {
            Part::Target => (&terms.targets, Axis::Target, Subject::Target),
            Part::Assignee => (&terms.assignees, Axis::Assignee, Subject::Assignee),
            Part::Assigner => (&terms.assigners, Axis::Assigner, Subject::Assigner),
        };
        if entities.is_empty() {
            return Ok(if side { Region::all() } else { Region::none() });
        }
        let reading = Self { subject, ..self };
        let mut region = if side { Region::none() } else { Region::all() };
        for entity in entities {
            let found = reading.entity(entity, &axis, side)?;
            region = if side { region.union(found, self.bound)? } else { region.intersect(&found, self.bound)? };
        }
        if side && axis == Axis::Assigner {
            let absent = Region::of(axis, [Set::One { absent: true, names: Names::none() }]);
            region = region.union(absent, self.bound)?;
        }
        Ok(region)
    }

    fn entity(self, entity: &Entity, axis: &Axis, side: bool) -> Result<Region, Refusal> {
        let named = || [entity.id.as_deref(), entity.source.as_deref()].into_iter().flatten();
        let members = named().fold(Names::none(), |all, name| all.union(&Names::linked(Relation::Part, name, true)));
        let one = |names: Names| Region::of(axis.clone(), Some(Set::names(names.clone())).filter(|_| !names.is_none()));
        if side {
            return one(members).intersect(&self.refined(&entity.refinements, true)?, self.bound);
        }
        let others = if entity.collection {
            named().fold(Names::all(), |all, name| all.intersect(&Names::linked(Relation::Part, name, false)))
        } else {
            members.complement()
        };
        one(others).union(self.refined(&entity.refinements, false)?, self.bound)
    }

    /// Where all constraints of a list hold.
    fn holds(self, constraints: &[Constraint]) -> Result<Region, Refusal> {
        let (forbidden, others): (Vec<_>, Vec<_>) = constraints.iter().partition(|it| self.forbids(it));
        let mut region = Region::all();
        for constraint in others {
            region = region.intersect(&self.constraint(constraint, true)?, self.bound)?;
        }
        if forbidden.is_empty() {
            return Ok(region);
        }
        let mut any = Region::none();
        for constraint in forbidden {
            any = any.union(self.constraint(constraint, true)?, self.bound)?;
        }
        region.intersect(&any, self.bound)
    }

    /// Where one constraint of a list is certain not to hold.
    fn fails(self, constraints: &[Constraint]) -> Result<Region, Refusal> {
        let (forbidden, others): (Vec<_>, Vec<_>) = constraints.iter().partition(|it| self.forbids(it));
        let mut region = Region::none();
        for constraint in others {
            region = region.union(self.constraint(constraint, false)?, self.bound)?;
        }
        if forbidden.is_empty() {
            return Ok(region);
        }
        let mut none = Region::all();
        for constraint in forbidden {
            none = none.intersect(&self.constraint(constraint, false)?, self.bound)?;
        }
        region.union(none, self.bound)
    }

    fn forbids(self, constraint: &Constraint) -> bool {
        self.prohibits() && names_the_forbidden(constraint)
    }

    fn constraint(self, constraint: &Constraint, side: bool) -> Result<Region, Refusal> {
        match constraint {
            Constraint::Atomic(atomic) => self.atomic(atomic, side),
            Constraint::Logical(logical) => self.logical(logical, side),
        }
    }

    fn logical(self, logical: &LogicalConstraint, side: bool) -> Result<Region, Refusal> {
        match (logical.connective, side) {
            _ if logical.operands.is_empty() => Ok(Region::none()),
            (Connective::And, true) => self.holds(&logical.operands),
            (Connective::And, false) => self.fails(&logical.operands),
            (Connective::Or, true) => self.any(&logical.operands, true),
            (Connective::Or, false) => self.every(logical.operands.iter(), false),
            (Connective::Xone, _) => self.exactly_one(&logical.operands, side),
            (Connective::AndSequence, _) => self.sequence(logical, side),
        }
    }

    fn any(self, operands: &[Constraint], side: bool) -> Result<Region, Refusal> {
        operands
            .iter()
            .try_fold(Region::none(), |region, operand| region.union(self.constraint(operand, side)?, self.bound))
    }

    fn every<'b>(self, mut operands: impl Iterator<Item = &'b Constraint>, side: bool) -> Result<Region, Refusal> {
        operands
            .try_fold(Region::all(), |region, operand| region.intersect(&self.constraint(operand, side)?, self.bound))
    }

    /// One holds and no other may. Those that no machine decides count only where no other holds.
    fn exactly_one(self, operands: &[Constraint], side: bool) -> Result<Region, Refusal> {
        let decided: Vec<&Constraint> = operands.iter().filter(|operand| !is_contractual(operand)).collect();
        let lenient = decided.len() < operands.len() && !self.prohibits();
        let mut region = Region::none();
        if side {
            for chosen in 0..decided.len() {
                let mut one = Region::all();
                for (index, operand) in decided.iter().enumerate() {
                    one = one.intersect(&self.constraint(operand, index == chosen)?, self.bound)?;
                }
                region = region.union(one, self.bound)?;
            }
            if lenient {
                let held = decided.iter().try_fold(Region::none(), |held, operand| {
                    held.union(self.constraint(operand, true)?, self.bound)
                })?;
                region = region.union(held.complement(self.bound)?, self.bound)?;
            }
            return Ok(region);
        }
        for (index, one) in decided.iter().enumerate() {
            let one = self.constraint(one, true)?;
            for two in decided.iter().skip(index + 1) {
                let both = one.intersect(&self.constraint(two, true)?, self.bound)?;
                region = region.union(both, self.bound)?;
            }
        }
        if lenient { Ok(region) } else { region.union(self.every(decided.into_iter(), false)?, self.bound) }
    }

    fn sequence(self, logical: &LogicalConstraint, side: bool) -> Result<Region, Refusal> {
        let ordered = logical.operands.iter().filter(|operand| !is_contractual(operand)).count() > 1;
        if ordered && self.subject != Subject::Request {
            return Err(Refusal::sequence());
        }
        let order = |state| Region::of(Axis::Order(order_key(logical)), [Set::States(state)]);
        let held = self.holds(&logical.operands)?;
        match (side, ordered) {
            (true, false) => Ok(held),
            (true, true) => held.intersect(&order(States::CLEAR), self.bound),
            (false, false) => self.fails(&logical.operands),
            (false, true) => {
                let late = held.intersect(&order(States::OPEN), self.bound)?;
                self.fails(&logical.operands)?.union(late, self.bound)
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Part {
    Target,
    Assignee,
    Assigner,
}

impl Part {
    const ALL: [Self; 3] = [Self::Target, Self::Assignee, Self::Assigner];
}

/// Every logical constraint whose order matters, with its key.
pub(super) fn sequences<'a>(policy: &'a Policy, found: &mut Vec<(Arc<str>, &'a [Constraint])>) {
    let lists =
        policy.permissions.iter().map(|rule| &rule.terms).chain(policy.prohibitions.iter().map(|rule| &rule.terms));
    let duties = policy.permissions.iter().flat_map(|rule| &rule.duties).chain(&policy.obligations);
    for terms in lists.chain(duties.map(|duty| &duty.terms)) {
        let refinements = terms.actions.iter().flat_map(|action| &action.refinements);
        for constraint in terms.constraints.iter().chain(refinements) {
            sequences_in(constraint, found);
        }
    }
}

fn sequences_in<'a>(constraint: &'a Constraint, found: &mut Vec<(Arc<str>, &'a [Constraint])>) {
    if let Constraint::Logical(logical) = constraint {
        if logical.connective == Connective::AndSequence {
            found.push((order_key(logical), &logical.operands));
        }
        logical.operands.iter().for_each(|operand| sequences_in(operand, found));
    }
}

pub(super) fn each_atomic(constraints: &[Constraint], visit: &mut dyn FnMut(&crate::model::AtomicConstraint)) {
    for constraint in constraints {
        match constraint {
            Constraint::Atomic(atomic) => visit(atomic),
            Constraint::Logical(logical) => each_atomic(&logical.operands, visit),
        }
    }
}

fn order_key(logical: &LogicalConstraint) -> Arc<str> {
    Arc::from(format!("{:?}", logical.operands))
}

/// The terms of a duty, whatever it is called and in whatever order they were written.
pub(super) fn duty_key(duty: &Duty) -> Arc<str> {
    let mut holder = Policy { obligations: vec![nameless(duty)], ..Policy::default() };
    holder.sort();
    Arc::from(format!("{:?}", holder.obligations))
}

pub(super) fn prohibition_key(prohibition: &Prohibition) -> Arc<str> {
    let mut nameless_rule = prohibition.clone();
    nameless_rule.terms.id = None;
    nameless_rule.remedies = prohibition.remedies.iter().map(nameless).collect();
    let mut holder = Policy { prohibitions: vec![nameless_rule], ..Policy::default() };
    holder.sort();
    Arc::from(format!("{:?}", holder.prohibitions))
}

fn nameless(duty: &Duty) -> Duty {
    let terms = RuleTerms { id: None, ..duty.terms.clone() };
    Duty { terms, consequences: duty.consequences.iter().map(nameless).collect() }
}
