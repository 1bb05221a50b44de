//! The OpenID provider that people sign in at (OpenID Connect Core 1.0, authorization code flow with PKCE): what it publishes,
//! and what it says of who came back from it.

mod claims;
mod flow;
mod id_token;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use symbolon_data_plane::client::{Client, Timeouts};
use symbolon_data_plane::guard::AddressGuard;
use symbolon_identity::fetch::{Fetch as _, FetchError};
use url::Url;
use url::form_urlencoded::byte_serialize;

pub use self::claims::Found;
pub use self::flow::{Flow, Return};
use self::id_token::{Expected, Keys};
use super::passwords::Secret;
use crate::config::OidcProvider;
use crate::http_client::Fetching;
use crate::problem::{Kind, Problem};

/// What the provider publishes is looked at again after this, in milliseconds.
const FRESH: i64 = 600_000;
/// Keys are looked at again for one that is not known, but not more often than this, in milliseconds.
const KEYS_EVERY: i64 = 10_000;
/// Largest document of the provider, in bytes.
const DOCUMENT: usize = 256 << 10;
/// Time for an exchange with the provider.
const WITHIN: Duration = Duration::from_secs(15);

/// An OpenID provider, and what of its documents is at hand.
#[derive(Debug)]
pub struct Provider {
    config: OidcProvider,
    fetching: Fetching,
    at_hand: Mutex<Option<AtHand>>,
}

#[derive(Clone, Debug)]
struct AtHand {
    metadata: Arc<Metadata>,
    keys: Option<Arc<Keys>>,
    read: i64,
    keys_read: i64,
}

/// What matters of the provider's metadata (OpenID Connect Discovery 1.0, 3).
#[derive(Debug, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    userinfo_endpoint: Option<Url>,
    end_session_endpoint: Option<Url>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// The answer of the token endpoint. What else is in it is of no use here.
#[derive(Deserialize)]
struct TokenAnswer {
    id_token: Option<String>,
    access_token: Option<String>,
}

/// What the browser brings back from the provider.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Callback {
    /// To be exchanged for tokens, once.
    pub code: Option<Secret>,
    /// As it was sent.
    pub state: Option<String>,
    /// Who answers (RFC 9207).
    pub iss: Option<String>,
    /// Why it refuses.
    pub error: Option<String>,
}

impl Provider {
    /// The provider that the configuration names. Its own host may be on a private network; what its documents name
    /// elsewhere has to be public, unless the configuration says otherwise.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(config: OidcProvider) -> Result<Self, Problem> {
        let guard = AddressGuard {
            allow_http: config.issuer.scheme() == "http",
            allow_private: config.allow_private,
            allow_hosts: config
                .issuer
                .host_str()
                .map(|host| host.trim_matches(['[', ']']).to_owned())
                .into_iter()
                .collect(),
            deny_hosts: Vec::new(),
        };
        let client = Client::new(guard, Timeouts { connect: Duration::from_secs(5), idle: WITHIN });
        let fetching = Fetching::new(client.map_err(Problem::internal)?, WITHIN, None);
        Ok(Self { config, fetching, at_hand: Mutex::default() })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Where the browser is sent, to come back to `redirect`.
    ///
    /// # Errors
    /// 502 `oidc.unreachable` or `oidc.metadata`.
    pub async fn authorization(&self, flow: &Flow, redirect: &str, now: Timestamp) -> Result<Url, Problem> {
        let metadata = self.metadata(now).await?;
        let mut url = metadata.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", redirect)
            .append_pair("scope", &self.config.scopes.join(" "))
            .append_pair("state", &flow.state())
            .append_pair("nonce", &flow.nonce())
            .append_pair("code_challenge", &flow.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Who came back from the provider, with the claims that say so.
    ///
    /// # Errors
    /// `oidc.…`: what does not hold of what came back.
    pub async fn who(&self, flow: &Flow, back: &Callback, redirect: &str, now: Timestamp) -> Result<Found, Problem> {
        if !back.state.as_deref().is_some_and(|state| flow.is_answered_by(state)) {
            return Err(refused("oidc.state", "what came back does not belong to a sign-in of this browser"));
        }
        let metadata = self.metadata(now).await?;
        let iss_fits = match &back.iss {
            Some(iss) => *iss == metadata.issuer,
            None => !metadata.authorization_response_iss_parameter_supported,
        };
        if !iss_fits {
            return Err(refused("oidc.issuer", "the answer is of another provider"));
        }
        if let Some(error) = &back.error {
            let code = if error == "access_denied" { "oidc.denied" } else { "oidc.refused" };
            return Err(refused(code, &format!("the provider refuses: {}", bounded(error))));
        }
        let Some(code) = &back.code else { return Err(refused("oidc.code", "the provider sent no code")) };
        let tokens = self.tokens(&metadata, flow, code, redirect).await?;
        let Some(token) = &tokens.id_token else {
            return Err(refused("oidc.id-token", "the provider sent no id token"));
        };
        let claims = self.verified(&metadata, token, &flow.nonce(), now).await?;
        self.found(&metadata, claims, tokens.access_token.as_deref()).await
    }

    /// Where a browser is sent to sign out at the provider too, if the provider has such a place and is at hand.
    pub fn sign_out(&self, back_to: &str) -> Option<Url> {
        let metadata = self.at_hand().clone()?.metadata;
        let mut url = metadata.end_session_endpoint.clone()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.config.client_id)
            .append_pair("post_logout_redirect_uri", back_to);
        Some(url)
    }

    async fn tokens(
        &self,
        metadata: &Metadata,
        flow: &Flow,
        code: &Secret,
        redirect: &str,
    ) -> Result<TokenAnswer, Problem> {
        let secret = self.config.secret()?;
        let verifier = flow.verifier();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", redirect),
            ("code_verifier", &verifier),
            ("client_id", &self.config.client_id),
        ];
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let has = |method: &str| methods.iter().any(|supported| supported == method);
        // RFC 6749, 2.3.1: basic unless told otherwise, with both parts encoded as in a form.
        let in_form = has("client_secret_post") && !has("client_secret_basic");
        let mut authorization = None;
        match &secret {
            Some(secret) if in_form => form.push(("client_secret", secret.expose())),
            Some(secret) => {
                let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encoded(&self.config.client_id), encoded(secret.expose()));
                authorization = Some(format!("Basic {}", STANDARD.encode(pair)));
            }
            None => {}
        }
        let address = metadata.token_endpoint.as_str();
        let answer = self.fetching.post_form(address, authorization, &form, DOCUMENT).await;
        read(answer, "token endpoint")
    }

    /// The claims of an id token that holds (OpenID Connect Core 1.0, 3.1.3.7).
    async fn verified(&self, metadata: &Metadata, token: &str, nonce: &str, now: Timestamp) -> Result<Value, Problem> {
        let (issuer, client) = (metadata.issuer.as_str(), self.config.client_id.as_str());
        let expected = Expected { issuer, client, nonce, now: now.as_second() };
        let keys = self.keys(metadata, now, false).await?;
        match id_token::verify(token, &keys, &expected) {
            Err(problem) if problem.code == id_token::UNKNOWN_KEY => {
                let keys = self.keys(metadata, now, true).await?;
                id_token::verify(token, &keys, &expected)
            }
            verified => verified,
        }
    }

    /// Name and role. Some providers tell groups at their userinfo endpoint only.
    async fn found(&self, metadata: &Metadata, claims: Value, access: Option<&str>) -> Result<Found, Problem> {
        let claims = match (&metadata.userinfo_endpoint, access) {
            (Some(address), Some(access)) if !claims::tells_roles(&claims, &self.config) => {
                let authorization = format!("Bearer {access}");
                let more: Value =
                    read(self.fetching.get_as(address.as_str(), authorization, DOCUMENT).await, "userinfo endpoint")?;
                claims::joined(claims, more)?
            }
            _ => claims,
        };
        claims::found(&claims, &metadata.issuer, &self.config)
    }

    async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, Problem> {
        let now = now.as_millisecond();
        if let Some(kept) = self.at_hand().as_ref().filter(|kept| now - kept.read < FRESH) {
            return Ok(Arc::clone(&kept.metadata));
        }
        let address = format!("{}/.well-known/openid-configuration", self.config.issuer.as_str().trim_end_matches('/'));
        let document = self.fetching.get(&address, "application/json", DOCUMENT).await;
        let metadata: Metadata = read(document, "metadata")?;
        // Discovery 4.3: exactly the same, but for what a URL's text form adds.
        if metadata.issuer.trim_end_matches('/') != self.config.issuer.as_str().trim_end_matches('/') {
            let detail = format!("the metadata is of {:?}, not of the configured issuer", bounded(&metadata.issuer));
            return Err(Problem::new(Kind::BadGateway, "oidc.metadata", detail));
        }
        let metadata = Arc::new(metadata);
        let mut kept = self.at_hand();
        let (keys, keys_read) = kept.take().map(|kept| (kept.keys, kept.keys_read)).unwrap_or_default();
        *kept = Some(AtHand { metadata: Arc::clone(&metadata), keys, read: now, keys_read });
        Ok(metadata)
    }

    /// The provider's keys; `anew`: there is one that was not among them.
    async fn keys(&self, metadata: &Metadata, now: Timestamp, anew: bool) -> Result<Arc<Keys>, Problem> {
        let now = now.as_millisecond();
        let kept = self.at_hand().as_ref().and_then(|kept| kept.keys.clone().zip(Some(kept.keys_read)));
        if let Some((keys, read)) = kept
            && now - read < if anew { KEYS_EVERY } else { FRESH }
        {
            return Ok(keys);
        }
        let document = self.fetching.get(metadata.jwks_uri.as_str(), "application/json", DOCUMENT).await;
        let keys = Arc::new(Keys::of(&read::<Value>(document, "keys")?));
        if let Some(kept) = self.at_hand().as_mut() {
            (kept.keys, kept.keys_read) = (Some(Arc::clone(&keys)), now);
        }
        Ok(keys)
    }

    fn at_hand(&self) -> std::sync::MutexGuard<'_, Option<AtHand>> {
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the provider answered, as it has to be.
fn read<T: DeserializeOwned>(answer: Result<Vec<u8>, FetchError>, what: &str) -> Result<T, Problem> {
    let bad = |code: &str, why: String| {
        Problem::new(Kind::BadGateway, code, format!("the provider's {what}: {why}"))
            .with_hint("[management.oidc] in the configuration names the provider")
    };
    let bytes = answer.map_err(|error| bad("oidc.unreachable", error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| bad("oidc.metadata", format!("cannot be read: {error}")))
}

fn refused(code: &str, detail: &str) -> Problem {
    Problem::new(Kind::Forbidden, code, detail)
}

/// What somebody else wrote, short enough for a sentence.
fn bounded(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(100).collect()
}
