//! Keys: public ones of anybody, and our own that sign.
//!
//! `josekit` (OpenSSL) signs and verifies. What it leaves open is decided here: which algorithm fits which key, that a point
//! is on its curve and a number in its range, that an Ed25519 key is not one under which everything verifies, how long an RSA
//! key may be, and what a key is called (JWK, Multikey, thumbprint).

mod algorithm;
mod curve;
mod jwk;
mod multikey;
mod public;
mod signing;

use thiserror::Error;

pub use self::algorithm::{Algorithm, KeyKind};
pub use self::public::PublicKey;
pub use self::signing::{RemoteSign, SigningKey};

/// The signature is not one of this key over this message, or not of an algorithm that fits the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the signature does not match")]
pub struct BadSignature;

/// What can go wrong with a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not a usable key; the text completes "the key …".
    #[error("the key {0}")]
    Refused(&'static str),
    /// A key of a type, curve or algorithm that is not supported.
    #[error("the key is of a type that is not supported: {0}")]
    Unsupported(String),
    /// The cryptographic library could not sign.
    #[error("the cryptographic library could not sign")]
    Signing,
    /// The operating system gave no randomness.
    #[error("the operating system gave no random bytes")]
    Randomness,
    /// Whoever keeps the key elsewhere did not sign; the text says what happened.
    #[error("the vault that keeps the key did not sign: {0}")]
    Remote(String),
}

impl KeyError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "key-refused",
            Self::Unsupported(_) => "key-unsupported",
            Self::Signing => "key-signing",
            Self::Randomness => "key-randomness",
            Self::Remote(_) => "key-remote",
        }
    }
}
