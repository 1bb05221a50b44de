//! The self-issued token that goes with each request to a partner (DCP 1.0 §4.3): a JWT (RFC 7519) signed with a key of the
//! sender's DID.
//!
//! | Claim | Rule |
//! |---|---|
//! | `iss`, `sub` | equal, a DID that resolves |
//! | `aud` | the receiver's DID and nothing else |
//! | `iat`, `exp`, `nbf` | checked with an allowance for clocks that differ; the life from `iat` to `exp` is limited |
//! | `jti` | required, accepted once per sender |
//! | `token` | optional: what opens the sender's credential service |
//! | `pre-authorized_code` | optional: what entitles to a credential |
//!
//! The key is one that the DID document names in `capabilityInvocation`: the one of `kid`, or the only one.
//!
//! The times have a resolution of a millisecond (RFC 7519 §2 lets a NumericDate have a fraction): a verifier that has just
//! started refuses what was issued before it, and must be able to tell.

mod claims;
mod issuer;
mod refusal;
mod replay;
mod verifier;

pub use self::issuer::{DEFAULT_LIFETIME, Extra, Issuer};
pub use self::refusal::TokenError;
pub use self::verifier::{
    Claims, DEFAULT_MAX_LIFETIME, DEFAULT_REPLAY_CAPACITY, DEFAULT_SKEW, MAX_HEADER, MAX_SKEW, Verified, Verifier,
};

/// The `typ` of the JOSE header.
const TYP: &str = "JWT";

/// The claim in which a `did:key`, whose document has no services, names its credential service.
pub const CREDENTIAL_SERVICE_CLAIM: &str = "https://w3id.org/symbolon/1/credentialService";
