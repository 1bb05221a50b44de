//! What is kept of a keyring: as JSON, the same in a file and in a vault.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

use super::TokenSecret;
use crate::did::Relationship;
use crate::key::{KeyKind, PublicKey, SigningKey};
use crate::keyring::{Held, Keyring, Retired};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    did: String,
    token_secret: Secret,
    keys: Vec<Key>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    retired: Vec<Past>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Key {
    id: String,
    kind: String,
    secret: Secret,
    relationships: Vec<Relationship>,
    created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signs_until: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published_until: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Past {
    id: String,
    public: Value,
    relationships: Vec<Relationship>,
    created: Timestamp,
    signed_until: Timestamp,
    published_until: Timestamp,
}

/// 32 bytes in base64url, overwritten when dropped.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Secret(String);

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Secret {
    fn of(bytes: &[u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    fn bytes(&self) -> Result<Zeroizing<[u8; 32]>, &'static str> {
        let mut bytes = Zeroizing::new([0; 32]);
        // Decoding wants room for what it estimates, which is a little more.
        let mut room = Zeroizing::new([0; 64]);
        match URL_SAFE_NO_PAD.decode_slice(self.0.as_bytes(), room.as_mut_slice()) {
            Ok(32) => bytes.copy_from_slice(&room[..32]),
            Ok(_) | Err(_) => return Err("it has a secret that is not 32 bytes in base64url"),
        }
        Ok(bytes)
    }
}

/// The JSON of a keyring, or `None` if a vault keeps one of its keys.
pub(super) fn write(keyring: &Keyring) -> Option<Zeroizing<Vec<u8>>> {
    let keys = keyring.held().iter().map(|held| {
        Some(Key {
            id: held.id.clone(),
            kind: held.key.kind().name().to_owned(),
            secret: Secret::of(held.key.secret()?),
            relationships: held.relationships.clone(),
            created: held.created,
            signs_until: held.signs_until,
            published_until: held.published_until,
        })
    });
    let retired = keyring.retired().iter().map(|retired| Past {
        id: retired.id.clone(),
        public: retired.public.jwk(),
        relationships: retired.relationships.clone(),
        created: retired.created,
        signed_until: retired.signed_until,
        published_until: retired.published_until,
    });
    let content = Content {
        did: keyring.did().to_owned(),
        token_secret: Secret::of(keyring.token_secret().as_bytes()),
        keys: keys.collect::<Option<Vec<Key>>>()?,
        retired: retired.collect(),
    };
    serde_json::to_vec(&content).ok().map(Zeroizing::new)
}

/// The keyring of a JSON. An error is a sentence that starts with "it" or "its".
pub(super) fn read(json: &[u8]) -> Result<Keyring, &'static str> {
    let content: Content =
        serde_json::from_slice(json).map_err(|_| "it does not hold keys in the JSON that is expected")?;
    let held = content.keys.into_iter().map(|key| {
        let kind = KeyKind::from_name(&key.kind).ok_or("it has a key of an unknown kind")?;
        let signing = SigningKey::from_secret(kind, &*key.secret.bytes()?);
        Ok(Held {
            id: key.id,
            key: signing.map_err(|_| "it has a secret that is no key")?,
            relationships: key.relationships,
            created: key.created,
            signs_until: key.signs_until,
            published_until: key.published_until,
        })
    });
    let retired = content.retired.into_iter().map(|past| {
        Ok(Retired {
            id: past.id,
            public: PublicKey::from_jwk(&past.public).map_err(|_| "it has a public key that is no key")?,
            relationships: past.relationships,
            created: past.created,
            signed_until: past.signed_until,
            published_until: past.published_until,
        })
    });
    let held = held.collect::<Result<Vec<Held>, &'static str>>()?;
    let retired = retired.collect::<Result<Vec<Retired>, &'static str>>()?;
    let secret = TokenSecret::from_bytes(*content.token_secret.bytes()?);
    Keyring::new(&content.did, held, retired, secret).map_err(|_| "its keys do not belong to its DID")
}
