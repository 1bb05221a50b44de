//! Keys in a HashiCorp Vault, or in what speaks its HTTP API: the keystore as a secret of the KV store (version 2), and keys
//! that never leave the transit engine.
//!
//! The operator names the vault, so its address passes no guard for partners' addresses; the configuration demands https.

mod http;
mod transit;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use symbolon_identity::keystore::{from_json, to_json};
use symbolon_identity::{Keyring, KeyringError, TokenSecret};

use self::http::Http;
use crate::config;

/// The member of the secret that has the keys.
const MEMBER: &str = "keystore";

/// A vault that has our keys.
#[derive(Debug)]
pub struct Vault {
    http: Arc<Http>,
    config: config::Vault,
}

/// The secret as it was read.
struct Secret {
    keyring: Keyring,
    version: u64,
}

impl Vault {
    /// A vault as configured. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`VaultError::Client`], [`VaultError::File`].
    pub fn new(config: &config::Vault) -> Result<Self, VaultError> {
        Ok(Self { http: Arc::new(Http::new(config)?), config: config.clone() })
    }

    /// Our keyring. Where there is none and the configuration says so, it is made: for `did`, or a `did:key` without it.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn open(&self, did: Option<&str>, now: Timestamp) -> Result<Keyring, VaultError> {
        let stored = match self.read().await {
            Err(VaultError::Absent { .. }) if self.config.create => self.create(did, now).await?,
            other => other?.keyring,
        };
        match &self.config.transit {
            Some(transit) => transit::keyring(&self.http, transit, &stored).await,
            None => Ok(stored),
        }
    }

    /// New keys in the place of those that sign; in the vault when this returns.
    ///
    /// # Errors
    /// [`VaultError::Changed`] if somebody else has changed the secret since it was read; otherwise as [`Self::open`].
    pub async fn rotate(&self, old: &Keyring, now: Timestamp, overlap: Duration) -> Result<Keyring, VaultError> {
        let Secret { keyring: stored, version } = self.read().await?;
        if let Some(transit) = &self.config.transit {
            transit::rotate(&self.http, transit).await?;
            return transit::keyring(&self.http, transit, &stored).await;
        }
        let ids = |keyring: &Keyring| keyring.held().iter().map(|held| held.id.clone()).collect::<Vec<_>>();
        if ids(&stored) != ids(old) {
            return Err(VaultError::Changed);
        }
        let rotated = old.rotate(now, overlap)?;
        self.write(&rotated, version).await?;
        Ok(rotated)
    }

    async fn create(&self, did: Option<&str>, now: Timestamp) -> Result<Keyring, VaultError> {
        let keyring = match (did, &self.config.transit) {
            (Some(did), Some(_)) => Keyring::new(did, Vec::new(), Vec::new(), TokenSecret::generate()?)?,
            (None, Some(_)) => return Err(VaultError::NoDid),
            (Some(did), None) => Keyring::generate_web(did, now)?,
            (None, None) => Keyring::generate_did_key(now)?,
        };
        // Two connectors that start at once must not both believe that theirs is the one.
        self.write(&keyring, 0).await?;
        tracing::info!(did = keyring.did(), path = self.config.path, "keys were made and are in the vault");
        Ok(keyring)
    }

    async fn read(&self) -> Result<Secret, VaultError> {
        let answer = self.http.get(&self.data_path()).await?;
        let unexpected = |what| VaultError::Unexpected { path: self.config.path.clone(), what };
        let keystore = answer.pointer("/data/data").and_then(|data| data.get(MEMBER));
        let keyring = match keystore.ok_or_else(|| unexpected("the secret has no member `keystore`"))? {
            Value::String(text) => from_json(text.as_bytes()),
            other => from_json(other.to_string().as_bytes()),
        };
        let version = answer.pointer("/data/metadata/version").and_then(Value::as_u64);
        let version =
            version.ok_or_else(|| unexpected("the answer names no version; the KV store must be version 2"))?;
        Ok(Secret { keyring: keyring.map_err(unexpected)?, version })
    }

    /// Writes the secret in the place of its `version`, and fails if there is a newer one.
    async fn write(&self, keyring: &Keyring, version: u64) -> Result<(), VaultError> {
        let json = to_json(keyring).ok_or(KeyringError::Elsewhere)?;
        let text = String::from_utf8_lossy(&json);
        let body = json!({"options": {"cas": version}, "data": {MEMBER: text}});
        match self.http.post(&self.data_path(), &body).await {
            Ok(_) => Ok(()),
            // A check-and-set that fails is a 400.
            Err(VaultError::Status { status: 400, .. }) => Err(VaultError::Changed),
            Err(other) => Err(other),
        }
    }

    fn data_path(&self) -> String {
        format!("{}/data/{}", self.config.mount, self.config.path)
    }
}

/// Why the vault is of no use.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The HTTP client cannot be built.
    #[error("the vault's client cannot be built: {0}")]
    Client(String),
    /// The token or the certificates cannot be read.
    #[error("the vault's file {} cannot be used: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No answer.
    #[error("the vault does not answer: {0}")]
    Unreachable(String),
    /// There is nothing at this path.
    #[error("the vault has nothing at {path}")]
    Absent {
        /// The path below `/v1`.
        path: String,
    },
    /// The token does not allow it.
    #[error("the vault does not let our token use {path}")]
    Denied {
        /// The path below `/v1`.
        path: String,
    },
    /// It is locked; nothing can be read or signed.
    #[error("the vault is sealed, or down for maintenance: it has to be unsealed before our keys can be used")]
    Sealed,
    /// Another status than 2xx.
    #[error("the vault answered {status} to {path}")]
    Status {
        /// HTTP status.
        status: u16,
        /// The path below `/v1`.
        path: String,
    },
    /// An answer that is not what it should be.
    #[error("what the vault has at {path} cannot be used: {what}")]
    Unexpected {
        /// The path of the secret, or the name of the key.
        path: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Somebody else has written the secret.
    #[error("the keys in the vault were changed by somebody else: restart the connector to use them")]
    Changed,
    /// Keys of the transit engine need a DID that can have several.
    #[error("keys in the transit engine need identity.did, a did:web")]
    NoDid,
    /// The keys cannot be used together.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
}

impl From<symbolon_identity::KeyError> for VaultError {
    fn from(error: symbolon_identity::KeyError) -> Self {
        Self::Keyring(error.into())
    }
}

impl VaultError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Client(_) => "vault.client",
            Self::File { .. } => "vault.file",
            Self::Unreachable(_) => "vault.unreachable",
            Self::Absent { .. } => "vault.absent",
            Self::Denied { .. } => "vault.denied",
            Self::Sealed => "vault.sealed",
            Self::Status { .. } => "vault.status",
            Self::Unexpected { .. } => "vault.unexpected",
            Self::Changed => "vault.changed",
            Self::NoDid => "vault.no-did",
            Self::Keyring(KeyringError::DidKey) => "keys.did-key",
            Self::Keyring(_) => "vault.keys",
        }
    }

    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Sealed => true,
            Self::Status { status, .. } => *status >= 500 || *status == 429,
            Self::Client(_)
            | Self::File { .. }
            | Self::Absent { .. }
            | Self::Denied { .. }
            | Self::Unexpected { .. }
            | Self::Changed
            | Self::NoDid
            | Self::Keyring(_) => false,
        }
    }
}
