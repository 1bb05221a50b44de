//! The Decentralized Claims Protocol 1.0 (DCP): its words, and the messages of its presentation and issuance parts.
//!
//! Messages are read as compacted JSON with some patience, because implementations differ in it: `@context` may be a text
//! or absent, `type` may be spelled `@type` or as an IRI, a list of one may stand alone, members that are not known are
//! passed over. They are written exactly as the standard's schemas have them. Depth and counts are bounded; the caller
//! bounds the size.
//!
//! ```
//! use symbolon_vocab::dcp::{self, PresentationQueryMessage};
//!
//! let body = br#"{
//!     "@context": ["https://w3id.org/dspace-dcp/v1.0/dcp.jsonld"],
//!     "type": "PresentationQueryMessage"
//! }"#;
//! let refusal = dcp::parse::<PresentationQueryMessage>(body).unwrap_err();
//! assert_eq!(refusal.reason, "One of `scope` and `presentationDefinition` is missing; send exactly one.");
//! ```

mod issuance;
mod presentation;
mod reading;

use serde::Serialize;
use serde_json::Value;

pub use issuance::{
    CredentialContainer, CredentialMessage, CredentialObject, CredentialOfferMessage, CredentialRequestMessage,
    CredentialStatus, DeliveryStatus, IssuerMetadata, RequestStatus,
};
pub use presentation::{PresentationQueryMessage, PresentationResponseMessage};

use crate::messages::reading::{At, Read};
use crate::messages::{MAX_DEPTH, Malformed, nests_within};

vocabulary! {
    /// Namespace of the protocol's terms.
    namespace = "https://w3id.org/dspace-dcp/v1.0/";

    /// The JSON-LD context that every message names.
    CONTEXT = "dcp.jsonld";
}

/// Type of the service entry of a DID document that leads to a holder's credential service (5.2).
pub const CREDENTIAL_SERVICE: &str = "CredentialService";
/// Type of the service entry of a DID document that leads to an issuer (6.2).
pub const ISSUER_SERVICE: &str = "IssuerService";

/// Scope alias: credentials of a type (5.4.1.2).
pub const TYPE_ALIAS: &str = "org.eclipse.dspace.dcp.vc.type";
/// Scope alias: the credential with an id (5.4.1.2).
pub const ID_ALIAS: &str = "org.eclipse.dspace.dcp.vc.id";

/// Profile: credentials of data model 1.1 as JWT, with StatusList2021.
pub const VC11_SL2021_JWT: &str = "vc11-sl2021/jwt";
/// Profile: credentials of data model 2.0 as JWT, with BitstringStatusList.
pub const VC20_BSSL_JWT: &str = "vc20-bssl/jwt";

/// Items that a list of a message may have.
pub const MAX_ITEMS: usize = 256;

/// A message of the protocol: something that [`parse`] reads and [`to_bytes`] writes.
///
/// Implemented by the messages of this module only.
pub trait Message: Serialize + Read {
    /// The value of `type`.
    const TYPE: &'static str;
}

/// Reads a message from a request or response body. The caller bounds its size.
///
/// # Errors
/// [`Malformed`], if the body is not JSON or not a message of type `M`.
pub fn parse<M: Message>(body: &[u8]) -> Result<M, Malformed> {
    let value: Value = serde_json::from_slice(body).map_err(|error| Malformed {
        member: String::new(),
        reason: format!("The body is not acceptable JSON: {error}."),
    })?;
    if !nests_within(&value, MAX_DEPTH) {
        let reason = format!("The body is nested deeper than {MAX_DEPTH} levels.");
        return Err(Malformed { member: String::new(), reason });
    }
    M::read(value, At::Whole)
}

/// Writes a message as the body of a request or response.
pub fn to_bytes<M: Message>(message: &M) -> Vec<u8> {
    // Serialisation can only fail on map keys that are not strings, which no message has.
    serde_json::to_vec(message).unwrap_or_default()
}
