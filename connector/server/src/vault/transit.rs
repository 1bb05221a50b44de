//! Keys of the transit engine: their public halves, and signatures that the vault makes.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use symbolon_identity::did::Relationship;
use symbolon_identity::{Held, KeyError, KeyKind, Keyring, PublicKey, RemoteSign, Retired, SigningKey};

use super::VaultError;
use super::http::Http;
use crate::config::Transit;

/// RFC 5480 §2: the `SubjectPublicKeyInfo` of an uncompressed P-256 point is this, then 0x04 and its coordinates.
const P256_SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// What the vault says of a key.
#[derive(Deserialize)]
struct Described {
    r#type: String,
    keys: std::collections::BTreeMap<String, Version>,
}

/// A version of a key.
#[derive(Deserialize)]
struct Version {
    creation_time: Timestamp,
    public_key: String,
}

/// A version of a key, read.
struct Known {
    number: u64,
    created: Timestamp,
    public: PublicKey,
}

/// The keyring of the DID and token secret in `stored`, with the keys of the transit engine: the newest version of each
/// signs, older ones stay published for a while.
pub(super) async fn keyring(http: &Arc<Http>, transit: &Transit, stored: &Keyring) -> Result<Keyring, VaultError> {
    let overlap = SignedDuration::try_from(Duration::from_secs(transit.overlap_s)).unwrap_or(SignedDuration::MAX);
    let (mut held, mut retired) = (Vec::new(), Vec::new());
    let purposes = [
        (&transit.p256, KeyKind::P256, Relationship::ALL.to_vec()),
        (&transit.ed25519, KeyKind::Ed25519, vec![Relationship::AssertionMethod]),
    ];
    for (name, kind, relationships) in purposes {
        let mut versions = versions(http, transit, name, kind).await?;
        let Some(newest) = versions.pop() else {
            return Err(VaultError::Unexpected { path: name.clone(), what: "the key has no version" });
        };
        let mut signed_until = newest.created;
        let sign = remote(http, transit, name, newest.number);
        let key = SigningKey::remote(newest.public, sign)?;
        held.push(Held::new(stored.did(), key, relationships.clone(), newest.created));
        for old in versions.into_iter().rev() {
            retired.push(Retired {
                id: format!("{}#{}", stored.did(), old.public.thumbprint()),
                public: old.public,
                relationships: relationships.clone(),
                created: old.created,
                signed_until,
                published_until: signed_until.checked_add(overlap).unwrap_or(Timestamp::MAX),
            });
            signed_until = old.created;
        }
    }
    retired.sort_by_key(|retired: &Retired| retired.signed_until);
    Ok(Keyring::new(stored.did(), held, retired, stored.token_secret().clone())?)
}

/// A new version of each key.
pub(super) async fn rotate(http: &Http, transit: &Transit) -> Result<(), VaultError> {
    for name in [&transit.p256, &transit.ed25519] {
        http.post(&format!("{}/keys/{name}/rotate", transit.mount), &json!({})).await?;
    }
    Ok(())
}

/// The versions of a key, the oldest first.
async fn versions(http: &Http, transit: &Transit, name: &str, kind: KeyKind) -> Result<Vec<Known>, VaultError> {
    let unexpected = |what| VaultError::Unexpected { path: name.to_owned(), what };
    let mut answer = http.get(&format!("{}/keys/{name}", transit.mount)).await?;
    let data = answer.get_mut("data").map(Value::take).unwrap_or_default();
    let described: Described =
        serde_json::from_value(data).map_err(|_| unexpected("it is not described as a key that signs"))?;
    let expected = match kind {
        KeyKind::P256 => "ecdsa-p256",
        KeyKind::Ed25519 => "ed25519",
        KeyKind::Secp256k1 => return Err(unexpected("the transit engine has no secp256k1 keys")),
    };
    if described.r#type != expected {
        return Err(unexpected("the key has another type than is needed: ecdsa-p256 or ed25519"));
    }
    let versions = described.keys.iter().map(|(number, version)| {
        let number = number.parse().map_err(|_| unexpected("a version of the key has no number"))?;
        let public = public_key(kind, &version.public_key).ok_or_else(|| unexpected("its public key is none"))?;
        Ok(Known { number, created: version.creation_time, public })
    });
    let mut versions = versions.collect::<Result<Vec<_>, VaultError>>()?;
    versions.sort_by_key(|version| version.number);
    Ok(versions)
}

/// PEM for P-256, base64 of the 32 bytes for Ed25519.
fn public_key(kind: KeyKind, text: &str) -> Option<PublicKey> {
    if kind == KeyKind::Ed25519 {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        return PublicKey::from_ed25519(bytes.try_into().ok()?).ok();
    }
    let base64: String = text.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let der = STANDARD.decode(base64).ok()?;
    let point = der.strip_prefix(&P256_SPKI)?.strip_prefix(&[4])?;
    let (x, y) = point.split_at_checked(32).filter(|(_, y)| y.len() == 32)?;
    let jwk = json!({"kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)});
    PublicKey::from_jwk(&jwk).ok()
}

/// Signs with one version of a key: the one whose public half we publish, also after the vault has made a newer one.
fn remote(http: &Arc<Http>, transit: &Transit, name: &str, version: u64) -> RemoteSign {
    let (http, path) = (Arc::clone(http), format!("{}/sign/{name}", transit.mount));
    Arc::new(move |message| {
        let (http, path) = (Arc::clone(&http), path.clone());
        async move {
            let body = json!({
                "input": STANDARD.encode(message),
                "key_version": version,
                "hash_algorithm": "sha2-256",
                "marshaling_algorithm": "jws",
            });
            let answer = http.post(&path, &body).await.map_err(|error| KeyError::Remote(error.to_string()))?;
            let signature = answer.pointer("/data/signature").and_then(Value::as_str).and_then(signature);
            signature.ok_or_else(|| KeyError::Remote("its answer holds no signature".to_owned()))
        }
        .boxed()
    })
}

/// `vault:v<version>:<base64>`; `jws` makes it base64url, and older versions of the vault do so for ECDSA only.
fn signature(text: &str) -> Option<Vec<u8>> {
    let encoded = text.rsplit(':').next()?;
    URL_SAFE_NO_PAD.decode(encoded).or_else(|_| STANDARD.decode(encoded)).ok()
}
