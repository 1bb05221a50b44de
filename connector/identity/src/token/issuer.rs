use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::TYP;
use super::claims::{Issued, NumericDate};
use crate::jws;
use crate::key::{KeyError, SigningKey};

/// How long a token lives unless told otherwise.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);

/// Issues the tokens that go with our requests.
#[derive(Debug, Clone)]
pub struct Issuer {
    key: SigningKey,
    lifetime: Duration,
    protected: String,
}

impl Issuer {
    /// An issuer whose tokens live for [`DEFAULT_LIFETIME`].
    pub fn new(key: SigningKey) -> Self {
        let protected = jws::protected(&key, TYP);
        Self { key, lifetime: DEFAULT_LIFETIME, protected }
    }

    /// Makes the tokens live for `lifetime`.
    #[must_use]
    pub fn with_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    /// Our DID.
    pub fn did(&self) -> &str {
        self.key.did()
    }

    /// A token for one request to `audience`, a DID. It goes into the header as `Authorization: Bearer <token>`.
    ///
    /// # Errors
    /// [`KeyError`] if no randomness can be had or the signature fails.
    pub fn issue(&self, audience: &str, now: Timestamp) -> Result<String, KeyError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| KeyError::Randomness)?;
        let iat = NumericDate::from(now);
        let claims = Issued {
            iss: self.did(),
            sub: self.did(),
            aud: audience,
            iat,
            exp: iat.plus(self.lifetime),
            jti: &URL_SAFE_NO_PAD.encode(id),
        };
        let payload = serde_json::to_vec(&claims).map_err(|_| KeyError::Signing)?;
        jws::sign(&self.key, &self.protected, &payload)
    }
}
