use thiserror::Error;

use super::bits::BitsError;
use crate::credential::data_integrity::DataIntegrityError;
use crate::did::DidError;
use crate::fetch::FetchError;

/// Why a status cannot be established. Nobody is believed then.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatusError {
    /// The list did not come.
    #[error("the status list at {url} cannot be had: {source}")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// What happened.
        source: FetchError,
    },
    /// Not a status list; the text completes "what is published as status list …".
    #[error("what is published as status list {0}")]
    Malformed(&'static str),
    /// The list's bits cannot be read.
    #[error("the encoded list cannot be read: {0}")]
    Bits(#[from] BitsError),
    /// The list's issuer is another than the credential's.
    #[error("the status list has another issuer than the credential")]
    OtherIssuer,
    /// The list's issuer or its key cannot be found.
    #[error("the key of the status list cannot be found: {0}")]
    Did(#[source] DidError),
    /// The list is signed with a key of somebody else than its issuer.
    #[error("the status list is signed with a key that does not belong to its issuer")]
    ForeignKey,
    /// The list's signature does not match.
    #[error("the signature of the status list does not match")]
    Signature,
    /// The list's Data Integrity proof does not hold.
    #[error("the proof of the status list does not hold: {0}")]
    Proof(#[source] DataIntegrityError),
    /// The list is about something else than the entry says.
    #[error("the status list is not about what the credential's entry says it is: their statusPurpose differs")]
    Purpose,
    /// The list has no such bit.
    #[error("the status list is shorter than the index that the credential names")]
    Index,
    /// The list's own validity is over.
    #[error("the status list has expired")]
    Expired,
    /// The list's own validity has not begun.
    #[error("the status list is not valid yet")]
    NotYetValid,
}

impl StatusError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "status-list-unreachable",
            Self::Malformed(_) => "status-list-malformed",
            Self::Bits(BitsError::Bomb { .. }) => "status-list-bomb",
            Self::Bits(BitsError::Base64 | BitsError::Gzip | BitsError::Empty | BitsError::Packing) => {
                "status-list-encoding"
            }
            Self::OtherIssuer => "status-list-other-issuer",
            Self::Did(_) => "status-list-key",
            Self::ForeignKey => "status-list-foreign-key",
            Self::Signature => "status-list-signature",
            Self::Proof(_) => "status-list-proof",
            Self::Purpose => "status-list-purpose",
            Self::Index => "status-list-index",
            Self::Expired => "status-list-expired",
            Self::NotYetValid => "status-list-not-yet-valid",
        }
    }

    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { source, .. } => match source {
                FetchError::Unreachable(_) => true,
                FetchError::Status(status) => *status >= 500 || *status == 429,
                FetchError::Forbidden(_) | FetchError::TooLarge => false,
            },
            Self::Did(error) => error.is_transient(),
            Self::Proof(error) => error.is_transient(),
            Self::Malformed(_)
            | Self::Bits(_)
            | Self::OtherIssuer
            | Self::ForeignKey
            | Self::Signature
            | Self::Purpose
            | Self::Index
            | Self::Expired
            | Self::NotYetValid => false,
        }
    }
}
