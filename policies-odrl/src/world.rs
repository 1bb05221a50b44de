use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::names::Prefixes;
use crate::profile;
use crate::uses::{Used, Uses};
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
    /// What is known of single assets and parties, by their names.
    about: BTreeMap<String, BTreeMap<String, Vec<Fact>>>,
    duties: BTreeMap<String, DutyFacts>,
    infringed: BTreeSet<String>,
    uses: Option<Uses>,
    confidential: BTreeSet<String>,
}

/// One value of a left operand.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) value: Value,
    pub(crate) unit: Option<String>,
    /// When it came to be so.
    pub(crate) since: Option<Timestamp>,
}

/// What is known of a duty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DutyFacts {
    pub(crate) fulfilled: bool,
    /// When it was fulfilled.
    pub(crate) at: Option<Timestamp>,
    pub(crate) violated: bool,
    /// It is not due yet.
    pub(crate) not_due: bool,
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
            about: BTreeMap::new(),
            duties: BTreeMap::new(),
            infringed: BTreeSet::new(),
            uses: None,
            confidential: BTreeSet::new(),
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
        let (iri, facts) = read_facts(left_operand, value.into(), None);
        self.facts.entry(iri).or_default().extend(facts);
        self
    }

    /// What is supposed of a left operand, in place of what is known of it.
    #[must_use]
    pub fn with_only(self, left_operand: &str, value: impl Into<Json>) -> Self {
        self.without(&Prefixes::default().left_operand(left_operand)).with(left_operand, value)
    }

    /// The values of this left operand decide, and no sentence of a decision tells them: the other party may not learn them.
    #[must_use]
    pub fn with_confidential(mut self, left_operand: &str) -> Self {
        self.confidential.insert(Prefixes::default().left_operand(left_operand));
        self
    }

    /// Adds a value like [`with`](Self::with), and since when it is so: `andSequence` asks what came first.
    #[must_use]
    pub fn with_since(mut self, left_operand: &str, value: impl Into<Json>, since: Timestamp) -> Self {
        let (iri, facts) = read_facts(left_operand, value.into(), Some(since));
        self.facts.entry(iri).or_default().extend(facts);
        self
    }

    /// Adds a value that is true of one asset or party only, which its refinements ask for. For the requested asset and the party
    /// that asks, what [`with`](Self::with) said is true as well; for anybody else it is not.
    #[must_use]
    pub fn with_about(mut self, entity: &str, left_operand: &str, value: impl Into<Json>) -> Self {
        let (iri, facts) = read_facts(left_operand, value.into(), None);
        self.about.entry(entity.to_owned()).or_default().entry(iri).or_default().extend(facts);
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
        self.duty_facts(duty).fulfilled = true;
        self
    }

    /// A duty was fulfilled at a certain time. If that was outside the time that the duty itself names, it does not count.
    #[must_use]
    pub fn with_fulfilled_at(mut self, duty: &str, when: Timestamp) -> Self {
        let facts = self.duty_facts(duty);
        (facts.fulfilled, facts.at) = (true, Some(when));
        self
    }

    /// A duty was violated. It holds a permission back until it and its consequences are fulfilled.
    #[must_use]
    pub fn with_violated(mut self, duty: &str) -> Self {
        self.duty_facts(duty).violated = true;
        self
    }

    /// A duty is not due yet (its deontic state is not set), so that it holds nothing back for now.
    #[must_use]
    pub fn with_not_due(mut self, duty: &str) -> Self {
        self.duty_facts(duty).not_due = true;
        self
    }

    /// A prohibition was infringed; `prohibition` is its `@id`, or its path such as `prohibition[0]`. Nothing is permitted until its
    /// remedies are fulfilled.
    #[must_use]
    pub fn with_infringed(mut self, prohibition: &str) -> Self {
        self.infringed.insert(prohibition.to_owned());
        self
    }

    /// The ledger of uses under the policy that is decided.
    #[must_use]
    pub fn with_uses(mut self, uses: Uses) -> Self {
        self.uses = Some(uses);
        self
    }

    /// The same world; a ledger in which nothing was used yet, where it had none.
    pub(crate) fn with_unused_uses(mut self) -> Self {
        self.uses.get_or_insert_default();
        self
    }

    fn duty_facts(&mut self, duty: &str) -> &mut DutyFacts {
        self.duties.entry(duty.to_owned()).or_default()
    }

    /// The same world, in which nothing is known of a left operand.
    pub(crate) fn without(mut self, left_operand: &str) -> Self {
        self.facts.remove(left_operand);
        self
    }

    pub(crate) fn facts(&self, left_operand: &str) -> Option<&[Fact]> {
        self.facts.get(left_operand).map(Vec::as_slice)
    }

    /// Whether values of a left operand, or of the newer one whose facts it shares, are not to be told.
    pub(crate) fn is_confidential(&self, left_operand: &str) -> bool {
        !self.confidential.is_empty()
            && (self.confidential.contains(left_operand)
                || profile::operand(left_operand)
                    .and_then(|operand| operand.same_as)
                    .is_some_and(|newer| self.confidential.contains(newer)))
    }

    pub(crate) fn reference(&self, iri: &str) -> Option<&[Value]> {
        self.references.get(iri).map(Vec::as_slice)
    }

    pub(crate) fn facts_about(&self, entity: &str, left_operand: &str) -> Option<&[Fact]> {
        self.about.get(entity)?.get(left_operand).map(Vec::as_slice)
    }

    /// What is known of a duty by its name, or by its path in the policy.
    pub(crate) fn duty(&self, id: Option<&str>, path: impl FnOnce() -> String) -> DutyFacts {
        if self.duties.is_empty() {
            return DutyFacts::default();
        }
        let named = id.and_then(|id| self.duties.get(id)).copied().unwrap_or_default();
        let placed = self.duties.get(&path()).copied().unwrap_or_default();
        DutyFacts {
            fulfilled: named.fulfilled || placed.fulfilled,
            at: named.at.or(placed.at),
            violated: named.violated || placed.violated,
            not_due: named.not_due || placed.not_due,
        }
    }

    pub(crate) fn is_infringed(&self, id: Option<&str>, path: impl FnOnce() -> String) -> bool {
        !self.infringed.is_empty()
            && (id.is_some_and(|id| self.infringed.contains(id)) || self.infringed.contains(&path()))
    }

    /// What was taken from a counter; `None` where there is no ledger.
    pub(crate) fn used(&self, counter: impl FnOnce() -> String) -> Option<Used> {
        self.uses.as_ref().map(|uses| uses.of(&counter()))
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
        Self { value: Value::read(&json, &Prefixes::default(), datatype), unit, since: None }
    }
}

/// The IRI of an operand and the facts in a JSON value.
fn read_facts(left_operand: &str, value: Json, since: Option<Timestamp>) -> (String, Vec<Fact>) {
    let iri = Prefixes::default().left_operand(left_operand);
    let operand = profile::operand(&iri);
    let datatype = operand.map_or(Datatype::Text, |operand| operand.datatype);
    let read = |json: Json| {
        let fact = Fact { since, ..Fact::read(json, datatype) };
        match operand {
            Some(operand) => Fact { value: operand.counted(fact.value), ..fact },
            None => fact,
        }
    };
    let values = match value {
        Json::Array(values) => values,
        value => vec![value],
    };
    let facts = values.into_iter().map(read).collect();
    (iri, facts)
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
