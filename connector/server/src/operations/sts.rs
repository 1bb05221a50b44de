//! The token service: self-issued tokens of ours for programs that speak for us, such as a wallet's other half or a
//! conformance kit (DCP 1.0, 4.3.1).

use std::time::Duration;

use jiff::SignedDuration;
use symbolon_identity::presentation::Scope;
use symbolon_identity::token::{DEFAULT_LIFETIME, Extra};

use crate::authentication::hash_key;
use crate::clock;
use crate::connector::Connector;
use crate::problem::{Kind, Problem};

/// Scopes that one token may grant.
const SCOPES: usize = 100;
/// Longest audience, and longest token that is wrapped, in bytes.
const TEXT_BYTES: usize = 8192;
/// How long the access token in a token opens our credential service.
const ACCESS_LIFE: SignedDuration = SignedDuration::from_secs(600);

/// A program that may speak for us. Only [`client`] makes one.
#[derive(Debug)]
pub struct Client {
    name: String,
}

/// What a client asks for.
#[derive(Clone)]
pub struct TokenRequest {
    /// DID of the receiver.
    pub audience: String,
    /// What the receiver may ask our credential service for; none: it gets no access token.
    pub scopes: Vec<String>,
    /// An access token of the receiver's, to be sent back to it. Excludes scopes.
    pub token: Option<String>,
}

/// A token, and how long it lives.
pub struct Issued {
    /// The token.
    pub token: String,
    /// How long it lives.
    pub lifetime: Duration,
}

/// The client of this name and secret.
///
/// # Errors
/// 401, the same for a name that is not known and a secret that is wrong.
pub fn client(connector: &Connector, id: &str, secret: &str) -> Result<Client, Problem> {
    let hash = hash_key(secret);
    // Hashes of the whole secret are compared: how long the comparison takes tells nothing about the secret.
    let known = connector.config.identity.sts_clients.iter();
    let found = known.filter(|client| client.id == id).any(|client| client.secret_sha256.eq_ignore_ascii_case(&hash));
    if found {
        return Ok(Client { name: id.to_owned() });
    }
    tracing::warn!(code = "sts.client", "a client of the token service was refused: its name or its secret is wrong");
    Err(Problem::new(Kind::Unauthenticated, "sts.client", "this client is not known here, or its secret is wrong")
        .with_hint("[[identity.sts_clients]] in the configuration says who the clients are"))
}

/// Issues a token for one request to the audience.
///
/// # Errors
/// 400 for an audience that is no DID, a scope that is none, or scopes and a token at once.
pub async fn issue(connector: &Connector, client: &Client, request: TokenRequest) -> Result<Issued, Problem> {
    let refused = |code: &str, rule: &str, detail: &str| Err(Problem::bad_request(code, detail).with_rule(rule));
    let TokenRequest { audience, scopes, token } = request;
    if !audience.starts_with("did:") || audience.len() > TEXT_BYTES || audience.chars().any(char::is_whitespace) {
        return refused("sts.audience", "audience", "audience is the DID of the receiver");
    }
    if token.as_ref().is_some_and(|token| !scopes.is_empty() || token.is_empty() || token.len() > TEXT_BYTES) {
        return refused(
            "sts.token",
            "token",
            "a token of the receiver's is sent back as it is, without scopes of our own",
        );
    }
    if scopes.len() > SCOPES {
        return refused("sts.scope", "bearer_access_scope", "there are more scopes than a token grants");
    }
    if let Some(error) = scopes.iter().find_map(|scope| Scope::parse(scope, &connector.identity.aliases).err()) {
        return refused("sts.scope", "bearer_access_scope", &error.to_string());
    }
    let until = clock::now().saturating_add(ACCESS_LIFE).map_err(Problem::internal)?;
    let granted = (!scopes.is_empty()).then(|| connector.identity.access.grant(&audience, &scopes, until));
    let extra = Extra { token: token.as_deref().or(granted.as_deref()), ..Extra::default() };
    let issued = connector.authentication.issue(&audience, extra).await?;
    tracing::info!(client = client.name, audience, "the token service issued a token");
    Ok(Issued { token: issued, lifetime: DEFAULT_LIFETIME })
}
