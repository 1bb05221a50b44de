use jiff::Timestamp;
use serde_json::{Value, json};
use symbolon_contract_negotiation::Role;

use crate::clock;
use crate::storage::agreements::StoredAgreement;

/// The `format` of an exported agreement.
pub const FORMAT: &str = "symbolon-agreement/1";

/// An agreement with both halves as one JSON document, for [`verify`](super::verify()).
///
/// `agreement`, `digest`, `parties` and `attestations` are what verification is about. `exporter` is what this connector
/// says about it besides; nobody signed that. `own` is our participant id.
pub fn export(stored: &StoredAgreement, own: &str, at: Timestamp) -> Value {
    let (consumer, provider) = match stored.role {
        Role::Consumer => (own, stored.partner.as_str()),
        Role::Provider => (stored.partner.as_str(), own),
    };
    json!({
        "format": FORMAT,
        "agreement": stored.document,
        "digest": stored.digest,
        "parties": {"consumer": consumer, "provider": provider},
        "attestations": stored.attestations,
        "exporter": {
            "participant": own,
            "product": concat!("symbolon ", env!("CARGO_PKG_VERSION")),
            "exportedAt": at.to_string(),
            "negotiation": stored.negotiation,
            "concludedAt": clock::from_millis(stored.concluded).to_string(),
            "state": stored.state,
            "retiredAt": stored.retired.map(|retired| clock::from_millis(retired).to_string()),
            "retireReason": stored.retire_reason,
        },
    })
}
