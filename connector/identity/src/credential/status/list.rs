use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::bits::Bits;
use super::refusal::StatusError;
use super::{BitsError, Purpose};
use crate::compatibility::Compatibility;
use crate::credential::context::STATUS_LIST_2021;
use crate::credential::data_integrity::{self, DataIntegrityError, Expected, Inline};
use crate::credential::model::{MAX_JSON_DEPTH, Model, Profile, depth};
use crate::credential::refusal::named;
use crate::credential::verify::{key_of, later};
use crate::credential::{jwt, model};
use crate::did::{self, Leniency, Relationship, Resolver};
use crate::jws::Compact;

/// A status list as somebody publishes it.
#[derive(Debug, Clone)]
pub struct StatusList {
    body: Vec<u8>,
    digest: String,
    issuer: String,
    purposes: Vec<String>,
    bits: Bits,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    fetched_at: Timestamp,
}

impl StatusList {
    /// Opens what was fetched: a JWT of either data model, JSON with a proof, or plain JSON, which is worth as much as the way it
    /// came. A signature must be one of the list's issuer.
    pub(super) async fn open(
        body: Vec<u8>,
        most_unpacked: usize,
        skew: SignedDuration,
        resolver: &Resolver,
        leniency: Leniency,
        now: Timestamp,
    ) -> Result<Self, StatusError> {
        let text = std::str::from_utf8(&body).map_err(|_| StatusError::Malformed("is not text"))?.trim();
        let (content, window) = if text.starts_with('{') {
            (from_json(text, skew, resolver, leniency, now).await?, (None, None))
        } else {
            from_jwt(text, resolver, leniency, now).await?
        };
        let (issuer, _) = named(&content);
        let (purposes, bits) = subject(&content, most_unpacked)?;
        let date = |one, other| match date(&content, one)? {
            Some(time) => Ok(Some(time)),
            None => date(&content, other),
        };
        let (from, until) = (date("validFrom", "issuanceDate")?, date("validUntil", "expirationDate")?);
        Ok(Self {
            digest: format!("sha-256:{}", hex::encode(Sha256::digest(&body))),
            body,
            issuer,
            purposes,
            bits,
            valid_from: from.max(window.0),
            valid_until: [until, window.1].into_iter().flatten().min(),
            fetched_at: now,
        })
    }

    /// Whether the list says anything about credentials of `issuer` for this purpose now.
    pub(super) fn usable(
        &self,
        issuer: &str,
        purpose: Purpose,
        skew: SignedDuration,
        now: Timestamp,
    ) -> Result<(), StatusError> {
        if !did::same(&self.issuer, issuer) {
            return Err(StatusError::OtherIssuer);
        }
        if self.valid_until.is_some_and(|until| later(until, skew) <= now) {
            return Err(StatusError::Expired);
        }
        if self.valid_from.is_some_and(|from| from > later(now, skew)) {
            return Err(StatusError::NotYetValid);
        }
        if self.purposes.iter().any(|own| own == purpose.name()) { Ok(()) } else { Err(StatusError::Purpose) }
    }

    /// As it was received: evidence of what was seen.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// `sha-256:` and the hexadecimal SHA-256 of [`StatusList::body`].
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Its issuer's DID.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Its bits.
    pub fn bits(&self) -> &Bits {
        &self.bits
    }

    /// When it was fetched.
    pub fn fetched_at(&self) -> Timestamp {
        self.fetched_at
    }

    /// How many bytes it takes in memory, roughly.
    pub(super) fn weight(&self) -> usize {
        self.body.len() + self.bits.as_bytes().len() + 512
    }
}

async fn from_json(
    text: &str,
    skew: SignedDuration,
    resolver: &Resolver,
    leniency: Leniency,
    now: Timestamp,
) -> Result<Map<String, Value>, StatusError> {
    let json: Value = serde_json::from_str(text).map_err(|_| StatusError::Malformed("is not JSON"))?;
    if depth(&json) > MAX_JSON_DEPTH {
        return Err(StatusError::Malformed("is nested too deep"));
    }
    let Value::Object(content) = &json else { return Err(StatusError::Malformed("is not an object")) };
    if content.contains_key("proof") {
        model::check_names(content).map_err(StatusError::Malformed)?;
        let (issuer, _) = named(content);
        let expected = Expected {
            controller: &issuer,
            purpose: Relationship::AssertionMethod,
            inline: Inline::Refused,
            leniency,
            skew,
        };
        data_integrity::verify(&json, expected, resolver, now).await.map_err(|error| match error {
            DataIntegrityError::Did(error) => StatusError::Did(error),
            other => StatusError::Proof(other),
        })?;
    }
    Ok(content.clone())
}

async fn from_jwt(
    text: &str,
    resolver: &Resolver,
    leniency: Leniency,
    now: Timestamp,
) -> Result<(Map<String, Value>, jwt::Window), StatusError> {
    let compact = Compact::parse(text).map_err(StatusError::Malformed)?;
    let (_, content, window) = jwt::open(&compact, &Compatibility::default())
        .map_err(|_| StatusError::Malformed("is a JWT that holds no credential"))?;
    let (issuer, _) = named(&content);
    if compact.kid().is_some_and(|kid| kid.starts_with("did:") && !did::same(did::split(kid).0, &issuer)) {
        return Err(StatusError::ForeignKey);
    }
    let purpose = Relationship::AssertionMethod;
    let key = key_of(resolver, &issuer, compact.kid(), purpose, leniency, now).await.map_err(StatusError::Did)?;
    compact.verify(&key.1).map_err(|_| StatusError::Signature)?;
    Ok((content, window))
}

fn subject(content: &Map<String, Value>, most_unpacked: usize) -> Result<(Vec<String>, Bits), StatusError> {
    let subject = match content.get("credentialSubject") {
        Some(Value::Array(several)) => several.first(),
        other => other,
    };
    let subject = subject.ok_or(StatusError::Malformed("has no credentialSubject"))?;
    let kind = subject.get("type").and_then(Value::as_str);
    if !matches!(kind, Some("StatusList2021" | "BitstringStatusList")) {
        return Err(StatusError::Malformed("is neither a StatusList2021 nor a BitstringStatusList"));
    }
    if !matches!(subject.get("statusSize").map(Value::as_u64), None | Some(Some(1))) {
        return Err(StatusError::Malformed("has entries of more than one bit"));
    }
    let purposes = match subject.get("statusPurpose") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(_) | None => return Err(StatusError::Malformed("has no statusPurpose")),
    };
    let encoded = subject.get("encodedList").and_then(Value::as_str);
    let encoded = encoded.ok_or(StatusError::Malformed("has no encodedList"))?;
    Ok((purposes, Bits::decode(encoded, most_unpacked)?))
}

fn date(content: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, StatusError> {
    let read = |value: &Value| value.as_str().and_then(|text| text.parse().ok());
    let malformed = StatusError::Malformed("has a date that is not an RFC 3339 timestamp");
    // Some write what they do not say as null.
    content.get(name).filter(|value| !value.is_null()).map(|value| read(value).ok_or(malformed)).transpose()
}

/// What a credential that publishes a status list says: the parts of a [`crate::credential::Draft`] of the same profile.
#[derive(Debug, Clone, PartialEq)]
pub struct UnsignedList {
    /// Its type besides `VerifiableCredential`.
    pub kind: String,
    /// Its contexts beyond the one of the data model.
    pub contexts: Vec<String>,
    /// Its subject.
    pub subject: Value,
}

/// The content of the credential that publishes `bits` at `url`.
///
/// # Errors
/// As [`Bits::encode`].
pub fn unsigned_list(url: &str, purpose: Purpose, bits: &Bits, profile: Profile) -> Result<UnsignedList, BitsError> {
    let (model, contexts, kind) = match profile {
        Profile::Vc11Sl2021Jwt => (Model::V1_1, vec![STATUS_LIST_2021.to_owned()], "StatusList2021"),
        Profile::Vc20BsslJwt => (Model::V2_0, Vec::new(), "BitstringStatusList"),
    };
    let subject = json!({
        "id": format!("{url}#list"),
        "type": kind,
        "statusPurpose": purpose.name(),
        "encodedList": bits.encode(model)?,
    });
    Ok(UnsignedList { kind: format!("{kind}Credential"), contexts, subject })
}
