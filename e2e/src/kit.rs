//! The official kits: built by Maven, configured by properties, run as Java processes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use crate::Failure;

const SUITE_WITHIN: Duration = Duration::from_secs(600);

/// How a run of a kit ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `DSP TCK: N passed, M failed`, or the like.
    pub line: String,
    /// All that had to run ran, and passed unless its failure is expected.
    pub green: bool,
}

/// A kit's configuration: Java properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(BTreeMap<String, String>);

impl Properties {
    /// The members that all kits have: they listen on `port` of the loopback address, are reached by `host`, and print a line for
    /// each test.
    pub fn new(host: &str, port: u16) -> Self {
        let mut properties = Self::default();
        properties.set("dataspacetck.debug", "true");
        properties.set("dataspacetck.host", "127.0.0.1");
        properties.set("dataspacetck.port", port.to_string());
        properties.set("dataspacetck.callback.address", format!("http://{host}:{port}"));
        properties
    }

    /// Sets a property. Values hold no line break and no backslash, which a Java properties file would want escaped.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As a properties file.
    pub fn text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, (key, value)| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{key}={value}");
            text
        })
    }
}

/// A kit that can be run.
#[derive(Clone, Debug)]
pub struct Kit {
    class_path: String,
    /// What java starts: a compiled class, or a source file that it compiles on its way.
    main: OsString,
}

impl Kit {
    /// The Maven module `e2e/kits/{name}` with its one class `symbolon.kit.{class}`; built if its sources changed since it was
    /// built last.
    ///
    /// # Errors
    /// When Maven is missing or fails.
    pub async fn build(name: &str, class: &str) -> Result<Self, Failure> {
        let folder = build(name, class).await?;
        let class_path = format!("{0}/classes:{0}/lib/*", folder.display());
        Ok(Self { class_path, main: format!("symbolon.kit.{class}").into() })
    }

    /// The same class with other jars, which need neither Maven nor a registry.
    pub fn with_jars(name: &str, class: &str, jars: &Path) -> Self {
        Self { class_path: format!("{}/*", jars.display()), main: source(name).join(file(class)).into() }
    }

    /// Runs it to its end, and prints a line for each test as it ends. `word` picks tests by their display name.
    ///
    /// # Errors
    /// When java is missing, or the kit does not end in time; what it printed until then is shown.
    pub async fn run(&self, properties: &Properties, word: Option<&str>) -> Result<Ended, Failure> {
        let file = NamedTempFile::with_suffix(".properties").map_err(Failure::io("properties file"))?;
        fs::write(file.path(), properties.text()).map_err(Failure::io("properties file"))?;
        let mut command = Command::new("java");
        command.args(["-cp", &self.class_path]).arg(&self.main).arg(file.path()).args(word);
        let mut output = String::new();
        let ended = timeout(SUITE_WITHIN, follow(command, &mut output)).await;
        let seconds = SUITE_WITHIN.as_secs();
        let ended = ended.unwrap_or_else(|_| Err(Failure::TimedOut { what: "the end of the kit".to_owned(), seconds }));
        match ended {
            Ok(success) => Ok(Ended { output, success }),
            Err(failure) => {
                eprintln!("--- output of the kit\n{output}");
                Err(failure)
            }
        }
    }
}

/// A run of a kit that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Everything it printed.
    pub output: String,
    /// Whether its status was 0.
    pub success: bool,
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
async fn build(name: &str, class: &str) -> Result<PathBuf, Failure> {
    let source = source(name);
    let build = cache()?.join(format!("kit-{name}"));
    let fingerprint = fingerprint(&source, class)?;
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

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kits").join(name)
}

fn file(class: &str) -> PathBuf {
    Path::new("src/main/java/symbolon/kit").join(class).with_extension("java")
}

fn fingerprint(source: &Path, class: &str) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    for file in [PathBuf::from("pom.xml"), file(class)] {
        hash.update(fs::read(source.join(&file)).map_err(Failure::io(format!("{} of the kit", file.display())))?);
    }
    Ok(hex::encode(hash.finalize()))
}

/// What a program does that runs a kit: takes its arguments `[--local] [WORD]`, prints the verdict's line, and ends with status 0
/// if it is green.
pub async fn main(
    name: &str,
    run: impl AsyncFnOnce(Option<&str>) -> Result<Verdict, Failure>,
    run_locally: impl AsyncFnOnce(Option<&str>) -> Result<Verdict, Failure>,
) -> ExitCode {
    let (flags, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let word = words.first().map(String::as_str);
    let run = async {
        match flags.first().map(String::as_str) {
            None => run(word).await,
            Some("--local") => run_locally(word).await,
            Some(other) => Err(Failure::Unexpected(format!("unknown option {other}; usage: {name} [--local] [WORD]"))),
        }
    };
    // Leaving `run` drops and so kills the processes it started.
    let outcome = tokio::select! {
        outcome = run => outcome,
        failure = interrupted() => Err(failure),
    };
    match outcome {
        Ok(verdict) => {
            println!("{}", verdict.line);
            if verdict.green { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("{name}: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn interrupted() -> Failure {
    let wait = async |kind| match signal(kind) {
        Ok(mut signals) => signals.recv().await,
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        _ = wait(SignalKind::interrupt()) => {},
        _ = wait(SignalKind::terminate()) => {},
    }
    Failure::Unexpected("interrupted".to_owned())
}
