//! `[management]`: the listener for operators, and who may use it.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::ConfigError;

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
