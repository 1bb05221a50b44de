//! What has been used of a right, and what a request takes from it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

/// The ledger of uses under one policy, as far as its caller keeps it: what was taken from each counter, and when.
///
/// A counter that is not in it has never been used. Whoever passes no ledger at all leaves every counter unknown, and whatever
/// depends on one is refused.
///
/// ```
/// use symbolon_policies_odrl::{Uses, World};
///
/// let now = "2026-03-30T12:00:00Z".parse().unwrap();
/// let ledger = Uses::default().with("permission[0].constraint[0]", 4);
/// let world = World::at(now).with_uses(ledger);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    counters: BTreeMap<String, Used>,
}

/// What is known of one counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) amount: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
}

/// What a request takes from one counter.
///
/// It is taken by `used + amount <= most`, in the same commit as whatever the request does. Where that fails, somebody else was
/// faster: the caller reloads the ledger and decides again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Use {
    /// The counter: the path of the constraint in the policy, for example `permission[0].constraint[1]`.
    pub counter: String,
    /// How much is taken; for a count it is 1, for a quantity it is rounded up.
    pub amount: u64,
    /// How much may have been taken afterwards.
    pub most: u64,
}

impl Uses {
    /// So much was taken from a counter; the last call for a counter counts.
    #[must_use]
    pub fn with(mut self, counter: &str, amount: u64) -> Self {
        self.counters.entry(counter.to_owned()).or_default().amount = amount;
        self
    }

    /// When a counter was drawn upon for the first and the last time; constraints on intervals need it.
    #[must_use]
    pub fn with_times(mut self, counter: &str, first: Timestamp, last: Timestamp) -> Self {
        let used = self.counters.entry(counter.to_owned()).or_default();
        (used.first, used.last) = (Some(first), Some(last));
        self
    }

    pub(crate) fn of(&self, counter: &str) -> Used {
        self.counters.get(counter).copied().unwrap_or_default()
    }
}
