//! What an agreement permits, until when, and what outlives it.

use jiff::Timestamp;
use serde::Serialize;
use symbolon_policies_odrl::{Policy, words};
use utoipa::ToSchema;

use super::reviewing;

/// What an agreement permits, as far as its text alone says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rights {
    /// One line: `now, until 2035-12-31T23:00:00Z`, `ended`, …
    pub summary: String,
    /// `now`, `later`, `never`, `unknown` or `ended`.
    pub answer: String,
    /// RFC 3339; null: from the beginning.
    pub from: Option<String>,
    /// RFC 3339; null: no end is agreed.
    pub until: Option<String>,
    /// For people: what decides it.
    pub because: Vec<String>,
}

impl Rights {
    /// Of an agreement in force: whether the consumer may use the asset, from when and until when.
    pub fn in_force(agreement: &Policy, asset: &str, now: Timestamp) -> Self {
        reviewing::of_agreement(agreement, asset, now)
    }

    /// When the consumer's right to use the asset ends, as the agreement's text says at `now`; none: no end is agreed, or it
    /// cannot be told.
    pub fn end(agreement: &Policy, asset: &str, now: Timestamp) -> Option<Timestamp> {
        reviewing::end_of_agreement(agreement, asset, now)
    }

    /// Of an agreement that has ended.
    pub fn ended(why: &str) -> Self {
        Self {
            summary: "ended".to_owned(),
            answer: "ended".to_owned(),
            from: None,
            until: None,
            because: vec![why.to_owned()],
        }
    }
}

/// What still binds the consumer after the agreement has ended, in plain English.
pub fn surviving(agreement: &Policy) -> Vec<String> {
    words::sentences(&agreement.surviving())
}
