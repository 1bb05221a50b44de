//! Data Integrity proofs: `eddsa-rdfc-2022` made and verified, `ecdsa-rdfc-2019` (P-256) verified.
//!
//! Expansion, canonical form and verification are `ssi`'s; keys and the decision which of them counts are ours. The pieces
//! below ([`hash_data`], [`prove`], [`check_value`]) are what a proof is made of, for those who have the canonical form by
//! other means.

mod rdf;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use self::rdf::{Canonical, canonical};
use super::context;
pub use super::context::Inline;
use super::model::{MAX_JSON_DEPTH, depth};
use super::refusal::shown;
use crate::did::{self, DidError, Leniency, Relationship, Resolver};
use crate::key::{Algorithm, BadSignature, KeyError, KeyKind, PublicKey, SigningKey};
use crate::keyring::Held;

/// The suites that are verified here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cryptosuite {
    /// Ed25519 over the canonical RDF.
    EddsaRdfc2022,
    /// ECDSA with P-256 over the canonical RDF.
    EcdsaRdfc2019,
}

impl Cryptosuite {
    /// The member `cryptosuite`.
    pub fn name(self) -> &'static str {
        match self {
            Self::EddsaRdfc2022 => "eddsa-rdfc-2022",
            Self::EcdsaRdfc2019 => "ecdsa-rdfc-2019",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::EddsaRdfc2022, Self::EcdsaRdfc2019].into_iter().find(|suite| suite.name() == name)
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::EddsaRdfc2022 => Algorithm::EdDsa,
            Self::EcdsaRdfc2019 => Algorithm::Es256,
        }
    }
}

impl fmt::Display for Cryptosuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a proof says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How it was made.
    pub cryptosuite: Cryptosuite,
    /// The DID URL of the key.
    pub key_id: String,
    /// What the key was used as.
    pub purpose: Relationship,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Until when it counts.
    pub expires: Option<Timestamp>,
    /// Whom it is for.
    pub domains: Vec<String>,
}

impl Proof {
    /// Reads the one proof of `document`. Nothing is verified.
    ///
    /// # Errors
    /// [`DataIntegrityError`] if there is none, more than one, or one of a kind that is not verified here.
    pub fn of(document: &Value) -> Result<Self, DataIntegrityError> {
        let proof = match document.get("proof") {
            None | Some(Value::Null) => return Err(DataIntegrityError::NoProof),
            Some(Value::Array(several)) => match several.as_slice() {
                [] => return Err(DataIntegrityError::NoProof),
                [one] => one,
                _ => return Err(DataIntegrityError::SeveralProofs),
            },
            Some(one) => one,
        };
        check_members(proof)?;
        let text = |name| proof.get(name).and_then(Value::as_str);
        if text("type") != Some("DataIntegrityProof") {
            return Err(DataIntegrityError::Cryptosuite(shown(text("type").unwrap_or_default())));
        }
        let suite = text("cryptosuite").unwrap_or_default();
        let cryptosuite = Cryptosuite::from_name(suite).ok_or_else(|| DataIntegrityError::Cryptosuite(shown(suite)))?;
        let purpose = text("proofPurpose");
        let purpose = Relationship::ALL.into_iter().find(|known| purpose == Some(known.name()));
        let key_id = text("verificationMethod").filter(|id| id.starts_with("did:"));
        if text("proofValue").is_none() {
            return Err(DataIntegrityError::Malformed("it has no proofValue"));
        }
        Ok(Self {
            cryptosuite,
            key_id: key_id.ok_or(DataIntegrityError::Malformed("its verificationMethod is not a DID URL"))?.to_owned(),
            purpose: purpose.ok_or(DataIntegrityError::Purpose)?,
            created: time(proof, "created")?,
            expires: time(proof, "expires")?,
            domains: domains(proof)?,
        })
    }
}

/// What a proof has to be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The DID whose key made it.
    pub controller: &'a str,
    /// What the key was used as.
    pub purpose: Relationship,
    /// Whether the document may define terms itself.
    pub inline: Inline,
    /// Whether DID documents must name what their keys may do.
    pub leniency: Leniency,
    /// By how much clocks may differ.
    pub skew: SignedDuration,
}

/// Verifies the proof of `document` with the key that its verification method names in the DID document of
/// [`Expected::controller`].
///
/// # Errors
/// [`DataIntegrityError`] names the first thing that is wrong.
pub async fn verify(
    document: &Value,
    expected: Expected<'_>,
    resolver: &Resolver,
    now: Timestamp,
) -> Result<Proof, DataIntegrityError> {
    let proof = Proof::of(document)?;
    if proof.purpose != expected.purpose {
        return Err(DataIntegrityError::Purpose);
    }
    if !did::same(did::split(&proof.key_id).0, expected.controller) {
        return Err(DataIntegrityError::ForeignKey);
    }
    if proof.expires.is_some_and(|expires| later(expires, expected.skew) <= now) {
        return Err(DataIntegrityError::Expired);
    }
    if proof.created.is_some_and(|created| created > later(now, expected.skew)) {
        return Err(DataIntegrityError::NotYetValid);
    }
    let key = super::verify::key_of(
        resolver,
        expected.controller,
        Some(&proof.key_id),
        expected.purpose,
        expected.leniency,
        now,
    );
    let (_, key) = key.await.map_err(DataIntegrityError::Did)?;
    check(document, &key, expected.inline)?;
    Ok(proof)
}

/// Verifies that `key` made the proof of `document`, and nothing else: not whose key it is, nor dates.
///
/// # Errors
/// [`DataIntegrityError`] if the proof cannot be read, the document cannot be expanded, or the signature does not match.
pub fn check(document: &Value, key: &PublicKey, inline: Inline) -> Result<(), DataIntegrityError> {
    let proof = Proof::of(document)?;
    if !key.accepts(proof.cryptosuite.algorithm()) {
        return Err(DataIntegrityError::KeyKind(proof.cryptosuite));
    }
    check_shape(document, inline)?;
    rdf::verify(document, &proof, key)
}

/// Adds a proof (`eddsa-rdfc-2022`) to `document`, which must not have one. The key must be an Ed25519 key.
///
/// # Errors
/// [`DataIntegrityError`] if the document cannot be expanded or the key does not fit.
pub async fn sign(
    document: &Value,
    held: &Held,
    purpose: Relationship,
    inline: Inline,
    created: Timestamp,
) -> Result<Value, DataIntegrityError> {
    if held.key.kind() != KeyKind::Ed25519 {
        return Err(DataIntegrityError::KeyKind(Cryptosuite::EddsaRdfc2022));
    }
    if document.get("proof").is_some() {
        return Err(DataIntegrityError::SeveralProofs);
    }
    check_shape(document, inline)?;
    let mut proof = json!({
        "type": "DataIntegrityProof",
        "cryptosuite": Cryptosuite::EddsaRdfc2022.name(),
        "created": seconds(created).to_string(),
        "verificationMethod": held.id,
        "proofPurpose": purpose.name(),
    });
    let canonical = canonical(document, &proof)?;
    let value = prove(&held.key, &canonical.configuration, &canonical.document).await;
    proof["proofValue"] = value.map_err(DataIntegrityError::Key)?.into();
    let mut signed = document.clone();
    signed["proof"] = proof;
    Ok(signed)
}

/// What is signed (eddsa-rdfc-2022 §3.2.4): the SHA-256 of the proof options' canonical N-Quads, then that of the document's.
pub fn hash_data(configuration: &str, document: &str) -> [u8; 64] {
    let mut hashes = [0; 64];
    let (first, second) = hashes.split_at_mut(32);
    first.copy_from_slice(&Sha256::digest(configuration));
    second.copy_from_slice(&Sha256::digest(document));
    hashes
}

/// The `proofValue` over two canonical forms: multibase base58btc of the signature.
///
/// # Errors
/// [`KeyError`] if the key cannot sign.
pub async fn prove(key: &SigningKey, configuration: &str, document: &str) -> Result<String, KeyError> {
    let signature = key.sign(&hash_data(configuration, document)).await?;
    Ok(format!("z{}", bs58::encode(signature).into_string()))
}

/// Whether `proof_value` is what [`prove`] makes with the private half of `key`, an Ed25519 key.
///
/// # Errors
/// [`BadSignature`].
pub fn check_value(
    key: &PublicKey,
    configuration: &str,
    document: &str,
    proof_value: &str,
) -> Result<(), BadSignature> {
    let encoded = proof_value.strip_prefix('z').filter(|encoded| encoded.len() <= 128).ok_or(BadSignature)?;
    let signature = bs58::decode(encoded).into_vec().map_err(|_| BadSignature)?;
    key.verify(Algorithm::EdDsa, &hash_data(configuration, document), &signature)
}

fn check_shape(document: &Value, inline: Inline) -> Result<(), DataIntegrityError> {
    if depth(document) > MAX_JSON_DEPTH {
        return Err(DataIntegrityError::Malformed("the document is nested too deep"));
    }
    context::check(document, inline)
}

/// A proof is read into RDF as well, so it must not hold what takes long to bring into an order.
fn check_members(proof: &Value) -> Result<(), DataIntegrityError> {
    let is_text = |(name, value): (&String, &Value)| value.is_string() || name == "domain" || name == "@context";
    match proof.as_object() {
        Some(members) if members.iter().all(is_text) => Ok(()),
        Some(_) | None => Err(DataIntegrityError::Malformed("it is no object, or has a member that is not text")),
    }
}

fn time(proof: &Value, name: &str) -> Result<Option<Timestamp>, DataIntegrityError> {
    match proof.get(name) {
        None => Ok(None),
        Some(value) => {
            let time = value.as_str().and_then(|text| text.parse().ok());
            time.map(Some).ok_or(DataIntegrityError::Malformed("it has a time that is not an RFC 3339 timestamp"))
        }
    }
}

fn domains(proof: &Value) -> Result<Vec<String>, DataIntegrityError> {
    let domains = match proof.get("domain") {
        None => Some(Vec::new()),
        Some(Value::String(one)) => Some(vec![one.clone()]),
        Some(Value::Array(several)) => several.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        Some(_) => None,
    };
    domains.ok_or(DataIntegrityError::Malformed("it has a domain that is not text"))
}

/// The time without its fraction, as proofs have it.
fn seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// What is wrong with a proof, or with what it is to be made over.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DataIntegrityError {
    /// No proof.
    #[error("there is no proof")]
    NoProof,
    /// Several proofs: which of them matters is not defined for what we verify.
    #[error("there is more than one proof")]
    SeveralProofs,
    /// Not readable; the text says what.
    #[error("{0}")]
    Malformed(&'static str),
    /// Of a type or suite that is not verified here.
    #[error("{0:?} is not one of the suites eddsa-rdfc-2022 and ecdsa-rdfc-2019")]
    Cryptosuite(String),
    /// Made for something else.
    #[error("it was made for another purpose")]
    Purpose,
    /// Made with a key of somebody else.
    #[error("its verificationMethod belongs to another DID")]
    ForeignKey,
    /// The key cannot be found or may not do this.
    #[error("{0}")]
    Did(#[source] DidError),
    /// The key is of a kind that the suite does not use.
    #[error("the key is not one for {0}")]
    KeyKind(Cryptosuite),
    /// Our own key could not sign.
    #[error("{0}")]
    Key(#[source] KeyError),
    /// `expires` has passed.
    #[error("it has expired")]
    Expired,
    /// `created` has not come.
    #[error("it was made in the future: check that both clocks are right")]
    NotYetValid,
    /// A context that is not built in. None is fetched.
    #[error("the document names the context {0:?}, which is not one that is built in, and none is fetched")]
    Context(String),
    /// A context in the document itself.
    #[error("the document defines terms itself, so that its members could be given other meanings")]
    InlineContext,
    /// JSON-LD does not make RDF of it, above all because of a term that no context defines; the text is the library's.
    #[error("the document is not JSON-LD in which every term is defined: {0}")]
    Rdf(String),
    /// Many nodes without id that look alike: their canonical order takes exponential time.
    #[error("the document has too many nodes without id that look alike")]
    Anonymous,
    /// The signature does not match.
    #[error("the signature does not match: the document was altered, or signed by somebody else")]
    Signature,
}

impl DataIntegrityError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoProof => "proof-missing",
            Self::SeveralProofs => "proof-several",
            Self::Malformed(_) => "proof-malformed",
            Self::Cryptosuite(_) => "proof-cryptosuite",
            Self::Purpose => "proof-purpose",
            Self::ForeignKey => "proof-foreign-key",
            Self::Did(error) => error.code(),
            Self::KeyKind(_) => "proof-key-kind",
            Self::Key(error) => error.code(),
            Self::Expired => "proof-expired",
            Self::NotYetValid => "proof-not-yet-valid",
            Self::Context(_) => "proof-unknown-context",
            Self::InlineContext => "proof-inline-context",
            Self::Rdf(_) => "proof-json-ld",
            Self::Anonymous => "proof-anonymous-nodes",
            Self::Signature => "proof-signature",
        }
    }

    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Did(error) if error.is_transient())
    }
}
