use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use symbolon_contract_negotiation::{Party, Role};

use crate::clock;
use crate::storage::agreements::StoredAgreement;

/// The `format` of an exported agreement.
pub const FORMAT: &str = "symbolon-agreement/2";

/// What goes with the halves into a file, so that they can be checked years later.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// The DID documents that the halves name, as they were seen when they were signed.
    pub documents: Vec<Value>,
    /// The credentials that the parties presented, each as it was signed: a JWT, or JSON text.
    pub presented: Vec<String>,
    /// What a partner that does not attest has sent, with the signed token that came with each message.
    pub received: Vec<Received>,
    /// Whether credentials and tokens exist that the reader may not see.
    pub withheld: bool,
}

/// A message of the negotiation, as it was received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// Its `@type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was taken (RFC 3339).
    pub at: String,
    /// The body's text.
    pub body: String,
    /// The signed token by which the sender proved who it is.
    pub token: Option<String>,
}

/// An agreement with both halves and what they rest on as one JSON document, for [`verify`](super::verify()).
///
/// `agreement`, `digest`, `parties`, `attestations` and `evidence` are what verification is about. `exporter` is what this
/// connector says about it besides; nobody signed that. `own` is our participant id.
pub fn export(stored: &StoredAgreement, own: &str, evidence: &Evidence, at: Timestamp) -> Value {
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
        "evidence": evidence,
        "exporter": {
            "participant": own,
            "product": concat!("symbolon ", env!("CARGO_PKG_VERSION")),
            "exportedAt": at.to_string(),
            "negotiation": stored.negotiation,
            "dataspace": stored.dataspace,
            "concludedAt": clock::from_millis(stored.concluded).to_string(),
            "state": stored.state,
            "retiredAt": stored.retired.map(|retired| clock::from_millis(retired).to_string()),
            "retireReason": stored.retire_reason,
            "termination": stored.termination.as_ref().map(|end| json!({
                "by": match end.by {
                    Party::Own => "us",
                    Party::Peer => "partner",
                },
                "at": clock::from_millis(end.at).to_string(),
                "code": end.code,
                "reason": end.reason,
            })),
        },
    })
}
