use thiserror::Error;

use super::verify::{MAX_CREDENTIALS, MAX_PRESENTATION, MAX_PRESENTATIONS};
use crate::credential::CredentialError;
use crate::credential::data_integrity::DataIntegrityError;
use crate::did::DidError;

/// Why a presentation response is refused, all of it: one bad part makes the rest doubtful (DCP 1.0 §5.4.3).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PresentationError {
    /// Not a response, or not a presentation; the text completes "the presentation …".
    #[error("the presentation {0}")]
    Malformed(&'static str),
    /// Nothing presented.
    #[error("the partner presented nothing")]
    Empty,
    /// More presentations than [`MAX_PRESENTATIONS`].
    #[error("the response holds more than {MAX_PRESENTATIONS} presentations")]
    TooManyPresentations,
    /// More credentials than [`MAX_CREDENTIALS`].
    #[error("the response holds more than {MAX_CREDENTIALS} credentials")]
    TooManyCredentials,
    /// A presentation that is larger than [`MAX_PRESENTATION`] or nested too deep.
    #[error("the presentation is larger than {MAX_PRESENTATION} bytes, or nested too deep")]
    TooLarge,
    /// Presented by somebody else than the one who was asked.
    #[error("the presentation is made by another DID than the partner's")]
    Holder,
    /// For somebody else.
    #[error("the presentation is not for this connector alone: its audience must be this connector's DID")]
    Audience,
    /// Without an end.
    #[error("the presentation does not say when it expires")]
    NoExpiry,
    /// Its time is over.
    #[error("the presentation has expired")]
    Expired,
    /// Its time has not come.
    #[error("the presentation is not valid yet: check that both clocks are right")]
    NotYetValid,
    /// Signed with an algorithm that is not accepted, or that does not fit the key.
    #[error("the presentation is signed with an algorithm that is not accepted for the key it names")]
    Algorithm,
    /// Signed with a key of another DID.
    #[error("the presentation is signed with a key that does not belong to its holder")]
    ForeignKey,
    /// The holder cannot be resolved, or does not use the key for this.
    #[error("the presentation's key cannot be used: {0}")]
    Key(#[source] DidError),
    /// The signature does not match.
    #[error("the presentation's signature does not match: it was altered, or signed by somebody else")]
    Signature,
    /// Its Data Integrity proof does not hold.
    #[error("the presentation's proof does not hold: {0}")]
    Proof(#[source] DataIntegrityError),
    /// A credential in it is refused.
    #[error(transparent)]
    Credential(#[from] CredentialError),
}

impl PresentationError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "presentation-malformed",
            Self::Empty => "presentation-empty",
            Self::TooManyPresentations => "presentation-too-many",
            Self::TooManyCredentials => "presentation-too-many-credentials",
            Self::TooLarge => "presentation-too-large",
            Self::Holder => "presentation-holder",
            Self::Audience => "presentation-audience",
            Self::NoExpiry => "presentation-no-expiry",
            Self::Expired => "presentation-expired",
            Self::NotYetValid => "presentation-not-yet-valid",
            Self::Algorithm => "presentation-algorithm",
            Self::ForeignKey => "presentation-foreign-key",
            Self::Key(_) => "presentation-key",
            Self::Signature => "presentation-signature",
            Self::Proof(error) => error.code(),
            Self::Credential(error) => error.code(),
        }
    }

    /// The rule that refused.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::Empty => "DCP 1.0 §5.4.2: a response holds verifiable presentations",
            Self::TooManyPresentations | Self::TooManyCredentials | Self::TooLarge => "what a partner sends is bounded",
            Self::Holder => "DCP 1.0 §5.4.3: the holder of a presentation is the one who was asked",
            Self::Audience => "DCP 1.0 §5.4.2: a presentation is made for one verifier",
            Self::NoExpiry | Self::Expired | Self::NotYetValid => {
                "DCP 1.0 §5.4.3: a presentation is within its validity"
            }
            Self::Algorithm => "RFC 8725 §3.1: algorithms are chosen by the verifier",
            Self::ForeignKey | Self::Key(_) | Self::Signature => {
                "DCP 1.0 §5.4.3: a presentation is signed with a key of its holder's authentication"
            }
            Self::Proof(_) => "Verifiable Credential Data Integrity 1.0 §4.4",
            Self::Credential(error) => error.rule(),
        }
    }

    /// What the partner or an operator can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("the partner may hold no credential of the types that were asked for"),
            Self::Key(_) => Some("the partner's DID document must list the key under authentication"),
            Self::Expired | Self::NotYetValid => Some("check that both clocks are right"),
            Self::Credential(error) => error.hint(),
            Self::Malformed(_)
            | Self::TooManyPresentations
            | Self::TooManyCredentials
            | Self::TooLarge
            | Self::Holder
            | Self::Audience
            | Self::NoExpiry
            | Self::Algorithm
            | Self::ForeignKey
            | Self::Signature
            | Self::Proof(_) => None,
        }
    }

    /// Whether trying again later may help: something needed could not be fetched.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Key(error) => error.is_transient(),
            Self::Proof(error) => error.is_transient(),
            Self::Credential(error) => error.is_transient(),
            Self::Malformed(_)
            | Self::Empty
            | Self::TooManyPresentations
            | Self::TooManyCredentials
            | Self::TooLarge
            | Self::Holder
            | Self::Audience
            | Self::NoExpiry
            | Self::Expired
            | Self::NotYetValid
            | Self::Algorithm
            | Self::ForeignKey
            | Self::Signature => false,
        }
    }
}
