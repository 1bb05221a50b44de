//! Sets of names: lists, all but a list, and what stands somehow to another name.

use std::sync::{Arc, LazyLock};

use super::knowledge::{Knowledge, Relation};
use super::opinion::Opinion;
use crate::action;
use crate::world::World;

/// A name that nobody mentions.
const ANYTHING: &str = "urn:example:anything-else";
/// Between such a name and the one that it was placed below.
const IN: &str = "-in:";

/// How a name must stand to another, and whether the evaluator has to find that it does, or that it does not. What it cannot find out is
/// neither.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) relation: Relation,
    pub(super) to: Arc<str>,
    pub(super) found: bool,
}

/// Names that are (not) on a list and have (true) or have not (false) the links.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    listed: Listed,
    links: Vec<(Link, bool)>,
}

/// A list in order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Listed {
    Only(Vec<Arc<str>>),
    Except(Vec<Arc<str>>),
}

/// A set of names: the union of its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names(Vec<Term>);

impl Names {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn all() -> Self {
        Self(vec![Term { listed: Listed::Except(Vec::new()), links: Vec::new() }])
    }

    pub(super) fn only(names: impl IntoIterator<Item = String>) -> Self {
        Self(vec![Term { listed: Listed::Only(sorted(names.into_iter().map(Arc::from))), links: Vec::new() }])
    }

    pub(super) fn except(names: impl IntoIterator<Item = String>) -> Self {
        Self(vec![Term { listed: Listed::Except(sorted(names.into_iter().map(Arc::from))), links: Vec::new() }])
    }

    pub(super) fn linked(relation: Relation, to: &str, found: bool) -> Self {
        let link = Link { relation, to: Arc::from(to), found };
        Self(vec![Term { listed: Listed::Except(Vec::new()), links: vec![(link, true)] }])
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_all(&self) -> bool {
        self.0.iter().any(|term| term.links.is_empty() && term.listed == Listed::Except(Vec::new()))
    }

    /// Whether it depends on what names have to do with each other.
    pub(super) fn is_linked(&self) -> bool {
        self.0.iter().any(|term| !term.links.is_empty())
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        if self.is_all() || other.is_all() {
            return Self::all();
        }
        let mut joined = self.clone();
        other.0.iter().for_each(|term| joined.add(term.clone()));
        joined
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        if self.is_all() {
            return other.clone();
        }
        if other.is_all() {
            return self.clone();
        }
        let mut met = Self::none();
        for (one, two) in self.0.iter().flat_map(|one| other.0.iter().map(move |two| (one, two))) {
            if let Some(term) = one.meet(two) {
                met.add(term);
            }
        }
        met
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        match (self.0.as_slice(), other.0.as_slice()) {
            ([], _) => Self::none(),
            (_, []) => self.clone(),
            ([one], [two]) if two.links.is_empty() => {
                let listed = one.listed.meet(&two.listed.complement());
                let is_left = listed != Listed::Only(Vec::new());
                Self(is_left.then(|| Term { listed, links: one.links.clone() }).into_iter().collect())
            }
            (_, _) => self.intersect(&other.complement()),
        }
    }

    pub(super) fn complement(&self) -> Self {
        self.0.iter().fold(Self::all(), |left, term| left.intersect(&term.complement()))
    }

    fn add(&mut self, term: Term) {
        if self.0.iter().any(|known| term.is_within(known)) {
            return;
        }
        self.0.retain(|known| !known.is_within(&term));
        match self.0.iter_mut().find(|known| known.links == term.links) {
            Some(known) => known.listed = known.listed.union(&term.listed),
            None => self.0.push(term),
        }
    }

    pub(super) fn contains(&self, name: &str, world: &World) -> bool {
        self.0.iter().any(|term| {
            term.listed.contains(name) && term.links.iter().all(|(link, has)| link.is_of(name, world) == *has)
        })
    }

    /// Whether any name is in the set.
    pub(super) fn inhabited(&self, knowledge: &Knowledge) -> Opinion<String> {
        self.0.iter().fold(Opinion::No, |found, term| found.or(|| term.inhabited(knowledge)))
    }
}

impl Listed {
    fn contains(&self, name: &str) -> bool {
        let has = |names: &[Arc<str>]| names.binary_search_by(|known| (**known).cmp(name)).is_ok();
        match self {
            Self::Only(names) => has(names),
            Self::Except(names) => !has(names),
        }
    }

    fn meet(&self, other: &Self) -> Self {
        let filtered = |names: &[Arc<str>], other: &Self| {
            Self::Only(names.iter().filter(|name| other.contains(name)).cloned().collect())
        };
        match (self, other) {
            (Self::Only(names), other) | (other, Self::Only(names)) => filtered(names, other),
            (Self::Except(one), Self::Except(two)) => Self::Except(sorted(one.iter().chain(two).cloned())),
        }
    }

    fn union(&self, other: &Self) -> Self {
        self.complement().meet(&other.complement()).complement()
    }

    fn complement(&self) -> Self {
        match self {
            Self::Only(names) => Self::Except(names.clone()),
            Self::Except(names) => Self::Only(names.clone()),
        }
    }
}

impl Link {
    fn is_of(&self, name: &str, world: &World) -> bool {
        let answer = match self.relation {
            Relation::Kind => world.is_kind(name, &self.to),
            Relation::Part => world.is_part(name, &self.to),
            Relation::Whole => world.is_part(&self.to, name),
            Relation::Action | Relation::Notation | Relation::Manner | Relation::Onward => {
                self.relation.fixed(name, &self.to)
            }
        };
        answer == Some(self.found)
    }

    /// Whether the evaluator would find the link of this name in any world that fits what is known.
    fn is_known(&self, name: &str, knowledge: &Knowledge) -> Option<bool> {
        if self.relation.is_fixed() {
            return Some(self.relation.fixed(name, &self.to) == Some(self.found));
        }
        let low = if self.relation == Relation::Whole { &self.to } else { name };
        let told = knowledge.has_links(self.relation, low);
        match knowledge.holds(self.relation, name, &self.to) {
            Some(true) => Some(self.found),
            // Without any link in the world, the evaluator finds nothing either way.
            Some(false) if told => Some(!self.found),
            Some(false) if self.found || knowledge.is_complete() => Some(false),
            Some(false) | None => None,
        }
    }
}

impl Term {
    fn meet(&self, other: &Self) -> Option<Self> {
        let listed = self.listed.meet(&other.listed);
        let mut links = self.links.clone();
        links.extend(other.links.iter().cloned());
        links.sort();
        links.dedup();
        let clash = links.windows(2).any(|pair| matches!(pair, [one, two] if one.0 == two.0));
        (!clash && listed != Listed::Only(Vec::new())).then_some(Self { listed, links })
    }

    /// Whether this term is plainly within the other.
    fn is_within(&self, other: &Self) -> bool {
        other.links.iter().all(|link| self.links.contains(link)) && self.listed.meet(&other.listed) == self.listed
    }

    fn complement(&self) -> Names {
        let outside = Self { listed: self.listed.complement(), links: Vec::new() };
        let mut names = if outside.listed == Listed::Only(Vec::new()) { Names::none() } else { Names(vec![outside]) };
        for (link, has) in &self.links {
            names.add(Self { listed: Listed::Except(Vec::new()), links: vec![(link.clone(), !has)] });
        }
        names
    }

    fn inhabited(&self, knowledge: &Knowledge) -> Opinion<String> {
        match &self.listed {
            Listed::Only(names) => {
                names.iter().fold(Opinion::No, |found, name| found.or(|| self.fits(name, knowledge)))
            }
            Listed::Except(names) if self.links.is_empty() => Opinion::Yes(unlisted(names)),
            Listed::Except(names) => self.some_other(names, knowledge),
        }
    }

    /// Whether a name has all the links.
    fn fits(&self, name: &str, knowledge: &Knowledge) -> Opinion<String> {
        let mut open = Vec::new();
        for (link, has) in &self.links {
            match link.is_known(name, knowledge) {
                Some(found) if found == *has => {}
                Some(_) => return Opinion::No,
                None => open.push(link.relation.question(name, &link.to)),
            }
        }
        if open.is_empty() { Opinion::Yes(name.to_owned()) } else { Opinion::Open(open) }
    }

    /// Whether a name that is not on the list has all the links.
    fn some_other(&self, except: &[Arc<str>], knowledge: &Knowledge) -> Opinion<String> {
        if !knowledge.is_complete() && self.is_impossible(knowledge) {
            return Opinion::No;
        }
        let mentioned = self.links.iter().map(|(link, _)| link.to.to_string());
        let deeper = self.links.iter().filter(|(link, _)| link.relation == Relation::Notation);
        let deeper = deeper.map(|(link, _)| format!("{}.9", link.to));
        let told = self.links.iter().flat_map(|(link, _)| knowledge.names(link.relation)).map(str::to_owned);
        let acts = self.links.iter().any(|(link, _)| link.relation.is_of_actions());
        let actions = ACTIONS.iter().filter(|_| acts).cloned();
        let mut candidates = mentioned
            .chain(deeper)
            .chain(actions)
            .chain(told)
            .filter(|name| !except.iter().any(|known| **known == **name));
        let mut found = Opinion::No;
        for name in candidates.by_ref() {
            found = found.or(|| self.fits(&name, knowledge));
            if matches!(found, Opinion::Yes(_)) {
                return found;
            }
        }
        found.or(|| self.newcomer(&unlisted(except), knowledge))
    }

    /// Whether a name that nothing is known about may have all the links.
    fn newcomer(&self, name: &str, knowledge: &Knowledge) -> Opinion<String> {
        let wanted =
            |found: bool| move |(link, has): &&(Link, bool)| *has && link.found == found && link.relation.is_below();
        let below: Vec<&Link> = self.links.iter().filter(wanted(true)).map(|(link, _)| link).collect();
        let elsewhere = self.links.iter().any(|pair| wanted(false)(&pair));
        let mut open = Vec::new();
        for (link, has) in &self.links {
            let found = if knowledge.is_complete() || link.relation.is_fixed() {
                link.is_known(name, knowledge)
            } else if below.is_empty() {
                Some(!link.found && elsewhere)
            } else if link.relation.is_below() {
                link.follows(&below, knowledge)
            } else {
                None
            };
            match found {
                Some(found) if found == *has => {}
                Some(_) => return Opinion::No,
                None => open.push(link.relation.question("anything", &link.to)),
            }
        }
        match (below.is_empty() || knowledge.is_complete(), elsewhere) {
            (true, true) if !knowledge.is_complete() => Opinion::Yes(format!("{name}{IN}urn:example:elsewhere")),
            (true, _) => Opinion::Yes(name.to_owned()),
            (false, _) => self.placed(&below, open, knowledge),
        }
    }

    /// Something can be placed below one name; below several only where it is known that they share something.
    fn placed(&self, below: &[&Link], open: Vec<String>, knowledge: &Knowledge) -> Opinion<String> {
        let lowest = below.iter().find(|low| {
            below.iter().all(|high| {
                high.relation == low.relation && knowledge.holds(low.relation, &low.to, &high.to) == Some(true)
            })
        });
        match (lowest, open.is_empty()) {
            (Some(low), true) => Opinion::Yes(format!("{ANYTHING}{IN}{}", low.to)),
            (Some(_), false) => Opinion::Open(open),
            (None, _) => {
                let names: Vec<String> = below.iter().map(|link| format!("`{}`", link.to)).collect();
                Opinion::Open(vec![format!("whether {} have anything in common", names.join(" and "))])
            }
        }
    }

    /// Whether two of the links exclude each other.
    fn is_impossible(&self, knowledge: &Knowledge) -> bool {
        let found = |(link, has): &&(Link, bool)| *has && link.found;
        self.links.iter().filter(found).any(|(one, _)| {
            self.links.iter().any(|(two, has)| {
                let same = one.relation == two.relation && one.relation.is_below();
                let known = || knowledge.holds(one.relation, &one.to, &two.to);
                match (*has, two.found) {
                    (true, true) if same => knowledge.are_disjoint(one.relation, &one.to, &two.to),
                    (true, true) if one.relation == Relation::Part && two.relation == Relation::Whole => {
                        knowledge.is_part(&two.to, &one.to) == Some(false)
                    }
                    (false, true) | (true, false) if same => known() == Some(true),
                    (_, _) => false,
                }
            })
        })
    }
}

impl Link {
    /// What is found of something that is placed right below the others.
    fn follows(&self, below: &[&Link], knowledge: &Knowledge) -> Option<bool> {
        let others = || below.iter().filter(|other| other.relation == self.relation);
        let known: Vec<Option<bool>> =
            others().map(|other| knowledge.holds(self.relation, &other.to, &self.to)).collect();
        let apart = others().any(|other| knowledge.are_disjoint(self.relation, &other.to, &self.to));
        if known.contains(&Some(true)) {
            Some(self.found)
        } else if apart || known.iter().all(|answer| *answer == Some(false)) {
            Some(!self.found)
        } else {
            None
        }
    }
}

/// Every action that a vocabulary has.
static ACTIONS: LazyLock<Vec<String>> = LazyLock::new(|| action::known().collect());

/// What a made-up name was placed below.
pub(super) fn placed_below(name: &str) -> Option<&str> {
    name.strip_prefix(ANYTHING).and_then(|rest| rest.trim_start_matches('x').strip_prefix(IN))
}

fn sorted(names: impl IntoIterator<Item = Arc<str>>) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = names.into_iter().collect();
    names.sort();
    names.dedup();
    names
}

fn unlisted(except: &[Arc<str>]) -> String {
    let mut name = ANYTHING.to_owned();
    while except.iter().any(|known| **known == *name) {
        name.push('x');
    }
    name
}
