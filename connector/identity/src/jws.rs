//! JWS in compact serialization (RFC 7515 §7.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::json;

use crate::key::{Algorithm, BadSignature, KeyError, PublicKey};
use crate::keyring::Held;

/// Signs `payload` with a key of ours. The header holds `alg`, `kid`, `typ` and, if told, `cty`.
///
/// # Errors
/// As [`crate::SigningKey::sign`].
pub async fn sign(held: &Held, typ: &str, cty: Option<&str>, payload: &[u8]) -> Result<String, KeyError> {
    let mut jws = unsigned(held, typ, cty, payload);
    let signature = held.key.sign(jws.as_bytes()).await?;
    jws.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
    Ok(jws)
}

/// As [`sign`] for a key that is not remote, without waiting.
///
/// # Errors
/// As [`crate::SigningKey::sign_here`].
pub fn sign_here(held: &Held, typ: &str, cty: Option<&str>, payload: &[u8]) -> Result<String, KeyError> {
    let mut jws = unsigned(held, typ, cty, payload);
    let signature = held.key.sign_here(jws.as_bytes())?;
    jws.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
    Ok(jws)
}

fn unsigned(held: &Held, typ: &str, cty: Option<&str>, payload: &[u8]) -> String {
    let mut header = json!({"alg": held.key.algorithm().name(), "kid": held.id, "typ": typ});
    if let (Some(cty), Some(members)) = (cty, header.as_object_mut()) {
        members.insert("cty".into(), cty.into());
    }
    let header = header.to_string();
    let mut jws = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 96);
    URL_SAFE_NO_PAD.encode_string(header, &mut jws);
    jws.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut jws);
    jws
}

/// A compact JWS taken apart; nothing in it is to be believed before [`Compact::verify`].
#[derive(Debug)]
pub struct Compact<'a> {
    header: Header,
    payload: Vec<u8>,
    signed: &'a str,
    signature: &'a str,
}

/// The members of the JOSE header that matter here.
#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<String>,
    crit: Option<IgnoredAny>,
}

impl<'a> Compact<'a> {
    /// Takes `jws` apart. Its length is for the caller to bound.
    ///
    /// # Errors
    /// The end of a sentence that starts with the name of the JWS, such as "the token …".
    pub fn parse(jws: &'a str) -> Result<Self, &'static str> {
        let (signed, signature) = jws.rsplit_once('.').ok_or("is not three parts divided by dots")?;
        let (header, payload) = signed.split_once('.').ok_or("is not three parts divided by dots")?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| "has a header that is not base64url")?;
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| "has a payload that is not base64url")?;
        let header: Header = object(&header).ok_or("has a header that is not a JOSE header in JSON")?;
        // RFC 7515 §4.1.11: an extension that is not understood makes the JWS invalid, and none is understood here.
        if header.crit.is_some() {
            return Err("has a header with critical extensions, of which none is supported");
        }
        Ok(Self { header, payload, signed, signature })
    }

    /// The algorithm that the header names, if it is one that is accepted. `none` and everything symmetric are not.
    pub fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::from_name(&self.header.alg)
    }

    /// The header's `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// The header's `typ`.
    pub fn typ(&self) -> Option<&str> {
        self.header.typ.as_deref()
    }

    /// The header's `cty`.
    pub fn cty(&self) -> Option<&str> {
        self.header.cty.as_deref()
    }

    /// The payload's bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload as a JSON object, or `None` if it is not one of this shape.
    pub fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        object(&self.payload)
    }

    /// Checks the signature over header and payload, with an algorithm that both the header names and the key accepts.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(&self, key: &PublicKey) -> Result<(), BadSignature> {
        let algorithm = self.algorithm().ok_or(BadSignature)?;
        let signature = URL_SAFE_NO_PAD.decode(self.signature).map_err(|_| BadSignature)?;
        key.verify(algorithm, self.signed.as_bytes(), &signature)
    }
}

/// serde also reads a struct from a JSON array, which neither a header nor a claims set may be.
fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    if json.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(json).ok()
}
