//! A company of the demo: its connector, a process of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::home::Home;
use super::ports::Ports;
use crate::cli::client::{Client, key_in, required};
use crate::cli::failure::Failure;
use crate::cli::init::{self, API_KEY, CONFIGURATION, DATA, Init};
use crate::cli::private_file;

const READY_WITHIN: Duration = Duration::from_secs(30);
const ENDS_WITHIN: Duration = Duration::from_secs(15);
/// Lines of the log that are shown when something fails.
const TAIL: usize = 20;
const LOG: &str = "connector.log";

/// Who it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Company {
    pub(super) name: &'static str,
    /// Its folder in the demo's.
    pub(super) folder: &'static str,
    /// First or second.
    pub(super) place: u32,
}

/// A running connector. Dropping it kills the process; [`Partner::stop`] asks it to end.
#[derive(Debug)]
pub(super) struct Partner {
    company: Company,
    folder: PathBuf,
    child: Child,
    /// The connector ends when this is closed, also by the end of our own process.
    input: ChildStdin,
    client: Client,
    management: String,
    participant: String,
    dsp_address: String,
    ready_after: Duration,
}

impl Partner {
    /// Makes the connector's folder if it is not there yet, starts it, and returns when it is ready.
    pub(super) async fn start(home: &Home, company: Company) -> Result<Self, Failure> {
        let folder = home.join(company.folder);
        let configuration = folder.join(CONFIGURATION);
        // The port is part of the DID: a company that is here already keeps it.
        let ports = match Ports::configured(&configuration) {
            Some(ports) => ports,
            None if configuration.is_file() => {
                let why = "another program uses a port that it names";
                return Err(Failure::machine(format!("{} cannot be used again", configuration.display()), why));
            }
            None => Ports::free(company.place)?,
        };
        if !configuration.is_file() {
            init::create(&Init {
                dir: folder.clone(),
                name: Some(company.name.to_owned()),
                public_url: None,
                public_port: ports.public,
                management_port: ports.management,
                loopback: true,
                did: init::Method::Web,
                key_file: false,
            })?;
        }
        let began = Instant::now();
        let (mut child, input) = spawn(company, &folder, ports)?;
        if let Err(failure) = ready(company, &mut child).await {
            let log = tail(&folder.join(LOG));
            return Err(Failure::machine(format!("{failure}, its log ends with"), log));
        }
        let ready_after = began.elapsed();
        let management = format!("http://127.0.0.1:{}", ports.management);
        let client = Client::new(&management, &key_in(&folder.join(API_KEY))?)?;
        let info = client.get("info").await?;
        let member = |name| required(&info, name, "GET info").map(str::to_owned);
        let (participant, dsp_address) = (member("participantId")?, member("dspAddress")?);
        Ok(Self { company, folder, child, input, client, management, participant, dsp_address, ready_after })
    }

    /// What people call the company.
    pub(super) fn name(&self) -> &'static str {
        self.company.name
    }

    /// Its management API, as its administrator.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Its listener for operators.
    pub(super) fn management(&self) -> &str {
        &self.management
    }

    /// Its participant id.
    pub(super) fn participant(&self) -> &str {
        &self.participant
    }

    /// The base of its DSP endpoints.
    pub(super) fn dsp_address(&self) -> &str {
        &self.dsp_address
    }

    /// A file or folder of its own.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file or folder in its data directory.
    pub(super) fn data(&self, name: &str) -> PathBuf {
        self.folder.join(DATA).join(name)
    }

    /// How long it took from its start until it accepted connections.
    pub(super) fn ready_after(&self) -> Duration {
        self.ready_after
    }

    /// The last lines that it logged.
    pub(super) fn log_tail(&self) -> String {
        tail(&self.folder.join(LOG))
    }

    /// Completes when it ends by itself.
    pub(super) async fn ended(&mut self) -> Failure {
        let status = self.child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
        Failure::machine(format!("the connector of {} ended", self.company.name), status)
    }

    /// Asks it to end and waits until it is gone; kills it if that takes too long.
    pub(super) async fn stop(self) -> Result<(), Failure> {
        let Self { company, mut child, input, .. } = self;
        drop(input);
        let what = format!("the connector of {} did not end as it should", company.name);
        match timeout(ENDS_WITHIN, child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(Failure::machine(what, status)),
            Ok(Err(error)) => Err(Failure::machine(what, error)),
            Err(_) => {
                child.kill().await.map_err(|error| Failure::machine(what.clone(), error))?;
                Err(Failure::machine(what, format!("it was killed after {} s", ENDS_WITHIN.as_secs())))
            }
        }
    }
}

/// The process is in a group of its own: Ctrl-C reaches the demo alone, which then ends its connectors in order.
fn spawn(company: Company, folder: &Path, ports: Ports) -> Result<(Child, ChildStdin), Failure> {
    let failed = |error| Failure::machine(format!("the connector of {} cannot be started", company.name), error);
    let log = folder.join(LOG);
    let log = private_file::append(&log).map_err(Failure::file("write", &log))?;
    let mut command = Command::new(env::current_exe().map_err(failed)?);
    command.arg("serve").arg("--with-parent").arg("--config").arg(folder.join(CONFIGURATION));
    // The settings of the person who runs the demo are for another connector.
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SYMBOLON_")) {
        command.env_remove(name);
    }
    let address = |port| format!("127.0.0.1:{port}");
    command
        .env("SYMBOLON__PUBLIC__BIND", address(ports.public))
        .env("SYMBOLON__PUBLIC__URL", format!("http://localhost:{}", ports.public))
        .env("SYMBOLON__MANAGEMENT__BIND", address(ports.management))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .process_group(0)
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(failed)?;
    let input = child.stdin.take().ok_or_else(|| failed(std::io::Error::other("it has no standard input")))?;
    Ok((child, input))
}

/// Waits for the line that begins with `ready`; what comes after it is read and dropped.
async fn ready(company: Company, child: &mut Child) -> Result<(), Failure> {
    let failed = |why: &str| Err(Failure::machine(format!("the connector of {}", company.name), why));
    let Some(output) = child.stdout.take() else { return failed("has no standard output") };
    let mut output = BufReader::new(output);
    match timeout(READY_WITHIN, until_ready(&mut output)).await {
        Ok(true) => {
            tokio::spawn(async move { tokio::io::copy(&mut output, &mut tokio::io::sink()).await });
            Ok(())
        }
        Ok(false) => failed("ended before it was ready"),
        Err(_) => failed("was not ready in time"),
    }
}

async fn until_ready(output: &mut BufReader<ChildStdout>) -> bool {
    let mut line = String::new();
    while matches!(output.read_line(&mut line).await, Ok(1..)) {
        if line.starts_with("ready") {
            return true;
        }
        line.clear();
    }
    false
}

fn tail(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let skipped = text.lines().count().saturating_sub(TAIL);
    text.lines().skip(skipped).collect::<Vec<_>>().join("\n")
}
