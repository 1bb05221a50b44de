//! Who is who: keys, DIDs, tokens and attestations.
//!
//! The crate has no network and no clock: time is an argument, and a DID is resolved from itself ([`did_key`]).
//! It draws randomness only to make a keystore and the `jti` of a token.
//!
//! | Module | What it gives |
//! |---|---|
//! | [`did_key`] | `did:key` (Ed25519): resolution and the DID document |
//! | [`keystore`] | the connector's secrets in one encrypted file |
//! | [`token`] | the self-issued token that goes with each request to a partner |
//! | [`attestation`] | a party's signature over a concluded agreement, verified offline |
//! | [`mock`] | the unauthenticated identity that conformance kits and EDC test set-ups speak |
//!
//! Signatures are made and checked by `josekit`; `did-key` only ever sees public keys.

pub mod attestation;
pub mod did_key;
mod jws;
mod key;
pub mod keystore;
pub mod mock;
mod participant;
pub mod token;

pub use key::{BadSignature, KeyError, SigningKey, VerificationKey};
pub use participant::Participant;
