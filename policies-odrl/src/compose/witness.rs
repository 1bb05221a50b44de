//! A situation that shows what a verdict says.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Normal;
use super::axis::{Axis, Set, States, Subject};
use super::knowledge::Knowledge;
use super::names::placed_below;
use super::opinion::Opinion;
use super::reading::{duty_key, prohibition_key};
use super::region::{Cell, Region};
use super::situation::Situation;
use super::values::written;
use crate::names::shown;
use crate::world::{Request, World};

/// A request, and what is known when it is made.
#[derive(Clone, Debug)]
pub struct Witness {
    /// What is asked for.
    pub request: Request,
    /// When.
    pub now: Timestamp,
    /// What is known, and of whom where it is known of one asset or party.
    pub facts: Vec<Known>,
    /// In words.
    pub sentence: String,
    duties: Vec<(String, States)>,
    infringed: Vec<String>,
    /// Since when all facts are so, where that matters.
    since: Option<Timestamp>,
    knowledge: Arc<Knowledge>,
}

/// The values of a left operand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Known {
    /// The asset or party that it is about; the request as a whole where there is none.
    pub about: Option<String>,
    /// The left operand, by IRI.
    pub operand: String,
    /// Its values, as [`World::with`] takes them; an empty list says that there is none.
    pub values: Vec<Json>,
}

impl PartialEq for Witness {
    fn eq(&self, other: &Self) -> bool {
        (&self.request, self.now, &self.facts) == (&other.request, other.now, &other.facts)
    }
}

impl Witness {
    /// The world in which this, and what was known before, is so.
    pub fn world(&self) -> World {
        let mut world = self.knowledge.tell(World::at(self.now));
        let named = [Some(&self.request.target), Some(&self.request.assignee), self.request.assigner.as_ref()];
        for name in named.into_iter().flatten() {
            world = placed(world, name);
        }
        for Known { about, operand, values } in &self.facts {
            for name in values.iter().filter_map(|value| value.get("@value").and_then(Json::as_str)) {
                world = placed(world, name);
            }
            let values = Json::from(values.clone());
            world = match (about, self.since) {
                (Some(name), _) => world.with_about(name, operand, values),
                (None, Some(since)) => world.with_since(operand, values, since),
                (None, None) => world.with(operand, values),
            };
        }
        for (duty, state) in &self.duties {
            if state.has(States::CLEAR) {
                world = world.with_fulfilled(duty);
            } else if state.has(States::LOST) {
                world = world.with_violated(duty);
            }
        }
        self.infringed.iter().fold(world, |world, rule| world.with_infringed(rule))
    }
}

fn placed(world: World, name: &str) -> World {
    match placed_below(name) {
        Some(whole) => world.with_part(name, whole).with_kind(name, whole),
        None => world,
    }
}

/// What one axis has to be.
enum Piece {
    Name(Option<String>),
    Time(i128),
    Values(Option<Vec<Json>>),
    State(States),
}

impl Normal {
    /// A situation in the region, the one about which least has to be said. What is found is tried before it is told.
    pub(super) fn example(&self, region: &Region, others: &[&Self]) -> Opinion<Box<Witness>> {
        let mut cells: Vec<&Cell> = region.cells().iter().collect();
        cells.sort_by_key(|cell| cell.axes().count());
        cells.into_iter().fold(Opinion::No, |found, cell| found.or(|| self.example_of(cell, others)))
    }

    fn example_of(&self, cell: &Cell, others: &[&Self]) -> Opinion<Box<Witness>> {
        let pieces = match pieces(cell, &self.knowledge) {
            Opinion::Yes(pieces) => pieces,
            Opinion::No => return Opinion::No,
            Opinion::Open(questions) => return Opinion::Open(questions),
        };
        let mut witness = self.witness(&pieces, others);
        if !is_to_be_tried(cell) {
            return Opinion::Yes(Box::new(witness));
        }
        let origins: Vec<_> = others.iter().chain([&self]).flat_map(|normal| normal.origins.iter().cloned()).collect();
        let is_ordered = cell.axes().any(|(axis, _)| matches!(axis, Axis::Order(_)));
        let times = if is_ordered { vec![None, Some(Timestamp::MIN), Some(witness.now)] } else { vec![None] };
        for since in times {
            witness.since = since;
            if Situation::of(&witness.request, &witness.world(), &origins).is_in_cell(cell) {
                return Opinion::Yes(Box::new(witness));
            }
        }
        Opinion::Open(vec![format!("whether there is a situation such as this: {}", witness.sentence)])
    }

    fn witness(&self, pieces: &[(Axis, Piece)], others: &[&Self]) -> Witness {
        let name = |axis: &Axis| {
            pieces.iter().find(|(known, _)| known == axis).and_then(|(_, piece)| match piece {
                Piece::Name(name) => name.clone(),
                Piece::Time(_) | Piece::Values(_) | Piece::State(_) => None,
            })
        };
        let or = |found: Option<String>, other: &str| found.unwrap_or_else(|| other.to_owned());
        let request = Request {
            action: or(name(&Axis::Action), "http://www.w3.org/ns/odrl/2/use"),
            target: or(name(&Axis::Target), "urn:example:any-asset"),
            assignee: or(name(&Axis::Assignee), "urn:example:any-party"),
            assigner: name(&Axis::Assigner),
        };
        let mut witness = Witness {
            request,
            now: Timestamp::UNIX_EPOCH,
            facts: Vec::new(),
            sentence: String::new(),
            duties: Vec::new(),
            infringed: Vec::new(),
            since: None,
            knowledge: Arc::clone(&self.knowledge),
        };
        for (axis, piece) in pieces {
            witness.take(axis, piece, self, others);
        }
        witness.sentence = witness.told();
        witness
    }
}

impl Witness {
    fn take(&mut self, axis: &Axis, piece: &Piece, normal: &Normal, others: &[&Normal]) {
        match (axis, piece) {
            (_, Piece::Time(nanos)) => self.now = Timestamp::from_nanosecond(*nanos).unwrap_or(self.now),
            (Axis::Fact(subject, operand), Piece::Values(Some(values))) => {
                let about = match subject {
                    Subject::Request => None,
                    Subject::Target => Some(self.request.target.clone()),
                    Subject::Assignee => Some(self.request.assignee.clone()),
                    Subject::Assigner => self.request.assigner.clone(),
                };
                self.facts.push(Known { about, operand: operand.to_string(), values: values.clone() });
            }
            (Axis::Duty(key), Piece::State(state)) => {
                for normal in others.iter().chain([&normal]) {
                    self.duties.extend(duties_of(normal, key).into_iter().map(|duty| (duty, *state)));
                }
            }
            (Axis::Remedy(key), Piece::State(state)) if !state.has(States::CLEAR) => {
                for origin in others.iter().chain([&normal]).flat_map(|normal| &normal.origins) {
                    let rules = super::source::laid_out(origin).prohibitions;
                    let same = rules.iter().enumerate().filter(|(_, rule)| prohibition_key(rule) == *key);
                    self.infringed.extend(same.map(|(index, _)| format!("prohibition[{index}]")));
                }
            }
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
                Piece::Name(_) | Piece::Values(_) | Piece::State(_),
            ) => {}
        }
    }

    fn told(&self) -> String {
        let mut said = vec![format!(
            "`{}` of `{}` by `{}`",
            shown(&self.request.action),
            self.request.target,
            self.request.assignee
        )];
        if self.now != Timestamp::UNIX_EPOCH {
            said.push(format!("at {}", self.now));
        }
        for Known { about, operand, values } in &self.facts {
            let of = about.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default();
            let values: Vec<String> = values.iter().map(lexical).collect();
            let values = if values.is_empty() { "nothing".to_owned() } else { values.join(" and ") };
            said.push(format!("`{}`{of} is {values}", shown(operand)));
        }
        said.extend(self.duties.iter().map(|(duty, state)| {
            format!("the duty {duty} is {}", if state.has(States::CLEAR) { "fulfilled" } else { "not fulfilled" })
        }));
        said.join("; ")
    }
}

fn lexical(value: &Json) -> String {
    let plain = value.get("@value").unwrap_or(value);
    plain.as_str().map_or_else(|| plain.to_string(), str::to_owned)
}

fn duties_of(normal: &Normal, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    for origin in &normal.origins {
        for (rule, permission) in origin.permissions.iter().enumerate() {
            for (index, duty) in permission.duties.iter().enumerate().filter(|(_, duty)| *duty_key(duty) == *key) {
                let path = format!("permission[{rule}].duty[{index}]");
                found.push(duty.terms.id.clone().unwrap_or(path));
            }
        }
    }
    found
}

/// What is doubtful is looked at first.
fn pieces(cell: &Cell, knowledge: &Knowledge) -> Opinion<Vec<(Axis, Piece)>> {
    let (doubtful, plain): (Vec<_>, Vec<_>) = cell.axes().partition(|(_, set)| set.is_linked());
    let mut found = Opinion::Yes(Vec::with_capacity(doubtful.len() + plain.len()));
    for (axis, set) in doubtful.into_iter().chain(plain) {
        found = found.and(piece(axis, set, knowledge), |mut pieces, piece| {
            pieces.push((axis.clone(), piece));
            pieces
        });
        if matches!(found, Opinion::No) {
            return found;
        }
    }
    found
}

/// Whether a situation may turn out not to be in the cell although each axis is: the axes are not quite apart.
fn is_to_be_tried(cell: &Cell) -> bool {
    cell.axes().any(|(axis, set)| match (axis, set) {
        (Axis::Order(_) | Axis::Duty(_) | Axis::Remedy(_), _) => true,
        (Axis::Fact(subject, _), set) => *subject != Subject::Request || *set == Set::Missing,
        (Axis::Action | Axis::Target | Axis::Assignee | Axis::Assigner | Axis::Now, _) => false,
    })
}

fn piece(axis: &Axis, set: &Set, knowledge: &Knowledge) -> Opinion<Piece> {
    match set {
        Set::One { absent: true, .. } => Opinion::Yes(Piece::Name(None)),
        Set::One { absent: false, names } => {
            if names.is_all() && *axis == Axis::Action {
                return Opinion::Yes(Piece::Name(None));
            }
            names.inhabited(knowledge).map(|name| Piece::Name(Some(name)))
        }
        Set::Time(times) => {
            // An instant that can be written.
            let written = times.pick().filter(|nanos| written(*nanos).is_some());
            Opinion::from(written.map(Piece::Time))
        }
        Set::Missing => Opinion::Yes(Piece::Values(None)),
        Set::Known { all, any, some } => {
            let range = match axis {
                Axis::Fact(_, operand) => knowledge.range(operand),
                Axis::Action
                | Axis::Target
                | Axis::Assignee
                | Axis::Assigner
                | Axis::Now
                | Axis::Duty(_)
                | Axis::Remedy(_)
                | Axis::Order(_) => None,
            };
            let values = some.iter().fold(Opinion::Yes(Vec::new()), |values, one| {
                values.and(one.inhabited(knowledge, range), |mut values: Vec<Json>, value| {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                    values
                })
            });
            if !some.is_empty() {
                return values.map(|values| Piece::Values(Some(values)));
            }
            match all.inhabited(knowledge, range) {
                Opinion::Yes(value) => Opinion::Yes(Piece::Values(Some(vec![value]))),
                Opinion::No | Opinion::Open(_) if !any => Opinion::Yes(Piece::Values(Some(Vec::new()))),
                Opinion::No => Opinion::No,
                Opinion::Open(questions) => Opinion::Open(questions),
            }
        }
        Set::States(states) => Opinion::Yes(Piece::State(states.pick())),
    }
}

impl Serialize for Witness {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Request { action, target, assignee, assigner } = &self.request;
        let json = json!({
            "action": action, "target": target, "assignee": assignee, "assigner": assigner,
            "now": self.now.to_string(), "facts": self.facts, "sentence": self.sentence,
        });
        json.serialize(serializer)
    }
}
