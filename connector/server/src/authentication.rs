//! Who is asking. A [`Caller`] (partner) or an [`Operator`] (person or program with an API key) can be made here only,
//! by checking; every operation takes one or the other.

use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use symbolon_identity::keystore::Keystore;
use symbolon_identity::{mock, token};

use crate::clock;
use crate::config::{ApiKey, Role};
use crate::problem::{Kind, Problem};

/// A partner whose identity was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    participant: String,
}

impl Caller {
    /// The participant id.
    pub fn participant(&self) -> &str {
        &self.participant
    }
}

/// A person or program with an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    name: String,
    role: Role,
}

impl Operator {
    /// The name of the key, for the audit trail.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Refuses unless the operator's role includes `needed`.
    ///
    /// # Errors
    /// 403, naming both roles.
    pub fn must(&self, needed: Permission) -> Result<(), Problem> {
        let allowed = match needed {
            Permission::Read => true,
            Permission::Negotiate => matches!(self.role, Role::Negotiator | Role::Approver | Role::Admin),
            Permission::Conclude => matches!(self.role, Role::Approver | Role::Admin),
            Permission::Administer => self.role == Role::Admin,
            Permission::Audit => matches!(self.role, Role::Auditor | Role::Admin),
        };
        if allowed {
            return Ok(());
        }
        let detail = format!("the key {:?} has the role {:?}, which does not include this", self.name, self.role);
        Err(Problem::new(Kind::Forbidden, "role", detail)
            .with_rule(format!("needs permission {needed:?}"))
            .with_hint("use a key with a wider role"))
    }
}

/// What an operation needs of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See lists and documents.
    Read,
    /// Ask, counter, start and suspend.
    Negotiate,
    /// Approve, accept, finalize, retire, terminate.
    Conclude,
    /// Change what is offered, to whom, and who may manage.
    Administer,
    /// Read evidence: requests, payloads, SPARQL.
    Audit,
}

/// How partners prove who they are, and how we do.
#[derive(Debug)]
pub enum Authentication {
    /// Self-issued tokens signed by did:key.
    Did {
        /// Signs ours.
        issuer: Box<token::Issuer>,
        /// Checks theirs.
        verifier: Box<token::Verifier>,
    },
    /// Raw JSON; loopback only (the configuration refuses anything else).
    Mock {
        /// Whom we claim to be.
        participant: String,
    },
}

impl Authentication {
    /// Checks the Authorization header of a partner's request.
    ///
    /// # Errors
    /// 401 with the reason; never what the header held.
    pub fn caller(&self, header: Option<&str>) -> Result<Caller, Problem> {
        let refused = |code: &str, detail: String| {
            Problem::new(Kind::Unauthenticated, code, detail)
                .with_hint("send a fresh self-issued token in the Authorization header of each request")
        };
        let Some(header) = header else {
            return Err(refused("token.missing", "the request has no Authorization header".to_owned()));
        };
        let participant = match self {
            Self::Did { verifier, .. } => verifier.verify(header, clock::now()).map_err(|e| {
                let kind = if e.is_transient() { Kind::Unavailable } else { Kind::Unauthenticated };
                Problem { kind, ..refused(e.code(), e.to_string()) }
            })?,
            Self::Mock { .. } => mock::parse(header).map_err(|e| refused(e.code(), e.to_string()))?,
        };
        Ok(Caller { participant: participant.into_id() })
    }

    /// The Authorization header for a request to `audience`.
    ///
    /// # Errors
    /// When signing fails, which is our own fault.
    pub fn header_for(&self, audience: &str) -> Result<String, Problem> {
        match self {
            Self::Did { issuer, .. } => {
                let token = issuer.issue(audience, clock::now()).map_err(Problem::internal)?;
                Ok(format!("Bearer {token}"))
            }
            Self::Mock { participant } => Ok(mock::header_for(participant, audience)),
        }
    }
}

/// Finds the operator whose API key is in the request (`Authorization: Bearer` or `X-Api-Key`).
///
/// # Errors
/// 401.
pub fn operator(keys: &[ApiKey], bearer: Option<&str>, api_key: Option<&str>) -> Result<Operator, Problem> {
    let presented = api_key.or_else(|| bearer.and_then(|header| header.strip_prefix("Bearer ")));
    let refused = |detail: &str| {
        Problem::new(Kind::Unauthenticated, "api-key", detail).with_hint(
            "send the key as `Authorization: Bearer …` or `X-Api-Key: …`; `symbolon init` prints the first one",
        )
    };
    let Some(presented) = presented else { return Err(refused("the request has no API key")) };
    let hash = hash_key(presented.trim());
    // Hashes of the whole key are compared: how long the comparison takes tells nothing about the key.
    let found = keys.iter().find(|key| key.sha256.eq_ignore_ascii_case(&hash));
    found
        .map(|key| Operator { name: key.name.clone(), role: key.role })
        .ok_or_else(|| refused("this API key is not known here"))
}

/// The form in which a key is kept in the configuration.
pub fn hash_key(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

/// The operator that the connector itself is, for steps its automation takes.
pub(crate) fn automation() -> Operator {
    Operator { name: "automation".to_owned(), role: Role::Admin }
}

/// A new API key: 32 random bytes in base64url.
///
/// # Errors
/// When the operating system gives no randomness.
pub fn new_key() -> Result<String, Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Problem::internal)?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// The keys an identity needs, from the keystore.
pub(crate) fn participant_of(authentication: &Authentication, keystore: &Keystore) -> String {
    match authentication {
        Authentication::Did { .. } => keystore.signing_key.did().to_owned(),
        Authentication::Mock { participant } => participant.clone(),
    }
}
