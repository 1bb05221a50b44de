//! Building the kit with Maven and running it as a Java process.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use super::script::{CATALOG, NEGOTIATIONS_CONSUMER, NEGOTIATIONS_PROVIDER, TRANSFERS_CONSUMER, TRANSFERS_PROVIDER};
use super::{FORMAT, KIT, UNDER_TEST, seed};
use crate::Failure;
use crate::connector::Connector;

const MAIN: &str = "symbolon.kit.DspKit";
/// Seconds that the kit waits for a message or state.
const KIT_WAIT: &str = "15";
const SUITE_WITHIN: Duration = Duration::from_secs(600);

/// How a run of the kit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `DSP TCK: N passed, M failed`.
    pub line: String,
    /// All that had to run ran and passed.
    pub green: bool,
}

/// The kit's configuration.
pub(super) struct Properties(BTreeMap<String, String>);

impl Properties {
    pub(super) fn new(connector: &Connector, trigger: &SocketAddr, kit_port: u16) -> Self {
        let mut properties = Self::local(kit_port);
        let authorization = json!({"region": "any", "audience": UNDER_TEST, "clientId": KIT});
        properties.set("dataspacetck.dsp.local.connector", "false");
        properties.set("dataspacetck.dsp.connector.agent.id", UNDER_TEST);
        properties.set("dataspacetck.dsp.connector.http.url", connector.dsp_address());
        properties.set("dataspacetck.dsp.connector.http.base.url", connector.public_url());
        properties.set("dataspacetck.dsp.connector.http.headers.authorization", authorization.to_string());
        properties.set("dataspacetck.dsp.connector.negotiation.initiate.url", format!("http://{trigger}/negotiations"));
        properties.set("dataspacetck.dsp.connector.transfer.initiate.url", format!("http://{trigger}/transfers"));
        properties.tests();
        properties
    }

    pub(super) fn local(kit_port: u16) -> Self {
        let mut properties = Self(BTreeMap::new());
        properties.set("dataspacetck.debug", "true");
        properties.set("dataspacetck.dsp.local.connector", "true");
        properties.set("dataspacetck.dsp.default.wait", KIT_WAIT);
        properties.set("dataspacetck.host", "127.0.0.1");
        properties.set("dataspacetck.port", kit_port.to_string());
        properties.set("dataspacetck.callback.address", format!("http://127.0.0.1:{kit_port}"));
        properties
    }

    fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key.to_owned(), value.into());
    }

    fn tests(&mut self) {
        for (test, dataset) in CATALOG {
            self.set(&format!("{test}_DATASETID"), dataset);
        }
        for row in NEGOTIATIONS_PROVIDER.iter().chain(&NEGOTIATIONS_CONSUMER) {
            self.set(&format!("{}_DATASETID", row.test), row.id);
        }
        for row in &NEGOTIATIONS_PROVIDER {
            self.set(&format!("{}_OFFERID", row.test), seed::offer_id(row.id));
        }
        for row in TRANSFERS_PROVIDER.iter().chain(&TRANSFERS_CONSUMER) {
            self.set(&format!("{}_AGREEMENTID", row.test), row.id);
            self.set(&format!("{}_FORMAT", row.test), FORMAT);
        }
    }

    /// No value here holds a line break or a backslash, which a Java properties file would want escaped.
    fn text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, (key, value)| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key}={value}");
            text
        })
    }
}

/// Builds the kit if its sources changed, runs it, prints a line for each test as it ends, and everything if one failed.
pub(super) async fn run(properties: &Properties, word: Option<&str>) -> Result<Verdict, Failure> {
    let build = build().await?;
    let file = NamedTempFile::with_suffix(".properties").map_err(Failure::io("properties file"))?;
    fs::write(file.path(), properties.text()).map_err(Failure::io("properties file"))?;
    let class_path = format!("{0}/classes:{0}/lib/*", build.display());
    let mut command = Command::new("java");
    command.args(["-cp", &class_path, MAIN]).arg(file.path()).args(word);
    let mut output = String::new();
    let ended = timeout(SUITE_WITHIN, follow(command, &mut output)).await;
    let seconds = SUITE_WITHIN.as_secs();
    let ended = ended.unwrap_or_else(|_| Err(Failure::TimedOut { what: "the end of the kit".to_owned(), seconds }));
    let line = output.lines().rev().find(|line| line.starts_with("DSP TCK:")).map(str::to_owned);
    match (ended, line) {
        (Ok(true), Some(line)) => Ok(Verdict { line, green: true }),
        (Ok(false), Some(line)) => {
            eprintln!("--- output of the kit\n{output}");
            Ok(Verdict { line, green: false })
        }
        (Ok(_), None) => Err(Failure::Unexpected(format!("the kit ended without a verdict:\n{output}"))),
        (Err(failure), _) => {
            eprintln!("--- output of the kit\n{output}");
            Err(failure)
        }
    }
}

/// Runs the kit to its end; true if it ended with status 0. What it prints is collected in `output`.
async fn follow(mut command: Command, output: &mut String) -> Result<bool, Failure> {
    let complaints = NamedTempFile::new().map_err(Failure::io("file for the kit's complaints"))?;
    let errors = complaints.reopen().map_err(Failure::io("file for the kit's complaints"))?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).kill_on_drop(true);
    let mut child = command.spawn().map_err(Failure::io("starting java (JDK 17 is needed)"))?;
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await.map_err(Failure::io("output of the kit"))? {
            if ["SUCCESSFUL: ", "FAILED: ", "REASON: "].iter().any(|word| line.contains(word)) {
                println!("{line}");
            }
            output.push_str(&line);
            output.push('\n');
        }
    }
    let status = child.wait().await.map_err(Failure::io("end of the kit"))?;
    output.push_str(&fs::read_to_string(complaints.path()).unwrap_or_default());
    Ok(status.success())
}

/// The folder with the classes and jars, built by Maven when its sources differ from the ones it was built from.
async fn build() -> Result<PathBuf, Failure> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("kits/dsp");
    let build = cache()?.join("kit-dsp");
    let fingerprint = fingerprint(&source)?;
    let mark = build.join("built-from");
    if fs::read_to_string(&mark).is_ok_and(|built| built == fingerprint) {
        return Ok(build);
    }
    println!("building the kit with Maven");
    let status = Command::new("mvn")
        .args(["-B", "-q", "-Dstyle.color=never", "compile", "-f"])
        .arg(source.join("pom.xml"))
        .arg(format!("-Dkit.build={}", build.display()))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .status()
        .await
        .map_err(Failure::io("starting mvn (Maven 3.8 or newer is needed)"))?;
    if !status.success() {
        return Err(Failure::Unexpected(format!("Maven could not build the kit: {status}")));
    }
    fs::write(&mark, fingerprint).map_err(Failure::io("mark of the build"))?;
    Ok(build)
}

fn cache() -> Result<PathBuf, Failure> {
    let home = std::env::home_dir().ok_or_else(|| Failure::Unexpected("there is no home directory".to_owned()))?;
    Ok(home.join(".cache/symbolon"))
}

fn fingerprint(source: &Path) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    for file in ["pom.xml", "src/main/java/symbolon/kit/DspKit.java"] {
        hash.update(fs::read(source.join(file)).map_err(Failure::io(format!("{file} of the kit")))?);
    }
    Ok(hex::encode(hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_is_configured() {
        let mut properties = Properties::local(1);
        let before = properties.0.len();
        properties.tests();
        assert_eq!(properties.0.len() - before, 3 + 15 + 16 + 15 + 32 + 32);
        assert!(properties.text().contains("\nCN_01_02_OFFERID=CD123:ACN0102:456\n"));
        assert!(properties.text().contains("\nTP_C_01_05_AGREEMENTID=ATPC0105\n"));
    }
}
