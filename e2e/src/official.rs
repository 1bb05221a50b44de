//! The official artefacts of the Dataspace Protocol 2025-1, which stand beside the repository and not in it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Failure;

/// The folder with schemas and examples; `None`, with a line on the terminal, where it is absent.
pub fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/dsp-2025-1");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the official artefacts are not at {}", folder.display());
    None
}

/// The official schemas by their `$id`. Three transfer schemas refer to `…#definitions/…`; what they mean is
/// `…#/definitions/…`.
///
/// # Errors
/// When a file cannot be read or is not JSON.
pub fn schemas(folder: &Path) -> Result<Vec<(String, Value)>, Failure> {
    let mut found = Vec::new();
    for path in files(folder, "")?.into_iter().filter(|path| path.to_string_lossy().ends_with("-schema.json")) {
        let schema = parse(&path, &read(&path)?.replace("#definitions/", "#/definitions/"))?;
        let id = schema.get("$id").and_then(Value::as_str).unwrap_or_default().to_owned();
        found.push((id, schema));
    }
    Ok(found)
}

/// The official examples by file name without `.json`.
///
/// # Errors
/// As [`schemas`].
pub fn examples(folder: &Path) -> Result<Vec<(String, Value)>, Failure> {
    let mut found = Vec::new();
    for path in files(folder, "example")? {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        found.push((name, parse(&path, &read(&path)?)?));
    }
    Ok(found)
}

fn files(folder: &Path, below: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for part in ["catalog", "common", "negotiation", "transfer"] {
        let folder = folder.join(part).join(below);
        for entry in fs::read_dir(&folder).map_err(Failure::io(folder.display().to_string()))? {
            let path = entry.map_err(Failure::io("official artefact"))?.path();
            found.extend(Some(path).filter(|path| path.extension().is_some_and(|ending| ending == "json")));
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(Failure::io(path.display().to_string()))
}

fn parse(path: &Path, text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::Unexpected(format!("{}: {error}", path.display())))
}
