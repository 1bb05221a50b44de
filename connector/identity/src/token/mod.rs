//! The self-issued token that goes with each request to a partner: a JWT (RFC 7519) signed with the sender's DID key.
//!
//! | Claim | Rule |
//! |---|---|
//! | `iss`, `sub` | equal, a `did:key`; the token is signed with that key and `kid` names it |
//! | `aud` | the receiver's DID and nothing else |
//! | `iat`, `exp`, `nbf` | checked with an allowance for clocks that differ; the life from `iat` to `exp` is limited |
//! | `jti` | required, accepted once |
//!
//! The times have a resolution of a millisecond (RFC 7519 §2 lets a NumericDate have a fraction): a verifier that has just
//! started refuses what was issued before it, and must be able to tell.

mod claims;
mod issuer;
mod refusal;
mod replay;
mod verifier;

pub use self::issuer::{DEFAULT_LIFETIME, Issuer};
pub use self::refusal::TokenError;
pub use self::verifier::{DEFAULT_MAX_LIFETIME, DEFAULT_REPLAY_CAPACITY, DEFAULT_SKEW, MAX_HEADER, Verifier};

/// The `typ` of the JOSE header.
const TYP: &str = "JWT";
