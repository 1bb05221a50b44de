//! An index of kept catalogues, in memory: words, filters and counts over every dataset that partners offer.
//!
//! One [`Segment`] for each partner, made of its rows and never changed. What decides whether we qualify for its offers
//! changes by itself and stands beside it ([`Verdicts`]). A search reads every segment once ([`search`]); there is nothing
//! else to be kept in step. Nothing here knows a database, a connector or the network.

pub mod entry;
pub mod folding;
mod matching;
pub mod search;
mod segment;

pub use entry::Entry;
pub use search::{Found, Query, Shown, Sort};
pub use segment::{Builder, KeptPolicy, Segment, Verdicts};

use std::sync::Arc;

use jiff::Timestamp;

/// Whether our own credentials satisfy the terms of an offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Qualifies {
    /// They do not.
    No,
    /// It depends on what only the provider knows, or on terms that are not understood here.
    #[default]
    Unknown,
    /// They do.
    Yes,
}

impl Qualifies {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::Yes, Self::No, Self::Unknown];

    /// As the management API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// What was decided about a policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Whether we qualify.
    pub qualifies: Qualifies,
    /// Why not, as a sentence; none for a yes.
    pub why: Option<Arc<str>>,
    /// When time may change it.
    pub until: Option<Timestamp>,
}

#[cfg(test)]
mod tests;
