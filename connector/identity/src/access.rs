//! Access tokens for our own credential service (DCP 1.0 §5): what a partner may ask for, until when. Only we read them.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

use crate::keystore::TokenSecret;

/// The longest access token that is looked at, in bytes.
const LONGEST: usize = 4 * 1024;

/// Separates these tokens from everything else that is made with the same secret.
const PURPOSE: &[u8] = b"symbolon credential service access 1";

type Authenticator = Hmac<Sha256>;

/// Grants access to our credential service, and knows its grants again.
#[derive(Clone)]
pub struct AccessKey(Authenticator);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Granted {
    /// Whom it was given to.
    to: String,
    scopes: Vec<String>,
    /// Seconds since 1970.
    until: i64,
}

impl AccessKey {
    /// The key that belongs to the connector's token secret.
    pub fn new(secret: &TokenSecret) -> Self {
        // HMAC takes keys of any length; the error has no way to come about.
        let mac = Authenticator::new_from_slice(secret.as_bytes()).map(|mac| mac.chain_update(PURPOSE));
        Self(mac.unwrap_or_else(|_| Authenticator::new(&Default::default())))
    }

    /// An access token that lets `verifier`, a DID, ask for `scopes` until `expires`, rounded down to a second.
    pub fn grant<S: AsRef<str>>(&self, verifier: &str, scopes: &[S], expires: Timestamp) -> String {
        let scopes = scopes.iter().map(|scope| scope.as_ref().to_owned()).collect();
        let granted = Granted { to: verifier.to_owned(), scopes, until: expires.as_second() };
        let payload = serde_json::to_vec(&granted).unwrap_or_default();
        let tag = self.0.clone().chain_update(&payload).finalize().into_bytes();
        format!("{}.{}", URL_SAFE_NO_PAD.encode(payload), URL_SAFE_NO_PAD.encode(tag))
    }

    /// The scopes that `token` lets `verifier` ask for now.
    ///
    /// # Errors
    /// [`AccessError`] names the first thing that is wrong.
    pub fn open(&self, token: &str, verifier: &str, now: Timestamp) -> Result<Vec<String>, AccessError> {
        if token.len() > LONGEST {
            return Err(AccessError::Unknown);
        }
        let (payload, tag) = token.split_once('.').ok_or(AccessError::Unknown)?;
        let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| AccessError::Unknown);
        let (payload, tag) = (decode(payload)?, decode(tag)?);
        self.0.clone().chain_update(&payload).verify_slice(&tag).map_err(|_| AccessError::Unknown)?;
        let granted: Granted = serde_json::from_slice(&payload).map_err(|_| AccessError::Unknown)?;
        if granted.to != verifier {
            return Err(AccessError::OtherVerifier);
        }
        if granted.until <= now.as_second() {
            return Err(AccessError::Expired);
        }
        Ok(granted.scopes)
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(..)")
    }
}

/// Why an access token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccessError {
    /// Not one of ours, or altered.
    #[error("the access token was not given out by this credential service, or was altered")]
    Unknown,
    /// Given to somebody else.
    #[error("the access token was given to another verifier than the one that asks")]
    OtherVerifier,
    /// Its time is over.
    #[error("the access token has expired")]
    Expired,
}

impl AccessError {
    /// A stable code for programs and logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "access-token-unknown",
            Self::OtherVerifier => "access-token-other-verifier",
            Self::Expired => "access-token-expired",
        }
    }
}
