use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::TYP;
use super::claims::{NumericDate, Received};
use super::refusal::TokenError;
use super::replay::{Admission, Replay};
use crate::compatibility::Compatibility;
use crate::did::{self, DidDocument, Leniency, Relationship, Resolver};
use crate::jws::Compact;
use crate::key::Algorithm;
use crate::participant::Participant;

/// The longest `Authorization` header that is looked at, in bytes.
pub const MAX_HEADER: usize = 16 * 1024;

/// The longest life of a token, from `iat` to `exp`, that a connector should accept unless told otherwise.
pub const DEFAULT_MAX_LIFETIME: Duration = Duration::from_secs(900);

/// The difference of clocks that a connector should allow for unless told otherwise.
pub const DEFAULT_SKEW: Duration = Duration::from_secs(5);

/// The largest difference of clocks that can be allowed for.
pub const MAX_SKEW: Duration = Duration::from_secs(30);

/// How many tokens are remembered unless told otherwise: 40 MB when full, a few hundred kilobytes in practice.
pub const DEFAULT_REPLAY_CAPACITY: usize = 1_000_000;

/// The longest `jti`, in bytes.
const MAX_JTI: usize = 512;

/// What a token that was accepted says.
#[derive(Debug)]
pub struct Verified {
    /// The sender.
    pub participant: Participant,
    /// What else the token says.
    pub claims: Claims,
    /// The sender's DID document.
    pub document: Arc<DidDocument>,
    /// The DID URL of the key that signed.
    pub key_id: String,
    /// The token itself, as evidence. It was used and opens nothing any more.
    pub raw: String,
}

/// The claims of a token beside its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// `jti`.
    pub id: String,
    /// `iat`.
    pub issued: Timestamp,
    /// `exp`.
    pub expires: Timestamp,
    /// `token`: what opens the sender's credential service, or what we gave to the sender to open ours.
    pub token: Option<String>,
    /// `pre-authorized_code`.
    pub pre_authorized_code: Option<String>,
    /// Where the sender's credential service is: its DID document says it, or for a `did:key` the token.
    pub credential_service: Option<String>,
}

/// Verifies the tokens that come with requests to us, each once. Shared between threads by reference.
pub struct Verifier {
    own_did: String,
    resolver: Arc<Resolver>,
    started_at: NumericDate,
    max_lifetime: Duration,
    skew: Duration,
    leniency: Leniency,
    replay: Mutex<Replay>,
}

impl Verifier {
    /// A verifier that accepts tokens for `own_did`, with [`DEFAULT_MAX_LIFETIME`] and [`DEFAULT_SKEW`].
    ///
    /// It remembers the tokens it has accepted, but not those of an earlier process: so it refuses what was issued before
    /// `started_at`, by the sender's clock. A sender whose clock runs ahead by up to the allowed difference can have issued a
    /// token shortly before the start with a time after it.
    pub fn new(own_did: impl Into<String>, resolver: Arc<Resolver>, started_at: Timestamp) -> Self {
        Self {
            own_did: own_did.into(),
            resolver,
            started_at: started_at.into(),
            max_lifetime: DEFAULT_MAX_LIFETIME,
            skew: DEFAULT_SKEW,
            leniency: Leniency::Strict,
            replay: Mutex::new(Replay::new(DEFAULT_REPLAY_CAPACITY)),
        }
    }

    /// Accepts tokens that live for up to `lifetime`.
    #[must_use]
    pub fn with_max_lifetime(self, max_lifetime: Duration) -> Self {
        Self { max_lifetime, ..self }
    }

    /// Allows for clocks that differ by `skew`, at most [`MAX_SKEW`].
    #[must_use]
    pub fn with_skew(self, skew: Duration) -> Self {
        Self { skew: skew.min(MAX_SKEW), ..self }
    }

    /// Is lenient with some senders' DID documents.
    #[must_use]
    pub fn with_compatibility(self, compatibility: Compatibility) -> Self {
        Self { leniency: compatibility.leniency(), ..self }
    }

    /// Remembers up to `tokens` at a time instead of [`DEFAULT_REPLAY_CAPACITY`]. When as many are remembered, further
    /// ones are refused until some expire.
    #[must_use]
    pub fn with_replay_capacity(self, tokens: usize) -> Self {
        Self { replay: Mutex::new(Replay::new(tokens)), ..self }
    }

    /// Who sent a request with this `Authorization` header. The rules are checked in the order of DCP 1.0 §4.3.3.
    ///
    /// # Errors
    /// [`TokenError`] names the first rule that the token breaks.
    pub async fn verify(&self, authorization_header: &str, now: Timestamp) -> Result<Verified, TokenError> {
        let raw = bearer(authorization_header)?;
        let jws = Compact::parse(raw).map_err(TokenError::Malformed)?;
        let algorithm = jws.algorithm().ok_or(TokenError::Algorithm)?;
        if jws.typ().is_some_and(|typ| !typ.eq_ignore_ascii_case(TYP)) {
            return Err(TokenError::Type);
        }
        let claims: Received =
            jws.claims().ok_or(TokenError::Malformed("has a payload that is not a claims set in JSON"))?;
        let issuer = required(claims.iss.as_deref(), "iss")?;
        if !did::same(required(claims.sub.as_deref(), "sub")?, issuer) {
            return Err(TokenError::NotSelfIssued);
        }
        let audience = claims.aud.as_ref().ok_or(TokenError::ClaimMissing("aud"))?;
        if !audience.is_only(&self.own_did) {
            return Err(TokenError::Audience);
        }
        let (document, key_id) = self.verify_signature(&jws, algorithm, issuer, now).await?;
        let claims = self.verify_claims(claims, &document, now.into())?;
        Ok(Verified { participant: Participant::new(document.id()), claims, document, key_id, raw: raw.to_owned() })
    }

    /// The sender's document and the key that signed. If the key is not in the document that is known, or the signature is not
    /// of the key of this name, the sender may have changed its keys: the document is looked at once more.
    async fn verify_signature(
        &self,
        jws: &Compact<'_>,
        algorithm: Algorithm,
        issuer: &str,
        now: Timestamp,
    ) -> Result<(Arc<DidDocument>, String), TokenError> {
        let known = self.resolver.resolve(issuer, now).await.map_err(TokenError::Issuer)?;
        let refused = match self.signed(jws, algorithm, &known) {
            Ok(key_id) => return Ok((known, key_id)),
            Err(refused) => refused,
        };
        if matches!(refused, TokenError::ForeignKey(_)) {
            return Err(refused);
        }
        let fresh = self.resolver.refresh(issuer, now).await.map_err(TokenError::Issuer)?;
        if Arc::ptr_eq(&fresh, &known) {
            return Err(refused);
        }
        let key_id = self.signed(jws, algorithm, &fresh)?;
        Ok((fresh, key_id))
    }

    fn signed(&self, jws: &Compact<'_>, algorithm: Algorithm, document: &DidDocument) -> Result<String, TokenError> {
        let found = document.key(jws.kid(), Relationship::CapabilityInvocation, self.leniency);
        let (key_id, key) = found.map_err(TokenError::of_key)?;
        if !key.accepts(algorithm) {
            return Err(TokenError::AlgorithmOfKey { named: algorithm, fitting: key.algorithm() });
        }
        jws.verify(&key).map_err(|_| TokenError::Signature)?;
        Ok(key_id)
    }

    fn verify_claims(&self, claims: Received, document: &DidDocument, now: NumericDate) -> Result<Claims, TokenError> {
        let issued = claims.iat.ok_or(TokenError::ClaimMissing("iat"))?;
        let expires = claims.exp.ok_or(TokenError::ClaimMissing("exp"))?;
        let id = required(claims.jti.as_deref(), "jti")?.to_owned();
        if id.len() > MAX_JTI {
            return Err(TokenError::Malformed("has a jti claim that is too long"));
        }
        if expires <= issued {
            return Err(TokenError::NeverValid);
        }
        if expires > issued.plus(self.max_lifetime) {
            return Err(TokenError::Lifetime { max_seconds: self.max_lifetime.as_secs() });
        }
        if claims.nbf.is_some_and(|begins| begins > now.plus(self.skew)) {
            return Err(TokenError::NotYetValid);
        }
        if expires.plus(self.skew) <= now {
            return Err(TokenError::Expired);
        }
        if issued > now.plus(self.skew) {
            return Err(TokenError::NotYetValid);
        }
        if issued < self.started_at {
            return Err(TokenError::BeforeStart);
        }
        self.remember(document.id(), &id, expires, now)?;
        Ok(Claims {
            id,
            issued: issued.timestamp(),
            expires: expires.timestamp(),
            token: claims.token,
            pre_authorized_code: claims.pre_authorized_code,
            credential_service: credential_service(document, claims.credential_service),
        })
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

/// A token's word on where its sender keeps credentials counts only where the DID document has no say.
fn credential_service(document: &DidDocument, claimed: Option<String>) -> Option<String> {
    if document.id().starts_with("did:key:") {
        claimed
    } else {
        document.service("CredentialService").map(str::to_owned)
    }
}

fn required<'a>(claim: Option<&'a str>, name: &'static str) -> Result<&'a str, TokenError> {
    claim.filter(|value| !value.is_empty()).ok_or(TokenError::ClaimMissing(name))
}
