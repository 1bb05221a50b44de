//! Starting, watching and ending the binary.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::binary;
use crate::Failure;

const READY_WITHIN: Duration = Duration::from_secs(30);
const ENDS_WITHIN: Duration = Duration::from_secs(15);
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// A process that has said it is ready. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Running {
    name: String,
    child: Child,
}

impl Running {
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    pub(super) async fn kill(mut self) -> Result<(), Failure> {
        self.child.kill().await.map_err(Failure::io(format!("killing {}", self.name)))
    }

    /// Kills without a runtime and waits until the process is gone, so that nothing writes into its folder any more.
    pub(super) fn end(mut self) {
        let begun = Instant::now();
        if self.child.start_kill().is_ok() {
            while matches!(self.child.try_wait(), Ok(None)) && begun.elapsed() < GONE_WITHIN {
                thread::yield_now();
            }
        }
    }

    pub(super) async fn stop(mut self) -> Result<ExitStatus, Failure> {
        let what = format!("the end of {} after SIGTERM", self.name);
        if let Some(pid) = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)
                .map_err(|errno| Failure::Io { what: what.clone(), source: errno.into() })?;
        }
        let seconds = ENDS_WITHIN.as_secs();
        let ended = timeout(ENDS_WITHIN, self.child.wait()).await;
        ended.map_err(|_| Failure::TimedOut { what: what.clone(), seconds })?.map_err(Failure::io(what))
    }
}

/// Starts the server. It is ready when it prints a line that begins with `ready`; everything it prints goes to `log`.
pub(super) async fn serve(
    name: &str,
    arguments: &[&OsStr],
    environment: &[(OsString, OsString)],
    log: &Path,
) -> Result<Running, Failure> {
    let open = || File::options().create(true).append(true).open(log).map_err(Failure::io("log file"));
    let mut child = command(arguments.iter().copied(), environment)?
        .stdout(Stdio::piped())
        .stderr(open()?)
        .spawn()
        .map_err(Failure::io(format!("starting {name}")))?;
    let output = child.stdout.take().ok_or_else(|| Failure::Unexpected(format!("{name} has no output")))?;
    let mut lines = BufReader::new(output).lines();
    let mut log_file = open()?;
    let ready = timeout(READY_WITHIN, until_ready(&mut lines, &mut log_file)).await;
    match ready {
        Ok(true) => {
            tokio::spawn(async move { while next_line(&mut lines, &mut log_file).await.is_some() {} });
            Ok(Running { name: name.to_owned(), child })
        }
        Ok(false) => Err(Failure::Unexpected(format!("{name} ended before it was ready:\n{}", tail(log, 50)))),
        Err(_) => Err(Failure::Unexpected(format!("{name} was not ready within {READY_WITHIN:?}:\n{}", tail(log, 50)))),
    }
}

/// Runs a command to its end and returns what it printed.
pub(super) async fn run<'a>(
    arguments: impl IntoIterator<Item = &'a OsStr>,
    environment: &[(OsString, OsString)],
) -> Result<String, Failure> {
    let mut command = command(arguments, environment)?;
    let told = format!("{:?}", command.as_std());
    let output = command.output().await.map_err(Failure::io(told.clone()))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Unexpected(format!("{told} ended with {}:\n{printed}{complaint}", output.status)))
}

/// The last lines of a file, empty if it cannot be read.
pub(super) fn tail(file: &Path, lines: usize) -> String {
    let text = fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let skip = text.lines().count().saturating_sub(lines);
    text.lines().skip(skip).collect::<Vec<_>>().join("\n")
}

/// Settings of the person who runs the tests must not reach the connector.
fn command<'a>(
    arguments: impl IntoIterator<Item = &'a OsStr>,
    environment: &[(OsString, OsString)],
) -> Result<Command, Failure> {
    let mut command = Command::new(binary()?);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SYMBOLON_")) {
        command.env_remove(name);
    }
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    Ok(command)
}

async fn until_ready(lines: &mut Lines<BufReader<ChildStdout>>, log: &mut File) -> bool {
    while let Some(line) = next_line(lines, log).await {
        if line.starts_with("ready") {
            return true;
        }
    }
    false
}

/// The next line, copied to the log. A log that cannot be written is no reason to fail.
async fn next_line(lines: &mut Lines<BufReader<ChildStdout>>, log: &mut File) -> Option<String> {
    let line = lines.next_line().await.ok().flatten()?;
    let _ = writeln!(log, "{line}");
    Some(line)
}
