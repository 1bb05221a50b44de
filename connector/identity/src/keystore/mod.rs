//! The connector's secrets in one file, encrypted with a passphrase or a key file.
//!
//! The file is JSON: the DID in clear, the parameters of the key derivation (argon2id, RFC 9106) and of the encryption
//! (XChaCha20-Poly1305), the ciphertext, and a SHA-256 checksum over all of it. The checksum is no protection; it tells a
//! damaged file from a wrong passphrase. What protects is the encryption, which also covers every member in clear.
//!
//! What is encrypted is a JSON ([`to_json`]) that a vault may keep as well. Files of the first format, which held one Ed25519
//! key and no JSON, are still read; what is written is always of the second.
//!
//! The file belongs to its owner alone (mode 0600) and is always written as a whole.

mod content;
mod passphrase;
mod sealed;
mod unlock;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::{fmt, process};

use jiff::Timestamp;
use thiserror::Error;
use zeroize::Zeroizing;

pub use self::passphrase::{Passphrase, PassphraseError};
use self::sealed::{Format, Sealed, Unsealing};
pub use self::unlock::{KeyFile, KeyFileError, Unlock};
use crate::key::{KeyError, KeyKind, SigningKey};
use crate::keyring::Keyring;

/// The largest file that is read, in bytes. One with two keys has fewer than 2000; each that signs no more adds 500.
const MAX_FILE: u64 = 1024 * 1024;

/// 32 random bytes that leave the process only encrypted. Overwritten when dropped, not shown by `Debug`.
#[derive(Clone)]
pub struct TokenSecret(Zeroizing<[u8; 32]>);

impl TokenSecret {
    /// A new one of the operating system's randomness.
    ///
    /// # Errors
    /// [`KeyError::Randomness`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyError::Randomness)?;
        Ok(Self(bytes))
    }

    /// Takes bytes that are random already.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

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

/// Writes a keyring to `path`, which must not exist. When this returns, the file is on disk.
///
/// The file appears complete or not at all; nothing is overwritten.
///
/// # Errors
/// [`KeystoreError::Exists`], [`KeystoreError::Io`], [`KeystoreError::Elsewhere`], or [`KeystoreError::Key`] if no randomness
/// can be had.
pub fn create(path: &Path, unlock: &Unlock, keyring: &Keyring) -> Result<(), KeystoreError> {
    // Ask first: deriving the key only to find the file there would waste the operator's time.
    if path.symlink_metadata().is_ok() {
        return Err(KeystoreError::Exists { path: path.to_owned() });
    }
    write(path, &sealed(unlock, keyring)?, |draft| {
        // A hard link is the one way to give a complete file its name that never replaces another file.
        fs::hard_link(draft, path).and_then(|()| fs::remove_file(draft))
    })
}

/// Writes a keyring to `path` in the place of the one that is there: after a rotation, or to change what opens it. When this
/// returns, the file is on disk; before, it is the old one.
///
/// # Errors
/// [`KeystoreError::NotFound`] if there is none, otherwise as [`create`].
pub fn replace(path: &Path, unlock: &Unlock, keyring: &Keyring) -> Result<(), KeystoreError> {
    read(path)?;
    write(path, &sealed(unlock, keyring)?, |draft| fs::rename(draft, path))
}

/// Reads the keyring from `path`.
///
/// # Errors
/// [`KeystoreError`] says whether the file is not there, open to others, damaged, or locked with another passphrase.
pub fn open(path: &Path, unlock: &Unlock) -> Result<Keyring, KeystoreError> {
    let bytes = read(path)?;
    let damaged = |reason| KeystoreError::Damaged { path: path.to_owned(), reason };
    let sealed = Sealed::parse(&bytes).map_err(damaged)?;
    if sealed.means() != unlock.means() {
        let (needs, given) = (sealed.means().to_string(), unlock.means().to_string());
        return Err(KeystoreError::OtherMeans { path: path.to_owned(), needs, given });
    }
    let secrets = sealed.unseal(unlock.as_bytes()).map_err(|error| match error {
        Unsealing::Damaged(reason) => damaged(reason),
        Unsealing::Locked => {
            KeystoreError::WrongPassphrase { path: path.to_owned(), means: unlock.means().to_string() }
        }
    })?;
    let keyring = match sealed.format() {
        Format::First => first_format(&secrets).ok_or("it does not hold two secrets"),
        Format::Second => content::read(&secrets),
    };
    let keyring = keyring.map_err(damaged)?;
    if keyring.did() != sealed.did() {
        return Err(damaged("its keys do not belong to its DID"));
    }
    Ok(keyring)
}

/// The keyring as JSON with all its secrets, for a vault to keep. `None` if a vault keeps one of its keys already.
pub fn to_json(keyring: &Keyring) -> Option<Zeroizing<Vec<u8>>> {
    content::write(keyring)
}

/// The keyring of what [`to_json`] wrote.
///
/// # Errors
/// A sentence that starts with "it" or "its".
pub fn from_json(json: &[u8]) -> Result<Keyring, &'static str> {
    content::read(json)
}

/// Two secrets of 32 bytes: an Ed25519 key, which is a `did:key`, and the token secret. When it was made is not known.
fn first_format(secrets: &[u8]) -> Option<Keyring> {
    let (signing, token) = secrets.split_first_chunk::<32>()?;
    let token = TokenSecret::from_bytes(token.try_into().ok()?);
    let key = SigningKey::from_secret(KeyKind::Ed25519, signing).ok()?;
    Keyring::of_did_key(key, token, Timestamp::UNIX_EPOCH).ok()
}

fn sealed(unlock: &Unlock, keyring: &Keyring) -> Result<Vec<u8>, KeystoreError> {
    let secrets = content::write(keyring).ok_or(KeystoreError::Elsewhere)?;
    Ok(Sealed::seal(keyring.did(), &secrets, unlock)?)
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

/// Writes a draft beside `path` and gives it its name by `name`.
fn write(path: &Path, bytes: &[u8], name: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), KeystoreError> {
    let io = |action| move |source| KeystoreError::Io { path: path.to_owned(), action, source };
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", process::id()));
    let draft = PathBuf::from(draft);
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(io("create a file beside"))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io("write")).and_then(|()| {
        name(&draft).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => KeystoreError::Exists { path: path.to_owned() },
            _ => io("name")(source),
        })
    });
    if written.is_err() {
        drop(fs::remove_file(&draft));
    }
    written?;
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
    /// The file is whole, the passphrase or key file is another one.
    #[error("{means} was given that does not open the keystore {}", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
        /// What was given.
        means: String,
    },
    /// A passphrase where a key file is needed, or the other way round.
    #[error("the keystore {} is opened by {needs}, and {given} was given", path.display())]
    OtherMeans {
        /// The file.
        path: PathBuf,
        /// What opens it.
        needs: String,
        /// What was given.
        given: String,
    },
    /// A vault keeps a key of the keyring.
    #[error("a keyring whose keys are in a vault cannot be written to a file")]
    Elsewhere,
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
            Self::OtherMeans { .. } => "keystore-other-means",
            Self::Elsewhere => "keystore-elsewhere",
            Self::Io { .. } => "keystore-io",
            Self::Key(_) => "keystore-key",
        }
    }
}
