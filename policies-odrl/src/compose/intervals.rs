//! Sets of points on a line: numbers, instants, starts of days.

use crate::decimal::Decimal;

/// A point on a line, dense or discrete.
pub(super) trait Point: Ord + Clone {
    /// The cut right after this point, in its one form: on a discrete line, before the next point.
    fn cut_after(&self) -> Cut<Self>;
    /// Any point of the line.
    fn origin() -> Self;
    /// A point before this one.
    fn before(&self) -> Self;
    /// A point after this one.
    fn after(&self) -> Self;
    /// A point between this one and a later one, which are known not to be neighbours.
    fn between(&self, later: &Self) -> Self;
}

/// A place between points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cut<P> {
    point: P,
    after: bool,
}

/// A set of points: where membership begins, and each cut at which it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Intervals<P> {
    inside: bool,
    cuts: Vec<Cut<P>>,
}

/// One stretch of a set: its ends, and whether they belong to it. `None` has no end.
pub(super) struct Stretch<'a, P> {
    pub(super) from: Option<(&'a P, bool)>,
    pub(super) to: Option<(&'a P, bool)>,
}

impl Point for Decimal {
    fn cut_after(&self) -> Cut<Self> {
        Cut { point: self.clone(), after: true }
    }

    fn origin() -> Self {
        Self::zero()
    }

    fn before(&self) -> Self {
        self.negated().next_whole().negated()
    }

    fn after(&self) -> Self {
        self.next_whole()
    }

    fn between(&self, later: &Self) -> Self {
        Self::between(self, later)
    }
}

impl Point for i128 {
    fn cut_after(&self) -> Cut<Self> {
        Cut { point: self.saturating_add(1), after: false }
    }

    fn origin() -> Self {
        0
    }

    fn before(&self) -> Self {
        self.saturating_sub(1)
    }

    fn after(&self) -> Self {
        self.saturating_add(1)
    }

    fn between(&self, _: &Self) -> Self {
        self.saturating_add(1)
    }
}

impl<P: Point> Intervals<P> {
    pub(super) fn none() -> Self {
        Self { inside: false, cuts: Vec::new() }
    }

    pub(super) fn all() -> Self {
        Self { inside: true, cuts: Vec::new() }
    }

    pub(super) fn point(point: &P) -> Self {
        Self::from(point).intersect(&Self::up_to(point))
    }

    /// The points before this one.
    pub(super) fn below(point: &P) -> Self {
        Self { inside: true, cuts: vec![Cut { point: point.clone(), after: false }] }
    }

    /// This point and those before it.
    pub(super) fn up_to(point: &P) -> Self {
        Self { inside: true, cuts: vec![point.cut_after()] }
    }

    /// The points after this one.
    pub(super) fn above(point: &P) -> Self {
        Self::up_to(point).complement()
    }

    /// This point and those after it.
    pub(super) fn from(point: &P) -> Self {
        Self::below(point).complement()
    }

    pub(super) fn is_none(&self) -> bool {
        !self.inside && self.cuts.is_empty()
    }

    pub(super) fn is_all(&self) -> bool {
        self.inside && self.cuts.is_empty()
    }

    pub(super) fn complement(&self) -> Self {
        Self { inside: !self.inside, cuts: self.cuts.clone() }
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        self.combine(other, |one, two| one && two)
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        self.combine(other, |one, two| one || two)
    }

    fn combine(&self, other: &Self, joined: fn(bool, bool) -> bool) -> Self {
        let (mut one, mut two) = (self.inside, other.inside);
        let mut result = Self { inside: joined(one, two), cuts: Vec::new() };
        let mut last = result.inside;
        let (mut mine, mut theirs) = (self.cuts.iter().peekable(), other.cuts.iter().peekable());
        loop {
            let cut = match (mine.peek(), theirs.peek()) {
                (None, None) => return result,
                (Some(cut), None) => (*cut).clone(),
                (None, Some(cut)) => (*cut).clone(),
                (Some(left), Some(right)) => (*left).min(*right).clone(),
            };
            if mine.next_if(|next| **next == cut).is_some() {
                one = !one;
            }
            if theirs.next_if(|next| **next == cut).is_some() {
                two = !two;
            }
            let now = joined(one, two);
            if now != last {
                last = now;
                result.cuts.push(cut);
            }
        }
    }

    pub(super) fn contains(&self, point: &P) -> bool {
        let passed = |cut: &&Cut<P>| if cut.after { cut.point < *point } else { cut.point <= *point };
        self.inside ^ (self.cuts.iter().take_while(passed).count() % 2 == 1)
    }

    /// The stretches of the set, in order.
    pub(super) fn stretches(&self) -> Vec<Stretch<'_, P>> {
        let mut ends: Vec<Option<&Cut<P>>> = Vec::with_capacity(self.cuts.len() + 2);
        if self.inside {
            ends.push(None);
        }
        ends.extend(self.cuts.iter().map(Some));
        if ends.len() % 2 == 1 {
            ends.push(None);
        }
        let start = |cut: &Cut<P>| !cut.after;
        ends.chunks_exact(2)
            .map(|pair| Stretch {
                from: pair.first().copied().flatten().map(|cut| (&cut.point, start(cut))),
                to: pair.get(1).copied().flatten().map(|cut| (&cut.point, cut.after)),
            })
            .collect()
    }

    /// A point of the set, one that was written if possible.
    pub(super) fn pick(&self) -> Option<P> {
        let stretches = self.stretches();
        let written = stretches.iter().find_map(|stretch| {
            let end = |end: &Option<(&P, bool)>| end.filter(|(_, belongs)| *belongs).map(|(point, _)| point.clone());
            end(&stretch.from).or_else(|| end(&stretch.to))
        });
        written.or_else(|| {
            stretches.first().map(|stretch| match (stretch.from, stretch.to) {
                (None, None) => P::origin(),
                (None, Some((to, _))) => to.before(),
                (Some((from, _)), None) => from.after(),
                (Some((from, _)), Some((to, _))) => from.between(to),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::read(text).unwrap_or_else(Decimal::zero)
    }

    #[test]
    fn sets_follow_the_laws_on_a_grid() {
        let grid: Vec<Decimal> = (-3..12).map(|half| number(&format!("{}", f64::from(half) / 2.0))).collect();
        let mut sets = vec![Intervals::none(), Intervals::all()];
        for at in ["0", "1", "2.5", "4"].map(number) {
            sets.extend([Intervals::below(&at), Intervals::up_to(&at), Intervals::above(&at), Intervals::point(&at)]);
        }
        for one in &sets {
            for two in &sets {
                let (met, joined) = (one.intersect(two), one.union(two));
                for point in &grid {
                    assert_eq!(met.contains(point), one.contains(point) && two.contains(point));
                    assert_eq!(joined.contains(point), one.contains(point) || two.contains(point));
                    assert_ne!(one.contains(point), one.complement().contains(point));
                }
                assert_eq!(met.pick().is_none(), met.is_none());
                assert!(met.pick().is_none_or(|point| met.contains(&point)), "{met:?}");
                assert_eq!(met, two.intersect(one));
            }
        }
    }

    #[test]
    fn whole_numbers_have_neighbours() {
        let between = Intervals::above(&3_i128).intersect(&Intervals::below(&4));
        assert!(between.is_none());
        assert_eq!(Intervals::above(&3_i128).intersect(&Intervals::below(&5)).pick(), Some(4));
    }
}
