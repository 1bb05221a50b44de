use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::{env, fmt};

use thiserror::Error;
use zeroize::Zeroizing;

/// The longest passphrase, in bytes.
const LONGEST: usize = 4096;

/// What unlocks a keystore. Overwritten when dropped, not shown by `Debug`.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Takes the passphrase as it is.
    ///
    /// # Errors
    /// [`PassphraseError::Length`] if it is empty or longer than 4096 bytes.
    pub fn new(value: impl Into<Vec<u8>>) -> Result<Self, PassphraseError> {
        let value = Zeroizing::new(value.into());
        if value.is_empty() || value.len() > LONGEST {
            return Err(PassphraseError::Length);
        }
        Ok(Self(value))
    }

    /// Takes what the file holds, without one line end at its end.
    ///
    /// # Errors
    /// [`PassphraseError::File`] if it cannot be read, [`PassphraseError::Length`] as for [`Passphrase::new`].
    pub fn from_file(path: &Path) -> Result<Self, PassphraseError> {
        // Allocated once, so that no outgrown copy of the secret stays behind in memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
        let failed = |source| PassphraseError::File { path: path.to_owned(), source };
        File::open(path).and_then(|file| file.take(LONGEST as u64 + 3).read_to_end(&mut bytes)).map_err(failed)?;
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        Self::new(line)
    }

    /// Takes the value of an environment variable.
    ///
    /// # Errors
    /// [`PassphraseError::NotSet`] if there is none of this name, [`PassphraseError::Length`] as for [`Passphrase::new`].
    pub fn from_env(variable: &str) -> Result<Self, PassphraseError> {
        let value = env::var_os(variable).ok_or_else(|| PassphraseError::NotSet { variable: variable.to_owned() })?;
        Self::new(value.into_encoded_bytes())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// Why there is no passphrase.
#[derive(Debug, Error)]
pub enum PassphraseError {
    /// Empty, or longer than 4096 bytes.
    #[error("the passphrase must have 1 to {LONGEST} bytes")]
    Length,
    /// The environment variable is not set.
    #[error("the environment variable {variable}, which should hold the passphrase, is not set")]
    NotSet {
        /// Its name.
        variable: String,
    },
    /// The file cannot be read.
    #[error("the passphrase file {} cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}
