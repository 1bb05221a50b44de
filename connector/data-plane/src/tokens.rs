//! The access token of a transfer process: a compact JWS (RFC 7515) with HS256 over JSON claims.
//!
//! Issuer and verifier are the same connector, so the token is symmetric, and its header is always the same. A token is
//! bound to a transfer process, an agreement, an asset and a partner; its generation number makes those that were issued
//! before a suspension or a new start useless.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// `{"alg":"HS256","typ":"JWT"}`
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
/// Longer input is no token of ours.
const MAX_LENGTH: usize = 4096;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The transfer process, by this connector's pid.
    pub transfer: String,
    /// The agreement that it runs under.
    pub agreement: String,
    /// Participant id of the partner that may use the token.
    pub partner: String,
    /// The asset whose data it gives.
    pub asset: String,
    /// When the token expires, in seconds since 1970.
    pub exp: i64,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// The token's own id.
    pub jti: String,
    /// Counts the starts of the transfer process.
    #[serde(rename = "gen")]
    pub generation: u64,
}

impl Claims {
    /// Checks that the token belongs to the process's last start.
    pub fn check_generation(&self, current: u64) -> Result<(), TokenError> {
        if self.generation == current { Ok(()) } else { Err(TokenError::Superseded) }
    }
}

/// Issues and verifies tokens. Cheap to clone; share one among worker threads.
#[derive(Clone)]
pub struct TokenKey {
    mac: Hmac<Sha256>,
}

impl TokenKey {
    /// The key made of 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block[..32].copy_from_slice(secret);
        // RFC 2104 §2: a key shorter than a block is filled with zeros.
        Self { mac: Hmac::new(&block) }
    }

    /// Issues a token.
    pub fn issue(&self, claims: &Claims) -> String {
        // Strings and numbers always have a JSON form.
        let payload = serde_json::to_vec(claims).unwrap_or_default();
        let mut token = String::with_capacity(HEADER.len() + payload.len() * 4 / 3 + 48);
        token.push_str(HEADER);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let mac = self.mac.clone().chain_update(token.as_bytes()).finalize().into_bytes();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(mac, &mut token);
        token
    }

    /// Verifies signature and expiry of what follows `Bearer `; a tolerance for clocks is not needed, as the issuer is
    /// the verifier.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(TokenError::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        if header != HEADER {
            return Err(TokenError::Header);
        }
        let mut given = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(signature, &mut given) {
            Ok(32) => {}
            Ok(_) | Err(_) => return Err(TokenError::Signature),
        }
        let mac = self.mac.clone().chain_update(signed.as_bytes());
        mac.verify_slice(&given).map_err(|_| TokenError::Signature)?;
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError::Malformed)?;
        let claims: Claims = serde_json::from_slice(&payload).map_err(|_| TokenError::Malformed)?;
        if claims.exp <= now.as_second() {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(***)")
    }
}

/// Why a token is refused. The text is a sentence for the partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token of this connector's form.
    #[error("the access token is malformed; use the authorization of the data address exactly as it was given")]
    Malformed,
    /// Another algorithm or type than this connector issues.
    #[error("the access token was not issued by this connector")]
    Header,
    /// The signature does not fit.
    #[error("the signature of the access token does not fit; it was not issued by this connector, or was altered")]
    Signature,
    /// Its time is over.
    #[error("the access token has expired; start the transfer process again, or ask for a new data address")]
    Expired,
    /// The transfer process was suspended or started again since.
    #[error("the access token was replaced when the transfer process was started again; use the newest data address")]
    Superseded,
}

impl TokenError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "token-malformed",
            Self::Header => "token-foreign",
            Self::Signature => "token-signature",
            Self::Expired => "token-expired",
            Self::Superseded => "token-superseded",
        }
    }
}

#[cfg(test)]
mod tests {
    use josekit::jws::{self, HS256};

    use super::*;

    const SECRET: [u8; 32] = [7; 32];

    #[test]
    fn a_token_is_a_jws_that_others_can_read() {
        let token = TokenKey::new(&SECRET).issue(&claims());
        let verifier = HS256.verifier_from_bytes(SECRET).unwrap();
        let (payload, header) = jws::deserialize_compact(&token, &verifier).unwrap();
        assert_eq!(serde_json::from_slice::<Claims>(&payload).unwrap(), claims());
        assert_eq!((header.algorithm(), header.token_type()), (Some("HS256"), Some("JWT")));
    }

    #[test]
    fn tokens_that_are_not_valid_are_refused_with_a_code() {
        let token = TokenKey::new(&SECRET).issue(&claims());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let payload = signed.split_once('.').unwrap().1;
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let other = TokenKey::new(&[8; 32]).issue(&claims());
        let mut altered = claims();
        altered.asset = "another".into();
        let altered = TokenKey::new(&[0; 32]).issue(&altered);
        let altered = altered.rsplit_once('.').unwrap().0;
        let cases = [
            (token.clone(), 199, "ok"),
            (token.clone(), 200, "token-expired"),
            (other, 150, "token-signature"),
            (format!("{altered}.{signature}"), 150, "token-signature"),
            (format!("{signed}.{}", &signature[1..]), 150, "token-signature"),
            (format!("{signed}."), 150, "token-signature"),
            (format!("{none}.{payload}."), 150, "token-foreign"),
            (format!("{none}.{payload}.{signature}"), 150, "token-foreign"),
            (String::new(), 150, "token-malformed"),
            ("abc".into(), 150, "token-malformed"),
            (format!("{token}{}", "a".repeat(5000)), 150, "token-malformed"),
        ];
        for (token, now, expected) in cases {
            assert_eq!(verify(&token, now).map_or_else(|error| error.code(), |_| "ok"), expected, "{token} at {now}");
        }
    }

    #[test]
    fn only_the_newest_generation_counts() {
        assert_eq!(claims().check_generation(3), Ok(()));
        assert_eq!(claims().check_generation(4), Err(TokenError::Superseded));
        assert_eq!(claims().check_generation(2), Err(TokenError::Superseded));
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", TokenKey::new(&SECRET)), "TokenKey(***)");
    }

    fn claims() -> Claims {
        Claims {
            transfer: "urn:uuid:transfer".into(),
            agreement: "urn:uuid:agreement".into(),
            partner: "did:key:z6Mk".into(),
            asset: "spindle".into(),
            exp: 200,
            iat: 100,
            jti: "one".into(),
            generation: 3,
        }
    }

    fn verify(token: &str, now: i64) -> Result<Claims, TokenError> {
        TokenKey::new(&SECRET).verify(token, Timestamp::from_second(now).unwrap())
    }
}
