#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod access;
mod attestation;
mod catenax;
mod credential;
mod data_integrity;
mod did;
mod jws;
mod key;
mod keyring;
mod keystore;
mod mock;
mod peers;
mod presentation;
mod resolver;
mod status;
mod token;
mod vectors;
mod world;

use futures_util::FutureExt;
use jiff::Timestamp;
use symbolon_identity::{KeyKind, Keyring, SigningKey, TokenSecret};

/// A key that is the same in every run.
fn key(number: u8) -> SigningKey {
    SigningKey::from_secret(KeyKind::Ed25519, &[number; 32]).unwrap()
}

/// A `did:key` that is the same in every run.
fn party(number: u8) -> Keyring {
    Keyring::of_did_key(key(number), TokenSecret::from_bytes([number; 32]), at(0)).unwrap()
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap()
}

/// The result of what has nothing to wait for.
fn done<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("it does not wait")
}
