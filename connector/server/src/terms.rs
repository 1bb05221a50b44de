//! What policies say, for people: explained, tried, compared, met and reviewed, from documents alone.
//!
//! Nothing here asks the connector. The management API and the command line share these answers, so that a file on an
//! auditor's machine reads as it does in the connector.

pub mod comparing;
pub mod explaining;
pub mod named;
pub mod offers;
pub mod reading;
pub mod reviewing;
pub mod rights;
pub mod templates;
pub mod trying;
pub mod vocabulary;

use serde::Serialize;
use symbolon_policies_odrl::Policy;
use symbolon_policies_odrl::words::{self, Standing};
use utoipa::ToSchema;

/// What terms say, for those who are about to sign them, or have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// Each rule in plain English.
    pub sentences: Vec<String>,
    /// What no connector decides: it binds whoever signs, and nothing more than that holds it up.
    pub contractual_only: Vec<String>,
    /// What this connector cannot decide: every request that depends on it is refused.
    pub not_understood: Vec<String>,
}

impl Terms {
    /// What the policy says.
    pub fn of(policy: &Policy) -> Self {
        let mut told = Self { sentences: words::sentences(policy), ..Self::default() };
        for term in words::enforcement(policy) {
            match term.standing {
                Standing::Decided { .. } => {}
                Standing::Contractual => told.contractual_only.push(term.sentence),
                Standing::NotUnderstood => told.not_understood.push(term.sentence),
            }
        }
        told
    }
}
