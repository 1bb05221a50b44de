use thiserror::Error;

use crate::did::DidError;
use crate::key::KeyError;

/// What is wrong with an attestation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttestationError {
    /// Not a credential of this shape over a statement; the text completes "the attestation …".
    #[error("the attestation {0}")]
    Malformed(&'static str),
    /// A member that is missing, of another type, or more than the shape has; the text says which.
    #[error("the attestation is not of the shape that is signed: {0}")]
    Shape(String),
    /// Another algorithm than EdDSA over Ed25519.
    #[error("the attestation is not signed with EdDSA over Ed25519, the only algorithm that is accepted")]
    Algorithm,
    /// The signer's DID document has no such key for assertions.
    #[error("the attestation's key cannot be found: {0}")]
    Signer(#[source] DidError),
    /// The key does not belong to the signer that the statement names.
    #[error("the attestation is made with a key that is not one of the signer it names")]
    ForeignKey,
    /// The signature is not one of the signer's key over this statement: one of the two was altered.
    #[error("the attestation's signature does not match: it was altered, or signed by somebody else")]
    Signature,
    /// The second form; the text completes "the attestation's JWT …".
    #[error("the attestation's JWT {0}")]
    Jwt(&'static str),
    /// Our own key could not sign.
    #[error("the attestation could not be signed: {0}")]
    Key(#[from] KeyError),
}

impl AttestationError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::Shape(_) => "attestation-malformed",
            Self::Algorithm => "attestation-algorithm",
            Self::Signer(_) => "attestation-signer",
            Self::ForeignKey => "attestation-foreign-key",
            Self::Signature => "attestation-signature",
            Self::Jwt(_) => "attestation-jwt",
            Self::Key(_) => "attestation-key",
        }
    }
}
