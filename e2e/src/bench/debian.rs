//! Programs of the operating system.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use crate::Failure;

/// Where administrators' programs are, which the search path of others may leave out.
const ALSO: [&str; 2] = ["/usr/sbin", "/sbin"];

/// The path of a program; when it is absent its Debian package is installed, as root or with sudo.
///
/// # Errors
/// `Unexpected` saying exactly what to install.
pub(super) async fn program(name: &str, package: &str) -> Result<PathBuf, Failure> {
    if let Some(path) = find(name) {
        return Ok(path);
    }
    println!("installing {package}");
    let script = format!(
        "set -e; if [ \"$(id -u)\" = 0 ]; then S=; else S='sudo -n'; fi
         $S apt-get -qq update; $S env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq install -y {package}"
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let installed = command.status().await.is_ok_and(|status| status.success());
    let missing = || Failure::Unexpected(format!("{name} is missing: install it (Debian: apt-get install {package})"));
    find(name).filter(|_| installed).ok_or_else(missing)
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(ALSO.map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}
