//! Our keys: the keyring that counts now, and where it is kept.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use symbolon_identity::keystore::{self, KeyFile, KeystoreError, Passphrase, Unlock};
use symbolon_identity::{Keyring, KeyringError};

use crate::config;
use crate::problem::{Kind, Problem};
use crate::vault::{Vault, VaultError};

/// Environment variable with the keystore's passphrase, where no file is configured.
pub const PASSPHRASE_VARIABLE: &str = "SYMBOLON_KEYSTORE_PASSPHRASE";

/// The keyring that counts now. A rotation replaces it, in its store first.
#[derive(Debug)]
pub struct Keys {
    current: RwLock<Arc<Keyring>>,
    store: Store,
    rotating: tokio::sync::Mutex<()>,
}

/// Where the keyring is kept.
#[derive(Debug)]
enum Store {
    /// In an encrypted file.
    File { path: PathBuf, unlock: Unlock },
    /// In a vault.
    Vault(Arc<Vault>),
}

impl Keys {
    /// Opens what the configuration names.
    ///
    /// # Errors
    /// When the keys cannot be had, or belong to another DID than the configured one.
    pub async fn open(identity: &config::Identity, now: Timestamp) -> Result<Self, Problem> {
        let (store, keyring) = match (&identity.vault, &identity.keystore) {
            (Some(vault), _) => {
                let vault = Arc::new(Vault::new(vault)?);
                let keyring = vault.open(identity.did.as_deref(), now).await?;
                (Store::Vault(vault), keyring)
            }
            (None, Some(path)) => {
                let (path, unlock) = (path.clone(), unlock(identity)?);
                let opened = blocking({
                    let (path, unlock) = (path.clone(), unlock.clone());
                    move || keystore::open(&path, &unlock)
                });
                (Store::File { path, unlock }, opened.await?)
            }
            (None, None) => return Err(unusable("the configuration names neither a keystore nor a vault")),
        };
        let keys = Self { current: RwLock::new(Arc::new(keyring)), store, rotating: tokio::sync::Mutex::default() };
        keys.must_belong_to(identity.did.as_deref())?;
        Ok(keys)
    }

    /// The keyring that counts now.
    pub fn current(&self) -> Arc<Keyring> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// New keys in the place of those that sign. The store has them before this returns; if it cannot take them, nothing
    /// has changed. The old ones stay published for `overlap`; keys of a vault's transit engine for as long as configured.
    ///
    /// # Errors
    /// 422 for a `did:key`, which has no other key than its own; 503 where a vault does not answer.
    pub async fn rotate(&self, now: Timestamp, overlap: Duration) -> Result<Arc<Keyring>, Problem> {
        let _alone = self.rotating.lock().await;
        let old = self.current();
        let rotated = match &self.store {
            Store::File { path, unlock } => {
                let (path, unlock) = (path.clone(), unlock.clone());
                let rotated = old.rotate(now, overlap)?;
                blocking(move || keystore::replace(&path, &unlock, &rotated).map(|()| rotated)).await?
            }
            Store::Vault(vault) => vault.rotate(&old, now, overlap).await?,
        };
        let rotated = Arc::new(rotated);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&rotated);
        Ok(rotated)
    }

    fn must_belong_to(&self, did: Option<&str>) -> Result<(), Problem> {
        let keyring = self.current();
        match did.filter(|did| !symbolon_identity::did::same(did, keyring.did())) {
            None => Ok(()),
            Some(did) => Err(unusable(format!("identity.did is {did}, and the keys belong to {}", keyring.did()))
                .with_hint("`symbolon init --did web` makes keys for a did:web; a key cannot change its DID")),
        }
    }
}

fn unlock(identity: &config::Identity) -> Result<Unlock, Problem> {
    if let Some(file) = &identity.key_file {
        return Ok(KeyFile::read(file).map_err(unusable)?.into());
    }
    let passphrase = match &identity.passphrase_file {
        Some(file) => Passphrase::from_file(file),
        None => Passphrase::from_env(PASSPHRASE_VARIABLE),
    };
    Ok(passphrase.map_err(unusable)?.into())
}

/// Opening derives a key, which is slow on purpose.
async fn blocking(work: impl FnOnce() -> Result<Keyring, KeystoreError> + Send + 'static) -> Result<Keyring, Problem> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?;
    done.map_err(unusable)
}

fn unusable(detail: impl std::fmt::Display) -> Problem {
    Problem::new(Kind::Unprocessable, "keystore", detail.to_string())
}

impl From<KeyringError> for Problem {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::DidKey => Self::new(Kind::Unprocessable, "keys.did-key", error.to_string())
                .with_rule("did:key")
                .with_hint("make a did:web with `symbolon init --did web`, and tell your partners the new DID"),
            KeyringError::Key(symbolon_identity::KeyError::Remote(_)) => {
                Self::new(Kind::Unavailable, "keys.vault", error.to_string())
                    .with_hint("try again when the vault answers")
            }
            KeyringError::NoSigner(_)
            | KeyringError::Unfit(_)
            | KeyringError::Elsewhere
            | KeyringError::Did(_)
            | KeyringError::Key(_) => Self::internal(error),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        let kind = if error.is_transient() { Kind::Unavailable } else { Kind::Unprocessable };
        Self::new(kind, error.code(), error.to_string())
    }
}
