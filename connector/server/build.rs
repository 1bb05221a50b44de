//! Lists the files of the built UI (`connector/ui/dist`), so that the binary holds them. Without them it says so.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let dist = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../ui/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());
    // Cargo takes a folder that is absent for one that has changed, and would build anew each time.
    let _ = fs::create_dir_all(&dist);
    let mut files = Vec::new();
    if dist.is_dir() {
        collect(&dist, &mut files)?;
    }
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let path = file.strip_prefix(&dist)?.to_str().ok_or("a file of the UI has a name that is not UTF-8")?;
        let digest = hex::encode(Sha256::digest(fs::read(&file)?));
        let absolute = file.canonicalize()?;
        let tag = digest.get(..24).unwrap_or_default();
        writeln!(list, "    File {{ path: {path:?}, tag: {tag:?}, bytes: include_bytes!({absolute:?}) }},")?;
    }
    list.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("ui.rs"), list)?;
    Ok(())
}

/// All files below a folder, but for hidden ones, which are the build's own.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
