//! Programs of others that tests start. The Makefile installs them; a test that needs one asks for it, so that
//! `cargo test` alone is enough.

use std::path::{Path, PathBuf};

use tokio::process::Command;
use tokio::sync::Mutex;

use crate::Failure;

/// Two installations into one folder would meet. Other processes of the same test run come one after the other.
static INSTALLING: Mutex<()> = Mutex::const_new(());

/// Installs what the target of the Makefile installs, and returns where its last line says it is.
///
/// # Errors
/// `Unexpected` with what `make` printed when it fails.
pub async fn tool(target: &str) -> Result<PathBuf, Failure> {
    let _alone = INSTALLING.lock().await;
    let mut command = Command::new("make");
    // Under `make unit` these would tie it to that run's job server.
    command.env_remove("MAKEFLAGS").env_remove("MAKELEVEL").env_remove("MFLAGS");
    command.args(["--no-print-directory", "-C"]).arg(repository()).arg(target).kill_on_drop(true);
    let output = command.output().await.map_err(Failure::io(format!("make {target}")))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let place = printed.lines().last().and_then(|line| line.strip_prefix(target)?.strip_prefix(": "));
    match place {
        Some(place) if output.status.success() => Ok(place.into()),
        _ => {
            let complaint = String::from_utf8_lossy(&output.stderr);
            Err(Failure::Unexpected(format!("make {target} ended with {}:\n{printed}{complaint}", output.status)))
        }
    }
}

/// The root of the checkout.
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}
