use serde::Serialize;

/// Why a policy was not accepted, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct PolicyError {
    /// Path of the offending member, for example `permission[0].constraint[1].operator`; empty for the policy as a whole.
    pub path: String,
    /// A sentence that says what was expected.
    pub reason: String,
}

impl PolicyError {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }

    fn sentence(&self) -> String {
        if self.path.is_empty() { self.reason.clone() } else { format!("{}: {}", self.path, self.reason) }
    }
}
