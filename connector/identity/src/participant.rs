use std::fmt;

/// The partner that a request comes from.
///
/// Only [`crate::token::Verifier::verify`] and [`crate::mock::parse`] make one, so holding it means that the request's
/// identity has been established by one of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Participant {
    id: String,
}

impl Participant {
    pub(crate) fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }

    /// The participant id: a DID, or under mock identity whatever the partner calls itself.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The participant id, owned.
    pub fn into_id(self) -> String {
        self.id
    }
}

impl fmt::Display for Participant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}
