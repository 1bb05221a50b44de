//! `[management]`: the listener for operators, and who may use it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use url::{Host, Url};
use utoipa::ToSchema;

use super::ConfigError;
use crate::authentication::passwords::Secret;
use crate::problem::Problem;

/// No client secret is longer, in bytes.
const LONGEST_SECRET: u64 = 4096;

/// The listener for operators: `/api/v1`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Management {
    /// Address to listen on; loopback unless told otherwise.
    #[serde(default = "loopback")]
    pub bind: SocketAddr,
    /// The URL people reach it by, without a path; `http://` and the address if absent.
    #[serde(default)]
    pub url: Option<Url>,
    /// API keys, as hashes.
    #[serde(default)]
    pub keys: Vec<ApiKey>,
    /// A person's session ends after this time at the latest, in hours.
    #[serde(default = "session_hours")]
    pub session_hours: u32,
    /// Where people sign in besides.
    #[serde(default)]
    pub oidc: Option<OidcProvider>,
}

fn session_hours() -> u32 {
    24
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8081))
}

impl Management {
    /// The URL people reach it by, without a trailing slash.
    pub fn url(&self) -> String {
        match &self.url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            // Who listens on all addresses is reached by this machine's own, too.
            None if self.bind.ip().is_unspecified() => format!("http://127.0.0.1:{}", self.bind.port()),
            None => format!("http://{}", self.bind),
        }
    }

    /// Whether people reach it by https, so that cookies may demand it.
    pub fn is_secure(&self) -> bool {
        self.url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    pub(super) fn anchor(&mut self, folder: &Path) {
        if let Some(file) = self.oidc.as_mut().and_then(|oidc| oidc.client_secret_file.as_mut()) {
            *file = folder.join(&*file);
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let refused = |member, detail: &str| Err(ConfigError::Refused { member, detail: detail.to_owned() });
        if let Some(url) = &self.url {
            let plain = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
            if !plain || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
                return refused("management.url", "give an http or https URL without path, query and user");
            }
        }
        if !(1..=720).contains(&self.session_hours) {
            return refused("management.session_hours", "give 1 to 720 hours");
        }
        self.oidc.as_ref().map_or(Ok(()), OidcProvider::check)?;
        for key in &self.keys {
            if key.sha256.len() != 64 || hex::decode(&key.sha256).is_err() {
                return refused("management.keys", "sha256 is the hex form of a SHA-256 hash: 64 characters");
            }
        }
        Ok(())
    }
}

/// An API key with its role. Only the hash is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Shown in the audit trail.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// SHA-256 of the key, in hex.
    pub sha256: String,
}

/// What an operator may do.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read what is not secret.
    Viewer,
    /// Also start and answer negotiations and transfers, without concluding them.
    Negotiator,
    /// Also conclude, retire and end.
    Approver,
    /// Everything.
    Admin,
    /// Read everything, also the evidence; change nothing.
    Auditor,
}

impl Role {
    const ALL: [Self; 5] = [Self::Viewer, Self::Negotiator, Self::Approver, Self::Admin, Self::Auditor];

    /// As it is written in the configuration, in rows and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Negotiator => "negotiator",
            Self::Approver => "approver",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// The OpenID provider that people sign in at (`[management.oidc]`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OidcProvider {
    /// Its issuer; `/.well-known/openid-configuration` is below it.
    pub issuer: Url,
    /// Who we are to it.
    pub client_id: String,
    /// The file with what proves it; none for a public client.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// What people call it.
    #[serde(default = "openid")]
    pub name: String,
    /// What it is asked to tell.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim that says what somebody may do; dots lead into objects: `realm_access.roles`.
    #[serde(default = "role_claim")]
    pub role_claim: String,
    /// What the claim's values mean here.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// The role of whom the claim gives none. Without it they are refused.
    #[serde(default)]
    pub default_role: Option<Role>,
    /// Whether what its documents name on other hosts than its own may have private addresses.
    #[serde(default)]
    pub allow_private: bool,
}

fn openid() -> String {
    "OpenID".to_owned()
}

fn scopes() -> Vec<String> {
    ["openid", "profile", "email"].map(str::to_owned).to_vec()
}

fn role_claim() -> String {
    "roles".to_owned()
}

impl OidcProvider {
    /// What proves who we are, read anew each time, so that it can be replaced.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn secret(&self) -> Result<Option<Secret>, Problem> {
        let Some(path) = &self.client_secret_file else { return Ok(None) };
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(LONGEST_SECRET).read_to_string(&mut text));
        read.map_err(|error| Problem::internal(format!("management.oidc.client_secret_file: {error}")))?;
        Ok(Some(Secret::new(text.trim().to_owned())))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refused = |member, detail: &str| Err(ConfigError::Refused { member, detail: detail.to_owned() });
        let local = match self.issuer.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if self.issuer.scheme() != "https" && !(self.issuer.scheme() == "http" && local) {
            return refused("management.oidc.issuer", "give an https URL; http is for this machine alone");
        }
        if self.issuer.query().is_some() || self.issuer.fragment().is_some() {
            return refused("management.oidc.issuer", "an issuer has no query and no fragment");
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return refused("management.oidc.scopes", "\"openid\" has to be among them");
        }
        if self.roles.is_empty() && self.default_role.is_none() {
            return refused(
                "management.oidc.roles",
                "nobody would have a role; name values of the claim, or default_role",
            );
        }
        Ok(())
    }
}
