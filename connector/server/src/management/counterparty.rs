//! How a body says who the counterparty is: a partner of the registry, or an id and an address.

use crate::operations::partners::{Counterparty, Named};
use crate::problem::Problem;

/// Exactly one of the two forms.
///
/// # Errors
/// 400 if there is neither or both.
pub(super) fn named(partner: Option<String>, id: Option<String>, address: Option<String>) -> Result<Named, Problem> {
    match (partner, id, address) {
        (Some(partner), None, None) => Ok(Named::Known(partner)),
        (None, Some(id), Some(dsp_address)) => Ok(Named::Elsewhere(Counterparty { id, dsp_address })),
        _ => {
            let detail = "give either partner, or counterPartyId and counterPartyAddress";
            Err(Problem::bad_request("body", detail).with_rule("partner"))
        }
    }
}
