use crate::uses::Use;

/// What a decision takes and relies on, collected while constraints are looked at.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) uses: Vec<Use>,
    /// Paths of constraints that no machine decides.
    pub(super) contractual: Vec<String>,
}

/// How much had been collected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Level {
    uses: usize,
    contractual: usize,
}

impl Taken {
    pub(super) fn level(&self) -> Level {
        Level { uses: self.uses.len(), contractual: self.contractual.len() }
    }

    /// Drops what was collected after the level.
    pub(super) fn drop_to(&mut self, level: Level) {
        self.uses.truncate(level.uses);
        self.contractual.truncate(level.contractual);
    }

    /// The uses that were collected after the level.
    pub(super) fn uses_since(&mut self, level: Level) -> Vec<Use> {
        if self.uses.len() == level.uses { Vec::new() } else { self.uses.split_off(level.uses) }
    }

    pub(super) fn contractual_since(&mut self, level: Level) -> Vec<String> {
        if self.contractual.len() == level.contractual {
            Vec::new()
        } else {
            self.contractual.split_off(level.contractual)
        }
    }
}
