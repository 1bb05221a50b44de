use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::names::Prefixes;
use crate::profile;
use crate::value::{Datatype, Value};

/// What somebody wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The action: an IRI, or a short name such as `use`.
    pub action: String,
    /// The asset.
    pub target: String,
    /// The party that wants to act, as its identity was proved.
    pub assignee: String,
    /// The party that grants; without it, the assigner of a rule is not compared.
    pub assigner: Option<String>,
}

/// What is known when a request is decided: the time, and facts.
///
/// A fact belongs to a left operand. What is not said is not known, and whatever depends on it is refused.
///
/// ```
/// use symbolon_policies_odrl::World;
///
/// let now = "2026-03-30T12:00:00Z".parse().unwrap();
/// let world = World::at(now).with("purpose", "urn:example:quality").with("Membership", "active");
/// assert_eq!(world.now(), now);
/// ```
#[derive(Clone, Debug)]
pub struct World {
    now: Timestamp,
    facts: BTreeMap<String, Vec<Fact>>,
    wholes: BTreeMap<String, BTreeSet<String>>,
    kinds: BTreeMap<String, BTreeSet<String>>,
    references: BTreeMap<String, Vec<Value>>,
    fulfilled: BTreeSet<String>,
}

/// One value of a left operand.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) value: Value,
    pub(crate) unit: Option<String>,
}

impl World {
    /// A world of which only the time is known.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            facts: BTreeMap::new(),
            wholes: BTreeMap::new(),
            kinds: BTreeMap::new(),
            references: BTreeMap::new(),
            fulfilled: BTreeSet::new(),
        }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The same facts at another time.
    pub fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Adds a value of a left operand, given by IRI or by the short name that a known profile has for it.
    ///
    /// A string is read as the operand demands; `{"@id": …}` is an IRI and `{"@value": …, "@type": …}` a typed literal, to which
    /// `"unit"` may be added. An array adds each of its values; an empty array says that the operand is known to have none.
    #[must_use]
    pub fn with(mut self, left_operand: &str, value: impl Into<Json>) -> Self {
        let iri = Prefixes::default().left_operand(left_operand);
        let datatype = profile::operand(&iri).map_or(Datatype::Text, |operand| operand.datatype);
        let known = self.facts.entry(iri).or_default();
        match value.into() {
            Json::Array(values) => known.extend(values.into_iter().map(|value| Fact::read(value, datatype))),
            value => known.push(Fact::read(value, datatype)),
        }
        self
    }

    /// `part` lies within `whole`: an asset in a collection, a party in a group, a region in a continent.
    #[must_use]
    pub fn with_part(mut self, part: &str, whole: &str) -> Self {
        self.wholes.entry(part.to_owned()).or_default().insert(whole.to_owned());
        self
    }

    /// `instance` is one of `kind`.
    #[must_use]
    pub fn with_kind(mut self, instance: &str, kind: &str) -> Self {
        self.kinds.entry(instance.to_owned()).or_default().insert(kind.to_owned());
        self
    }

    /// What stands behind a `rightOperandReference`; an array gives several values.
    #[must_use]
    pub fn with_reference(mut self, iri: &str, value: impl Into<Json>) -> Self {
        let read = |value: Json| Fact::read(value, Datatype::Text).value;
        let known = self.references.entry(iri.to_owned()).or_default();
        match value.into() {
            Json::Array(values) => known.extend(values.into_iter().map(read)),
            value => known.push(read(value)),
        }
        self
    }

    /// A duty was fulfilled; `duty` is its `@id`, or its path in the policy such as `permission[0].duty[0]`.
    #[must_use]
    pub fn with_fulfilled(mut self, duty: &str) -> Self {
        self.fulfilled.insert(duty.to_owned());
        self
    }

    pub(crate) fn facts(&self, left_operand: &str) -> Option<&[Fact]> {
        self.facts.get(left_operand).map(Vec::as_slice)
    }

    pub(crate) fn reference(&self, iri: &str) -> Option<&[Value]> {
        self.references.get(iri).map(Vec::as_slice)
    }

    pub(crate) fn is_fulfilled(&self, duty: &str) -> bool {
        self.fulfilled.contains(duty)
    }

    pub(crate) fn knows_duties(&self) -> bool {
        !self.fulfilled.is_empty()
    }

    /// Whether `part` lies within `whole`; `None` where nothing is known about `part`.
    pub(crate) fn is_part(&self, part: &str, whole: &str) -> Option<bool> {
        reaches(&self.wholes, part, whole)
    }

    /// Whether `instance` is one of `kind`, directly or as part of what is; `None` where nothing is known about `instance`.
    pub(crate) fn is_kind(&self, instance: &str, kind: &str) -> Option<bool> {
        reaches(&self.kinds, instance, kind)
    }
}

impl Fact {
    fn read(mut json: Json, datatype: Datatype) -> Self {
        let unit = json.as_object_mut().and_then(|members| members.remove("unit"));
        let unit = unit.and_then(|unit| unit.as_str().map(str::to_owned));
        Self { value: Value::read(&json, &Prefixes::default(), datatype), unit }
    }
}

/// Follows links until they end. Every name is itself.
fn reaches(links: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> Option<bool> {
    if from == to {
        return Some(true);
    }
    links.get(from)?;
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        for next in links.get(name).into_iter().flatten() {
            if next == to {
                return Some(true);
            }
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    Some(false)
}
