//! What can go wrong while connectors, kits and peers are driven.

use std::io;

use serde_json::Value;

/// One failure, told so that it can be read without its context.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An API answered, and not with 2xx. `body` is its JSON (a problem document), or its text, or null when empty.
    #[error("{call} was answered {status}: {body}")]
    Refused {
        /// Method and address.
        call: String,
        /// HTTP status code.
        status: u16,
        /// What came with it.
        body: Value,
    },
    /// An API did not answer, or its answer broke off or was not JSON.
    #[error("{call} got no usable answer: {reason}")]
    Unanswered {
        /// Method and address.
        call: String,
        /// What the client saw.
        reason: String,
    },
    /// The operating system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// Something that had to happen within a time did not.
    #[error("{what} did not happen within {seconds} s")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// The bound.
        seconds: u64,
    },
    /// A process of ours ended early or said something else than it should.
    #[error("{0}")]
    Unexpected(String),
}

impl Failure {
    /// For `map_err` on IO: names what was attempted.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// The HTTP status if an API refused.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Unanswered { .. } | Self::Io { .. } | Self::TimedOut { .. } | Self::Unexpected(_) => None,
        }
    }
}
