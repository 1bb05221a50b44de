use std::fmt;

use serde_json::{Map, Value};
use thiserror::Error;

use super::data_integrity::DataIntegrityError;
use super::model::{BASE_TYPE, MAX_JSON_DEPTH, MAX_RAW};
use super::schema::SchemaError;
use super::status::StatusError;
use crate::did::DidError;

/// The longest name of an issuer or type in a sentence.
const MAX_NAME: usize = 200;

/// Why a credential is refused, and which: its type and issuer are named, its content never is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialError {
    /// `the MembershipCredential of did:web:…`, or `the credential` if neither could be read.
    credential: String,
    refusal: Refusal,
}

impl CredentialError {
    pub(crate) fn new(issuer: &str, types: &[String], refusal: Refusal) -> Self {
        let kind = types.iter().map(String::as_str).find(|kind| *kind != BASE_TYPE).unwrap_or("credential");
        let mut credential = format!("the {}", shown(kind));
        if !issuer.is_empty() {
            credential.push_str(" of ");
            credential.push_str(&shown(issuer));
        }
        Self { credential, refusal }
    }

    /// The reason.
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        self.refusal.code()
    }

    /// The rule that refused.
    pub fn rule(&self) -> &'static str {
        self.refusal.rule()
    }

    /// What its holder or issuer can do.
    pub fn hint(&self) -> Option<&'static str> {
        self.refusal.hint()
    }

    /// Whether nothing is known to be wrong with the credential, only that something needed could not be fetched now.
    pub fn is_transient(&self) -> bool {
        match &self.refusal {
            Refusal::Issuer(did) => did.is_transient(),
            Refusal::Status(status) => status.is_transient(),
            Refusal::Schema(schema) => schema.is_transient(),
            Refusal::DataIntegrity(proof) => proof.is_transient(),
            Refusal::Malformed(_)
            | Refusal::TooLarge
            | Refusal::TooDeep
            | Refusal::NoProof
            | Refusal::BaseType
            | Refusal::Algorithm
            | Refusal::ClaimMismatch(_)
            | Refusal::ForeignKey
            | Refusal::Key(_)
            | Refusal::Signature
            | Refusal::Expired
            | Refusal::NotYetValid
            | Refusal::Revoked
            | Refusal::Suspended
            | Refusal::StatusKind
            | Refusal::Holder => false,
        }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.credential, self.refusal)
    }
}

impl std::error::Error for CredentialError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.refusal.source()
    }
}

/// Why a credential is refused; each text completes a sentence that begins with the credential's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not a credential in any form that is read here.
    #[error("{0}")]
    Malformed(&'static str),
    /// Longer than [`MAX_RAW`].
    #[error("is larger than {MAX_RAW} bytes")]
    TooLarge,
    /// Nested deeper than [`MAX_JSON_DEPTH`].
    #[error("is nested deeper than {MAX_JSON_DEPTH} levels")]
    TooDeep,
    /// JSON without a proof.
    #[error("has no proof: nobody vouches for it")]
    NoProof,
    /// Its types lack `VerifiableCredential`.
    #[error("does not have the type {BASE_TYPE}")]
    BaseType,
    /// Signed with an algorithm that is not accepted, or that does not fit the key.
    #[error("is signed with an algorithm that is not accepted for the key it names")]
    Algorithm,
    /// A claim of the JWT contradicts the credential in it.
    #[error("contradicts itself: the JWT's claim {0} is not what the credential says")]
    ClaimMismatch(&'static str),
    /// The issuer's DID does not resolve.
    #[error("has an issuer that cannot be resolved: {0}")]
    Issuer(#[source] DidError),
    /// Signed with a key of another DID than its issuer's.
    #[error("is signed with a key that does not belong to its issuer")]
    ForeignKey,
    /// The issuer's document does not allow the key for this.
    #[error("is signed with a key that its issuer does not use for credentials: {0}")]
    Key(#[source] DidError),
    /// The signature does not match.
    #[error("has a signature that does not match: it was altered, or signed by somebody else")]
    Signature,
    /// Its Data Integrity proof does not hold.
    #[error("has a proof that does not hold: {0}")]
    DataIntegrity(#[source] DataIntegrityError),
    /// Its time is over.
    #[error("has expired")]
    Expired,
    /// Its time has not come.
    #[error("is not valid yet")]
    NotYetValid,
    /// A `credentialStatus` that is not understood; ignoring it could accept a revoked credential.
    #[error("has a status entry that is not understood, so it may be revoked")]
    StatusKind,
    /// Its status cannot be established.
    #[error("has a status that cannot be established: {0}")]
    Status(#[source] StatusError),
    /// Its issuer took it back.
    #[error("has been revoked by its issuer")]
    Revoked,
    /// Its issuer suspended it.
    #[error("is suspended by its issuer")]
    Suspended,
    /// It does not follow the schema that it names, or the schema cannot be had.
    #[error("does not pass its schema: {0}")]
    Schema(#[source] SchemaError),
    /// It is about somebody else than the one who presents it.
    #[error("is not about the one who presents it: its credentialSubject.id is another DID")]
    Holder,
}

impl Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "credential-malformed",
            Self::TooLarge => "credential-too-large",
            Self::TooDeep => "credential-too-deep",
            Self::NoProof => "credential-no-proof",
            Self::BaseType => "credential-base-type",
            Self::Algorithm => "credential-algorithm",
            Self::ClaimMismatch(_) => "credential-claim-mismatch",
            Self::Issuer(_) => "credential-issuer",
            Self::ForeignKey => "credential-foreign-key",
            Self::Key(_) => "credential-key",
            Self::Signature => "credential-signature",
            Self::DataIntegrity(proof) => proof.code(),
            Self::Expired => "credential-expired",
            Self::NotYetValid => "credential-not-yet-valid",
            Self::StatusKind => "credential-status-kind",
            Self::Status(status) => status.code(),
            Self::Revoked => "credential-revoked",
            Self::Suspended => "credential-suspended",
            Self::Schema(schema) => schema.code(),
            Self::Holder => "credential-holder",
        }
    }

    fn rule(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::NoProof | Self::BaseType => "Verifiable Credentials Data Model 1.1 §4, 2.0 §4",
            Self::TooLarge | Self::TooDeep => "what a partner sends is bounded",
            Self::Algorithm => "RFC 8725 §3.1: algorithms are chosen by the verifier",
            Self::ClaimMismatch(_) => "Securing Verifiable Credentials using JOSE and COSE §3.1.3",
            Self::Issuer(_) | Self::ForeignKey | Self::Key(_) | Self::Signature => {
                "DCP 1.0 §5.4.3: a credential is signed with a key of its issuer's assertionMethod"
            }
            Self::DataIntegrity(_) => "Verifiable Credential Data Integrity 1.0 §4.4",
            Self::Expired | Self::NotYetValid => "DCP 1.0 §5.4.3: a credential is within its validity",
            Self::StatusKind | Self::Status(_) | Self::Revoked | Self::Suspended => {
                "DCP 1.0 §5.4.3: a credential is neither revoked nor suspended"
            }
            Self::Schema(_) => "DCP 1.0 §5.4.3: a credential follows the schema it names",
            Self::Holder => "DCP 1.0 §5.4.3: the subject of a credential is its holder",
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Expired => Some("ask the issuer for a new one"),
            Self::NotYetValid => Some("check that the clocks of issuer and verifier are right"),
            Self::Revoked | Self::Suspended => Some("ask the issuer why"),
            Self::Key(_) => Some("the issuer's DID document must list the key under assertionMethod"),
            Self::BaseType => Some("the switch credential_without_base_type accepts it from old wallets"),
            Self::Status(_) | Self::Issuer(_) => Some("check that the issuer's URLs can be reached from here"),
            Self::Malformed(_)
            | Self::TooLarge
            | Self::TooDeep
            | Self::NoProof
            | Self::Algorithm
            | Self::ClaimMismatch(_)
            | Self::ForeignKey
            | Self::Signature
            | Self::DataIntegrity(_)
            | Self::StatusKind
            | Self::Schema(_)
            | Self::Holder => None,
        }
    }

    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(self)
    }
}

/// Issuer and types of what may be a credential, as far as they can be read.
pub(super) fn named(json: &Map<String, Value>) -> (String, Vec<String>) {
    let issuer = json.get("issuer").and_then(|issuer| match issuer {
        Value::String(did) => Some(did.as_str()),
        Value::Object(issuer) => issuer.get("id").and_then(Value::as_str),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    });
    let types = match json.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(_) | None => Vec::new(),
    };
    (issuer.unwrap_or_default().to_owned(), types)
}

/// A name from outside, fit for a sentence and a log line.
pub(crate) fn shown(name: &str) -> String {
    let clean = |letter: char| if letter.is_control() { '\u{fffd}' } else { letter };
    let mut shown: String = name.chars().take(MAX_NAME).map(clean).collect();
    if name.chars().nth(MAX_NAME).is_some() {
        shown.push('…');
    }
    shown
}
