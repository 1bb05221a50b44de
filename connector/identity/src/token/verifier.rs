use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use moka::sync::Cache;

use super::TYP;
use super::claims::{NumericDate, Received};
use super::refusal::TokenError;
use super::replay::{Admission, Replay};
use crate::did_key;
use crate::jws::Compact;
use crate::key::VerificationKey;
use crate::participant::Participant;

/// The longest `Authorization` header that is looked at, in bytes.
pub const MAX_HEADER: usize = 8 * 1024;

/// The longest life of a token, from `iat` to `exp`, that a connector should accept unless told otherwise.
pub const DEFAULT_MAX_LIFETIME: Duration = Duration::from_secs(300);

/// The difference of clocks that a connector should allow for unless told otherwise.
pub const DEFAULT_SKEW: Duration = Duration::from_secs(5);

/// How many tokens are remembered unless told otherwise: 40 MB when full, a few hundred kilobytes in practice.
pub const DEFAULT_REPLAY_CAPACITY: usize = 1_000_000;

/// The longest `jti`, in bytes.
const MAX_JTI: usize = 512;

/// How many partners' keys are kept ready.
const KEYS: u64 = 10_000;

/// Verifies the tokens that come with requests to us, each once. Shared between threads by reference.
pub struct Verifier {
    own_did: String,
    started_at: NumericDate,
    max_lifetime: Duration,
    skew: Duration,
    keys: Cache<String, Arc<VerificationKey>>,
    replay: Mutex<Replay>,
}

impl Verifier {
    /// A verifier that accepts tokens for `own_did`.
    ///
    /// It remembers the tokens it has accepted, but not those of an earlier process: so it refuses what was issued before
    /// `started_at`, by the sender's clock. A sender whose clock runs ahead by up to `skew` can have issued a token shortly
    /// before the start with a time after it.
    pub fn new(own_did: impl Into<String>, started_at: Timestamp, max_lifetime: Duration, skew: Duration) -> Self {
        Self {
            own_did: own_did.into(),
            started_at: started_at.into(),
            max_lifetime,
            skew,
            keys: Cache::new(KEYS),
            replay: Mutex::new(Replay::new(DEFAULT_REPLAY_CAPACITY)),
        }
    }

    /// Remembers up to `tokens` at a time instead of [`DEFAULT_REPLAY_CAPACITY`]. When as many are remembered, further
    /// ones are refused until some expire.
    #[must_use]
    pub fn with_replay_capacity(self, tokens: usize) -> Self {
        Self { replay: Mutex::new(Replay::new(tokens)), ..self }
    }

    /// The partner that sent a request with this `Authorization` header.
    ///
    /// # Errors
    /// [`TokenError`] names the first rule that the token breaks.
    pub fn verify(&self, authorization_header: &str, now: Timestamp) -> Result<Participant, TokenError> {
        let jws = Compact::parse(bearer(authorization_header)?).map_err(TokenError::Malformed)?;
        if !jws.is_eddsa() {
            return Err(TokenError::Algorithm);
        }
        if jws.header.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case(TYP)) {
            return Err(TokenError::Type);
        }
        let claims: Received =
            jws.payload().ok_or(TokenError::Malformed("has a payload that is not a claims set in JSON"))?;
        let issuer = required(claims.iss.as_deref(), "iss")?;
        if required(claims.sub.as_deref(), "sub")? != issuer {
            return Err(TokenError::NotSelfIssued);
        }
        self.verify_signature(&jws, issuer)?;
        self.verify_claims(&claims, issuer, now.into())?;
        Ok(Participant::new(issuer))
    }

    fn verify_signature(&self, jws: &Compact<'_>, issuer: &str) -> Result<(), TokenError> {
        let known = self.keys.get(issuer);
        let key = match &known {
            Some(key) => Arc::clone(key),
            None => Arc::new(did_key::resolve(issuer).map_err(TokenError::Issuer)?),
        };
        if jws.header.kid.as_deref() != Some(key.key_id()) {
            return Err(TokenError::ForeignKey);
        }
        jws.verify(&key).map_err(|_| TokenError::Signature)?;
        if known.is_none() {
            self.keys.insert(issuer.to_owned(), key);
        }
        Ok(())
    }

    fn verify_claims(&self, claims: &Received, issuer: &str, now: NumericDate) -> Result<(), TokenError> {
        let audience = claims.aud.as_ref().ok_or(TokenError::ClaimMissing("aud"))?;
        if !audience.is_only(&self.own_did) {
            return Err(TokenError::Audience);
        }
        let issued = claims.iat.ok_or(TokenError::ClaimMissing("iat"))?;
        let expires = claims.exp.ok_or(TokenError::ClaimMissing("exp"))?;
        let id = required(claims.jti.as_deref(), "jti")?;
        if id.len() > MAX_JTI {
            return Err(TokenError::Malformed("has a jti claim that is too long"));
        }
        if expires <= issued {
            return Err(TokenError::NeverValid);
        }
        if expires > issued.plus(self.max_lifetime) {
            return Err(TokenError::Lifetime { max_seconds: self.max_lifetime.as_secs() });
        }
        if expires.plus(self.skew) <= now {
            return Err(TokenError::Expired);
        }
        if issued.max(claims.nbf.unwrap_or(issued)) > now.plus(self.skew) {
            return Err(TokenError::NotYetValid);
        }
        if issued < self.started_at {
            return Err(TokenError::BeforeStart);
        }
        self.remember(issuer, id, expires, now)
    }

    fn remember(&self, issuer: &str, id: &str, expires: NumericDate, now: NumericDate) -> Result<(), TokenError> {
        let forget_at = expires.plus(self.skew).seconds_up();
        let mut replay = self.replay.lock().unwrap_or_else(PoisonError::into_inner);
        match replay.admit(issuer, id, forget_at, now.seconds()) {
            Admission::First => Ok(()),
            Admission::Repeated => Err(TokenError::Replayed),
            Admission::Late => Err(TokenError::Expired),
            Admission::Full => Err(TokenError::ReplayMemoryFull),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("own_did", &self.own_did).finish_non_exhaustive()
    }
}

/// RFC 6750 §2.1; the scheme's case does not matter (RFC 9110 §11.1).
fn bearer(header: &str) -> Result<&str, TokenError> {
    if header.len() > MAX_HEADER {
        return Err(TokenError::TooLarge);
    }
    let header = header.trim();
    if header.is_empty() {
        return Err(TokenError::Missing);
    }
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim_start()),
        Some(_) | None => Err(TokenError::NotBearer),
    }
}

fn required<'a>(claim: Option<&'a str>, name: &'static str) -> Result<&'a str, TokenError> {
    claim.filter(|value| !value.is_empty()).ok_or(TokenError::ClaimMissing(name))
}
