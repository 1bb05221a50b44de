//! The folder that the demo lives in.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::private_file;
use crate::ids;

/// The folder. Dropping it removes it, unless somebody chose it.
#[derive(Debug)]
pub(super) struct Home {
    path: PathBuf,
    kept: bool,
}

impl Home {
    /// The folder that was chosen, or a new one.
    pub(super) fn open(chosen: Option<&Path>) -> Result<Self, Failure> {
        let path = match chosen {
            Some(path) => path.to_owned(),
            None => env::temp_dir().join(format!("symbolon-demo-{}", ids::plain())),
        };
        private_file::folder(&path).map_err(Failure::file("make the folder", &path))?;
        // A source's path must be absolute.
        let path = path.canonicalize().map_err(Failure::file("find", &path))?;
        Ok(Self { path, kept: chosen.is_some() })
    }

    /// A file or folder in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether it stays when the demo ends.
    pub(super) fn is_kept(&self) -> bool {
        self.kept
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
