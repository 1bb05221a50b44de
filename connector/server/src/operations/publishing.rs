//! Publishing: assets, policies, and the offers that bring them together.
//!
//! The catalogue is read from the *listing*: one row for each (offer, asset) that the offer's selector matches. Whatever
//! changes an asset or an offer writes the listing in the same transaction, one at a time under
//! [`Connector::publishing`](crate::connector::Connector::publishing), so that the listing always fits both.

pub mod assets;
pub mod offers;
pub mod policies;
pub mod publications;

use crate::problem::{Kind, Problem};
use crate::storage::StorageError;

/// Longest id an operator may choose, in bytes.
const ID_BYTES: usize = 512;
/// Rows read at once where all of them are needed.
const ALL_PAGE: i64 = 1000;

/// Refuses an id that people or paths could not tell from another.
fn check_id(what: &str, id: &str) -> Result<(), Problem> {
    let reason = if id.is_empty() {
        "is empty"
    } else if id.len() > ID_BYTES {
        "is longer than 512 bytes"
    } else if id.chars().any(char::is_control) || id.trim() != id {
        "has control characters, or blanks at its ends"
    } else if matches!(id, "." | "..") {
        "is a step of a path"
    } else {
        return Ok(());
    };
    Err(Problem::new(Kind::Unprocessable, "id", format!("the id of the {what} {reason}")))
}

/// What storage says when a listing would take an id that partners already know another offer by.
fn listing_refused(error: StorageError) -> Problem {
    match error {
        StorageError::Duplicate { table: offers::LISTING, key } => offer_id_taken(&key),
        other => other.into(),
    }
}

fn offer_id_taken(asset: &str) -> Problem {
    let detail = format!("the DSP offer id for the asset {asset:?} is already the id of another offer");
    Problem::new(Kind::Conflict, "offer.id-taken", detail).with_hint("choose another id in offerIds")
}
