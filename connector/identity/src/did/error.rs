use std::fmt;

use thiserror::Error;

use super::{LONGEST, Relationship};
use crate::fetch::FetchError;
use crate::key::KeyError;

/// Why a DID does not resolve, or does not have the key that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{did}: {fault}")]
pub struct DidError {
    /// The DID, shortened if it is too long, without control characters.
    pub did: String,
    /// What is wrong with it.
    pub fault: DidFault,
}

/// What is wrong with a DID, its document or a key in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DidFault {
    /// Not `did:<method>:<id>`, or longer than [`LONGEST`].
    #[error("it is not a DID of at most {LONGEST} bytes")]
    NotADid,
    /// A DID of another method than `key` and `web`.
    #[error("its DID method is neither did:key nor did:web, the ones that this connector resolves")]
    UnknownMethod,
    /// Not well formed; the text says why.
    #[error("it is not well formed: {0}")]
    Malformed(&'static str),
    /// A `did:key` whose key is of no use.
    #[error("its key cannot be used: {0}")]
    Key(#[source] KeyError),
    /// The document did not come.
    #[error("its document at {url} cannot be had: {source}")]
    Unreachable {
        /// Where it was looked for.
        url: String,
        /// What happened.
        source: FetchError,
    },
    /// What came is no DID document; the text says why.
    #[error("what is published for it is no DID document: {0}")]
    Document(&'static str),
    /// The document is about another DID.
    #[error("the document that is published for it has the id {0:?}")]
    OtherId(String),
    /// The document has no such verification method.
    #[error("its document has no verification method {0:?}")]
    UnknownKey(String),
    /// The verification method is there and cannot be used.
    #[error("the verification method {id:?} of its document cannot be used: {source}")]
    UnusableKey {
        /// The DID URL of the method.
        id: String,
        /// What is wrong with the key.
        source: KeyError,
    },
    /// `kid` names a key of another DID.
    #[error("the key {0:?} belongs to another DID")]
    ForeignKey(String),
    /// The key is not allowed to do this.
    #[error("its document does not name {id:?} in {relationship}")]
    Relationship {
        /// The DID URL of the method.
        id: String,
        /// What it would have to be named in.
        relationship: Relationship,
    },
    /// No `kid`, and not exactly one key that it could be.
    #[error("no key is named, and its document has {count} in {relationship} and not one")]
    Ambiguous {
        /// How many keys have the relationship.
        count: usize,
        /// The relationship.
        relationship: Relationship,
    },
}

impl DidError {
    /// An error about `did`.
    pub fn new(did: &str, fault: DidFault) -> Self {
        let did = did.chars().filter(|character| !character.is_control()).take(LONGEST / 4).collect();
        Self { did, fault }
    }

    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self.fault {
            DidFault::NotADid | DidFault::Malformed(_) => "did-malformed",
            DidFault::UnknownMethod => "did-method",
            DidFault::Key(_) => "did-key",
            DidFault::Unreachable { .. } => "did-unreachable",
            DidFault::Document(_) => "did-document",
            DidFault::OtherId(_) => "did-other-id",
            DidFault::UnknownKey(_) => "did-unknown-key",
            DidFault::UnusableKey { .. } => "did-unusable-key",
            DidFault::ForeignKey(_) => "did-foreign-key",
            DidFault::Relationship { .. } => "did-relationship",
            DidFault::Ambiguous { .. } => "did-ambiguous-key",
        }
    }

    /// Whether trying again later may help: the document could not be reached, though nothing forbids it.
    pub fn is_transient(&self) -> bool {
        match &self.fault {
            DidFault::Unreachable { source: FetchError::Unreachable(_), .. } => true,
            DidFault::Unreachable { source: FetchError::Status(status), .. } => *status >= 500 || *status == 429,
            DidFault::Unreachable { source: FetchError::Forbidden(_) | FetchError::TooLarge, .. }
            | DidFault::NotADid
            | DidFault::UnknownMethod
            | DidFault::Malformed(_)
            | DidFault::Key(_)
            | DidFault::Document(_)
            | DidFault::OtherId(_)
            | DidFault::UnknownKey(_)
            | DidFault::UnusableKey { .. }
            | DidFault::ForeignKey(_)
            | DidFault::Relationship { .. }
            | DidFault::Ambiguous { .. } => false,
        }
    }
}

impl fmt::Display for Relationship {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
