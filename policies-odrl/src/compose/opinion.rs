//! Answers that may depend on what is not known.

/// Whether there is something, with an example; or what would have to be known to say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opinion<T> {
    Yes(T),
    No,
    /// Questions, each beginning with "whether".
    Open(Vec<String>),
}

/// More questions than anybody would look into.
const MOST: usize = 16;

impl<T> Opinion<T> {
    /// One of two suffices.
    pub(super) fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes(found) => Self::Yes(found),
            Self::No => other(),
            Self::Open(asked) => match other() {
                Self::Yes(found) => Self::Yes(found),
                Self::No => Self::Open(asked),
                Self::Open(more) => Self::Open(asked_once(asked, more)),
            },
        }
    }

    /// Both are needed.
    pub(super) fn and<U, V>(self, other: Opinion<U>, joined: impl FnOnce(T, U) -> V) -> Opinion<V> {
        match (self, other) {
            (Self::No, _) | (_, Opinion::No) => Opinion::No,
            (Self::Yes(one), Opinion::Yes(two)) => Opinion::Yes(joined(one, two)),
            (Self::Open(one), Opinion::Open(two)) => Opinion::Open(asked_once(one, two)),
            (Self::Open(asked), Opinion::Yes(_)) | (Self::Yes(_), Opinion::Open(asked)) => Opinion::Open(asked),
        }
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Opinion<U> {
        match self {
            Self::Yes(found) => Opinion::Yes(change(found)),
            Self::No => Opinion::No,
            Self::Open(asked) => Opinion::Open(asked),
        }
    }
}

impl<T> From<Option<T>> for Opinion<T> {
    fn from(found: Option<T>) -> Self {
        found.map_or(Self::No, Self::Yes)
    }
}

fn asked_once(mut one: Vec<String>, two: Vec<String>) -> Vec<String> {
    for question in two {
        if one.len() < MOST && !one.contains(&question) {
            one.push(question);
        }
    }
    one
}
