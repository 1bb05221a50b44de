//! Status lists, honest and bombs.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::Failure;

/// Entries of an honest list: the least that the standard allows.
pub const ENTRIES: usize = 131_072;

/// Which of the two standards the list is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// StatusList2021, of credentials of the model 1.1.
    StatusList2021,
    /// Bitstring Status List, of the model 2.0.
    Bitstring,
}

/// The credential that a list is, as plain JSON without a proof, which partners take from the issuer's own address.
///
/// # Errors
/// When the bits cannot be compressed.
pub fn list(model: Model, id: &str, issuer: &str, purpose: &str, bits: &[u8]) -> Result<Value, Failure> {
    let packed = gzip(bits)?;
    Ok(match model {
        Model::StatusList2021 => json!({
            "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/vc/status-list/2021/v1"],
            "id": id, "type": ["VerifiableCredential", "StatusList2021Credential"], "issuer": issuer,
            "issuanceDate": "2026-01-01T00:00:00Z",
            "credentialSubject": {"id": format!("{id}#list"), "type": "StatusList2021", "statusPurpose": purpose,
                "encodedList": STANDARD.encode(packed)},
        }),
        Model::Bitstring => json!({
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": id, "type": ["VerifiableCredential", "BitstringStatusListCredential"], "issuer": issuer,
            "validFrom": "2026-01-01T00:00:00Z",
            "credentialSubject": {"id": format!("{id}#list"), "type": "BitstringStatusList", "statusPurpose": purpose,
                "encodedList": format!("u{}", URL_SAFE_NO_PAD.encode(packed))},
        }),
    })
}

/// An entry of a list, as it stands in a credential.
pub fn entry(model: Model, list: &str, purpose: &str, index: usize) -> Value {
    let kind = match model {
        Model::StatusList2021 => "StatusList2021Entry",
        Model::Bitstring => "BitstringStatusListEntry",
    };
    json!({"id": format!("{list}#{index}"), "type": kind, "statusPurpose": purpose,
        "statusListIndex": index.to_string(), "statusListCredential": list})
}

/// Bits with these set, counted from the most significant bit of the first byte.
pub fn bits(set: &[usize]) -> Vec<u8> {
    let mut bits = vec![0_u8; ENTRIES / 8];
    for index in set {
        if let Some(byte) = bits.get_mut(index / 8) {
            *byte |= 0x80 >> (index % 8);
        }
    }
    bits
}

/// This many zero bytes; compressed they are a thousandth of that.
///
/// # Errors
/// When they cannot be compressed.
pub fn bomb(id: &str, issuer: &str, unpacked: usize) -> Result<Value, Failure> {
    list(Model::StatusList2021, id, issuer, "revocation", &vec![0_u8; unpacked])
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).map_err(Failure::io("compressing a status list"))?;
    encoder.finish().map_err(Failure::io("compressing a status list"))
}
