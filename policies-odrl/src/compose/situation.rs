//! Whether one situation lies in a normal form.

use std::sync::Arc;

use super::Normal;
use super::axis::{Axis, Set, States, Subject};
use super::reading::{duty_key, prohibition_key, sequences};
use super::region::Cell;
use super::values::Values;
use crate::evaluate::{DutyState, duty_state, in_order, remedy_is_open};
use crate::model::Policy;
use crate::profile;
use crate::world::{Fact, Request, World};

impl Normal {
    /// Whether a request is permitted: what [`evaluate`](crate::evaluate()) decides for the policy.
    ///
    /// Without a ledger of uses in the world the two agree always. With one, `evaluate` asks the ledger, and this the facts.
    pub fn holds(&self, request: &Request, world: &World) -> bool {
        let situation = Situation::of(request, world, &self.origins);
        self.region.cells().iter().any(|cell| situation.is_in_cell(cell))
    }
}

/// A request and what is known when it is made.
pub(super) struct Situation<'a> {
    request: &'a Request,
    world: &'a World,
    origins: &'a [Arc<Policy>],
}

impl<'a> Situation<'a> {
    pub(super) fn of(request: &'a Request, world: &'a World, origins: &'a [Arc<Policy>]) -> Self {
        Self { request, world, origins }
    }

    pub(super) fn is_in_cell(&self, cell: &Cell) -> bool {
        cell.axes().all(|(axis, set)| self.is_in(axis, set))
    }

    fn is_in(&self, axis: &Axis, set: &Set) -> bool {
        match (axis, set) {
            (Axis::Action, Set::One { names, .. }) => names.contains(&self.request.action, self.world),
            (Axis::Target, Set::One { names, .. }) => names.contains(&self.request.target, self.world),
            (Axis::Assignee, Set::One { names, .. }) => names.contains(&self.request.assignee, self.world),
            (Axis::Assigner, Set::One { absent, names }) => {
                self.request.assigner.as_ref().map_or(*absent, |assigner| names.contains(assigner, self.world))
            }
            (Axis::Now, Set::Time(times)) => times.contains(&self.world.now().as_nanosecond()),
            (Axis::Fact(subject, operand), Set::Missing) => self.facts(*subject, operand).is_none(),
            (Axis::Fact(subject, operand), Set::Known { all, any, some }) => {
                self.facts(*subject, operand).is_some_and(|facts| {
                    let is_in = |values: &Values, fact: &Fact| values.contains(fact, self.world);
                    (!any || !facts.is_empty())
                        && facts.iter().all(|fact| is_in(all, fact))
                        && some.iter().all(|one| facts.iter().any(|fact| is_in(one, fact)))
                })
            }
            (Axis::Duty(key), Set::States(states)) => states.has(self.duty(key)),
            (Axis::Remedy(key), Set::States(states)) => states.has(self.remedy(key)),
            (Axis::Order(key), Set::States(states)) => states.has(self.order(key)),
            // A set belongs to its axis.
            (
                Axis::Action
                | Axis::Target
                | Axis::Assignee
                | Axis::Assigner
                | Axis::Now
                | Axis::Fact(_, _)
                | Axis::Duty(_)
                | Axis::Remedy(_)
                | Axis::Order(_),
                Set::One { .. } | Set::Time(_) | Set::Missing | Set::Known { .. } | Set::States(_),
            ) => false,
        }
    }

    /// The facts of a left operand, as they are found when a policy is evaluated.
    fn facts(&self, subject: Subject, operand: &str) -> Option<&[Fact]> {
        let (about, known) = match subject {
            Subject::Request => (None, true),
            Subject::Target => (Some(&self.request.target), true),
            Subject::Assignee => (Some(&self.request.assignee), true),
            Subject::Assigner => (self.request.assigner.as_ref(), false),
        };
        let own = about.and_then(|name| self.world.facts_about(name, operand));
        if own.is_some() || !known {
            return own;
        }
        let older = || self.world.facts(profile::operand(operand)?.same_as?);
        self.world.facts(operand).or_else(older)
    }

    /// The best that any of the policies says of a duty.
    fn duty(&self, key: &Arc<str>) -> States {
        let mut found = States::LOST;
        for origin in self.origins {
            for (rule, permission) in origin.permissions.iter().enumerate() {
                let same = permission.duties.iter().enumerate().filter(|(_, duty)| duty_key(duty) == *key);
                for (index, duty) in same {
                    found = match (duty_state(origin, self.request, self.world, (rule, index), duty), found) {
                        (DutyState::Cleared, _) => return States::CLEAR,
                        (DutyState::Open, _) | (DutyState::Violated, States::OPEN) => States::OPEN,
                        (DutyState::Violated, _) => States::LOST,
                    };
                }
            }
        }
        found
    }

    fn remedy(&self, key: &Arc<str>) -> States {
        let open = self.origins.iter().any(|origin| {
            let laid_out = super::source::laid_out(origin);
            let same = laid_out.prohibitions.iter().enumerate().filter(|(_, rule)| prohibition_key(rule) == *key);
            same.into_iter().any(|(index, rule)| remedy_is_open(origin, self.request, self.world, index, rule))
        });
        if open { States::OPEN } else { States::CLEAR }
    }

    fn order(&self, key: &Arc<str>) -> States {
        for origin in self.origins {
            let laid_out = super::source::laid_out(origin);
            let mut found = Vec::new();
            sequences(&laid_out, &mut found);
            if let Some((_, operands)) = found.iter().find(|(known, _)| known == key) {
                return match in_order(origin, self.request, self.world, operands) {
                    Some(true) => States::CLEAR,
                    Some(false) => States::OPEN,
                    None => States::LOST,
                };
            }
        }
        States::LOST
    }
}
