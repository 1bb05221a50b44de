//! A party's signed word on a concluded agreement: a Verifiable Credential (Data Model 2.0) that anybody can check offline.
//!
//! A [`Half`] says the same in two forms: with a Data Integrity proof (`eddsa-rdfc-2022`), and as a JWT (`vc+jwt`). Both are
//! made with the same key. Its shape is fixed, so that it is mapped to RDF without a JSON-LD processor; what differs from
//! the shape in any way is refused, so that the mapping is what a processor finds. Nothing that it names is fetched: its
//! own terms are defined in the credential itself.

mod error;
mod shape;
mod statements;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

pub use self::error::AttestationError;
use self::shape::Proof;
use crate::credential::data_integrity;
use crate::did::{self, DidDocument, Leniency, Relationship};
use crate::jws::{self, Compact};
use crate::key::{Algorithm, KeyKind};
use crate::keyring::Held;

/// The `typ` of the JWT's header (Securing Verifiable Credentials using JOSE and COSE, §3.1.1).
pub const TYP: &str = "vc+jwt";
/// The `cty` of the JWT's header.
const CTY: &str = "vc";

/// The longest JWT, and the longest JSON text of a credential, that is looked at, in bytes.
pub const MAX_ATTESTATION: usize = 64 * 1024;
/// More presented credentials than this are not attested.
pub const MAX_PRESENTED: usize = 32;
/// More types, or status checks, than this of one presented credential are not attested.
pub const MAX_OF_ONE: usize = 16;
/// No text in an attestation is longer than this, in bytes.
const MAX_TEXT: usize = 2048;

/// What a party states about an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The agreement's id.
    pub agreement: String,
    /// `sha-256:` and 64 lower-case hexadecimal digits: the hash of the agreement's canonical N-Quads (RDFC-1.0).
    pub digest: String,
    /// The role in which the signer concluded it.
    pub role: Role,
    /// The signer's DID.
    pub signer: String,
    /// Participant id of the other party.
    pub counterparty: String,
    /// When it was signed.
    pub attested_at: Timestamp,
    /// [`document_digest`] of the signer's DID document. `None` for a `did:key`, which has nothing but its name.
    pub signer_document: Option<String>,
    /// [`document_digest`] of the other party's DID document, as the signer saw it.
    pub counterparty_document: Option<String>,
    /// What the other party had presented, and the agreement was decided on.
    pub presented: Vec<Presented>,
}

/// A credential that the other party presented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// [`digest`] of the credential as it was signed: the JWT, or the JSON text.
    pub digest: String,
    /// Its own id.
    #[serde(rename = "credentialId", default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its types, as they are written in it.
    #[serde(rename = "credentialType")]
    pub types: Vec<String>,
    /// DID of its issuer.
    #[serde(rename = "credentialIssuer")]
    pub issuer: String,
    /// [`document_digest`] of its issuer's DID document, with which it was verified. `None` for a `did:key`.
    #[serde(rename = "credentialIssuerDocument", default, skip_serializing_if = "Option::is_none")]
    pub issuer_document: Option<String>,
    /// When it becomes valid.
    #[serde(rename = "credentialValidFrom", default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// When it ends.
    #[serde(rename = "credentialValidUntil", default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// The status lists that were looked at. None of them showed it revoked or suspended.
    #[serde(rename = "statusCheck", default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<StatusCheck>,
}

/// A look at a status list that found the bit not set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusCheck {
    /// URL of the list.
    #[serde(rename = "statusList")]
    pub list: String,
    /// Place of the bit, in decimal digits.
    #[serde(rename = "statusIndex")]
    pub index: String,
    /// `revocation` or `suspension`.
    #[serde(rename = "statusPurpose")]
    pub purpose: String,
    /// [`digest`] of the list as it was received.
    pub list_digest: String,
    /// When it was looked at.
    pub checked_at: Timestamp,
}

/// The two parties of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The party that asked for the data.
    Consumer,
    /// The party that offers the data.
    Provider,
}

impl Role {
    /// The other one.
    pub fn peer(self) -> Self {
        match self {
            Self::Consumer => Self::Provider,
            Self::Provider => Self::Consumer,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Consumer => "consumer",
            Self::Provider => "provider",
        })
    }
}

/// One party's attestation, signed, in both forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Half {
    /// The credential with its Data Integrity proof.
    pub credential: Value,
    /// The credential without the proof as a compact JWS.
    pub jwt: String,
}

/// `sha-256:` and the SHA-256 of `bytes` in lower-case hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    format!("sha-256:{}", hex::encode(Sha256::digest(bytes)))
}

/// The [`digest`] of a DID document, whatever the order of its members: of the JSON text of RFC 8785. Fractions, which DID
/// documents do not have, are written as serde_json writes them.
pub fn document_digest(document: &Value) -> String {
    digest(shape::sorted(document).to_string().as_bytes())
}

/// Signs `statement` with a key that its signer asserts with, an Ed25519 one.
///
/// # Errors
/// [`AttestationError::ForeignKey`] if the key does not belong to the statement's signer, [`AttestationError::Algorithm`] if
/// it is none of Ed25519, [`AttestationError::Malformed`] if the statement would not verify, [`AttestationError::Key`] if
/// signing fails.
pub async fn attest(held: &Held, statement: &Statement) -> Result<Half, AttestationError> {
    check(statement)?;
    if !did::same(did::split(&held.id).0, &statement.signer) {
        return Err(AttestationError::ForeignKey);
    }
    if held.key.kind() != KeyKind::Ed25519 {
        return Err(AttestationError::Algorithm);
    }
    let mut credential = shape::unsecured(statement);
    let payload =
        serde_json::to_vec(&credential).map_err(|_| AttestationError::Malformed("cannot be written as JSON"))?;
    let jwt = jws::sign(held, TYP, Some(CTY), &payload).await?;
    if jwt.len() > MAX_ATTESTATION {
        return Err(AttestationError::Malformed("is too large"));
    }
    let mut proof = Proof::options(&held.id, statement.attested_at);
    let [options, claims] = statements::canonical(statement, &proof)?;
    proof.proof_value = data_integrity::prove(&held.key, &options, &claims).await?;
    credential["proof"] = proof.to_value();
    Ok(Half { credential, jwt })
}

/// A half that is of the right shape. Nothing in it is to be believed before [`Unverified::verify`].
#[derive(Debug, Clone)]
pub struct Unverified {
    statement: Statement,
    proof: Proof,
    /// The credential without its proof.
    unsecured: Value,
    jwt: String,
}

/// Reads a half. Both forms say the same, and neither says anything beside it.
///
/// # Errors
/// [`AttestationError`] names the first thing that is wrong.
pub fn read(half: &Half) -> Result<Unverified, AttestationError> {
    if half.jwt.len() > MAX_ATTESTATION {
        return Err(AttestationError::Malformed("is too large"));
    }
    let (statement, proof, unsecured) = shape::read(&half.credential)?;
    check(&statement)?;
    if !did::same(did::split(&proof.verification_method).0, &statement.signer) {
        return Err(AttestationError::ForeignKey);
    }
    Ok(Unverified { statement, proof, unsecured, jwt: half.jwt.clone() })
}

impl Unverified {
    /// The DID of who is said to have signed: whose document is needed.
    pub fn signer(&self) -> &str {
        &self.statement.signer
    }

    /// What is said to be stated.
    pub fn claims(&self) -> &Statement {
        &self.statement
    }

    /// The DID URL of the key that is said to have signed.
    pub fn key_id(&self) -> &str {
        &self.proof.verification_method
    }

    /// The statement, signed in both forms by a key that `document`, the signer's, names for assertions.
    ///
    /// It says nothing about whether that signer is a party to the agreement, nor whether the digests are right: compare
    /// them.
    ///
    /// # Errors
    /// [`AttestationError`] names the first thing that is wrong.
    pub fn verify(self, document: &DidDocument) -> Result<Statement, AttestationError> {
        if !did::same(document.id(), &self.statement.signer) {
            return Err(AttestationError::ForeignKey);
        }
        let kid = &self.proof.verification_method;
        let (_, key) = document
            .key(Some(kid), Relationship::AssertionMethod, Leniency::Strict)
            .map_err(AttestationError::Signer)?;
        if !key.accepts(Algorithm::EdDsa) {
            return Err(AttestationError::Algorithm);
        }
        let [options, claims] = statements::canonical(&self.statement, &self.proof)?;
        data_integrity::check_value(&key, &options, &claims, &self.proof.proof_value)
            .map_err(|_| AttestationError::Signature)?;
        let jwt = self.jwt()?;
        jwt.verify(&key).map_err(|_| AttestationError::Jwt("is not signed by the same key, or was altered"))?;
        Ok(self.statement)
    }

    /// The JWT, which is about the same statement and names the same key.
    fn jwt(&self) -> Result<Compact<'_>, AttestationError> {
        let compact = Compact::parse(&self.jwt).map_err(AttestationError::Jwt)?;
        if compact.algorithm() != Some(Algorithm::EdDsa) {
            return Err(AttestationError::Algorithm);
        }
        if (compact.typ(), compact.cty()) != (Some(TYP), Some(CTY)) {
            return Err(AttestationError::Jwt("is of another type than vc+jwt, or holds something else than a vc"));
        }
        if compact.kid() != Some(&self.proof.verification_method) {
            return Err(AttestationError::ForeignKey);
        }
        let claims: Value = compact.claims().ok_or(AttestationError::Jwt("has a payload that is no JSON object"))?;
        if claims != self.unsecured {
            return Err(AttestationError::Jwt("does not say the same as the credential"));
        }
        Ok(compact)
    }
}

/// What a statement must be so that it can be signed, and its RDF canonicalised in a bounded number of steps.
fn check(statement: &Statement) -> Result<(), AttestationError> {
    let malformed = |what| Err(AttestationError::Malformed(what));
    if statement.agreement.is_empty() {
        return malformed("names no agreement");
    }
    if !statement.signer.starts_with("did:") {
        return malformed("names a signer that is no DID");
    }
    if !digests(statement).all(|digest| is_digest(digest)) {
        return malformed("has a digest that is not sha-256: and 64 lower-case hexadecimal digits");
    }
    if !texts(statement).all(|text| text.len() <= MAX_TEXT && !text.chars().any(is_escaped)) {
        return malformed("has a text that is too long or holds control characters");
    }
    let presented = &statement.presented;
    let of_one = |credential: &Presented| credential.types.len().max(credential.checks.len());
    if presented.len() > MAX_PRESENTED || presented.iter().map(of_one).max().unwrap_or(0) > MAX_OF_ONE {
        return malformed("names more credentials, types or status checks than are looked at");
    }
    if repeats(presented.iter().map(|credential| &credential.digest))
        || repeats(presented.iter().flat_map(|credential| &credential.checks).map(|c| (&c.list, &c.index, &c.purpose)))
        || presented.iter().any(|credential| repeats(credential.types.iter()))
    {
        return malformed("names a credential, a type or a status check twice");
    }
    Ok(())
}

fn digests(statement: &Statement) -> impl Iterator<Item = &String> {
    let documents = [statement.signer_document.as_ref(), statement.counterparty_document.as_ref()];
    let of_presented = statement.presented.iter().flat_map(|credential| {
        let lists = credential.checks.iter().map(|check| &check.list_digest);
        [Some(&credential.digest), credential.issuer_document.as_ref()].into_iter().flatten().chain(lists)
    });
    [&statement.digest].into_iter().chain(documents.into_iter().flatten()).chain(of_presented)
}

/// Characters that writers of N-Quads escape, not all of them the same ones.
fn is_escaped(character: char) -> bool {
    character.is_control() || matches!(character, '\u{FFFE}' | '\u{FFFF}')
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha-256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

fn repeats<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut all: Vec<T> = items.collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    all.len() < count
}

/// Every text that is free in a statement.
fn texts(statement: &Statement) -> impl Iterator<Item = &String> {
    fn of_check(check: &StatusCheck) -> [&String; 3] {
        [&check.list, &check.index, &check.purpose]
    }
    let heads = [&statement.agreement, &statement.signer, &statement.counterparty];
    let of_presented = statement.presented.iter().flat_map(move |credential| {
        let single = [Some(&credential.issuer), credential.id.as_ref()];
        let checks = credential.checks.iter().flat_map(of_check);
        single.into_iter().flatten().chain(&credential.types).chain(checks)
    });
    heads.into_iter().chain(of_presented)
}
