//! Whether and how the constraints of a way can all be met.

use serde_json::Value as Json;

use super::{Literal, Way, candidates};
use crate::world::{Request, World};

/// Comparisons that a search may make, long lists of values counting more. A policy beyond that is too large to be
/// searched.
const MAX_CHECKS: usize = 20_000;

/// A value that a left operand is supposed to have.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assignment {
    pub(crate) left_operand: String,
    pub(crate) value: Json,
}

/// What became of a way.
pub(crate) enum Solved<'a> {
    /// These values meet all its constraints.
    Met(Attempt),
    /// No values do, and it is certain that none can: these constraints exclude each other, or what is known.
    Excluded(Attempt, Vec<Literal<'a>>),
    /// None was found.
    Open(Attempt),
}

/// The values that were found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    pub(crate) assignments: Vec<Assignment>,
    /// How many constraints are not met.
    pub(crate) unmet: usize,
}

/// A search for facts, with what is known before.
pub(crate) struct Search<'r> {
    pub(crate) request: &'r Request,
    pub(crate) world: &'r World,
    /// Whether known facts may be replaced, rather than being given.
    pub(crate) replaces: bool,
    pub(crate) checks: usize,
}

/// How constraints on one left operand are met.
enum Met {
    Already,
    By(Assignment),
    Not { certain: bool },
}

impl<'r> Search<'r> {
    /// A search that continues one that made so many comparisons.
    pub(crate) fn new(request: &'r Request, world: &'r World, replaces: bool, checks: usize) -> Self {
        Self { request, world, replaces, checks }
    }

    /// Whether the search was given up because there is too much to look at.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.checks >= MAX_CHECKS
    }

    pub(crate) fn solve<'a>(&mut self, way: &Way<'a>) -> Solved<'a> {
        let mut attempt = Attempt::default();
        let (mut excluded, mut open) = (Vec::new(), false);
        for group in groups(&way.literals) {
            match self.group(&group) {
                Met::Already => {}
                Met::By(assignment) => attempt.assignments.push(assignment),
                Met::Not { certain } => {
                    attempt.unmet += group.len();
                    if certain { excluded.extend(group.into_iter().cloned()) } else { open = true }
                }
            }
        }
        match (excluded.is_empty(), open) {
            (false, _) => Solved::Excluded(attempt, excluded),
            (true, true) => Solved::Open(attempt),
            (true, false) => Solved::Met(attempt),
        }
    }

    /// Constraints on one left operand.
    fn group(&mut self, group: &[&Literal<'_>]) -> Met {
        if self.is_exhausted() {
            return Met::Not { certain: false };
        }
        let known: Vec<Option<bool>> = group.iter().map(|literal| self.stands(literal, self.world)).collect();
        if known.iter().all(|known| *known == Some(true)) {
            return Met::Already;
        }
        let free = group.first().filter(|first| {
            first.needs_fact() && (self.replaces || self.world.facts(&first.constraint.left_operand).is_none())
        });
        // Time, party and action are what they are, and so is what is fixed.
        let turns = group.iter().any(|literal| literal.may_turn());
        let Some(first) = free else { return Met::Not { certain: known.contains(&Some(false)) && !turns } };
        let iri = &first.constraint.left_operand;
        let bare = self.world.clone().without(iri);
        let tried = candidates::of(group);
        let found = tried.values.into_iter().find(|value| {
            let world = bare.clone().with(iri, value.clone());
            group.iter().all(|literal| self.stands(literal, &world) == Some(true))
        });
        match found {
            Some(value) => Met::By(Assignment { left_operand: iri.clone(), value }),
            None => Met::Not { certain: tried.complete && !turns && !self.is_exhausted() },
        }
    }

    fn stands(&mut self, literal: &Literal<'_>, world: &World) -> Option<bool> {
        self.checks += 1 + literal.constraint.right_operands.len() / 16;
        if self.checks > MAX_CHECKS { None } else { literal.stands(self.request, world) }
    }
}

impl Attempt {
    /// The world with these values in place of what was known.
    pub(crate) fn applied(&self, world: &World) -> World {
        self.assignments.iter().fold(world.clone(), |world, Assignment { left_operand, value }| {
            world.without(left_operand).with(left_operand, value.clone())
        })
    }
}

/// Constraints by what they compare.
fn groups<'l, 'a>(literals: &'l [Literal<'a>]) -> Vec<Vec<&'l Literal<'a>>> {
    let mut groups: Vec<Vec<&Literal<'a>>> = Vec::new();
    for literal in literals {
        let same = |group: &&mut Vec<&Literal<'a>>| {
            group.first().is_some_and(|first| {
                first.constraint.left_operand == literal.constraint.left_operand
                    && first.needs_fact() == literal.needs_fact()
            })
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(literal),
            None => groups.push(vec![literal]),
        }
    }
    groups
}
