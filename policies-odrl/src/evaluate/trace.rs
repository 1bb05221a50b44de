use std::fmt::Write as _;

use crate::decision::{Reason, ReasonCode};

/// More reasons than these help nobody.
const MAX_REASONS: usize = 64;

/// Collects reasons with their paths; a silent one does nothing, so that permitting costs nothing.
pub(super) struct Trace {
    speaks: bool,
    /// Whether places are followed, which they are also where duties are known by their paths.
    follows: bool,
    path: String,
    reasons: Vec<Reason>,
}

/// A place to return to.
pub(super) struct Place(usize);

/// How many reasons there were.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl Trace {
    pub(super) fn silent(follows: bool) -> Self {
        Self { speaks: false, follows, path: String::new(), reasons: Vec::new() }
    }

    pub(super) fn speaking() -> Self {
        Self { speaks: true, ..Self::silent(true) }
    }

    pub(super) fn speaks(&self) -> bool {
        self.speaks
    }

    pub(super) fn enter(&mut self, member: &str, index: usize) -> Place {
        let place = Place(self.path.len());
        if self.follows {
            let dot = if self.path.is_empty() { "" } else { "." };
            // Writing to a string does not fail.
            let _ = write!(self.path, "{dot}{member}[{index}]");
        }
        place
    }

    pub(super) fn leave(&mut self, place: Place) {
        self.path.truncate(place.0);
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn add(&mut self, code: ReasonCode, sentence: impl FnOnce() -> String) {
        if self.speaks && self.reasons.len() <= MAX_REASONS {
            self.reasons.push(Reason { code, path: self.path.clone(), sentence: sentence() });
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.reasons.len())
    }

    /// Drops the reasons that came after the mark.
    pub(super) fn forget(&mut self, mark: Mark) {
        self.reasons.truncate(mark.0);
    }

    /// The reasons that came after the mark.
    pub(super) fn since(&self, mark: Mark) -> &[Reason] {
        self.reasons.get(mark.0..).unwrap_or_default()
    }

    pub(super) fn take(&mut self) -> Vec<Reason> {
        shortened(std::mem::take(&mut self.reasons))
    }
}

/// No more reasons than help, and a word where some were left out.
pub(super) fn shortened(mut reasons: Vec<Reason>) -> Vec<Reason> {
    if reasons.len() > MAX_REASONS {
        reasons.truncate(MAX_REASONS);
        let sentence = "refused: there are more reasons than are listed here".to_owned();
        reasons.push(Reason { code: ReasonCode::More, path: String::new(), sentence });
    }
    reasons
}
