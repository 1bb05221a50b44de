//! The official schemas, contexts and examples of the Dataspace Protocol 2025-1, read from beside the repository.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder with the official artefacts; `None`, with a line on the terminal, where it is absent.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/dsp-2025-1");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the official artefacts are not at {}", folder.display());
    None
}

/// One file as JSON.
pub(crate) fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files with this ending in the folder of each part of the protocol, below `subfolder`, sorted.
pub(crate) fn files(folder: &Path, subfolder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["catalog", "common", "negotiation", "transfer"]
        .iter()
        .flat_map(|part| fs::read_dir(folder.join(part).join(subfolder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
}
