//! The file's content: what stands in it, and how the secrets get in and out.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::unlock::{Means, Unlock};
use crate::key::KeyError;

/// What is encrypted in a file.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Format {
    /// Two secrets of 32 bytes.
    #[serde(rename = "symbolon-keystore/1")]
    First,
    /// A keyring in JSON.
    #[serde(rename = "symbolon-keystore/2")]
    Second,
}

/// RFC 9106 §4 leaves the choice to the application: 19 MiB twice over takes 20 to 40 ms on a server's core.
const DERIVATION: (u32, u32, u32) = (19 * 1024, 2, 1);

/// The most a file may ask for: 256 MiB, 16 passes, 4 lanes.
const DERIVATION_LIMIT: (u32, u32, u32) = (256 * 1024, 16, 4);

/// Completes "the key …".
const UNSEALABLE: &str = "could not be encrypted";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    clear: Clear,
    ciphertext: String,
    checksum: String,
}

/// Everything but the secrets; authenticated together with them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clear {
    format: Format,
    did: String,
    /// Files of the first format do not say: it is a passphrase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opened_by: Option<Means>,
    argon2id: Derivation,
    xchacha20poly1305: Encryption,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Derivation {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Encryption {
    nonce: String,
}

pub(super) enum Unsealing {
    /// The reason starts with "it" or "its".
    Damaged(&'static str),
    Locked,
}

impl Sealed {
    /// The file's bytes.
    pub(super) fn seal(did: &str, secrets: &[u8], unlock: &Unlock) -> Result<Vec<u8>, KeyError> {
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        getrandom::fill(&mut salt).and_then(|()| getrandom::fill(&mut nonce)).map_err(|_| KeyError::Randomness)?;
        let (memory_kib, passes, lanes) = DERIVATION;
        let clear = Clear {
            format: Format::Second,
            did: did.to_owned(),
            opened_by: Some(unlock.means()),
            argon2id: Derivation { memory_kib, passes, lanes, salt: URL_SAFE_NO_PAD.encode(salt) },
            xchacha20poly1305: Encryption { nonce: URL_SAFE_NO_PAD.encode(nonce) },
        };
        let key = clear.argon2id.derive(unlock.as_bytes(), &salt).ok_or(KeyError::Refused(UNSEALABLE))?;
        let authenticated = clear.authenticated();
        let ciphertext = XChaCha20Poly1305::new(Key::from_slice(key.as_slice()))
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: secrets, aad: &authenticated })
            .map_err(|_| KeyError::Refused(UNSEALABLE))?;
        let mut sealed = Self { clear, ciphertext: URL_SAFE_NO_PAD.encode(ciphertext), checksum: String::new() };
        sealed.checksum = sealed.sum();
        Ok(sealed.to_bytes())
    }

    /// Takes the file's bytes only as [`Sealed::seal`] would have written them, so that no change of it goes unnoticed.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let sealed: Self = serde_json::from_slice(bytes)
            .map_err(|_| "it is not a keystore in JSON of a format that this version reads, or was cut off")?;
        if sealed.checksum != sealed.sum() || sealed.to_bytes() != bytes {
            return Err("its checksum does not match its content");
        }
        Ok(sealed)
    }

    pub(super) fn did(&self) -> &str {
        &self.clear.did
    }

    pub(super) fn format(&self) -> Format {
        self.clear.format
    }

    pub(super) fn means(&self) -> Means {
        self.clear.opened_by.unwrap_or(Means::Passphrase)
    }

    pub(super) fn unseal(&self, unlock: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unsealing> {
        let salt = bytes(&self.clear.argon2id.salt).filter(|salt| salt.len() == 16);
        let nonce = bytes(&self.clear.xchacha20poly1305.nonce).filter(|nonce| nonce.len() == 24);
        let ciphertext = bytes(&self.ciphertext);
        let (Some(salt), Some(nonce), Some(ciphertext)) = (salt, nonce, ciphertext) else {
            return Err(Unsealing::Damaged("it has a salt, nonce or ciphertext of the wrong length or encoding"));
        };
        let key = self.clear.argon2id.derive(unlock, &salt);
        let key = key.ok_or(Unsealing::Damaged("its key derivation asks for more than is allowed"))?;
        let plain = XChaCha20Poly1305::new(Key::from_slice(key.as_slice()))
            .decrypt(XNonce::from_slice(&nonce), Payload { msg: &ciphertext, aad: &self.clear.authenticated() })
            .map_err(|_| Unsealing::Locked)?;
        Ok(Zeroizing::new(plain))
    }

    /// Serializing these structs cannot fail; were it to, the result would be refused as damaged and not trusted.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    fn sum(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.clear.authenticated());
        hash.update([0]);
        hash.update(&self.ciphertext);
        hex::encode(hash.finalize())
    }
}

impl Clear {
    fn authenticated(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Derivation {
    /// The key, or `None` if the parameters are out of bounds.
    fn derive(&self, unlock: &[u8], salt: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let (memory, passes, lanes) = DERIVATION_LIMIT;
        if self.memory_kib > memory || self.passes > passes || self.lanes > lanes {
            return None;
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(unlock, salt, key.as_mut_slice())
            .ok()?;
        Some(key)
    }
}

fn bytes(encoded: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(encoded).ok()
}
