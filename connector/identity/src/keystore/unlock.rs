use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use super::Passphrase;

/// What opens a keystore: something a person knows, or a file a machine has.
#[derive(Debug, Clone)]
pub enum Unlock {
    /// A passphrase.
    Passphrase(Passphrase),
    /// A key file.
    KeyFile(KeyFile),
}

/// How a keystore is opened, as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Means {
    Passphrase,
    KeyFile,
}

impl Unlock {
    pub(super) fn means(&self) -> Means {
        match self {
            Self::Passphrase(_) => Means::Passphrase,
            Self::KeyFile(_) => Means::KeyFile,
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Passphrase(passphrase) => passphrase.as_bytes(),
            Self::KeyFile(key) => key.0.as_slice(),
        }
    }
}

impl From<Passphrase> for Unlock {
    fn from(passphrase: Passphrase) -> Self {
        Self::Passphrase(passphrase)
    }
}

impl From<KeyFile> for Unlock {
    fn from(key: KeyFile) -> Self {
        Self::KeyFile(key)
    }
}

impl fmt::Display for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passphrase => "a passphrase",
            Self::KeyFile => "a key file",
        })
    }
}

/// 32 random bytes in a file of its own. Overwritten when dropped, not shown by `Debug`.
#[derive(Clone)]
pub struct KeyFile(Zeroizing<[u8; 32]>);

impl KeyFile {
    /// Makes a new one at `path`, which must not exist. It belongs to its owner alone (mode 0600) and is on disk when this
    /// returns.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| failed(io::Error::other("there are no random bytes")))?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        let written = file.write_all(bytes.as_slice()).and_then(|()| file.sync_all());
        if written.is_err() {
            // A part of a key is of no use to anybody.
            drop(fs::remove_file(path));
        }
        written.map_err(failed)?;
        Ok(Self(bytes))
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`KeyFileError::TooOpen`] if others than its owner may read it, [`KeyFileError::Length`] if it does not have 32 bytes.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let failed = |source| KeyFileError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::TooOpen { path: path.to_owned(), mode });
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(64));
        file.take(33).read_to_end(&mut bytes).map_err(failed)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| KeyFileError::Length { path: path.to_owned() })?;
        Ok(Self(Zeroizing::new(key)))
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFile(..)")
    }
}

/// Why there is no key file.
#[derive(Debug, Error)]
pub enum KeyFileError {
    /// Others than the owner may read or write it.
    #[error("the key file {} is open to others than its owner (mode {mode:04o}): run chmod 600 on it", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not 32 bytes.
    #[error("the key file {} does not have exactly 32 bytes", path.display())]
    Length {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("the key file {} cannot be used: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}
