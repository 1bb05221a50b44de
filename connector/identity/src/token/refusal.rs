use thiserror::Error;

use super::verifier::MAX_HEADER;
use crate::did::{DidError, DidFault};
use crate::key::Algorithm;

/// Why a token is refused. Nothing secret is in it, so all of it may be logged and told to the sender: of the token it repeats
/// no more than the DID and the name of a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenError {
    /// No header, or an empty one.
    #[error("the request has no token: send one in the Authorization header")]
    Missing,
    /// Another scheme than `Bearer`.
    #[error("the Authorization header is not of the form \"Bearer <token>\"")]
    NotBearer,
    /// Longer than [`MAX_HEADER`].
    #[error("the Authorization header is longer than {MAX_HEADER} bytes")]
    TooLarge,
    /// Not a JWT; the text completes "the token …".
    #[error("the token {0}")]
    Malformed(&'static str),
    /// `none`, a symmetric algorithm, or one that is not supported.
    #[error("the token is not signed with an algorithm that is accepted: EdDSA, ES256, ES256K, ES384, RS256 or PS256")]
    Algorithm,
    /// `alg` and the kind of the key do not fit.
    #[error("the token's alg is {named}, and its key is one for {fitting}")]
    AlgorithmOfKey {
        /// What the header names.
        named: Algorithm,
        /// What the key is for.
        fitting: Algorithm,
    },
    /// A JWS made for something else.
    #[error("the token is a JWS of another type than JWT")]
    Type,
    /// A required claim is absent or empty.
    #[error("the token has no {0} claim, which is required")]
    ClaimMissing(&'static str),
    /// `iss` and `sub` differ.
    #[error("the token is not self-issued: its iss and sub claims differ")]
    NotSelfIssued,
    /// The issuer's DID does not resolve.
    #[error("the token's issuer cannot be resolved: {0}")]
    Issuer(#[source] DidError),
    /// `kid` names a key of another DID than the issuer's.
    #[error("the token's kid is not a key of its issuer: {0}")]
    ForeignKey(#[source] DidError),
    /// The issuer has no such key, or the key cannot be used.
    #[error("the token's key cannot be used: {0}")]
    Key(#[source] DidError),
    /// The key may not sign tokens.
    #[error("the token's key may not sign tokens: {0}")]
    Relationship(#[source] DidError),
    /// The signature is not one of the issuer's key over this token.
    #[error("the token's signature does not match")]
    Signature,
    /// `aud` is not exactly our DID.
    #[error("the token is not for this connector, or not for it alone: its aud claim must be this connector's DID")]
    Audience,
    /// `exp` is not after `iat`.
    #[error("the token expires before it is issued")]
    NeverValid,
    /// `exp` is too far from `iat`.
    #[error("the token lives for longer than the {max_seconds} s that are accepted")]
    Lifetime {
        /// The longest life that is accepted.
        max_seconds: u64,
    },
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` has not come.
    #[error("the token is not valid yet: check that both clocks are right")]
    NotYetValid,
    /// `iat` lies before the start of this verifier.
    #[error("the token was issued before this connector started, so it may have been used before: send a new one")]
    BeforeStart,
    /// The token was accepted before.
    #[error("the token was used before: send a new one with each request")]
    Replayed,
    /// So many tokens are remembered that no further one can be accepted safely.
    #[error("this connector cannot remember more tokens at the moment: try again with a new one")]
    ReplayMemoryFull,
}

impl TokenError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "token-missing",
            Self::NotBearer => "token-not-bearer",
            Self::TooLarge => "token-too-large",
            Self::Malformed(_) => "token-malformed",
            Self::Algorithm => "token-algorithm",
            Self::AlgorithmOfKey { .. } => "token-algorithm-of-key",
            Self::Type => "token-type",
            Self::ClaimMissing(_) => "token-claim-missing",
            Self::NotSelfIssued => "token-not-self-issued",
            Self::Issuer(_) => "token-issuer",
            Self::ForeignKey(_) => "token-foreign-key",
            Self::Key(_) => "token-key",
            Self::Relationship(_) => "token-relationship",
            Self::Signature => "token-signature",
            Self::Audience => "token-audience",
            Self::NeverValid => "token-never-valid",
            Self::Lifetime { .. } => "token-lifetime",
            Self::Expired => "token-expired",
            Self::NotYetValid => "token-not-yet-valid",
            Self::BeforeStart => "token-before-start",
            Self::Replayed => "token-replayed",
            Self::ReplayMemoryFull => "token-replay-memory-full",
        }
    }

    /// Whether the same sender would succeed with a new token a moment later, so that 503 is a better answer than 401: a
    /// peer like EDC takes 4xx as the end of the process.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::BeforeStart | Self::ReplayMemoryFull => true,
            Self::Issuer(error) => error.is_transient(),
            Self::Missing
            | Self::NotBearer
            | Self::TooLarge
            | Self::Malformed(_)
            | Self::Algorithm
            | Self::AlgorithmOfKey { .. }
            | Self::Type
            | Self::ClaimMissing(_)
            | Self::NotSelfIssued
            | Self::ForeignKey(_)
            | Self::Key(_)
            | Self::Relationship(_)
            | Self::Signature
            | Self::Audience
            | Self::NeverValid
            | Self::Lifetime { .. }
            | Self::Expired
            | Self::NotYetValid
            | Self::Replayed => false,
        }
    }

    /// The refusal for an issuer's document that does not have the key that the token asks for.
    pub(super) fn of_key(error: DidError) -> Self {
        match &error.fault {
            DidFault::ForeignKey(_) => Self::ForeignKey(error),
            DidFault::Relationship { .. } | DidFault::Ambiguous { .. } => Self::Relationship(error),
            DidFault::NotADid
            | DidFault::UnknownMethod
            | DidFault::Malformed(_)
            | DidFault::Key(_)
            | DidFault::Unreachable { .. }
            | DidFault::Document(_)
            | DidFault::OtherId(_)
            | DidFault::UnknownKey(_)
            | DidFault::UnusableKey { .. } => Self::Key(error),
        }
    }
}
