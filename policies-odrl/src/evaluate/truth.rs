/// The values of three-valued logic (Kleene).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    Undecided,
}

impl Truth {
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            (Self::Undecided | Self::True, Self::Undecided | Self::True) => Self::Undecided,
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Undecided => Self::Undecided,
        }
    }
}

impl From<Option<bool>> for Truth {
    fn from(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::True,
            Some(false) => Self::False,
            None => Self::Undecided,
        }
    }
}

/// Exactly one is true.
pub(crate) fn exactly_one(truths: impl Iterator<Item = Truth>) -> Truth {
    let (mut held, mut open) = (0, false);
    for truth in truths {
        held += usize::from(truth == Truth::True);
        open |= truth == Truth::Undecided;
    }
    match (held, open) {
        (2.., _) | (0, false) => Truth::False,
        (1, false) => Truth::True,
        (0 | 1, true) => Truth::Undecided,
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Undecided};
    use super::*;

    #[test]
    fn the_truth_tables() {
        for (one, two, and, or) in [
            (True, True, True, True),
            (True, False, False, True),
            (True, Undecided, Undecided, True),
            (False, False, False, False),
            (False, Undecided, False, Undecided),
            (Undecided, Undecided, Undecided, Undecided),
        ] {
            assert_eq!((one.and(two), two.and(one)), (and, and), "{one:?} and {two:?}");
            assert_eq!((one.or(two), two.or(one)), (or, or), "{one:?} or {two:?}");
        }
        for (truths, expected) in [
            (vec![], False),
            (vec![True], True),
            (vec![True, True, Undecided], False),
            (vec![True, Undecided], Undecided),
            (vec![False, Undecided], Undecided),
            (vec![False, True, False], True),
        ] {
            assert_eq!(exactly_one(truths.iter().copied()), expected, "{truths:?}");
        }
    }
}
