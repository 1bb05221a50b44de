//! Sets of situations: unions of boxes, each of which says for some axes what may be on them.

use std::sync::Arc;

use super::axis::{Axis, Set};
use super::{Bound, Refusal};

/// A box: the axes that it restricts, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell(Vec<(Axis, Arc<Set>)>);

/// A union of boxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Region(Vec<Cell>);

impl Cell {
    pub(super) fn of(axis: Axis, set: Set) -> Self {
        Self(vec![(axis, Arc::new(set))])
    }

    pub(super) fn axes(&self) -> impl Iterator<Item = (&Axis, &Set)> {
        self.0.iter().map(|(axis, set)| (axis, &**set))
    }

    pub(super) fn set(&self, axis: &Axis) -> Option<&Set> {
        self.0.iter().find(|(known, _)| known == axis).map(|(_, set)| &**set)
    }

    pub(super) fn without(&self, axis: &Axis) -> Self {
        Self(self.0.iter().filter(|(known, _)| known != axis).cloned().collect())
    }

    pub(super) fn meet(&self, other: &Self) -> Option<Self> {
        let mut met = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            match (mine.peek(), theirs.peek()) {
                (Some((one, set)), Some((two, other))) if one == two => {
                    met.push((
                        one.clone(),
                        if same(set, other) { Arc::clone(set) } else { Arc::new(set.meet(other)?) },
                    ));
                    mine.next();
                    theirs.next();
                }
                (Some((one, set)), other) if other.is_none_or(|(two, _)| one < two) => {
                    met.push((one.clone(), Arc::clone(set)));
                    mine.next();
                }
                (_, Some((two, set))) => {
                    met.push((two.clone(), Arc::clone(set)));
                    theirs.next();
                }
                (_, None) => return Some(Self(met)),
            }
        }
    }

    /// This box without the other: boxes that do not overlap.
    pub(super) fn minus(&self, other: &Self) -> Vec<Self> {
        let (mut pieces, mut rest) = (Vec::new(), self.clone());
        for (axis, set) in &other.0 {
            let own = rest.0.iter().find(|(known, _)| known == axis).map(|(_, set)| Arc::clone(set));
            let (outside, inside) = match own {
                Some(own) if same(&own, set) => continue,
                Some(own) => (own.minus(set, axis), own.meet(set)),
                None => (set.complement(axis), Some(Set::clone(set))),
            };
            if outside.is_empty() {
                continue;
            }
            pieces.extend(outside.into_iter().map(|piece| rest.with(axis, piece)));
            match inside {
                Some(inside) => rest = rest.with(axis, inside),
                None => return pieces,
            }
        }
        pieces
    }

    fn with(&self, axis: &Axis, set: Set) -> Self {
        let mut cell = self.clone();
        match cell.0.binary_search_by(|(known, _)| known.cmp(axis)) {
            Ok(at) => {
                if let Some(place) = cell.0.get_mut(at) {
                    place.1 = Arc::new(set);
                }
            }
            Err(at) => cell.0.insert(at, (axis.clone(), Arc::new(set))),
        }
        cell
    }

    /// Whether this box is plainly within the other.
    fn is_within(&self, other: &Self) -> bool {
        other.0.iter().all(|(axis, set)| self.set(axis) == Some(set))
    }
}

fn same(one: &Arc<Set>, two: &Arc<Set>) -> bool {
    Arc::ptr_eq(one, two) || one == two
}

impl Region {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    pub(super) fn all() -> Self {
        Self(vec![Cell::default()])
    }

    pub(super) fn of(axis: Axis, sets: impl IntoIterator<Item = Set>) -> Self {
        Self(sets.into_iter().map(|set| Cell::of(axis.clone(), set)).collect())
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.0
    }

    pub(super) fn union(mut self, other: Self, bound: Bound) -> Result<Self, Refusal> {
        for cell in other.0 {
            self.add(cell);
        }
        self.bounded(bound)
    }

    pub(super) fn intersect(&self, other: &Self, bound: Bound) -> Result<Self, Refusal> {
        if let ([only], true) = (other.0.as_slice(), self.0.len() == 1)
            && let [own] = self.0.as_slice()
        {
            return Ok(Self(own.meet(only).into_iter().collect()));
        }
        let mut met = Self::none();
        for one in &self.0 {
            for two in &other.0 {
                if let Some(cell) = one.meet(two) {
                    met.add(cell);
                }
            }
            met = met.bounded(bound)?;
        }
        Ok(met)
    }

    pub(super) fn minus(&self, other: &Self, bound: Bound) -> Result<Self, Refusal> {
        let mut left = self.clone();
        for hole in &other.0 {
            let pieces = left.0.iter().flat_map(|cell| cell.minus(hole)).collect();
            left = Self(pieces).bounded(bound)?;
        }
        Ok(left)
    }

    pub(super) fn complement(&self, bound: Bound) -> Result<Self, Refusal> {
        Self::all().minus(self, bound)
    }

    fn add(&mut self, cell: Cell) {
        if self.0.iter().any(|known| cell.is_within(known)) {
            return;
        }
        self.0.retain(|known| !known.is_within(&cell));
        self.0.push(cell);
    }

    fn bounded(self, bound: Bound) -> Result<Self, Refusal> {
        if self.0.len() <= bound.boxes { Ok(self) } else { Err(Refusal::too_large(self.0.len(), bound)) }
    }
}

impl FromIterator<Cell> for Region {
    fn from_iter<T: IntoIterator<Item = Cell>>(cells: T) -> Self {
        let mut region = Self::none();
        cells.into_iter().for_each(|cell| region.add(cell));
        region
    }
}
