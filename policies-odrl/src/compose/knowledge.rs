//! What is known of names when policies are compared.

use std::collections::{BTreeMap, BTreeSet};

use super::intervals::Intervals;
use crate::action;
use crate::decimal::Decimal;
use crate::names::Prefixes;
use crate::profile;
use crate::world::World;

/// What is known of names and values when policies are compared without a request: what lies within what, what is of which kind, what
/// has nothing in common.
///
/// Knowledge is open: what is not said may still be so, and a verdict that depends on it is `Unknown`. [`complete`](Self::complete)
/// closes it.
///
/// ```
/// use symbolon_policies_odrl::compose::Knowledge;
///
/// let regions = Knowledge::default().with_part("urn:bavaria", "urn:germany").with_disjoint("urn:germany", "urn:france");
/// assert_eq!(regions.is_part("urn:bavaria", "urn:germany"), Some(true));
/// assert_eq!(regions.is_part("urn:bavaria", "urn:france"), Some(false));
/// assert_eq!(regions.is_part("urn:strasbourg", "urn:france"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    wholes: Links,
    kinds: Links,
    disjoint: BTreeSet<(String, String)>,
    ranges: BTreeMap<String, Intervals<Decimal>>,
    complete: bool,
}

/// From a name to those directly above it.
type Links = BTreeMap<String, BTreeSet<String>>;

/// How a name may stand to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// An action that the other includes.
    Action,
    /// One of the kind that the other names.
    Kind,
    /// A part of the other.
    Part,
    /// What the other is a part of.
    Whole,
    /// An entry of a classification that lies within the other by its notation.
    Notation,
    /// An action that the manner of use includes.
    Manner,
    /// An action that hands data on; the other name does not matter.
    Onward,
}

impl Relation {
    /// Whether the names alone say how they stand, whatever the world is like.
    pub(super) fn is_fixed(self) -> bool {
        match self {
            Self::Action | Self::Notation | Self::Manner | Self::Onward => true,
            Self::Kind | Self::Part | Self::Whole => false,
        }
    }

    pub(super) fn is_of_actions(self) -> bool {
        matches!(self, Self::Action | Self::Manner | Self::Onward)
    }

    pub(super) fn is_below(self) -> bool {
        matches!(self, Self::Kind | Self::Part)
    }

    /// How the names stand where they alone say so.
    pub(super) fn fixed(self, name: &str, other: &str) -> Option<bool> {
        match self {
            Self::Action => Some(action::covers(other, name)),
            Self::Notation => Some(name == other || profile::is_within(name, other)),
            Self::Manner => profile::catenax::restricts(other, name),
            Self::Onward => Some(action::is_onward(name)),
            Self::Kind | Self::Part | Self::Whole => None,
        }
    }

    /// What would have to be known.
    pub(super) fn question(self, name: &str, other: &str) -> String {
        match self {
            Self::Action | Self::Manner => format!("whether the action `{name}` is included in `{other}`"),
            Self::Onward => format!("whether `{name}` hands data on"),
            Self::Kind => format!("whether `{name}` is a kind of `{other}`"),
            Self::Part | Self::Notation => format!("whether `{name}` lies within `{other}`"),
            Self::Whole => format!("whether `{other}` lies within `{name}`"),
        }
    }
}

impl Knowledge {
    /// `part` lies within `whole`.
    #[must_use]
    pub fn with_part(mut self, part: &str, whole: &str) -> Self {
        self.wholes.entry(part.to_owned()).or_default().insert(whole.to_owned());
        self
    }

    /// `instance` is one of `kind`, or a narrower kind.
    #[must_use]
    pub fn with_kind(mut self, instance: &str, kind: &str) -> Self {
        self.kinds.entry(instance.to_owned()).or_default().insert(kind.to_owned());
        self
    }

    /// Nothing lies within both, or is of both kinds.
    #[must_use]
    pub fn with_disjoint(mut self, one: &str, other: &str) -> Self {
        self.disjoint.insert((one.to_owned(), other.to_owned()));
        self
    }

    /// Numbers of this left operand lie between the two, both included; a bound that is not a number is none.
    #[must_use]
    pub fn with_range(mut self, left_operand: &str, least: &str, most: &str) -> Self {
        let bound = |text, set: fn(&Decimal) -> _| Decimal::read(text).as_ref().map_or_else(Intervals::all, set);
        let range = bound(least, Intervals::from).intersect(&bound(most, Intervals::up_to));
        self.ranges.insert(Prefixes::default().left_operand(left_operand), range);
        self
    }

    /// All there is to know: what was not said is not so.
    #[must_use]
    pub fn complete(mut self) -> Self {
        self.complete = true;
        self
    }

    /// Whether `part` lies within `whole`; `None` where that is not known.
    pub fn is_part(&self, part: &str, whole: &str) -> Option<bool> {
        self.holds(Relation::Part, part, whole)
    }

    /// Whether `instance` is one of `kind`; `None` where that is not known.
    pub fn is_kind(&self, instance: &str, kind: &str) -> Option<bool> {
        self.holds(Relation::Kind, instance, kind)
    }

    /// A pair that is said to have nothing in common although something lies within both.
    pub fn contradiction(&self) -> Option<(&str, &str)> {
        let shared = |links: &Links, one: &str, other: &str| {
            links.keys().any(|name| reaches(links, name, one) && reaches(links, name, other))
        };
        let mut pairs = self.disjoint.iter();
        pairs
            .find(|(one, other)| one == other || shared(&self.wholes, one, other) || shared(&self.kinds, one, other))
            .map(|(one, other)| (one.as_str(), other.as_str()))
    }

    /// Whether nothing lies within both.
    pub(super) fn has_nothing_in_both(&self, one: &str, other: &str) -> bool {
        self.complete || self.are_disjoint(Relation::Part, one, other)
    }

    /// The world in which just this is known.
    pub(super) fn tell(&self, world: World) -> World {
        let pairs = |links: &Links| -> Vec<(String, String)> {
            links.iter().flat_map(|(low, above)| above.iter().map(|high| (low.clone(), high.clone()))).collect()
        };
        let world = pairs(&self.wholes).iter().fold(world, |world, (part, whole)| world.with_part(part, whole));
        pairs(&self.kinds).iter().fold(world, |world, (instance, kind)| world.with_kind(instance, kind))
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn range(&self, left_operand: &str) -> Option<&Intervals<Decimal>> {
        self.ranges.get(left_operand)
    }

    pub(super) fn has_links(&self, relation: Relation, name: &str) -> bool {
        match relation {
            Relation::Action | Relation::Notation | Relation::Manner | Relation::Onward => true,
            Relation::Kind => self.kinds.contains_key(name),
            Relation::Part | Relation::Whole => self.wholes.contains_key(name),
        }
    }

    /// The names that links speak of.
    pub(super) fn names(&self, relation: Relation) -> impl Iterator<Item = &str> {
        let links = match relation {
            Relation::Kind => &self.kinds,
            Relation::Action
            | Relation::Part
            | Relation::Whole
            | Relation::Notation
            | Relation::Manner
            | Relation::Onward => &self.wholes,
        };
        let own = !relation.is_fixed();
        links
            .iter()
            .filter(move |_| own)
            .flat_map(|(low, above)| std::iter::once(low.as_str()).chain(above.iter().map(String::as_str)))
    }

    /// Whether `name` stands so to `other`. Links have no circles, so what is above is not below.
    pub(super) fn holds(&self, relation: Relation, name: &str, other: &str) -> Option<bool> {
        let (links, low, high) = match relation {
            Relation::Action | Relation::Notation | Relation::Manner | Relation::Onward => {
                return relation.fixed(name, other);
            }
            Relation::Kind => (&self.kinds, name, other),
            Relation::Part => (&self.wholes, name, other),
            Relation::Whole => (&self.wholes, other, name),
        };
        if reaches(links, low, high) {
            Some(true)
        } else if self.complete || reaches(links, high, low) || self.are_disjoint(relation, low, high) {
            Some(false)
        } else {
            None
        }
    }

    /// Whether nothing can be below both.
    pub(super) fn are_disjoint(&self, relation: Relation, one: &str, other: &str) -> bool {
        let links = match relation {
            Relation::Action | Relation::Notation | Relation::Manner | Relation::Onward => return false,
            Relation::Kind => &self.kinds,
            Relation::Part | Relation::Whole => &self.wholes,
        };
        self.disjoint.iter().any(|(left, right)| {
            (reaches(links, one, left) && reaches(links, other, right))
                || (reaches(links, one, right) && reaches(links, other, left))
        })
    }
}

fn reaches(links: &Links, from: &str, to: &str) -> bool {
    if from == to {
        return true;
    }
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        for next in links.get(name).into_iter().flatten() {
            if next == to {
                return true;
            }
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    false
}
