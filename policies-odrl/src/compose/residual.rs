//! What is left of a normal form when something is known.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::Normal;
use super::axis::{Axis, Set, Subject};
use super::reading::Reading;
use super::region::{Cell, Region};
use super::values::Values;
use crate::model::{Action, Constraint, Entity, Permission, Policy};
use crate::names::Prefixes;
use crate::profile::catenax;
use crate::world::{Fact, World};
use crate::{action, profile};

/// One thing that is known.
struct Fixed {
    axis: Axis,
    value: Value,
}

enum Value {
    Name(String),
    Time(i128),
    Facts(Vec<Fact>),
}

impl Normal {
    /// What may still be done when these things are known: `action`, `target`, `assignee`, `assigner`, `dateTime`, or any left operand by
    /// IRI or short name, each with its value as [`World::with`] takes it. A value that cannot be read is like any other that is not
    /// allowed.
    ///
    /// What depends on something that is not known of a value is taken as not permitted.
    #[must_use]
    pub fn residual(&self, fixed: &[(&str, Json)]) -> Self {
        let mut left = self.clone();
        for (name, value) in fixed {
            let fixed = Fixed::read(name, value);
            let world = self.knowledge.tell(World::at(Timestamp::UNIX_EPOCH));
            left.region = fixed.left_of(&left.region, &world);
            for (_, owed) in left.obligations.values_mut() {
                *owed = fixed.left_of(owed, &world);
            }
            left.keep_rules(&fixed, &world);
        }
        left
    }

    /// The rules of the source that may still apply, without what is settled.
    fn keep_rules(&mut self, fixed: &Fixed, world: &World) {
        let policy = self.source();
        let reading = Reading::of(&policy, self.bound);
        let narrowed = policy.permissions.iter().filter_map(|permission| {
            let mut permission = fixed.narrowed(permission, world)?;
            let mut kept = Vec::new();
            let (all, keeps) = (permission.terms.clone(), catenax::keeps_to_itself(&policy, &permission.terms));
            for constraint in std::mem::take(&mut permission.terms.constraints) {
                match &constraint {
                    Constraint::Atomic(atomic) => match reading.atomic(atomic, true) {
                        Ok(holds) if fixed.settles(&holds) => {
                            if fixed.left_of(&holds, world) == Region::none() {
                                return None;
                            }
                        }
                        Ok(_) | Err(_) => kept.push(constraint),
                    },
                    Constraint::Logical(_) => kept.push(constraint),
                }
            }
            permission.terms.constraints = kept;
            // That data stays with the partner may follow from a constraint that is settled.
            if keeps && !catenax::keeps_to_itself(&policy, &permission.terms) {
                permission.terms.constraints = all.constraints;
            }
            Some(permission)
        });
        let permissions = narrowed.collect();
        self.sources = vec![Arc::new(Policy { permissions, ..policy.clone() })];
    }
}

impl Fixed {
    fn read(name: &str, value: &Json) -> Self {
        let text = || value.as_str().unwrap_or_default().to_owned();
        let axis = match name {
            "action" => Axis::Action,
            "target" => Axis::Target,
            "assignee" => Axis::Assignee,
            "assigner" => Axis::Assigner,
            _ => {
                let iri = Prefixes::default().left_operand(name);
                let clock = profile::operand(&iri).is_some_and(|operand| operand.meaning == profile::Meaning::Clock);
                if clock {
                    let at = text().parse::<Timestamp>().unwrap_or(Timestamp::MIN);
                    return Self { axis: Axis::Now, value: Value::Time(at.as_nanosecond()) };
                }
                let world = World::at(Timestamp::UNIX_EPOCH).with(&iri, value.clone());
                let facts = world.facts(&iri).unwrap_or_default().to_vec();
                let axis = Axis::Fact(Subject::Request, Arc::from(iri));
                return Self { axis, value: Value::Facts(facts) };
            }
        };
        let name = if axis == Axis::Action { Prefixes::default().action(&text()) } else { text() };
        Self { axis, value: Value::Name(name) }
    }

    fn left_of(&self, region: &Region, world: &World) -> Region {
        let kept = region.cells().iter().filter(|cell| cell.set(&self.axis).is_none_or(|set| self.is_in(set, world)));
        Region::from_iter(kept.map(|cell| cell.without(&self.axis)))
    }

    fn is_in(&self, set: &Set, world: &World) -> bool {
        match (set, &self.value) {
            (Set::One { names, .. }, Value::Name(name)) => names.contains(name, world),
            (Set::Time(times), Value::Time(at)) => times.contains(at),
            (Set::Known { all, any, some }, Value::Facts(facts)) => {
                let is_in = |values: &Values, fact: &Fact| values.contains(fact, world);
                (!any || !facts.is_empty())
                    && facts.iter().all(|fact| is_in(all, fact))
                    && some.iter().all(|one| facts.iter().any(|fact| is_in(one, fact)))
            }
            (
                Set::One { .. } | Set::Time(_) | Set::Missing | Set::Known { .. } | Set::States(_),
                Value::Name(_) | Value::Time(_) | Value::Facts(_),
            ) => false,
        }
    }

    /// Whether a constraint is about nothing else.
    fn settles(&self, holds: &Region) -> bool {
        let only = |cell: &Cell| cell.axes().all(|(axis, _)| *axis == self.axis);
        !holds.cells().is_empty() && holds.cells().iter().all(only) && holds != &Region::all()
    }

    /// The permission for what is fixed; `None` where it is for something else.
    fn narrowed(&self, permission: &Permission, world: &World) -> Option<Permission> {
        let mut permission = permission.clone();
        let Value::Name(name) = &self.value else { return Some(permission) };
        let terms = &mut permission.terms;
        let entities = match self.axis {
            Axis::Action => {
                let covering = terms.actions.iter().filter(|action| action::covers(&action.iri, name));
                terms.actions = covering.map(|action| Action { iri: name.clone(), ..action.clone() }).collect();
                return (!terms.actions.is_empty()).then_some(permission);
            }
            Axis::Target => &mut terms.targets,
            Axis::Assignee => &mut terms.assignees,
            Axis::Assigner => &mut terms.assigners,
            Axis::Now | Axis::Fact(_, _) | Axis::Duty(_) | Axis::Remedy(_) | Axis::Order(_) => return Some(permission),
        };
        let is_meant = |entity: &Entity| {
            let mut names = [entity.id.as_deref(), entity.source.as_deref()].into_iter().flatten();
            names.any(|whole| world.is_part(name, whole) == Some(true))
        };
        let named =
            |entity: &Entity| Entity { id: Some(name.clone()), source: None, collection: false, ..entity.clone() };
        let any = entities.is_empty();
        *entities = entities.iter().filter(|entity| is_meant(entity)).map(named).collect();
        (any || !entities.is_empty()).then_some(permission)
    }
}
