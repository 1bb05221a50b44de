//! Eclipse EDC as the named alternative: two of its connectors, driven over its own management API.
//!
//! POM, configuration writer and driver are those of `../shared/edc-peer` beside the repository. Only this module knows
//! them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::report::Report;
use super::{Bench, Quantities, debian};
use crate::{Failure, ports};

const MAIN: &str = "org.eclipse.edc.boot.system.runtime.BaseRuntime";
const READY_WITHIN: Duration = Duration::from_secs(120);
const DRIVEN_WITHIN: Duration = Duration::from_secs(900);
/// An EDC connector takes this port plus 1 to 7.
const PORTS: u16 = 8;
/// It creates one asset per call: larger catalogues take it many minutes.
const LARGEST_CATALOG: usize = 10_000;

/// What EDC reached, ready to stand beside our figure. Empty where it was not measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    pub(super) negotiation: Option<String>,
    pub(super) negotiations: Option<String>,
    pub(super) transfer: Option<String>,
    /// By the size of the catalogue.
    pub(super) catalog: BTreeMap<usize, String>,
}

/// Measures what of the selection EDC can do. What fails is reported and left out.
pub(super) async fn measure(benches: &[Bench], quantities: &Quantities, report: &mut Report) -> Figures {
    report.method(
        "EDC as the alternative: two of its connectors in memory, state machines tuned to 50 ms, mock identity, warm; \
         FINALIZED and STARTED are seen at the consumer by asking every 10 ms",
    );
    let mut figures = Figures::default();
    for bench in benches {
        let outcome = match bench {
            Bench::Negotiation => one_at_a_time(quantities).await.map(|told| figures.negotiation = Some(told)),
            Bench::Negotiations => in_flight(quantities).await.map(|told| figures.negotiations = Some(told)),
            Bench::Transfer => transfer(quantities).await.map(|told| figures.transfer = Some(told)),
            Bench::Catalog => catalogs(quantities).await.map(|told| figures.catalog = told),
            Bench::Tokens
            | Bench::Presentation
            | Bench::Dcp
            | Bench::Catalogs
            | Bench::Pull
            | Bench::Memory
            | Bench::Start
            | Bench::Policy => {
                continue;
            }
        };
        match outcome {
            Ok(()) => println!("EDC: {} measured", bench.name()),
            Err(failure) => report.failed(&format!("edc-{}", bench.name()), &failure),
        }
    }
    figures
}

async fn one_at_a_time(quantities: &Quantities) -> Result<String, Failure> {
    let edc = Edc::start(Profile::Memory).await?;
    edc.warm_up(1, quantities).await?;
    let told = edc.drive(&["-n", &quantities.edc.0.to_string(), "negotiate"]).await?;
    Ok(format!("{} {} ms", edc.profile.name(), figure(&told, "p50")?))
}

async fn in_flight(quantities: &Quantities) -> Result<String, Failure> {
    let edc = Edc::start(Profile::Memory).await?;
    edc.warm_up(1, quantities).await?;
    let count = quantities.edc.1.to_string();
    let mut parts = Vec::new();
    for open in ["8", "64"] {
        let told = edc.drive(&["-n", &count, "-c", open, "negotiate"]).await?;
        let (rate, failed) = (figure(&told, "rate")?, figure(&told, "err")?);
        parts.push(format!("{rate} /s with {open} in flight, {failed} of {count} failed"));
    }
    Ok(format!("{} {}", edc.profile.name(), parts.join("; ")))
}

async fn transfer(quantities: &Quantities) -> Result<String, Failure> {
    let edc = Edc::start(Profile::Pull).await?;
    edc.warm_up(1, quantities).await?;
    let count = quantities.edc.0.to_string();
    edc.drive(&["-n", &count, "transfer"]).await?;
    let told = edc.drive(&["-n", &count, "transfer"]).await?;
    Ok(format!("{} {} ms", edc.profile.name(), figure(&told, "p50")?))
}

/// A fresh pair for each size: its driver seeds from the first asset on.
async fn catalogs(quantities: &Quantities) -> Result<BTreeMap<usize, String>, Failure> {
    let mut figures = BTreeMap::new();
    for size in quantities.catalogs.iter().copied().filter(|size| *size <= LARGEST_CATALOG) {
        let edc = Edc::start(Profile::Memory).await?;
        edc.warm_up(size, quantities).await?;
        let count = quantities.pages.to_string();
        edc.drive(&["-n", &count, "catalog"]).await?;
        let told = edc.drive(&["-n", &count, "catalog"]).await?;
        figures.insert(size, format!("{} {} ms", edc.profile.name(), figure(&told, "p50")?));
    }
    Ok(figures)
}

/// Which libraries: the newest control plane, or the newest that resolves together with a data plane.
#[derive(Clone, Copy, Debug)]
enum Profile {
    Memory,
    Pull,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Memory => "EDC 0.15.1",
            Self::Pull => "EDC 0.14.0",
        }
    }

    fn maven(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Pull => "pull",
        }
    }
}

/// A provider and a consumer; dropping it kills both.
struct Edc {
    profile: Profile,
    peer: PathBuf,
    python: PathBuf,
    provider: u16,
    consumer: u16,
    _processes: [Child; 2],
    _folder: TempDir,
}

impl Edc {
    async fn start(profile: Profile) -> Result<Self, Failure> {
        let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/edc-peer");
        if !peer.join("pom.xml").is_file() {
            return Err(Failure::Unexpected("../shared/edc-peer is not beside the repository".to_owned()));
        }
        let java = debian::program("java", "openjdk-17-jdk-headless").await?;
        let libraries = libraries(&peer, profile).await?;
        let python = python().await?;
        let folder = TempDir::with_prefix("bench-edc-").map_err(Failure::io("folder for EDC"))?;
        let (provider, consumer) = (consecutive_ports()?, consecutive_ports()?);
        let start = async |name: &str, base: u16| {
            let file = folder.path().join(format!("{name}.properties"));
            let mut write = Command::new(&python);
            write.arg(peer.join("conf.py")).args([name, &base.to_string()]).arg(&file).arg("tuned");
            succeed(&mut write, "the configuration of EDC").await?;
            serve(&java, &libraries, &file, name).await
        };
        let processes = [start("provider", provider).await?, start("consumer", consumer).await?];
        Ok(Self { profile, peer, python, provider, consumer, _processes: processes, _folder: folder })
    }

    /// Publishes and negotiates until the code that is measured has been compiled.
    async fn warm_up(&self, assets: usize, quantities: &Quantities) -> Result<(), Failure> {
        self.drive(&["--assets", &assets.to_string(), "seed"]).await?;
        self.drive(&["-n", &quantities.edc.0.to_string(), "negotiate"]).await?;
        Ok(())
    }

    /// Runs the driver; what it printed.
    async fn drive(&self, arguments: &[&str]) -> Result<String, Failure> {
        let management = |base: u16| format!("http://localhost:{}/management", base + 3);
        let protocol = format!("http://localhost:{}/protocol/2025-1", self.provider + 4);
        let mut command = Command::new(&self.python);
        command.arg(self.peer.join("drive.py"));
        command.args(["--consumer", &management(self.consumer), "--provider", &management(self.provider)]);
        command.args(["--protocol", &protocol]).args(arguments);
        succeed(&mut command, "the driver of EDC").await
    }
}

/// Copies the libraries with Maven, once for each content of the POM.
async fn libraries(peer: &Path, profile: Profile) -> Result<PathBuf, Failure> {
    let pom = peer.join("pom.xml");
    let fingerprint = hex::encode(Sha256::digest(fs::read(&pom).map_err(Failure::io("POM of EDC"))?));
    let folder = cache()?.join(profile.maven());
    let mark = folder.join("copied-for");
    if fs::read_to_string(&mark).is_ok_and(|copied| copied == fingerprint) {
        return Ok(folder);
    }
    println!("copying the libraries of {} with Maven", profile.name());
    let mut maven = Command::new(debian::program("mvn", "maven").await?);
    maven.args(["-B", "-q", "-Dstyle.color=never", "-f"]).arg(&pom).arg(format!("-P{}", profile.maven()));
    maven.arg("dependency:copy-dependencies").arg(format!("-DoutputDirectory={}", folder.display()));
    succeed(&mut maven, "Maven").await?;
    fs::write(&mark, fingerprint).map_err(Failure::io("mark of the copy"))?;
    Ok(folder)
}

/// A Python that has the package `cryptography`: the system's, or one in an environment of ours.
async fn python() -> Result<PathBuf, Failure> {
    let system = debian::program("python3", "python3").await?;
    if succeed(Command::new(&system).args(["-c", "import cryptography"]), "python3").await.is_ok() {
        return Ok(system);
    }
    let environment = cache()?.join("python");
    let ours = environment.join("bin/python3");
    if !ours.is_file() {
        succeed(Command::new(&system).args(["-m", "venv"]).arg(&environment), "python3 -m venv").await?;
        succeed(Command::new(&ours).args(["-m", "pip", "install", "-q", "cryptography"]), "pip").await?;
    }
    Ok(ours)
}

fn cache() -> Result<PathBuf, Failure> {
    let home = std::env::home_dir().ok_or_else(|| Failure::Unexpected("there is no home directory".to_owned()))?;
    Ok(home.join(".cache/symbolon/edc-peer"))
}

/// Starts one connector and waits until it says that it is ready.
async fn serve(java: &Path, libraries: &Path, properties: &Path, name: &str) -> Result<Child, Failure> {
    let mut command = Command::new(java);
    command.arg(format!("-Dedc.fs.config={}", properties.display()));
    command.args(["-cp", &format!("{}/*", libraries.display()), MAIN]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(Failure::io("starting java"))?;
    let output = child.stdout.take().ok_or_else(|| Failure::Unexpected("java has no output".to_owned()))?;
    let mut lines = BufReader::new(output).lines();
    let mut printed = String::new();
    let ready = async {
        while let Ok(Some(line)) = lines.next_line().await {
            if line.contains(" ready") {
                return true;
            }
            printed.push_str(&line);
            printed.push('\n');
        }
        false
    };
    if !matches!(timeout(READY_WITHIN, ready).await, Ok(true)) {
        return Err(Failure::Unexpected(format!("EDC's {name} does not become ready:\n{printed}")));
    }
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(child)
}

/// Runs a command to its end; what it printed.
async fn succeed(command: &mut Command, what: &str) -> Result<String, Failure> {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let seconds = DRIVEN_WITHIN.as_secs();
    let output = timeout(DRIVEN_WITHIN, command.output())
        .await
        .map_err(|_| Failure::TimedOut { what: format!("the end of {what}"), seconds })?
        .map_err(Failure::io(what))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Unexpected(format!("{what} ended with {}:\n{printed}{complaint}", output.status)))
}

/// The first of [`PORTS`] ports in a row, the rest of which nobody uses.
fn consecutive_ports() -> Result<u16, Failure> {
    let mut first = ports::free().map_err(Failure::io("free port"))?;
    let mut last = first;
    while last - first < PORTS - 1 {
        let next = ports::free().map_err(Failure::io("free port"))?;
        if next != last + 1 {
            first = next;
        }
        last = next;
    }
    Ok(first)
}

/// `p50=241.3ms` or `rate=13.6/s` in the driver's last line: the number.
fn figure(told: &str, name: &str) -> Result<String, Failure> {
    let line = told.lines().last().unwrap_or_default();
    let value = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let number = value.map(|value| value.trim_end_matches(|c: char| !c.is_ascii_digit()).to_owned());
    number.ok_or_else(|| Failure::Unexpected(format!("the driver of EDC printed no {name}: {told}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_what_the_driver_prints() -> Result<(), Failure> {
        let told = "negotiate n=160 c=8 ok=155 err=5 p50=512.0ms p95=801.2ms rate=13.6/s {\"@id\": 1}\n";
        assert_eq!(figure(told, "p50")?, "512.0");
        assert_eq!(figure(told, "rate")?, "13.6");
        assert_eq!(figure(told, "err")?, "5");
        assert!(figure("", "p50").is_err());
        Ok(())
    }

    #[test]
    fn ports_in_a_row_are_free() -> Result<(), Failure> {
        let (one, other) = (consecutive_ports()?, consecutive_ports()?);
        assert!(one.abs_diff(other) >= PORTS);
        Ok(())
    }
}
