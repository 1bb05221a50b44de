//! Sets of values of any type.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::durations::Durations;
use super::intervals::Intervals;
use super::knowledge::Knowledge;
use super::names::Names;
use super::opinion::Opinion;
use crate::decimal::Decimal;
use crate::moment::Moment;
use crate::profile;
use crate::value::{Typed, Value};
use crate::world::{Fact, World};

const DAY: i128 = 86_400_000_000_000;
/// Between the text and the datatype of a foreign literal.
const TYPED: char = '\u{1f}';

/// A set of values, by their unit; all other units are in it or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Values {
    units: Vec<(Option<String>, Kinds)>,
    others: bool,
}

/// Values of one unit, by their type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kinds {
    pub(super) names: Names,
    pub(super) numbers: Intervals<Decimal>,
    /// Instants, in nanoseconds.
    pub(super) instants: Intervals<i128>,
    /// Days, by their first nanosecond.
    pub(super) days: Intervals<i128>,
    pub(super) durations: Durations,
    pub(super) booleans: (bool, bool),
    /// Literals of datatypes that are not known.
    foreign: Names,
    /// Values that can be compared with nothing.
    unread: bool,
}

/// How a value may stand to a right operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    Equal,
    Different,
    Less,
    Greater,
}

impl Values {
    pub(super) fn none() -> Self {
        Self { units: Vec::new(), others: false }
    }

    pub(super) fn all() -> Self {
        Self { units: Vec::new(), others: true }
    }

    pub(super) fn of(unit: Option<&str>, kinds: Kinds) -> Self {
        Self { units: vec![(unit.map(str::to_owned), kinds)], others: false }
    }

    fn kinds(&self, unit: Option<&str>) -> Kinds {
        let known = self.units.iter().find(|(known, _)| known.as_deref() == unit);
        known.map_or_else(|| if self.others { Kinds::all() } else { Kinds::none() }, |(_, kinds)| kinds.clone())
    }

    fn combine(&self, other: &Self, joined: fn(&Kinds, &Kinds) -> Kinds, others: bool) -> Self {
        let mut units = Vec::with_capacity(self.units.len().max(other.units.len()));
        for (unit, kinds) in &self.units {
            let met = match other.units.iter().find(|(known, _)| known == unit) {
                Some((_, theirs)) => joined(kinds, theirs),
                None => joined(kinds, &other.kinds(unit.as_deref())),
            };
            units.push((unit.clone(), met));
        }
        for (unit, kinds) in other.units.iter().filter(|(unit, _)| !self.units.iter().any(|(known, _)| known == unit)) {
            units.push((unit.clone(), joined(&self.kinds(unit.as_deref()), kinds)));
        }
        units.retain(|(_, kinds)| if others { !kinds.is_all() } else { !kinds.is_none() });
        Self { units, others }
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        self.combine(other, Kinds::intersect, self.others && other.others)
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        self.combine(other, Kinds::union, self.others || other.others)
    }

    pub(super) fn complement(&self) -> Self {
        let units = self.units.iter().map(|(unit, kinds)| (unit.clone(), kinds.complement())).collect();
        Self { units, others: !self.others }
    }

    /// Whether it depends on what names have to do with each other.
    pub(super) fn is_linked(&self) -> bool {
        self.units.iter().any(|(_, kinds)| kinds.names.is_linked())
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        if self.others {
            return self.intersect(&other.complement());
        }
        let mut units = Vec::with_capacity(self.units.len());
        for (unit, kinds) in &self.units {
            let left = match other.units.iter().find(|(known, _)| known == unit) {
                Some((_, theirs)) => kinds.minus(theirs),
                None if other.others => continue,
                None => kinds.clone(),
            };
            if !left.is_none() {
                units.push((unit.clone(), left));
            }
        }
        Self { units, others: false }
    }

    /// Whether nothing at all is in it; links between names may still empty it.
    pub(super) fn is_none(&self) -> bool {
        !self.others && self.units.is_empty()
    }

    pub(super) fn contains(&self, fact: &Fact, world: &World) -> bool {
        match self.units.iter().find(|(unit, _)| *unit == fact.unit) {
            Some((_, kinds)) => kinds.contains(&fact.value, world),
            None => self.others,
        }
    }

    /// Whether there is a value in it, as [`World::with`] takes it; numbers within the range.
    pub(super) fn inhabited(&self, knowledge: &Knowledge, range: Option<&Intervals<Decimal>>) -> Opinion<Json> {
        let mut found = Opinion::No;
        for (unit, kinds) in &self.units {
            found = found.or(|| kinds.inhabited(knowledge, range).map(|value| with_unit(value, unit.as_deref())));
        }
        if !self.others {
            return found;
        }
        let plain = self.units.iter().any(|(unit, _)| unit.is_none());
        let unit = if plain { Some("urn:example:another-unit") } else { None };
        found.or(|| Opinion::Yes(with_unit(json!("urn:example:anything-else"), unit)))
    }

    /// The only unit and its values, where there is just one.
    pub(super) fn single(&self) -> Option<(Option<&str>, &Kinds)> {
        match self.units.as_slice() {
            [(unit, kinds)] if !self.others => Some((unit.as_deref(), kinds)),
            [] | [_, ..] => None,
        }
    }
}

impl Kinds {
    pub(super) fn none() -> Self {
        Self {
            names: Names::none(),
            numbers: Intervals::none(),
            instants: Intervals::none(),
            days: Intervals::none(),
            durations: Durations::none(),
            booleans: (false, false),
            foreign: Names::none(),
            unread: false,
        }
    }

    pub(super) fn all() -> Self {
        Self {
            names: Names::all(),
            numbers: Intervals::all(),
            instants: Intervals::all(),
            days: Intervals::all(),
            durations: Durations::all(),
            booleans: (true, true),
            foreign: Names::all(),
            unread: true,
        }
    }

    pub(super) fn of_names(names: Names) -> Self {
        Self { names, ..Self::none() }
    }

    /// The values that are certain to stand so to a right operand; `notation`: an entry equals the one that it lies within.
    pub(super) fn that(stand: Stand, right: &Value, notation: bool) -> Self {
        let order = match stand {
            Stand::Equal => Some(Ordering::Equal),
            Stand::Less => Some(Ordering::Less),
            Stand::Greater => Some(Ordering::Greater),
            Stand::Different => None,
        };
        match (right.typed(), order) {
            (Typed::Number(_) | Typed::Moment(_) | Typed::Duration(_), None) => {
                Self::that(Stand::Less, right, notation).union(&Self::that(Stand::Greater, right, notation))
            }
            (Typed::Number(number), Some(order)) => Self { numbers: line(order, number), ..Self::none() },
            (Typed::Moment(moment), Some(order)) => Self::moments(order, *moment),
            (Typed::Duration(duration), Some(order)) => {
                Self { durations: Durations::that_are(order, *duration), ..Self::none() }
            }
            (Typed::Text | Typed::Iri, _) => Self::of_names(named(stand, right.lexical(), notation)),
            (Typed::Boolean(value), _) => Self { booleans: boolean(stand, *value), ..Self::none() },
            (Typed::Foreign(datatype), _) if stand == Stand::Equal => {
                Self { foreign: Names::only([format!("{}{TYPED}{datatype}", right.lexical())]), ..Self::none() }
            }
            (Typed::Foreign(_) | Typed::SinceAgreement(_) | Typed::Unread, _) => Self::none(),
        }
    }

    fn moments(order: Ordering, right: Moment) -> Self {
        let (start, end) = (right.start.as_nanosecond(), right.end.as_nanosecond());
        let (instants, days) = match order {
            Ordering::Less => (Intervals::below(&start), Intervals::up_to(&(start - DAY))),
            Ordering::Greater => (Intervals::from(&end), Intervals::from(&end)),
            Ordering::Equal => {
                let within = |last: i128| Intervals::from(&start).intersect(&Intervals::up_to(&last));
                (within(end - 1), within(end - DAY))
            }
        };
        Self { instants, days, ..Self::none() }
    }

    fn combine(
        &self,
        other: &Self,
        names: fn(&Names, &Names) -> Names,
        numbers: fn(&Intervals<Decimal>, &Intervals<Decimal>) -> Intervals<Decimal>,
        times: fn(&Intervals<i128>, &Intervals<i128>) -> Intervals<i128>,
        durations: fn(&Durations, &Durations) -> Durations,
        either: fn(bool, bool) -> bool,
    ) -> Self {
        Self {
            names: names(&self.names, &other.names),
            numbers: numbers(&self.numbers, &other.numbers),
            instants: times(&self.instants, &other.instants),
            days: times(&self.days, &other.days),
            durations: durations(&self.durations, &other.durations),
            booleans: (either(self.booleans.0, other.booleans.0), either(self.booleans.1, other.booleans.1)),
            foreign: names(&self.foreign, &other.foreign),
            unread: either(self.unread, other.unread),
        }
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        let both = |one, two| one && two;
        self.combine(other, Names::intersect, Intervals::intersect, Intervals::intersect, Durations::intersect, both)
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        let either = |one, two| one || two;
        self.combine(other, Names::union, Intervals::union, Intervals::union, Durations::union, either)
    }

    fn minus(&self, other: &Self) -> Self {
        let line = |one: &Intervals<i128>, two: &Intervals<i128>| {
            if one.is_none() { Intervals::none() } else { one.intersect(&two.complement()) }
        };
        Self {
            names: self.names.minus(&other.names),
            numbers: if self.numbers.is_none() {
                Intervals::none()
            } else {
                self.numbers.intersect(&other.numbers.complement())
            },
            instants: line(&self.instants, &other.instants),
            days: line(&self.days, &other.days),
            durations: self.durations.without(&other.durations),
            booleans: (self.booleans.0 && !other.booleans.0, self.booleans.1 && !other.booleans.1),
            foreign: self.foreign.minus(&other.foreign),
            unread: self.unread && !other.unread,
        }
    }

    fn complement(&self) -> Self {
        Self {
            names: self.names.complement(),
            numbers: self.numbers.complement(),
            instants: self.instants.complement(),
            days: self.days.complement(),
            durations: self.durations.complement(),
            booleans: (!self.booleans.0, !self.booleans.1),
            foreign: self.foreign.complement(),
            unread: !self.unread,
        }
    }

    fn is_none(&self) -> bool {
        self.names.is_none()
            && self.numbers.is_none()
            && self.instants.is_none()
            && self.days.is_none()
            && self.durations.is_none()
            && self.booleans == (false, false)
            && self.foreign.is_none()
            && !self.unread
    }

    fn is_all(&self) -> bool {
        self.names.is_all()
            && self.numbers.is_all()
            && self.instants.is_all()
            && self.days.is_all()
            && self.durations.is_all()
            && self.booleans == (true, true)
            && self.foreign.is_all()
            && self.unread
    }

    fn contains(&self, value: &Value, world: &World) -> bool {
        match value.typed() {
            Typed::Iri | Typed::Text => self.names.contains(value.lexical(), world),
            Typed::Number(number) => self.numbers.contains(number),
            Typed::Moment(moment) => {
                let (start, end) = (moment.start.as_nanosecond(), moment.end.as_nanosecond());
                let times = if end - start == DAY { &self.days } else { &self.instants };
                times.contains(&start)
            }
            Typed::Duration(duration) => self.durations.contains(*duration),
            Typed::Boolean(true) => self.booleans.1,
            Typed::Boolean(false) => self.booleans.0,
            Typed::Foreign(datatype) => self.foreign.contains(&format!("{}{TYPED}{datatype}", value.lexical()), world),
            Typed::SinceAgreement(_) | Typed::Unread => self.unread,
        }
    }

    fn inhabited(&self, knowledge: &Knowledge, range: Option<&Intervals<Decimal>>) -> Opinion<Json> {
        let typed = |text: String, datatype: &str| json!({ "@value": text, "@type": format!("xsd:{datatype}") });
        let numbers = || range.map_or_else(|| self.numbers.clone(), |range| self.numbers.intersect(range));
        let number = || numbers().pick().map(|number| typed(number.to_string(), "decimal"));
        let instant = || self.instants.pick().and_then(written).map(|at| typed(at, "dateTime"));
        let duration = || self.durations.pick().map(|duration| typed(duration, "duration"));
        let truth = || match self.booleans {
            (_, true) => Some(json!(true)),
            (true, false) => Some(json!(false)),
            (false, false) => None,
        };
        let day = || self.days.pick().and_then(day_of).map(|day| typed(day, "date"));
        let plain = number().or_else(instant).or_else(duration).or_else(truth).or_else(day);
        let named = self.names.inhabited(knowledge).map(|name| json!({ "@value": name }));
        let foreign = || {
            self.foreign.inhabited(knowledge).map(|literal| match literal.split_once(TYPED) {
                Some((text, datatype)) => json!({ "@value": text, "@type": datatype }),
                None => json!({ "@value": literal, "@type": "urn:example:datatype" }),
            })
        };
        let unread = || Opinion::from(self.unread.then(|| json!({})));
        named.or(|| plain.into()).or(foreign).or(unread)
    }
}

fn line(order: Ordering, number: &Decimal) -> Intervals<Decimal> {
    match order {
        Ordering::Less => Intervals::below(number),
        Ordering::Equal => Intervals::point(number),
        Ordering::Greater => Intervals::above(number),
    }
}

fn named(stand: Stand, name: &str, notation: bool) -> Names {
    use super::knowledge::Relation::Notation;
    match (stand, notation) {
        (Stand::Equal, false) => Names::only([name.to_owned()]),
        (Stand::Different, false) => Names::except([name.to_owned()]),
        (Stand::Equal, true) => Names::linked(Notation, name, true),
        // An outer entry may or may not be what is meant.
        (Stand::Different, true) => {
            Names::linked(Notation, name, true).union(&Names::only(profile::outer(name))).complement()
        }
        (Stand::Less | Stand::Greater, _) => Names::none(),
    }
}

fn boolean(stand: Stand, value: bool) -> (bool, bool) {
    match (stand, value) {
        (Stand::Equal, true) | (Stand::Different, false) => (false, true),
        (Stand::Equal, false) | (Stand::Different, true) => (true, false),
        (Stand::Less | Stand::Greater, _) => (false, false),
    }
}

fn with_unit(mut value: Json, unit: Option<&str>) -> Json {
    let Some(unit) = unit else { return value };
    if value.as_object().is_none() {
        value = json!({ "@value": value });
    }
    if let Some(members) = value.as_object_mut() {
        members.insert("unit".to_owned(), unit.into());
    }
    value
}

/// An instant as `xsd:dateTime`; `None` outside the calendar.
pub(super) fn written(nanos: i128) -> Option<String> {
    Timestamp::from_nanosecond(nanos).ok().map(|at| at.to_string())
}

/// A day that begins at this instant, with the offset that makes it so; `None` where no day does.
fn day_of(nanos: i128) -> Option<String> {
    let minutes = nanos.div_euclid(60_000_000_000);
    let at = Timestamp::from_nanosecond(minutes * 60_000_000_000).ok()?;
    let into = minutes.rem_euclid(1_440);
    // Midnight is so many minutes west of UTC, or on the other side of the day.
    let (days, offset) = if into <= 840 { (0, -into) } else { (1, 1_440 - into) };
    let date = jiff::tz::Offset::UTC.to_datetime(at).date().checked_add(jiff::Span::new().days(days)).ok()?;
    let sign = if offset < 0 { '-' } else { '+' };
    Some(format!("{date}{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60))
}
