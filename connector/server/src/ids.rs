//! The one place where identifiers are made.

use uuid::Uuid;

/// A process, message or agreement id: `urn:uuid:` with a time-ordered UUID (version 7).
pub fn urn() -> String {
    Uuid::now_v7().urn().to_string()
}

/// A short id for things that an operator creates without naming them.
pub fn plain() -> String {
    Uuid::now_v7().to_string()
}

/// A random place below `count`.
pub fn place(count: u64) -> u64 {
    Uuid::new_v4().as_u64_pair().1 % count.max(1)
}
