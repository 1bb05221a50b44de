//! Who is asking. A [`Caller`] (partner) or an [`Operator`] (a program with an API key, or a person with a session) can be made
//! here only, by checking; every operation takes one or the other.

pub mod browser;
pub mod openid;
pub mod passwords;
pub mod sessions;
mod tokens;

use std::fmt;
use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use symbolon_identity::did::DidDocument;
use symbolon_identity::mock;
use symbolon_identity::token::{Extra, Verified};
use utoipa::ToSchema;

use self::browser::Browser;
use self::sessions::Session;
pub use self::tokens::Tokens;
use crate::config::{ApiKey, Role};
use crate::connector::Connector;
use crate::operations::presenting;
use crate::problem::{Kind, Problem};

/// A partner whose identity was verified.
#[derive(Clone)]
pub struct Caller {
    participant: String,
    dataspaces: Vec<String>,
    document: Option<Arc<DidDocument>>,
    token: Option<String>,
}

impl Caller {
    /// The participant id.
    pub fn participant(&self) -> &str {
        &self.participant
    }

    /// The dataspaces that it has proved to belong to, by their ids.
    pub fn dataspaces(&self) -> &[String] {
        &self.dataspaces
    }

    /// Whether it has proved to belong to this dataspace. Outside any (the empty id) is everybody.
    pub fn belongs_to(&self, dataspace: &str) -> bool {
        dataspace.is_empty() || self.dataspaces.iter().any(|id| id == dataspace)
    }

    /// Its DID document as it was when the request came. With mock identity there is none.
    pub fn document(&self) -> Option<&Arc<DidDocument>> {
        self.document.as_ref()
    }

    /// The self-issued token of this request, as evidence; it was used and opens nothing any more. With mock identity there
    /// is none.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Caller");
        shown.field("participant", &self.participant).field("dataspaces", &self.dataspaces).finish_non_exhaustive()
    }
}

/// A person with a session, or a program with an API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    name: String,
    role: Role,
    kind: OperatorKind,
    session: Option<Session>,
}

/// How an operator is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OperatorKind {
    /// By an API key.
    Key,
    /// As a user with a password.
    User,
    /// As a user of the OpenID provider.
    Oidc,
}

impl Operator {
    /// The name of the key or of the user, for the audit trail.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the operator may do.
    pub fn role(&self) -> Role {
        self.role
    }

    /// How the operator is known.
    pub fn kind(&self) -> OperatorKind {
        self.kind
    }

    /// The session of a person; a key has none.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Whether the operator's role includes `needed`.
    pub fn may(&self, needed: Permission) -> bool {
        match needed {
            Permission::Read => true,
            Permission::Negotiate => matches!(self.role, Role::Negotiator | Role::Approver | Role::Admin),
            Permission::Conclude => matches!(self.role, Role::Approver | Role::Admin),
            Permission::Administer => self.role == Role::Admin,
            Permission::Audit => matches!(self.role, Role::Auditor | Role::Admin),
        }
    }

    /// Refuses unless the operator's role includes `needed`.
    ///
    /// # Errors
    /// 403, naming both roles.
    pub fn must(&self, needed: Permission) -> Result<(), Problem> {
        if self.may(needed) {
            return Ok(());
        }
        let (whose, hint) = match self.kind {
            OperatorKind::Key => ("key", "use a key with a wider role"),
            OperatorKind::User | OperatorKind::Oidc => ("user", "ask an administrator for a wider role"),
        };
        let detail = format!("the {whose} {:?} has the role {:?}, which does not include this", self.name, self.role);
        Err(Problem::new(Kind::Forbidden, "role", detail)
            .with_rule(format!("needs permission {needed:?}"))
            .with_hint(hint))
    }
}

/// What an operation needs of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
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

impl Permission {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Read, Self::Negotiate, Self::Conclude, Self::Administer, Self::Audit];
}

/// How partners prove who they are, and how we do.
#[derive(Debug)]
pub enum Authentication {
    /// Self-issued tokens of DIDs, and presentations where we live in dataspaces (DCP 1.0).
    Did(Box<Tokens>),
    /// Raw JSON; loopback only (the configuration refuses anything else).
    Mock {
        /// Whom we claim to be.
        participant: String,
    },
}

impl Authentication {
    /// Checks the Authorization header of a partner's protocol request: who it is, and where we live in dataspaces, to which
    /// of them it belongs. A refusal is logged.
    ///
    /// # Errors
    /// 401 or 403 with the reason, never with what the header held; 503 for what may pass.
    pub async fn caller(&self, connector: &Connector, header: Option<&str>) -> Result<Caller, Problem> {
        match self {
            Self::Did(tokens) => {
                let verified = tokens.verify(header).await?;
                let proven = presenting::memberships(connector, &verified).await;
                let dataspaces = proven.inspect_err(|problem| log(Some(verified.participant.id()), problem))?;
                Ok(Caller {
                    participant: verified.participant.into_id(),
                    dataspaces,
                    document: Some(verified.document),
                    token: Some(verified.raw),
                })
            }
            Self::Mock { .. } => {
                let claimed = header
                    .ok_or_else(missing)
                    .and_then(|header| mock::parse(header).map_err(|error| refused(error.code(), error.to_string())));
                let participant = claimed.inspect_err(|problem| log(None, problem))?.into_id();
                Ok(Caller { participant, dataspaces: Vec::new(), document: None, token: None })
            }
        }
    }

    /// Checks the Authorization header of a request to our credential service or issuer: who it is, and what its token
    /// says. A refusal is logged.
    ///
    /// # Errors
    /// As [`Self::caller`]; 401 with mock identity, which has no credentials.
    pub async fn sender(&self, header: Option<&str>) -> Result<Verified, Problem> {
        match self {
            Self::Did(tokens) => tokens.verify(header).await,
            Self::Mock { .. } => Err(refused(
                "token-mock",
                "this connector runs with mock identity, which has no credentials".to_owned(),
            )),
        }
    }

    /// The Authorization header for a protocol request to `audience`. Where we live in dataspaces, it lets the partner ask
    /// our credential service.
    ///
    /// # Errors
    /// When signing fails: our own fault, or 503 where a vault does not answer.
    pub async fn header_for(&self, audience: &str) -> Result<String, Problem> {
        match self {
            Self::Did(tokens) => Ok(format!("Bearer {}", tokens.with_access(audience).await?)),
            Self::Mock { participant } => Ok(mock::header_for(participant, audience)),
        }
    }

    /// A self-issued token for one request to `audience`, a DID, with these claims.
    ///
    /// # Errors
    /// As [`Self::header_for`]; 409 with mock identity, which has no tokens.
    pub async fn issue(&self, audience: &str, extra: Extra<'_>) -> Result<String, Problem> {
        match self {
            Self::Did(tokens) => tokens.issue(audience, extra).await,
            Self::Mock { .. } => {
                let detail = "this connector runs with mock identity, which has no tokens";
                Err(Problem::new(Kind::Conflict, "identity.mock", detail).with_hint("set identity.mode to \"did\""))
            }
        }
    }
}

/// The operator behind a request to the management API: the one whose API key it brings, or else the one whose session its
/// cookie carries. `changes`: whether the request may change something.
///
/// # Errors
/// 401; 403 where a cookie came along with a request that may not be our own page's.
pub async fn operator(connector: &Connector, headers: &HeaderMap, changes: bool) -> Result<Operator, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text("authorization").and_then(|header| header.strip_prefix("Bearer "));
    if let Some(presented) = text("x-api-key").or(bearer) {
        return of_key(&connector.config.management.keys, presented);
    }
    match sessions::operator(connector, &Browser::new(headers), changes).await? {
        Some(operator) => Ok(operator),
        None => Err(no_key("the request has no API key and no session")),
    }
}

fn no_key(detail: &str) -> Problem {
    Problem::new(Kind::Unauthenticated, "api-key", detail)
        .with_hint("send the key as `Authorization: Bearer …` or `X-Api-Key: …`; `symbolon init` prints the first one")
}

fn of_key(keys: &[ApiKey], presented: &str) -> Result<Operator, Problem> {
    let hash = hash_key(presented.trim());
    // Hashes of the whole key are compared: how long the comparison takes tells nothing about the key.
    let found = keys.iter().find(|key| key.sha256.eq_ignore_ascii_case(&hash));
    let of = |key: &ApiKey| Operator { name: key.name.clone(), role: key.role, kind: OperatorKind::Key, session: None };
    found.map(of).ok_or_else(|| no_key("this API key is not known here"))
}

/// The form in which a key is kept in the configuration.
pub fn hash_key(key: &str) -> String {
    hex::encode(Sha256::digest(key.as_bytes()))
}

/// The name under which the connector itself acts; nobody else has it.
pub(crate) const AUTOMATION: &str = "automation";

/// The operator that the connector itself is, for steps its automation takes.
pub(crate) fn automation() -> Operator {
    Operator { name: AUTOMATION.to_owned(), role: Role::Admin, kind: OperatorKind::Key, session: None }
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

fn missing() -> Problem {
    refused("token.missing", "the request has no Authorization header".to_owned())
}

/// The identity crate's codes, such as `token-expired`, have a dot in our catalogue.
fn refused(code: &str, detail: String) -> Problem {
    Problem::new(Kind::Unauthenticated, code.replacen('-', ".", 1), detail)
        .with_hint("send a fresh self-issued token in the Authorization header of each request")
}

/// What an operator looks for when a partner complains.
fn log(partner: Option<&str>, problem: &Problem) {
    let Problem { code, detail, rule, .. } = problem;
    let (partner, rule) = (partner.unwrap_or("(not proven)"), rule.as_deref().unwrap_or_default());
    tracing::warn!(code, partner, rule, detail, "a partner's request was refused");
}
