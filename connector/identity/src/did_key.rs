//! `did:key` for Ed25519 keys (W3C CCG, The did:key Method v0.9): the DID is the key, so resolution needs no network.

use ::did_key::{CONFIG_JOSE_PUBLIC, DIDCore, Ed25519KeyPair, from_existing_key};
use serde_json::{Value, json};
use thiserror::Error;

use crate::key::VerificationKey;

/// Multicodec `ed25519-pub` (0xed) as a varint.
const ED25519_PUB: [u8; 2] = [0xed, 0x01];

/// The longest multibase value looked at. An Ed25519 one has 48 characters, the largest known key type (RSA 4096) fewer than 800.
const LONGEST: usize = 1024;

/// The key a `did:key` stands for.
///
/// The DID must be bare and canonical: no path, query or fragment, and encoded as its own key would be.
///
/// # Errors
/// [`DidError`] says which part is not as it must be.
pub fn resolve(did: &str) -> Result<VerificationKey, DidError> {
    let rest = did.strip_prefix("did:").ok_or(DidError::NotADid)?;
    let (method, id) = rest.split_once(':').ok_or(DidError::NotADid)?;
    if method != "key" {
        return Err(DidError::UnknownMethod);
    }
    if id.len() > LONGEST {
        return Err(DidError::Malformed("it is too long"));
    }
    if id.contains(['/', '?', '#', ';']) {
        return Err(DidError::Malformed("it has a path, query or fragment"));
    }
    let base58 = id.strip_prefix('z').ok_or(DidError::Malformed("its key is not in multibase base58btc"))?;
    let bytes = bs58::decode(base58).into_vec().map_err(|_| DidError::Malformed("its key is not in base58"))?;
    let key = bytes.strip_prefix(&ED25519_PUB).ok_or(DidError::UnsupportedKey)?;
    let key = <[u8; 32]>::try_from(key).map_err(|_| DidError::Malformed("its key does not have 32 bytes"))?;
    let key = VerificationKey::from_bytes(key).map_err(|_| DidError::UnusableKey)?;
    if key.did() == did { Ok(key) } else { Err(DidError::Malformed("its encoding is not the canonical one")) }
}

/// The DID document of a key: verification method and key agreement as `JsonWebKey2020`.
pub fn document(key: &VerificationKey) -> Value {
    let pair = from_existing_key::<Ed25519KeyPair>(key.as_bytes(), None);
    let mut document = json!(pair.get_did_document(CONFIG_JOSE_PUBLIC));
    // The first context does not define JsonWebKey2020 and publicKeyJwk; did-key names no other.
    document["@context"] = json!(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]);
    document
}

/// Why a DID does not resolve to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DidError {
    /// Not `did:<method>:<id>`.
    #[error("it is not a DID")]
    NotADid,
    /// A DID of another method than `key`.
    #[error("its DID method is not did:key, the only one this connector resolves")]
    UnknownMethod,
    /// A `did:key` that is not well formed; the text completes "the did:key is not well formed: …".
    #[error("the did:key is not well formed: {0}")]
    Malformed(&'static str),
    /// A well-formed key of another type than Ed25519.
    #[error("the did:key holds a key of another type than Ed25519")]
    UnsupportedKey,
    /// 32 bytes that are no point of the curve, or one of small order.
    #[error("the did:key holds no usable Ed25519 key")]
    UnusableKey,
}
