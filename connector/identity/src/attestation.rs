//! A party's signature over a concluded agreement: a compact JWS that anybody can verify offline.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::did_key::{self, DidError};
use crate::jws::{self, Compact};
use crate::key::{KeyError, SigningKey};

/// The `typ` of the JOSE header.
pub const TYP: &str = "symbolon-attestation+jws";

/// The longest attestation that is looked at, in bytes.
pub const MAX_ATTESTATION: usize = 8 * 1024;

/// What a party states about an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The agreement's id.
    pub agreement: String,
    /// `sha-256:` and 64 lower-case hexadecimal digits: the hash of the agreement's canonical N-Quads (RDFC-1.0).
    pub digest: String,
    /// The role in which the signer concluded it.
    pub role: Role,
    /// The signer's DID.
    pub signer: String,
    /// When it was signed.
    pub attested_at: Timestamp,
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

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Consumer => "consumer",
            Self::Provider => "provider",
        })
    }
}

/// Signs `statement`.
///
/// # Errors
/// [`AttestationError::ForeignKey`] if the statement's signer is not the key's DID, [`AttestationError::Malformed`] if the
/// statement would not verify, [`AttestationError::Key`] if signing fails.
pub fn attest(key: &SigningKey, statement: &Statement) -> Result<String, AttestationError> {
    check(statement)?;
    if statement.signer != key.did() {
        return Err(AttestationError::ForeignKey);
    }
    let payload =
        serde_json::to_vec(statement).map_err(|_| AttestationError::Malformed("cannot be written as JSON"))?;
    let jws = jws::sign(key, &jws::protected(key, TYP), &payload)?;
    if jws.len() > MAX_ATTESTATION {
        return Err(AttestationError::Malformed("is too large"));
    }
    Ok(jws)
}

/// The statement that `jws` holds, signed by the one it names as its signer. Needs no network and no clock.
///
/// It says nothing about whether that signer is a party to the agreement, nor whether the digest is right: compare both.
///
/// # Errors
/// [`AttestationError`] names the first thing that is wrong.
pub fn verify(jws: &str) -> Result<Statement, AttestationError> {
    if jws.len() > MAX_ATTESTATION {
        return Err(AttestationError::Malformed("is too large"));
    }
    let compact = Compact::parse(jws).map_err(AttestationError::Malformed)?;
    if !compact.is_eddsa() {
        return Err(AttestationError::Algorithm);
    }
    if compact.header.typ.as_deref() != Some(TYP) {
        return Err(AttestationError::Type);
    }
    let statement: Statement =
        compact.payload().ok_or(AttestationError::Malformed("has a payload that is not a statement"))?;
    check(&statement)?;
    let signer = did_key::resolve(&statement.signer).map_err(AttestationError::Signer)?;
    if compact.header.kid.as_deref() != Some(signer.key_id()) {
        return Err(AttestationError::ForeignKey);
    }
    compact.verify(&signer).map_err(|_| AttestationError::Signature)?;
    Ok(statement)
}

fn check(statement: &Statement) -> Result<(), AttestationError> {
    let digest = statement.digest.strip_prefix("sha-256:").unwrap_or_default();
    if digest.len() != 64 || !digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(AttestationError::Malformed(
            "has a digest that is not sha-256: and 64 lower-case hexadecimal digits",
        ));
    }
    if statement.agreement.is_empty() {
        return Err(AttestationError::Malformed("names no agreement"));
    }
    Ok(())
}

/// What is wrong with an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AttestationError {
    /// Not a compact JWS over a statement; the text completes "the attestation …".
    #[error("the attestation {0}")]
    Malformed(&'static str),
    /// Another algorithm than EdDSA.
    #[error("the attestation is not signed with EdDSA, the only algorithm that is accepted")]
    Algorithm,
    /// A JWS made for something else.
    #[error("the attestation is a JWS of another type than {TYP}")]
    Type,
    /// The signer's DID does not resolve.
    #[error("the attestation's signer cannot be resolved: {0}")]
    Signer(#[source] DidError),
    /// The key does not belong to the signer that the statement names.
    #[error("the attestation is made with a key that is not the one of the signer it names")]
    ForeignKey,
    /// The signature is not one of the signer's key over this statement: one of the two was altered.
    #[error("the attestation's signature does not match: it was altered, or signed by somebody else")]
    Signature,
    /// Our own key could not sign.
    #[error("the attestation could not be signed: {0}")]
    Key(#[from] KeyError),
}

impl AttestationError {
    /// A stable code for programs and logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed(_) => "attestation-malformed",
            Self::Algorithm => "attestation-algorithm",
            Self::Type => "attestation-type",
            Self::Signer(_) => "attestation-signer",
            Self::ForeignKey => "attestation-foreign-key",
            Self::Signature => "attestation-signature",
            Self::Key(_) => "attestation-key",
        }
    }
}
