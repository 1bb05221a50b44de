#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod attestation;
mod did_key;
mod keystore;
mod mock;
mod token;

use jiff::Timestamp;
use symbolon_identity::SigningKey;

/// A key that is the same in every run.
fn key(number: u8) -> SigningKey {
    SigningKey::from_secret(&[number; 32]).unwrap()
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap()
}
