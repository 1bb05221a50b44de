//! From an empty machine to the first governed transfer: what a company that was invited does, with the time of each step.
//!
//! The inviter runs already, has founded its dataspace and published something in it. Everything that is timed is a command
//! of the released binary, as a person would type it.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::connector::{Config, Connector, binary, odrl};
use crate::{Failure, ports};

const DATASPACE: &str = "brakes";
const ASSET: &str = "drawing";
const CONTENT: &[u8] = b"a drawing that only members may see";
/// A connector that is not ready by then has failed.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// Namespace of the Catena-X policy terms.
const CATENAX: &str = "https://w3id.org/catenax/2025/9/policy/";

/// How long each step took.
#[derive(Clone, Debug, Default)]
pub struct Steps(Vec<(&'static str, Duration)>);

impl Steps {
    /// All of them together.
    pub fn total(&self) -> Duration {
        self.0.iter().map(|(_, took)| *took).sum()
    }

    async fn time<T>(
        &mut self,
        step: &'static str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let began = Instant::now();
        let done = work.await?;
        self.0.push((step, began.elapsed()));
        Ok(done)
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (step, took) in &self.0 {
            writeln!(f, "  {:>7.3} s  {step}", took.as_secs_f64())?;
        }
        let total = self.total().as_secs_f64();
        write!(f, "first transfer: {total:.1} s from an empty folder to governed data, in {} commands", self.0.len())
    }
}

/// Runs it once.
///
/// # Errors
/// Whatever fails first.
pub async fn run() -> Result<Steps, Failure> {
    let inviter = Connector::start(Config::new("inviter").web()).await?;
    found(&inviter).await?;
    let folder = TempDir::with_prefix("symbolon-first-").map_err(Failure::io("temporary folder"))?;
    let machine = Machine::empty(folder.path())?;
    machine.receive(&invitation(&inviter).await?)?;

    let mut steps = Steps::default();
    steps.time("symbolon init", machine.init()).await?;
    let _serving = steps.time("symbolon serve, until ready", machine.serve()).await?;
    steps.time("symbolon join", machine.run(&["join", "invitation"])).await?;
    let partner = inviter.participant();
    let catalog = steps.time("symbolon catalog", machine.run(&["catalog", "--partner", partner])).await?;
    expect(first(&catalog, "/catalog/dataset/0/@id")? == ASSET, "the catalogue does not show the asset")?;
    let negotiate = ["negotiate", "--partner", partner, "--dataset", ASSET];
    let negotiated = steps.time("symbolon negotiate", machine.run(&negotiate)).await?;
    let agreement = first(&negotiated, "/negotiation/agreementId")?;
    let transferred = steps.time("symbolon transfer", machine.run(&["transfer", "--agreement", &agreement])).await?;
    let transfer = first(&transferred, "/transfer/pid")?;
    steps.time("symbolon fetch", machine.run(&["fetch", &transfer, "--output", "received"])).await?;
    let received = fs::read(machine.folder.join("received")).map_err(Failure::io("received file"))?;
    expect(received == CONTENT, "what was received is not what was published")?;
    Ok(steps)
}

/// The inviter's side, before anybody is invited.
async fn found(inviter: &Connector) -> Result<(), Failure> {
    let body = json!({"id": DATASPACE, "name": "Brake Makers", "bpn": "auto"});
    let founded = inviter.management().post("dataspaces", &body).await?;
    inviter.happened("credential-request.issued", text(&founded, "credentialRequest")).await?;
    inviter.store_file(ASSET, CONTENT).await?;
    let members = json!({"leftOperand": format!("{CATENAX}Membership"), "operator": "eq", "rightOperand": "active"});
    inviter.store_policy("open", odrl(&[])).await?;
    inviter.store_policy("members", odrl(&[members])).await?;
    inviter.publish("drawings", &[ASSET], "members", json!({})).await?;
    Ok(())
}

async fn invitation(inviter: &Connector) -> Result<String, Failure> {
    let body = json!({"dataspace": DATASPACE, "name": "Newcomer", "bpn": "auto"});
    Ok(text(&inviter.management().post("invitations", &body).await?, "invitation").to_owned())
}

/// The newcomer's machine: a folder that holds nothing but the invitation.
struct Machine<'a> {
    folder: &'a Path,
    public: u16,
    management: u16,
}

impl<'a> Machine<'a> {
    fn empty(folder: &'a Path) -> Result<Self, Failure> {
        let free = || ports::free().map_err(Failure::io("free port"));
        Ok(Self { folder, public: free()?, management: free()? })
    }

    fn receive(&self, invitation: &str) -> Result<(), Failure> {
        fs::write(self.folder.join("invitation"), invitation).map_err(Failure::io("invitation"))
    }

    fn command(&self) -> Result<Command, Failure> {
        let mut command = Command::new(binary()?);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SYMBOLON_")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder)
            .env("SYMBOLON_URL", format!("http://127.0.0.1:{}", self.management))
            .env("SYMBOLON_KEY_FILE", "newcomer/api.key")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        Ok(command)
    }

    async fn init(&self) -> Result<(), Failure> {
        let (public, management) = (self.public.to_string(), self.management.to_string());
        let ports = ["--public-port", &public, "--management-port", &management];
        let arguments = ["init", "--dir", "newcomer", "--name", "Newcomer", "--loopback", "--did", "web"];
        self.run(&[arguments.as_slice(), &ports].concat()).await.map(drop)
    }

    async fn serve(&self) -> Result<Child, Failure> {
        let log = fs::File::create(self.folder.join("log")).map_err(Failure::io("log"))?;
        let mut command = self.command()?;
        command.args(["serve", "--config", "newcomer/symbolon.toml"]).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().map_err(Failure::io("starting the newcomer"))?;
        let output = child.stdout.take().ok_or_else(|| Failure::Unexpected("no output".to_owned()))?;
        let mut lines = BufReader::new(output).lines();
        let ready = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if line.starts_with("ready") {
                    return true;
                }
            }
            false
        };
        let ready = timeout(READY_WITHIN, ready).await.unwrap_or(false);
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        expect(ready, "the newcomer's connector was not ready").map(|()| child)
    }

    /// Runs a command to its end; the JSON objects that it printed.
    async fn run(&self, arguments: &[&str]) -> Result<Vec<Value>, Failure> {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let mut command = self.command()?;
        command.arg("--json").args(&arguments);
        let output = command.output().await.map_err(Failure::io("running the binary"))?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            return Err(Failure::Unexpected(format!("{arguments:?} ended with {}: {told}\n{log}", output.status)));
        }
        let printed = String::from_utf8_lossy(&output.stdout);
        Ok(printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }
}

/// The first text at this place in what a command printed.
fn first(printed: &[Value], pointer: &str) -> Result<String, Failure> {
    let found = printed.iter().find_map(|object| object.pointer(pointer)?.as_str());
    found.map(str::to_owned).ok_or_else(|| Failure::Unexpected(format!("nothing at {pointer} in {printed:?}")))
}

fn expect(holds: bool, otherwise: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::Unexpected(otherwise.to_owned())) }
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}
