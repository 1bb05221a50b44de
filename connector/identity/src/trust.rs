//! Whose word counts in a dataspace, and on what.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::credential::{Credential, Issuers, VerifiedCredential, shown};
use crate::did;
use crate::presentation::{Presented, Scope};

/// Which types of credentials an issuer may issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Types {
    /// Every type.
    Any,
    /// These, as they stand in `type`.
    Only(Vec<String>),
}

/// An issuer that a dataspace believes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedIssuer {
    /// Its DID.
    pub did: String,
    /// What it is believed on.
    pub types: Types,
}

/// The issuers that one dataspace believes. A credential of one dataspace is nothing in another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    issuers: Vec<TrustedIssuer>,
}

impl Trust {
    /// The trust in these issuers, and no others.
    pub fn new(issuers: Vec<TrustedIssuer>) -> Self {
        Self { issuers }
    }

    /// The issuers.
    pub fn issuers(&self) -> &[TrustedIssuer] {
        &self.issuers
    }

    /// The issuers that any of these dataspaces believes: whose credentials are worth looking at.
    pub fn known<'a>(dataspaces: impl IntoIterator<Item = &'a Self>) -> Issuers {
        Issuers::only(dataspaces.into_iter().flat_map(|trust| &trust.issuers).map(|issuer| issuer.did.as_str()))
    }

    /// Whether `credential` is believed: its issuer may issue every type that it has.
    ///
    /// # Errors
    /// [`TrustError::UnknownIssuer`], [`TrustError::OtherType`].
    pub fn believes(&self, credential: &Credential) -> Result<(), TrustError> {
        let mut known = self.issuers.iter().filter(|issuer| did::same(&issuer.did, credential.issuer())).peekable();
        if known.peek().is_none() {
            let (kind, issuer) = (shown(credential.kind()), shown(credential.issuer()));
            return Err(TrustError::UnknownIssuer { kind, issuer });
        }
        let known: Vec<&TrustedIssuer> = known.collect();
        let may = |kind: &String| known.iter().any(|issuer| issuer.types.includes(kind));
        match credential.types().iter().find(|kind| *kind != crate::credential::BASE_TYPE && !may(kind)) {
            None => Ok(()),
            Some(kind) => Err(TrustError::OtherType { kind: shown(kind), issuer: shown(credential.issuer()) }),
        }
    }

    /// Those of the presented credentials that this dataspace believes.
    pub fn credentials<'a>(&self, presented: &'a Presented) -> Vec<&'a VerifiedCredential> {
        presented.credentials.iter().filter(|credential| self.believes(credential).is_ok()).collect()
    }

    /// As [`Trust::credentials`], if for each of the scopes `required` there is one that it asks for.
    ///
    /// # Errors
    /// [`TrustError`]: why the first of them is not met.
    pub fn satisfied<'a>(
        &self,
        presented: &'a Presented,
        required: &[Scope],
    ) -> Result<Vec<&'a VerifiedCredential>, TrustError> {
        for scope in required {
            self.meets(presented, scope)?;
        }
        Ok(self.credentials(presented))
    }

    fn meets(&self, presented: &Presented, scope: &Scope) -> Result<(), TrustError> {
        let mut refused = None;
        for credential in presented.credentials.iter().filter(|credential| scope.matches(credential)) {
            match self.believes(credential) {
                Ok(()) => return Ok(()),
                Err(error) => refused = Some(error),
            }
        }
        let unknown = presented.unknown.iter().find(|unknown| scope.type_name() == Some(unknown.kind.as_str()));
        let unknown = unknown
            .map(|unknown| TrustError::UnknownIssuer { kind: unknown.kind.clone(), issuer: unknown.issuer.clone() });
        Err(refused.or(unknown).unwrap_or_else(|| TrustError::Missing(shown(&scope.to_string()))))
    }
}

impl Types {
    fn includes(&self, kind: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(kinds) => kinds.iter().any(|own| own == kind),
        }
    }
}

/// Why what was presented proves nothing in a dataspace.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TrustError {
    /// Its issuer is nobody that this dataspace believes.
    #[error("the {kind} is of {issuer}, whom this dataspace does not know as an issuer")]
    UnknownIssuer {
        /// What the credential calls itself.
        kind: String,
        /// Its issuer.
        issuer: String,
    },
    /// Its issuer is believed on other types only.
    #[error("the issuer {issuer} is not believed on the type {kind} in this dataspace")]
    OtherType {
        /// The type.
        kind: String,
        /// The issuer.
        issuer: String,
    },
    /// Nothing was presented that this scope asks for.
    #[error("no credential was presented for the scope {0}")]
    Missing(String),
}

impl TrustError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownIssuer { .. } => "issuer-unknown",
            Self::OtherType { .. } => "issuer-other-type",
            Self::Missing(_) => "credential-missing",
        }
    }

    /// The rule that refused.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::UnknownIssuer { .. } | Self::OtherType { .. } => {
                "DCP 1.0 §5.4.3: a credential's issuer is trusted, and for its type"
            }
            Self::Missing(_) => "DCP 1.0 §5.4.3: what was asked for has to be presented",
        }
    }

    /// What somebody can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::UnknownIssuer { .. } => {
                "if the dataspace should believe this issuer, an operator has to add it to its issuers"
            }
            Self::OtherType { .. } => {
                "if the dataspace should believe it, an operator has to add the type to the issuer"
            }
            Self::Missing(_) => "the partner has to get this credential from an issuer of the dataspace",
        }
    }
}
