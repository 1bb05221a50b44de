//! The independent verifier of credentials: a program of others' libraries that is given what was issued.

use std::path::PathBuf;
use std::process::Stdio;

use serde::Deserialize;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::Failure;
use crate::tools::tool;

/// The verifier, installed.
#[derive(Clone, Debug)]
pub struct Judge {
    folder: PathBuf,
}

/// What it says about one thing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Verdict {
    /// The name that the check was given.
    pub name: String,
    /// Whether it is as it should be.
    pub verified: bool,
    /// Why it is not.
    pub reason: Option<String>,
}

impl Judge {
    /// Installs it if need be.
    ///
    /// # Errors
    /// When it cannot be installed.
    pub async fn ready() -> Result<Self, Failure> {
        Ok(Self { folder: tool("verifier").await? })
    }

    /// Judges what a request asks; `e2e/verifier/verify.mjs` says what is in one.
    ///
    /// # Errors
    /// When the program fails, which is no verdict.
    pub async fn judge(&self, request: &Value) -> Result<Vec<Verdict>, Failure> {
        let printed = self.run(&["verify.mjs"], request.to_string().as_bytes()).await?;
        serde_json::from_str(&printed).map_err(|error| Failure::Unexpected(format!("no verdicts: {error}: {printed}")))
    }

    /// Checks files of vectors; the last line, which counts them.
    ///
    /// # Errors
    /// With what differs, if anything does.
    pub async fn vectors(&self, files: &[&str]) -> Result<String, Failure> {
        let printed = self.run(&[&["vectors.mjs"], files].concat(), b"").await?;
        Ok(printed.lines().last().unwrap_or_default().to_owned())
    }

    /// Makes the vectors that are not ours anew, as they stand in `e2e/vectors/others.json`.
    ///
    /// # Errors
    /// When the program fails.
    pub async fn remake(&self) -> Result<String, Failure> {
        self.run(&["make.mjs"], b"").await
    }

    /// What its library for signatures reaches by itself: `issued`, `verified` and `presented` per second.
    ///
    /// # Errors
    /// When the program fails.
    pub async fn bench(&self, seconds: u64) -> Result<Value, Failure> {
        let printed = self.run(&["bench.mjs", &seconds.to_string()], b"").await?;
        serde_json::from_str(&printed).map_err(|error| Failure::Unexpected(format!("no figures: {error}: {printed}")))
    }

    async fn run(&self, arguments: &[&str], input: &[u8]) -> Result<String, Failure> {
        let mut command = Command::new("node");
        command.current_dir(&self.folder).args(arguments).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(Failure::io("starting node"))?;
        let mut stdin = child.stdin.take().ok_or_else(|| Failure::Unexpected("node has no input".to_owned()))?;
        // A program that does not want its input is no failure.
        let _ = stdin.write_all(input).await;
        drop(stdin);
        let output = child.wait_with_output().await.map_err(Failure::io("running node"))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(printed);
        }
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(Failure::Unexpected(format!("{arguments:?} ended with {}:\n{printed}{complaint}", output.status)))
    }
}
