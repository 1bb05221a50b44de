use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::TYP;
use super::claims::{Issued, NumericDate};
use crate::did::Relationship;
use crate::jws;
use crate::key::KeyError;
use crate::keyring::{Keyring, KeyringError};

/// How long a token lives unless told otherwise.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);

/// Issues the tokens that go with our requests. Cloning shares the source of its keys.
#[derive(Clone)]
pub struct Issuer {
    keyring: Arc<dyn Fn() -> Arc<Keyring> + Send + Sync>,
    lifetime: Duration,
}

/// Claims that not every token has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extra<'a> {
    /// `token`: what opens a credential service, ours or (given back) the receiver's.
    pub token: Option<&'a str>,
    /// `pre-authorized_code`: what an issuer gave us out of band.
    pub pre_authorized_code: Option<&'a str>,
    /// [`super::CREDENTIAL_SERVICE_CLAIM`]: where our credential service is, if our DID cannot say.
    pub credential_service: Option<&'a str>,
}

impl Issuer {
    /// An issuer whose tokens live for [`DEFAULT_LIFETIME`]. The keyring is asked for anew for each token, so that a rotation
    /// counts at once.
    pub fn new(keyring: impl Fn() -> Arc<Keyring> + Send + Sync + 'static) -> Self {
        Self { keyring: Arc::new(keyring), lifetime: DEFAULT_LIFETIME }
    }

    /// An issuer for a keyring that does not change.
    pub fn of(keyring: Arc<Keyring>) -> Self {
        Self::new(move || Arc::clone(&keyring))
    }

    /// Makes the tokens live for `lifetime`.
    #[must_use]
    pub fn with_lifetime(self, lifetime: Duration) -> Self {
        Self { lifetime, ..self }
    }

    /// How long the tokens live.
    pub fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// A token for one request to `audience`, a DID. It goes into the header as `Authorization: Bearer <token>`.
    ///
    /// # Errors
    /// [`KeyringError::NoSigner`] if no key signs now; [`KeyringError::Key`] if no randomness can be had or the signature fails.
    pub async fn issue(&self, audience: &str, extra: Extra<'_>, now: Timestamp) -> Result<String, KeyringError> {
        let keyring = (self.keyring)();
        let held = keyring.signer(Relationship::CapabilityInvocation, now)?;
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| KeyError::Randomness)?;
        let iat = NumericDate::from(now);
        let claims = Issued {
            iss: keyring.did(),
            sub: keyring.did(),
            aud: audience,
            iat,
            exp: iat.plus(self.lifetime),
            jti: &URL_SAFE_NO_PAD.encode(id),
            token: extra.token,
            pre_authorized_code: extra.pre_authorized_code,
            credential_service: extra.credential_service,
        };
        let payload = serde_json::to_vec(&claims).map_err(|_| KeyError::Signing)?;
        Ok(jws::sign(held, TYP, None, &payload).await?)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("lifetime", &self.lifetime).finish_non_exhaustive()
    }
}
