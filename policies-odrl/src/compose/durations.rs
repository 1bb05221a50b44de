//! Sets of durations. A duration is a pair of months and nanoseconds, so a set is a union of rectangles.

use std::cmp::Ordering;

use crate::duration::Duration;

/// What a duration can hold; more than the reader of durations lets through.
const MONTHS: i64 = 1 << 40;
const NANOS: i128 = 1 << 80;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rectangle {
    months: (i64, i64),
    nanos: (i128, i128),
}

/// A set of durations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Durations(Vec<Rectangle>);

impl Durations {
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Both parts of a duration have one sign.
    pub(super) fn all() -> Self {
        Self(vec![
            Rectangle { months: (0, MONTHS), nanos: (0, NANOS) },
            Rectangle { months: (-MONTHS, 0), nanos: (-NANOS, 0) },
        ])
    }

    /// The durations that are certain to stand so to this one.
    pub(super) fn that_are(order: Ordering, to: Duration) -> Self {
        let (months, nanos) = (to.months(), to.nanos());
        let point = Self(vec![Rectangle { months: (months, months), nanos: (nanos, nanos) }]);
        let quarter = match order {
            Ordering::Equal => return point,
            Ordering::Less => Rectangle { months: (-MONTHS, months), nanos: (-NANOS, nanos) },
            Ordering::Greater => Rectangle { months: (months, MONTHS), nanos: (nanos, NANOS) },
        };
        Self(vec![quarter]).intersect(&Self::all()).without(&point)
    }

    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn is_all(&self) -> bool {
        Self::all().without(self).is_none()
    }

    pub(super) fn intersect(&self, other: &Self) -> Self {
        let mut met = Self::none();
        self.0.iter().flat_map(|one| other.0.iter().filter_map(|two| one.meet(two))).for_each(|piece| met.add(piece));
        met
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        let mut joined = self.clone();
        other.0.iter().for_each(|rectangle| joined.add(rectangle.clone()));
        joined
    }

    pub(super) fn complement(&self) -> Self {
        Self::all().without(self)
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        let mut left = self.clone();
        for hole in &other.0 {
            let mut pieces = Self::none();
            left.0.iter().flat_map(|rectangle| rectangle.around(hole)).for_each(|piece| pieces.add(piece));
            left = pieces;
        }
        left
    }

    fn add(&mut self, rectangle: Rectangle) {
        if !self.0.iter().any(|known| rectangle.is_within(known)) {
            self.0.retain(|known| !known.is_within(&rectangle));
            self.0.push(rectangle);
        }
    }

    pub(super) fn contains(&self, duration: Duration) -> bool {
        let at =
            Rectangle { months: (duration.months(), duration.months()), nanos: (duration.nanos(), duration.nanos()) };
        self.0.iter().any(|rectangle| rectangle.meet(&at).is_some())
    }

    /// A duration of the set as `xsd:duration`, near to what was written.
    pub(super) fn pick(&self) -> Option<String> {
        let near = |(low, high): (i128, i128)| if low > 0 { low } else { high.min(0).max(low) };
        let rectangle = self.0.first()?;
        let months = near((i128::from(rectangle.months.0), i128::from(rectangle.months.1)));
        let nanos = near(rectangle.nanos);
        let sign = if months < 0 || nanos < 0 { "-" } else { "" };
        let (months, nanos) = (months.unsigned_abs(), nanos.unsigned_abs());
        let (days, seconds) = (nanos / 86_400_000_000_000, nanos % 86_400_000_000_000);
        let (whole, part) = (seconds / 1_000_000_000, seconds % 1_000_000_000);
        Some(match (whole, part) {
            (0, 0) => format!("{sign}P{months}M{days}D"),
            (_, 0) => format!("{sign}P{months}M{days}DT{whole}S"),
            (_, _) => format!("{sign}P{months}M{days}DT{whole}.{part:09}S"),
        })
    }
}

impl Rectangle {
    fn meet(&self, other: &Self) -> Option<Self> {
        let months = (self.months.0.max(other.months.0), self.months.1.min(other.months.1));
        let nanos = (self.nanos.0.max(other.nanos.0), self.nanos.1.min(other.nanos.1));
        (months.0 <= months.1 && nanos.0 <= nanos.1).then_some(Self { months, nanos })
    }

    fn is_within(&self, other: &Self) -> bool {
        self.meet(other).as_ref() == Some(self)
    }

    /// This rectangle without the hole: up to four pieces.
    fn around(&self, hole: &Self) -> Vec<Self> {
        let Some(hole) = self.meet(hole) else { return vec![self.clone()] };
        let pieces = [
            Self { months: (self.months.0, hole.months.0 - 1), nanos: self.nanos },
            Self { months: (hole.months.1 + 1, self.months.1), nanos: self.nanos },
            Self { months: hole.months, nanos: (self.nanos.0, hole.nanos.0 - 1) },
            Self { months: hole.months, nanos: (hole.nanos.1 + 1, self.nanos.1) },
        ];
        let real = |piece: &Self| piece.months.0 <= piece.months.1 && piece.nanos.0 <= piece.nanos.1;
        pieces.into_iter().filter(real).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn sets_agree_with_the_comparison() {
        let all = ["P0D", "P1D", "P30D", "P1M", "P1M1D", "P2M", "-P1D", "-P1M", "P1Y"]
            .map(|text| Duration::read(text).unwrap());
        for to in all {
            for order in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
                let set = Durations::that_are(order, to);
                for one in all {
                    assert_eq!(set.contains(one), one.compare(to) == Some(order), "{one:?} {order:?} {to:?}");
                    assert_ne!(set.contains(one), set.complement().contains(one));
                }
                assert!(set.contains(Duration::read(&set.pick().unwrap()).unwrap()), "{set:?}");
            }
        }
    }
}
