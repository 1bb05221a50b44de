use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::refusal::PresentationError;
use crate::compatibility::Compatibility;
use crate::credential::data_integrity::{self, DataIntegrityError, Expected, Inline};
use crate::credential::{Checker, Credential, MAX_JSON_DEPTH, Refusal, VerifiedCredential};
use crate::credential::{context, depth, jwt, key_of, later};
use crate::did::{self, Relationship};
use crate::jws::Compact;

/// The most presentations in a response.
pub const MAX_PRESENTATIONS: usize = 16;

/// The most credentials in a response.
pub const MAX_CREDENTIALS: usize = 64;

/// The longest presentation that is looked at, in bytes.
pub const MAX_PRESENTATION: usize = 256 * 1024;

/// How long a presentation with a Data Integrity proof counts that does not say when it ends.
const PROOF_LIFETIME: SignedDuration = SignedDuration::from_secs(300);

/// The `typ` of a presentation of data model 2.0; the second is an older draft's.
const VP_TYPES: [&str; 2] = ["vp+jwt", "vp-ld+jwt"];

/// What a partner presented, all of it in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Presented {
    /// The credentials of issuers that we know.
    pub credentials: Vec<VerifiedCredential>,
    /// Those of issuers that we do not know. They were not looked at, and count for nothing.
    pub unknown: Vec<Unknown>,
    /// When the first of the presentations and credentials ends: until then it may be kept.
    pub expires: Timestamp,
}

/// A credential of somebody that we do not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What it calls itself.
    pub kind: String,
    /// Who it says issued it.
    pub issuer: String,
}

/// Verifies a `PresentationResponseMessage` of `holder` (a DID) to `audience` (ours).
///
/// # Errors
/// [`PresentationError`] names the first thing that is wrong; all of the response is refused then.
pub async fn verify_response(
    message: &Value,
    holder: &str,
    audience: &str,
    checker: &Checker<'_>,
    now: Timestamp,
) -> Result<Presented, PresentationError> {
    let malformed = PresentationError::Malformed("response is not a PresentationResponseMessage");
    let kind = message.get("type").or_else(|| message.get("@type")).and_then(Value::as_str).ok_or(malformed.clone())?;
    if kind.rsplit(['/', ':']).next() != Some("PresentationResponseMessage") {
        return Err(malformed);
    }
    match message.get("presentation") {
        Some(Value::Array(presentations)) => verify(presentations, holder, audience, checker, now).await,
        None | Some(Value::Null) => Err(PresentationError::Empty),
        // JSON-LD compacts an array of one.
        Some(one) => verify(std::slice::from_ref(one), holder, audience, checker, now).await,
    }
}

/// Verifies the presentations of `holder` (a DID) to `audience` (ours).
///
/// # Errors
/// As [`verify_response`].
pub async fn verify(
    presentations: &[Value],
    holder: &str,
    audience: &str,
    checker: &Checker<'_>,
    now: Timestamp,
) -> Result<Presented, PresentationError> {
    match presentations.len() {
        0 => return Err(PresentationError::Empty),
        count if count > MAX_PRESENTATIONS => return Err(PresentationError::TooManyPresentations),
        _ => {}
    }
    let verifier = Verifier { holder, audience, checker, now };
    let mut presented = Presented { credentials: Vec::new(), unknown: Vec::new(), expires: Timestamp::MAX };
    let mut count = 0;
    for presentation in presentations {
        let (contained, expires) = verifier.open(presentation).await?;
        count += contained.len();
        if count > MAX_CREDENTIALS {
            return Err(PresentationError::TooManyCredentials);
        }
        presented.expires = presented.expires.min(expires);
        for raw in &contained {
            let credential = Credential::parse(raw, checker.compatibility)?;
            if !checker.issuers.includes(credential.issuer()) {
                presented.unknown.push(Unknown {
                    kind: crate::credential::shown(credential.kind()),
                    issuer: crate::credential::shown(credential.issuer()),
                });
                continue;
            }
            let verified = checker.verify(&credential, holder, now).await?;
            presented.expires = verified.valid_until().map_or(presented.expires, |until| until.min(presented.expires));
            presented.credentials.push(verified);
        }
    }
    Ok(presented)
}

struct Verifier<'a> {
    holder: &'a str,
    audience: &'a str,
    checker: &'a Checker<'a>,
    now: Timestamp,
}

impl Verifier<'_> {
    /// What a presentation holds and when it ends, once it is found to be the holder's and for us.
    async fn open(&self, presentation: &Value) -> Result<(Vec<Value>, Timestamp), PresentationError> {
        match presentation {
            Value::String(jwt) => self.open_jwt(jwt).await,
            Value::Object(object) => {
                match jwt::enveloped(object, "EnvelopedVerifiablePresentation", &["vp+jwt", "vp-ld+jwt"]) {
                    Ok(Some(jwt)) => self.open_jwt(jwt).await,
                    Ok(None) => self.open_json(presentation, object).await,
                    Err(why) => Err(PresentationError::Malformed(why)),
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                Err(PresentationError::Malformed("is neither a JWT nor an object"))
            }
        }
    }

    async fn open_jwt(&self, jwt: &str) -> Result<(Vec<Value>, Timestamp), PresentationError> {
        if jwt.len() > MAX_PRESENTATION {
            return Err(PresentationError::TooLarge);
        }
        let malformed = PresentationError::Malformed;
        let compact = Compact::parse(jwt).map_err(malformed)?;
        let claims = jwt::claims(&compact).map_err(|refusal| match refusal {
            Refusal::Malformed(why) => malformed(why),
            _ => PresentationError::TooLarge,
        })?;
        let content = content(&compact, &claims)?;
        self.for_us(&claims, content)?;
        let expires = self.in_time(&claims)?;
        self.signature(&compact).await?;
        Ok((contained(content, self.checker.compatibility)?, expires))
    }

    /// Whether the holder made it, and for us alone.
    fn for_us(&self, claims: &Map<String, Value>, content: &Map<String, Value>) -> Result<(), PresentationError> {
        let issuer = jwt::text(claims, "iss").map_err(PresentationError::Malformed)?;
        let holder = named_holder(content)?;
        let named = [issuer, holder];
        if named == [None, None] || named.into_iter().flatten().any(|named| !did::same(named, self.holder)) {
            return Err(PresentationError::Holder);
        }
        let audience = match claims.get("aud") {
            Some(Value::Array(several)) if several.len() == 1 => several.first(),
            other => other,
        };
        match audience.and_then(Value::as_str) {
            Some(audience) if did::same(audience, self.audience) => Ok(()),
            _ => Err(PresentationError::Audience),
        }
    }

    fn in_time(&self, claims: &Map<String, Value>) -> Result<Timestamp, PresentationError> {
        let time = |name| jwt::time(claims, name).map_err(PresentationError::Malformed);
        let expires = time("exp")?.ok_or(PresentationError::NoExpiry)?;
        if later(expires, self.checker.skew) <= self.now {
            return Err(PresentationError::Expired);
        }
        let begins = time("nbf")?.max(time("iat")?);
        if begins.is_some_and(|begins| begins > later(self.now, self.checker.skew)) {
            return Err(PresentationError::NotYetValid);
        }
        Ok(expires)
    }

    async fn signature(&self, compact: &Compact<'_>) -> Result<(), PresentationError> {
        let algorithm = compact.algorithm().ok_or(PresentationError::Algorithm)?;
        if compact.kid().is_some_and(|kid| kid.starts_with("did:") && !did::same(did::split(kid).0, self.holder)) {
            return Err(PresentationError::ForeignKey);
        }
        let key = key_of(
            self.checker.resolver,
            self.holder,
            compact.kid(),
            Relationship::Authentication,
            self.checker.leniency(),
            self.now,
        );
        let (_, key) = key.await.map_err(PresentationError::Key)?;
        if !key.accepts(algorithm) {
            return Err(PresentationError::Algorithm);
        }
        compact.verify(&key).map_err(|_| PresentationError::Signature)
    }

    /// A presentation as JSON with a proof. Its `domain` stands for the audience.
    async fn open_json(
        &self,
        presentation: &Value,
        object: &Map<String, Value>,
    ) -> Result<(Vec<Value>, Timestamp), PresentationError> {
        if depth(presentation) > MAX_JSON_DEPTH || presentation.to_string().len() > MAX_PRESENTATION {
            return Err(PresentationError::TooLarge);
        }
        match named_holder(object)? {
            Some(holder) if did::same(holder, self.holder) => {}
            Some(_) | None => return Err(PresentationError::Holder),
        }
        let contained = contained(object, self.checker.compatibility)?;
        let expected = Expected {
            controller: self.holder,
            purpose: Relationship::Authentication,
            inline: Inline::Refused,
            leniency: self.checker.leniency(),
            skew: self.checker.skew,
        };
        let proof = data_integrity::verify(presentation, expected, self.checker.resolver, self.now).await;
        let proof = proof.map_err(|error| match error {
            DataIntegrityError::Signature => PresentationError::Signature,
            DataIntegrityError::ForeignKey => PresentationError::ForeignKey,
            DataIntegrityError::Did(error) => PresentationError::Key(error),
            other => PresentationError::Proof(other),
        })?;
        if !matches!(proof.domains.as_slice(), [domain] if did::same(domain, self.audience)) {
            return Err(PresentationError::Audience);
        }
        let made = proof.created.map(|created| later(created, PROOF_LIFETIME));
        let expires = proof.expires.or(made).ok_or(PresentationError::NoExpiry)?;
        if later(expires, self.checker.skew) <= self.now {
            return Err(PresentationError::Expired);
        }
        Ok((contained, expires))
    }
}

/// The presentation in a JWT. As with credentials, its `typ` decides where there is one.
fn content<'a>(
    compact: &Compact<'_>,
    claims: &'a Map<String, Value>,
) -> Result<&'a Map<String, Value>, PresentationError> {
    let inner = claims.get("vp").and_then(Value::as_object);
    match (jwt::media_type(compact).as_str(), inner) {
        (kind, None) if VP_TYPES.contains(&kind) => Ok(claims),
        ("" | "jwt", Some(inner)) if !claims.contains_key("vc") => Ok(inner),
        _ => Err(PresentationError::Malformed("is a JWT of another type, or holds no presentation")),
    }
}

fn named_holder(content: &Map<String, Value>) -> Result<Option<&str>, PresentationError> {
    match content.get("holder") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(holder)) => Ok(Some(holder)),
        Some(Value::Object(holder)) => Ok(holder.get("id").and_then(Value::as_str)),
        Some(_) => Err(PresentationError::Malformed("has a holder that is not a DID")),
    }
}

/// The credentials in a presentation.
fn contained(content: &Map<String, Value>, compatibility: &Compatibility) -> Result<Vec<Value>, PresentationError> {
    let is_presentation = match content.get("type") {
        Some(Value::String(kind)) => kind == "VerifiablePresentation",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "VerifiablePresentation"),
        Some(_) | None => false,
    };
    if !is_presentation {
        return Err(PresentationError::Malformed("does not have the type VerifiablePresentation"));
    }
    let named = content.get("@context");
    let old = content.get("context").filter(|_| compatibility.presentation_context_without_at);
    let first = match named.or(old) {
        Some(Value::Array(several)) => several.first().and_then(Value::as_str),
        Some(one) => one.as_str(),
        None => None,
    };
    if !matches!(first, Some(context::CREDENTIALS_V1 | context::CREDENTIALS_V2)) {
        return Err(PresentationError::Malformed("does not begin its @context with the one of its data model"));
    }
    Ok(match content.get("verifiableCredential") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(several)) => several.clone(),
        Some(one) => vec![one.clone()],
    })
}
