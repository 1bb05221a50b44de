//! What a decision depends on, one thing at a time, and what may be asked of each.

use std::sync::Arc;

use super::intervals::Intervals;
use super::names::Names;
use super::values::Values;

/// One thing that a decision depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Axis {
    /// The action of the request.
    Action,
    /// The asset.
    Target,
    /// The party that asks.
    Assignee,
    /// The party that grants; it may be missing.
    Assigner,
    /// The time of the request.
    Now,
    /// The facts of a left operand, about the request or about an asset or party while its refinements are looked at.
    Fact(Subject, Arc<str>),
    /// How a duty stands, by its terms.
    Duty(Arc<str>),
    /// Whether a prohibition that was infringed still waits for its remedies, by its terms.
    Remedy(Arc<str>),
    /// Whether conditions came to hold one after the other, by their terms.
    Order(Arc<str>),
}

/// What facts are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Request,
    Target,
    Assignee,
    Assigner,
}

/// What may be on an axis. What is on none is not restricted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// One name, or none at all where `absent`.
    One { absent: bool, names: Names },
    /// An instant.
    Time(Intervals<i128>),
    /// Nothing is known of the operand.
    Missing,
    /// Values are known: all of them are in one set, each of the others has one of them in it, and there is one where `any`.
    Known { all: Values, any: bool, some: Vec<Values> },
    /// One of these states.
    States(States),
}

/// Some of three states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct States(u8);

impl States {
    /// A duty: nothing is owed. A remedy: none is open. An order: it was kept.
    pub(super) const CLEAR: Self = Self(1);
    /// A duty: it is to be done while it is in force. A remedy: it is open. An order: it was not kept.
    pub(super) const OPEN: Self = Self(2);
    /// A duty: it was violated. An order: nobody knows.
    pub(super) const LOST: Self = Self(4);
    const ALL: u8 = 7;

    pub(super) fn has(self, state: Self) -> bool {
        self.0 & state.0 != 0
    }

    /// The state itself where it is one, the first where there are several.
    pub(super) fn pick(self) -> Self {
        [Self::CLEAR, Self::OPEN, Self::LOST].into_iter().find(|state| self.has(*state)).unwrap_or(Self::LOST)
    }
}

impl Set {
    pub(super) fn names(names: Names) -> Self {
        Self::One { absent: false, names }
    }

    /// All values are in the set and there is one, or there need be none where `empty`.
    pub(super) fn every(all: Values, empty: bool) -> Self {
        Self::Known { all, any: !empty, some: Vec::new() }
    }

    /// Some value is in the set, and all are in the other.
    pub(super) fn some(one: Values, all: Values) -> Self {
        Self::Known { some: vec![one.intersect(&all)], any: true, all }
    }

    /// Whether it depends on what names have to do with each other, so that nothing may be in it.
    pub(super) fn is_linked(&self) -> bool {
        match self {
            Self::One { names, .. } => names.is_linked(),
            Self::Known { all, any, some } => (*any && all.is_linked()) || some.iter().any(Values::is_linked),
            Self::Time(_) | Self::Missing | Self::States(_) => false,
        }
    }

    /// What is in both; `None` where nothing can be.
    pub(super) fn meet(&self, other: &Self) -> Option<Self> {
        let met = match (self, other) {
            (Self::One { absent: one, names }, Self::One { absent: two, names: others }) => {
                Self::One { absent: *one && *two, names: names.intersect(others) }
            }
            (Self::Time(one), Self::Time(two)) => Self::Time(one.intersect(two)),
            (Self::Missing, Self::Missing) => Self::Missing,
            (Self::Known { all: one, any: mine, some }, Self::Known { all: two, any: theirs, some: more }) => {
                known(one.intersect(two), *mine || *theirs, some.iter().chain(more))
            }
            (Self::States(one), Self::States(two)) => Self::States(States(one.0 & two.0)),
            (
                Self::One { .. } | Self::Time(_) | Self::Missing | Self::Known { .. } | Self::States(_),
                Self::One { .. } | Self::Time(_) | Self::Missing | Self::Known { .. } | Self::States(_),
            ) => return None,
        };
        (!met.is_none()).then_some(met)
    }

    /// Whether there is nothing in it, whatever names may mean.
    fn is_none(&self) -> bool {
        match self {
            Self::One { absent, names } => !absent && names.is_none(),
            Self::Time(times) => times.is_none(),
            Self::Missing => false,
            Self::Known { all, any, some } => (*any && all.is_none()) || some.iter().any(Values::is_none),
            Self::States(states) => states.0 == 0,
        }
    }

    /// What is in this and not in the other, as sets that together are all of it.
    pub(super) fn minus(&self, other: &Self, axis: &Axis) -> Vec<Self> {
        let (Self::Known { all, any, some }, Self::Known { all: others, any: wanted, some: more }) = (self, other)
        else {
            return other.complement(axis).iter().filter_map(|outside| self.meet(outside)).collect();
        };
        let mut pieces = Vec::new();
        let outside = all.minus(others);
        if !outside.is_none() {
            let some = some.iter().cloned().chain([outside]).collect();
            pieces.push(Self::Known { all: all.clone(), any: true, some });
        }
        let without = more.iter().filter(|one| !some.contains(one)).filter_map(|one| {
            let left = all.minus(one);
            let set = known(left, *any, some.iter());
            (!set.is_none()).then_some(set)
        });
        pieces.extend(without);
        if *wanted && more.is_empty() && !any && some.is_empty() {
            pieces.push(Self::every(Values::none(), true));
        }
        pieces
    }

    /// What is not in it, as sets that together are all of it.
    pub(super) fn complement(&self, axis: &Axis) -> Vec<Self> {
        let sets = match self {
            Self::One { absent, names } => {
                vec![Self::One { absent: *axis == Axis::Assigner && !absent, names: names.complement() }]
            }
            Self::Time(times) => vec![Self::Time(times.complement())],
            Self::Missing => vec![Self::every(Values::all(), true)],
            Self::Known { all, any, some } => {
                let outside = Self::some(all.complement(), Values::all());
                let without = some.iter().map(|one| Self::every(one.complement(), true));
                let nothing = (*any && some.is_empty()).then(|| Self::every(Values::none(), true));
                [Self::Missing, outside].into_iter().chain(without).chain(nothing).collect()
            }
            Self::States(states) => vec![Self::States(States(States::ALL & !states.0))],
        };
        sets.into_iter().filter(|set| !set.is_none()).collect()
    }
}

/// Only the values that are in `all` can be the ones asked for.
fn known<'a>(all: Values, any: bool, wanted: impl Iterator<Item = &'a Values>) -> Set {
    let mut some: Vec<Values> = Vec::new();
    for one in wanted {
        let one = one.intersect(&all);
        if !some.contains(&one) {
            some.push(one);
        }
    }
    Set::Known { all, any: any || !some.is_empty(), some }
}
