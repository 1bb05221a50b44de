#![doc = include_str!("../README.md")]

pub mod access;
pub mod attestation;
pub mod catenax;
mod compatibility;
pub mod credential;
pub mod did;
pub mod fetch;
pub mod jws;
mod kept;
mod key;
mod keyring;
pub mod keystore;
pub mod mock;
mod participant;
pub mod presentation;
pub mod token;
pub mod trust;

pub use compatibility::Compatibility;
pub use key::{Algorithm, BadSignature, KeyError, KeyKind, PublicKey, RemoteSign, SigningKey};
pub use keyring::{Held, Keyring, KeyringError, Retired, SHORT_LIVED, Service};
pub use keystore::TokenSecret;
pub use participant::Participant;
