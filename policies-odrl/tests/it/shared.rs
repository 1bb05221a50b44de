//! Published test data beside the repository; a test without it skips.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A folder or file of the shared data; says so when it is absent.
pub(crate) fn path(relative: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(relative);
    if path.exists() {
        Some(path)
    } else {
        println!("skipped: ../shared/{relative} is not here");
        None
    }
}

pub(crate) fn json(relative: &str) -> Option<Value> {
    path(relative).map(|path| read(&path))
}

/// All JSON files directly in a folder, with their names.
pub(crate) fn folder(relative: &str) -> Vec<(String, Value)> {
    let Some(folder) = path(relative) else { return Vec::new() };
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut found: Vec<_> =
        files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), read(&path))).collect();
    found.sort_by(|(one, _), (two, _)| one.cmp(two));
    found
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
