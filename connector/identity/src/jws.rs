//! JWS in compact serialization (RFC 7515 §7.1), with the one algorithm this connector signs with: EdDSA over Ed25519.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::json;

use crate::key::{BadSignature, KeyError, SigningKey, VerificationKey};

/// The JOSE header of everything `key` signs with this `typ`, encoded.
pub(crate) fn protected(key: &SigningKey, typ: &str) -> String {
    URL_SAFE_NO_PAD.encode(json!({"alg": "EdDSA", "kid": key.key_id(), "typ": typ}).to_string())
}

/// Signs `payload` under an encoded header.
pub(crate) fn sign(key: &SigningKey, protected: &str, payload: &[u8]) -> Result<String, KeyError> {
    let mut jws = String::with_capacity(protected.len() + payload.len() * 4 / 3 + 92);
    jws.push_str(protected);
    jws.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut jws);
    let signature = key.sign(jws.as_bytes())?;
    jws.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
    Ok(jws)
}

/// A compact JWS taken apart; nothing in it is to be believed before [`Compact::verify`].
pub(crate) struct Compact<'a> {
    pub(crate) header: Header,
    payload: Vec<u8>,
    signed: &'a str,
    signature: &'a str,
}

/// The members of the JOSE header that matter here.
#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) kid: Option<String>,
    pub(crate) typ: Option<String>,
    crit: Option<IgnoredAny>,
}

impl<'a> Compact<'a> {
    /// Takes `jws` apart. An error is the end of a sentence that starts with the name of the JWS.
    pub(crate) fn parse(jws: &'a str) -> Result<Self, &'static str> {
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

    /// Whether the header names the one algorithm that is accepted. `none` and everything symmetric are not.
    pub(crate) fn is_eddsa(&self) -> bool {
        self.header.alg == "EdDSA"
    }

    /// Checks the signature over header and payload.
    pub(crate) fn verify(&self, key: &VerificationKey) -> Result<(), BadSignature> {
        let mut signature = [0; 64];
        match URL_SAFE_NO_PAD.decode_slice(self.signature, &mut signature) {
            Ok(64) => key.verify(self.signed.as_bytes(), &signature),
            Ok(_) | Err(_) => Err(BadSignature),
        }
    }

    /// The payload as a JSON object, or `None` if it is not one of this shape.
    pub(crate) fn payload<T: DeserializeOwned>(&self) -> Option<T> {
        object(&self.payload)
    }
}

/// serde also reads a struct from a JSON array, which neither a header nor a claims set may be.
fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    if json.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    serde_json::from_slice(json).ok()
}
