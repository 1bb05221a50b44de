#![doc = include_str!("../README.md")]

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
