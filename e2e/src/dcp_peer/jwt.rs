//! Tokens, credentials and presentations as JSON Web Tokens, every member of which a test may replace before it signs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::key::{Key, hmac};
use crate::Failure;

/// Header and payload, not yet signed.
#[derive(Clone, Debug, PartialEq)]
pub struct Jwt {
    /// The protected header.
    pub header: Value,
    /// The claims.
    pub payload: Value,
}

impl Jwt {
    /// One with `typ: JWT`; `alg` and `kid` are added when it is signed, unless they are set before.
    pub fn of(payload: Value) -> Self {
        Self { header: json!({"typ": "JWT"}), payload }
    }

    /// With this claim instead of what was there.
    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.payload[claim] = value.into();
        self
    }

    /// With another value at a JSON pointer, such as `/vc/credentialSubject/id`. What is not there is not added.
    #[must_use]
    pub fn at(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        if let Some(place) = self.payload.pointer_mut(pointer) {
            *place = value.into();
        }
        self
    }

    /// Without this claim.
    #[must_use]
    pub fn without(mut self, claim: &str) -> Self {
        if let Some(claims) = self.payload.as_object_mut() {
            claims.shift_remove(claim);
        }
        self
    }

    /// With this member of the header instead of what would be there; null leaves it out.
    #[must_use]
    pub fn header(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.header[member] = value.into();
        self
    }

    /// Signed, with the key's algorithm and the `kid` of this DID in the header where nothing else is set.
    ///
    /// # Errors
    /// When the key refuses.
    pub fn signed(&self, did: &str, key: &Key) -> Result<String, Failure> {
        let input = self.input(key.kind.algorithm(), &format!("{did}#{}", key.fragment));
        let signature = key.sign(input.as_bytes())?;
        Ok(format!("{input}.{}", encode(&signature)))
    }

    /// `alg: none`, and no signature.
    pub fn unsigned(&self, kid: &str) -> String {
        format!("{}.", self.input("none", kid))
    }

    /// `alg: HS256` with a secret that everybody knows, such as a public key.
    ///
    /// # Errors
    /// When the secret is too short for the algorithm.
    pub fn hmac(&self, kid: &str, secret: &[u8]) -> Result<String, Failure> {
        let input = self.input("HS256", kid);
        let signature = hmac(secret, input.as_bytes())?;
        Ok(format!("{input}.{}", encode(&signature)))
    }

    fn input(&self, algorithm: &str, kid: &str) -> String {
        let mut header = json!({"alg": algorithm, "kid": kid});
        if let (Some(header), Some(own)) = (header.as_object_mut(), self.header.as_object()) {
            header.extend(own.clone());
            header.retain(|_, value| !value.is_null());
        }
        format!("{}.{}", encode(header.to_string().as_bytes()), encode(self.payload.to_string().as_bytes()))
    }
}

/// A signed token with another payload under the old signature.
///
/// # Errors
/// When it is no compact JWS with a JSON payload.
pub fn altered(compact: &str, change: impl FnOnce(&mut Value)) -> Result<String, Failure> {
    let parts: Vec<&str> = compact.split('.').collect();
    let [header, _, signature] = parts[..] else {
        return Err(Failure::Unexpected(format!("not three parts: {compact}")));
    };
    let mut payload = payload(compact)?;
    change(&mut payload);
    Ok(format!("{header}.{}.{signature}", encode(payload.to_string().as_bytes())))
}

/// The claims of a token, believed as they are.
///
/// # Errors
/// When it is no compact JWS with a JSON payload.
pub fn payload(compact: &str) -> Result<Value, Failure> {
    part(compact, 1)
}

/// The header of a token, believed as it is.
///
/// # Errors
/// When it is no compact JWS.
pub fn header(compact: &str) -> Result<Value, Failure> {
    part(compact, 0)
}

fn part(compact: &str, number: usize) -> Result<Value, Failure> {
    let bytes = compact.split('.').nth(number).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let value = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.ok_or_else(|| Failure::Unexpected(format!("part {number} is not JSON in base64url: {compact}")))
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::dcp_peer::Kind;

    #[test]
    fn a_replaced_member_is_what_is_signed() {
        let key = Key::generate("key-1", Kind::P256).unwrap();
        let jwt = Jwt::of(json!({"iss": "a", "aud": "b"})).with("aud", "c").without("iss").header("typ", Value::Null);
        let signed = jwt.signed("did:web:example", &key).unwrap();
        assert_eq!(header(&signed).unwrap(), json!({"alg": "ES256", "kid": "did:web:example#key-1"}));
        assert_eq!(payload(&signed).unwrap(), json!({"aud": "c"}));
        let other = altered(&signed, |claims| claims["aud"] = json!("d")).unwrap();
        assert_eq!(payload(&other).unwrap(), json!({"aud": "d"}));
        assert_eq!(other.rsplit('.').next(), signed.rsplit('.').next());
        assert!(jwt.unsigned("x").ends_with('.'));
    }
}
