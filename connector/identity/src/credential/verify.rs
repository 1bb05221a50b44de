use std::collections::HashSet;
use std::ops::Deref;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::data_integrity::{self, DataIntegrityError, Expected, Inline};
use super::model::{Credential, Raw};
use super::refusal::{CredentialError, Refusal};
use super::schema::Schemas;
use super::status::{StatusCheck, StatusLists};
use crate::compatibility::Compatibility;
use crate::did::{self, DidError, DidFault, Leniency, Relationship, Resolver};
use crate::jws::Compact;
use crate::key::PublicKey;

/// Whose credentials are looked at. Nothing is fetched on the word of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issuers {
    /// Anybody's: for a wallet that takes in what it asked for.
    Anyone,
    /// Those of these DIDs, normalised as [`did::normalise`] does.
    Only(HashSet<String>),
}

impl Issuers {
    /// Those of these DIDs.
    pub fn only<'a>(dids: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Only(dids.into_iter().map(|did| did::normalise(did).into_owned()).collect())
    }

    /// Whether credentials of `issuer` are looked at.
    pub fn includes(&self, issuer: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Only(dids) => dids.contains(did::normalise(issuer).as_ref()),
        }
    }
}

/// Verifies credentials.
#[derive(Debug, Clone, Copy)]
pub struct Checker<'a> {
    /// Finds issuers' keys.
    pub resolver: &'a Resolver,
    /// Finds revocations.
    pub statuses: &'a StatusLists,
    /// Finds schemas.
    pub schemas: &'a Schemas,
    /// Whose credentials are looked at in presentations.
    pub issuers: &'a Issuers,
    /// Leniency for old wallets.
    pub compatibility: &'a Compatibility,
    /// By how much clocks may differ.
    pub skew: SignedDuration,
}

impl Checker<'_> {
    /// Verifies everything that holds in every dataspace (DCP 1.0 §5.4.3): that it is about `holder`, within its validity,
    /// signed with a key of its issuer's `assertionMethod`, follows its schema, and is neither revoked nor suspended. Whether
    /// its issuer may say such things is a question of [`crate::trust::Trust`].
    ///
    /// # Errors
    /// [`CredentialError`] names the first thing that is wrong.
    pub async fn verify(
        &self,
        credential: &Credential,
        holder: &str,
        now: Timestamp,
    ) -> Result<VerifiedCredential, CredentialError> {
        let refuse = |refusal| credential.refuse(refusal);
        let key_id = self.verify_alone(credential, holder, now).await?;
        self.schemas.check(credential, now).await.map_err(|error| refuse(Refusal::Schema(error)))?;
        let checks = self.statuses.check(credential, self.resolver, self.leniency(), now).await.map_err(refuse)?;
        Ok(VerifiedCredential { credential: credential.clone(), key_id, checks })
    }

    /// The part of [`Checker::verify`] that asks nobody but the resolver: holder, validity at the time `at`, signature. For
    /// evidence that is looked at later. Returns the DID URL of the key.
    ///
    /// # Errors
    /// As [`Checker::verify`].
    pub async fn verify_alone(
        &self,
        credential: &Credential,
        holder: &str,
        at: Timestamp,
    ) -> Result<String, CredentialError> {
        let refuse = |refusal| credential.refuse(refusal);
        about(credential, holder).map_err(refuse)?;
        self.in_time(credential, at).map_err(refuse)?;
        self.signature(credential, at).await.map_err(refuse)
    }

    /// Verifies again what may have changed since: validity and status. The lists come from the cache while they are believed.
    ///
    /// # Errors
    /// As [`Checker::verify`].
    pub async fn recheck(
        &self,
        verified: &VerifiedCredential,
        now: Timestamp,
    ) -> Result<Vec<StatusCheck>, CredentialError> {
        let refuse = |refusal| verified.refuse(refusal);
        self.in_time(verified, now).map_err(refuse)?;
        self.statuses.check(verified, self.resolver, self.leniency(), now).await.map_err(refuse)
    }

    /// Whether DID documents must say what their keys may do.
    pub fn leniency(&self) -> Leniency {
        if self.compatibility.dids_without_relationships { Leniency::WithoutRelationships } else { Leniency::Strict }
    }

    fn in_time(&self, credential: &Credential, now: Timestamp) -> Result<(), Refusal> {
        if credential.valid_until().is_some_and(|until| later(until, self.skew) <= now) {
            return Err(Refusal::Expired);
        }
        if credential.valid_from().is_some_and(|from| from > later(now, self.skew)) {
            return Err(Refusal::NotYetValid);
        }
        Ok(())
    }

    /// Verifies the signature, and returns the DID URL of the key.
    async fn signature(&self, credential: &Credential, now: Timestamp) -> Result<String, Refusal> {
        match credential.raw() {
            Raw::Jwt(jwt) => self.jwt_signature(credential.issuer(), jwt, now).await,
            Raw::Json(document) => self.proof(credential.issuer(), document, now).await,
        }
    }

    async fn jwt_signature(&self, issuer: &str, jwt: &str, now: Timestamp) -> Result<String, Refusal> {
        let compact = Compact::parse(jwt).map_err(Refusal::Malformed)?;
        let algorithm = compact.algorithm().ok_or(Refusal::Algorithm)?;
        if compact.kid().is_some_and(|kid| kid.starts_with("did:") && !did::same(did::split(kid).0, issuer)) {
            return Err(Refusal::ForeignKey);
        }
        let purpose = Relationship::AssertionMethod;
        let found = key_of(self.resolver, issuer, compact.kid(), purpose, self.leniency(), now).await;
        let (key_id, key) =
            found.map_err(|error| if is_about_key(&error) { Refusal::Key(error) } else { Refusal::Issuer(error) })?;
        if !key.accepts(algorithm) {
            return Err(Refusal::Algorithm);
        }
        compact.verify(&key).map_err(|_| Refusal::Signature)?;
        Ok(key_id)
    }

    async fn proof(&self, issuer: &str, document: &Value, now: Timestamp) -> Result<String, Refusal> {
        let expected = Expected {
            controller: issuer,
            purpose: Relationship::AssertionMethod,
            inline: Inline::Refused,
            leniency: self.leniency(),
            skew: self.skew,
        };
        let proof = data_integrity::verify(document, expected, self.resolver, now).await;
        proof.map(|proof| proof.key_id).map_err(|error| match error {
            DataIntegrityError::Signature => Refusal::Signature,
            DataIntegrityError::ForeignKey => Refusal::ForeignKey,
            DataIntegrityError::Did(error) if is_about_key(&error) => Refusal::Key(error),
            DataIntegrityError::Did(error) => Refusal::Issuer(error),
            other => Refusal::DataIntegrity(other),
        })
    }
}

/// A credential that [`Checker::verify`] found in order. Only it makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedCredential {
    credential: Credential,
    key_id: String,
    checks: Vec<StatusCheck>,
}

impl VerifiedCredential {
    /// The credential.
    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The DID URL of the key that it is signed with.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The status lists that were looked at, and how they looked.
    pub fn status_checks(&self) -> &[StatusCheck] {
        &self.checks
    }
}

impl Deref for VerifiedCredential {
    type Target = Credential;

    fn deref(&self) -> &Credential {
        &self.credential
    }
}

/// DCP 1.0 §5.4.3: every subject is the holder.
fn about(credential: &Credential, holder: &str) -> Result<(), Refusal> {
    let is_holder =
        |subject: &Value| subject.get("id").and_then(Value::as_str).is_some_and(|subject| did::same(subject, holder));
    if credential.subjects().iter().all(is_holder) { Ok(()) } else { Err(Refusal::Holder) }
}

/// The key that `kid` names in the document of `did`. If the document does not have it, it is looked for once more in the
/// document as it is now: keys are rotated.
pub(crate) async fn key_of(
    resolver: &Resolver,
    did: &str,
    kid: Option<&str>,
    relationship: Relationship,
    leniency: Leniency,
    now: Timestamp,
) -> Result<(String, PublicKey), DidError> {
    let document = resolver.resolve(did, now).await?;
    match document.key(kid, relationship, leniency) {
        Err(error) if is_about_key(&error) => resolver.refresh(did, now).await?.key(kid, relationship, leniency),
        found => found,
    }
}

/// Whether the DID resolves and the key is what is wrong.
pub(crate) fn is_about_key(error: &DidError) -> bool {
    match &error.fault {
        DidFault::UnknownKey(_)
        | DidFault::UnusableKey { .. }
        | DidFault::ForeignKey(_)
        | DidFault::Relationship { .. }
        | DidFault::Ambiguous { .. } => true,
        DidFault::NotADid
        | DidFault::UnknownMethod
        | DidFault::Malformed(_)
        | DidFault::Key(_)
        | DidFault::Unreachable { .. }
        | DidFault::Document(_)
        | DidFault::OtherId(_) => false,
    }
}

pub(crate) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}
