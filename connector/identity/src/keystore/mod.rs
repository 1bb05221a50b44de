//! The connector's secrets in one file, encrypted with a passphrase.
//!
//! The file is JSON: the DID in clear, the parameters of the key derivation (argon2id, RFC 9106) and of the encryption
//! (XChaCha20-Poly1305), the ciphertext, and a SHA-256 checksum over all of it. The checksum is no protection; it tells a
//! damaged file from a wrong passphrase. What protects is the encryption, which also covers every member in clear.
//!
//! The file belongs to its owner alone (mode 0600) and is written once, as a whole.

mod passphrase;
mod sealed;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::{fmt, process};

use thiserror::Error;
use zeroize::Zeroizing;

pub use self::passphrase::{Passphrase, PassphraseError};
use self::sealed::{Sealed, Unsealing};
use crate::key::{KeyError, SigningKey};

/// The largest file that is read, in bytes. One that [`create`] wrote has fewer than 1000.
const MAX_FILE: u64 = 16 * 1024;

/// What the file keeps.
#[derive(Debug, Clone)]
pub struct Keystore {
    /// The key that is the connector's identity.
    pub signing_key: SigningKey,
    /// A secret for what only this connector has to verify, such as the tokens of its data plane.
    pub token_secret: TokenSecret,
}

/// 32 random bytes that leave the process only encrypted. Overwritten when dropped, not shown by `Debug`.
#[derive(Clone)]
pub struct TokenSecret(Zeroizing<[u8; 32]>);

impl TokenSecret {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(..)")
    }
}

/// Makes new secrets and writes them to `path`, which must not exist. When this returns, the file is on disk.
///
/// The file appears complete or not at all; nothing is ever overwritten.
///
/// # Errors
/// [`KeystoreError::Exists`], [`KeystoreError::Io`], or [`KeystoreError::Key`] if no randomness can be had.
pub fn create(path: &Path, passphrase: &Passphrase) -> Result<Keystore, KeystoreError> {
    // Ask first: deriving the key only to find the file there would waste the operator's time.
    if path.symlink_metadata().is_ok() {
        return Err(KeystoreError::Exists { path: path.to_owned() });
    }
    let mut secrets = Zeroizing::new([0; 64]);
    getrandom::fill(secrets.as_mut_slice()).map_err(|_| KeyError::Randomness)?;
    let keystore = Keystore::from_secrets(&secrets)?;
    let bytes = Sealed::seal(keystore.signing_key.did(), &secrets, passphrase)?;
    write(path, &bytes)?;
    Ok(keystore)
}

/// Reads the secrets from `path`.
///
/// # Errors
/// [`KeystoreError`] says whether the file is not there, open to others, damaged, or locked with another passphrase.
pub fn open(path: &Path, passphrase: &Passphrase) -> Result<Keystore, KeystoreError> {
    let bytes = read(path)?;
    let damaged = |reason| KeystoreError::Damaged { path: path.to_owned(), reason };
    let sealed = Sealed::parse(&bytes).map_err(damaged)?;
    let secrets = sealed.unseal(passphrase).map_err(|error| match error {
        Unsealing::Damaged(reason) => damaged(reason),
        Unsealing::Passphrase => KeystoreError::WrongPassphrase { path: path.to_owned() },
    })?;
    let keystore = Keystore::from_secrets(&secrets)?;
    if keystore.signing_key.did() != sealed.did() {
        return Err(damaged("its key does not belong to its DID"));
    }
    Ok(keystore)
}

impl Keystore {
    fn from_secrets(secrets: &[u8; 64]) -> Result<Self, KeyError> {
        let (signing, token) = secrets.split_at(32);
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(signing);
        let signing_key = SigningKey::from_secret(&secret)?;
        secret.copy_from_slice(token);
        Ok(Self { signing_key, token_secret: TokenSecret(secret) })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KeystoreError> {
    let io = |action| move |source| KeystoreError::Io { path: path.to_owned(), action, source };
    let file = File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => KeystoreError::NotFound { path: path.to_owned() },
        _ => io("open")(source),
    })?;
    let metadata = file.metadata().map_err(io("inspect"))?;
    if !metadata.is_file() {
        return Err(KeystoreError::Damaged { path: path.to_owned(), reason: "it is not a regular file" });
    }
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeystoreError::TooOpen { path: path.to_owned(), mode });
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(io("read"))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(KeystoreError::Damaged { path: path.to_owned(), reason: "it is too large" });
    }
    Ok(bytes)
}

/// A hard link is the one way to give a complete file its name that never replaces another file.
fn write(path: &Path, bytes: &[u8]) -> Result<(), KeystoreError> {
    let io = |action| move |source| KeystoreError::Io { path: path.to_owned(), action, source };
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", process::id()));
    let draft = PathBuf::from(draft);
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(io("create a file beside"))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io("write")).and_then(|()| {
        fs::hard_link(&draft, path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeystoreError::Exists { path: path.to_owned() },
            _ => io("name")(source),
        })
    });
    let removed = fs::remove_file(&draft).map_err(io("remove the draft of"));
    written.and(removed)?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io("make durable"))
}

/// Why a keystore could not be created or opened.
#[derive(Debug, Error)]
pub enum KeystoreError {
    /// There is no file of this name.
    #[error("there is no keystore at {}", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// There is a file of this name already.
    #[error("there is a file at {} already, and a keystore is never overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Others than the owner may read or write the file.
    #[error("the keystore {} is open to others than its owner (mode {mode:04o}): run chmod 600 on it", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not as it was written.
    #[error("the keystore {} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong, starting with "it" or "its".
        reason: &'static str,
    },
    /// The file is whole, the passphrase is another one.
    #[error("the passphrase does not open the keystore {}", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("could not {action} the keystore {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// The system's answer.
        source: io::Error,
    },
    /// No key could be made.
    #[error("could not make the keystore's key: {0}")]
    Key(#[from] KeyError),
}

impl KeystoreError {
    /// A stable code for programs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "keystore-not-found",
            Self::Exists { .. } => "keystore-exists",
            Self::TooOpen { .. } => "keystore-too-open",
            Self::Damaged { .. } => "keystore-damaged",
            Self::WrongPassphrase { .. } => "keystore-wrong-passphrase",
            Self::Io { .. } => "keystore-io",
            Self::Key(_) => "keystore-key",
        }
    }
}
