//! `did:key` (W3C CCG, The did:key Method v0.9): the DID is the key, so resolution needs no network.

use ::did_key::{CONFIG_JOSE_PUBLIC, DIDCore, Ed25519KeyPair, from_existing_key};
use serde_json::{Value, json};

use super::{Did, DidError, DidFault, Relationship};
use crate::key::PublicKey;

/// The `did:key` of a key. RSA keys have none here.
pub fn did(key: &PublicKey) -> Option<String> {
    key.multikey().map(|multikey| format!("did:key:{multikey}"))
}

/// The DID URL of the one verification method of a `did:key`: the DID, and its key again as the fragment.
pub fn key_id(did: &str) -> String {
    format!("{did}#{}", did.strip_prefix("did:key:").unwrap_or_default())
}

/// The key a `did:key` stands for. Its encoding must be the canonical one, so that one key has one DID.
///
/// # Errors
/// [`DidFault::UnknownMethod`], [`DidFault::Key`], [`DidFault::Malformed`].
pub fn resolve(did: &Did) -> Result<PublicKey, DidError> {
    let refused = |fault| DidError::new(did.as_str(), fault);
    if did.method() != "key" {
        return Err(refused(DidFault::UnknownMethod));
    }
    let multikey = did.method_specific_id();
    let key = PublicKey::from_multikey(multikey).map_err(|error| refused(DidFault::Key(error)))?;
    if key.multikey().as_deref() != Some(multikey) {
        return Err(refused(DidFault::Malformed("its encoding is not the canonical one")));
    }
    Ok(key)
}

/// The DID document of a key. Its one key may do everything.
///
/// The document of an Ed25519 key comes from the `did-key` crate and also names an X25519 key to agree on keys with. For other
/// kinds it is made here: what that crate says of P-256 cannot be used (a compressed point as `x`, and no `y`).
pub fn document(key: &PublicKey) -> Option<Value> {
    let did = did(key)?;
    let id = key_id(&did);
    let mut document = match key.ed25519_bytes() {
        Some(bytes) => json!(from_existing_key::<Ed25519KeyPair>(bytes, None).get_did_document(CONFIG_JOSE_PUBLIC)),
        None => json!({
            "id": did,
            "verificationMethod": [{"id": id, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": key.jwk()}],
        }),
    };
    // The first context does not define JsonWebKey2020 and publicKeyJwk; did-key names no other.
    document["@context"] = json!(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]);
    for relationship in Relationship::ALL {
        document[relationship.name()] = json!([id]);
    }
    Some(document)
}
