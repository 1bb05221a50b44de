//! A connector as a process of its own, for tests, kits and benchmarks.
//!
//! ```no_run
//! # async fn example() -> Result<(), symbolon_e2e::Failure> {
//! use symbolon_e2e::connector::{Config, Connector};
//!
//! let supplier = Connector::start(Config::new("supplier")).await?;
//! let oem = Connector::start(Config::new("oem").relaxed()).await?;
//! oem.meet(&supplier).await?;
//! let catalog = oem.management().post("catalog", &serde_json::json!({"partner": supplier.participant()})).await?;
//! # Ok(()) }
//! ```

mod events;
mod management;
mod operating;
mod process;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::time::timeout;

pub use self::events::{Event, Events};
pub use self::management::{Management, http_client, segment};
pub use self::operating::{Offered, odrl};
use self::process::Running;
use crate::{Failure, ports};

/// The API key of the administrator in every connector started here.
const KEY: &str = "e2e-administrator-key";
/// The lines of the log that are shown when a test fails.
const LOG_TAIL: usize = 200;
/// What a connector does by itself takes milliseconds; a test that waits this long has failed.
const HAPPENS_WITHIN: Duration = Duration::from_secs(60);

/// What a connector under test is to be. Everything not said is the product's default, except that partners on loopback over
/// plain HTTP are allowed.
#[derive(Clone, Debug)]
pub struct Config {
    name: String,
    members: Vec<(String, String)>,
    keys: Vec<(String, String)>,
    web: bool,
    vault: bool,
}

impl Config {
    /// A connector with a did:key of its own and full durability.
    pub fn new(name: impl Into<String>) -> Self {
        let config = Self { name: name.into(), members: Vec::new(), keys: Vec::new(), web: false, vault: false };
        config.set("outgoing.allow_http", "true").set("outgoing.allow_private", "true")
    }

    /// Mock identity: the connector claims to be `participant`, and believes what others claim.
    #[must_use]
    pub fn mock(self, participant: &str) -> Self {
        self.set("identity.mode", "mock").set("identity.participant", participant)
    }

    /// A did:web identity, which the connector serves itself: `did:web:localhost%3A<port>`, over plain HTTP.
    #[must_use]
    pub fn web(self) -> Self {
        Self { web: true, ..self }
    }

    /// Its keys are in this vault, at this path; what opens the vault is in `token_file`. They are made at the first start.
    #[must_use]
    pub fn vault(self, address: &str, path: &str, token_file: &Path) -> Self {
        let token_file = token_file.display().to_string();
        let config = self.set("identity.vault.address", address).set("identity.vault.path", path);
        Self {
            vault: true,
            ..config.set("identity.vault.token_file", &token_file).set("identity.vault.create", "true")
        }
    }

    /// Commits are not flushed to the disk one by one.
    #[must_use]
    pub fn relaxed(self) -> Self {
        self.set("storage.durability", "relaxed")
    }

    /// Another API key beside the administrator's, with a role such as `viewer`.
    #[must_use]
    pub fn key(mut self, role: &str, key: &str) -> Self {
        self.keys.push((role.to_owned(), key.to_owned()));
        self
    }

    /// Sets a member of the configuration file, such as `limits.catalog_page`.
    #[must_use]
    pub fn set(mut self, member: &str, value: &str) -> Self {
        self.members.push((member.to_owned(), value.to_owned()));
        self
    }
}

/// A connector with its folder and ports. Dropping it kills the process and removes the folder; if that happens while a test
/// panics, the end of its log is printed.
#[derive(Debug)]
pub struct Connector {
    name: String,
    folder: TempDir,
    environment: Vec<(OsString, OsString)>,
    public_url: String,
    management_url: String,
    management: Management,
    running: Option<Running>,
    participant: String,
}

impl Connector {
    /// Initialises a fresh connector in a temporary folder, starts it and returns when it is ready.
    ///
    /// # Errors
    /// When the binary is missing, refuses to start or is not ready in time; the message carries the end of its log.
    pub async fn start(config: Config) -> Result<Self, Failure> {
        let folder =
            TempDir::with_prefix(format!("symbolon-{}-", config.name)).map_err(Failure::io("temporary folder"))?;
        let [public, management] = [ports::free(), ports::free()].map(|port| port.map_err(Failure::io("free port")));
        let (port, management) = (public?, format!("127.0.0.1:{}", management?));
        let public = format!("127.0.0.1:{port}");
        // The method has names for hosts, not for addresses.
        let public_url = if config.web { format!("http://localhost:{port}") } else { format!("http://{public}") };
        let management_url = format!("http://{management}");
        let mut connector = Self {
            environment: environment(&config, &public, &public_url, &management),
            management: Management::new(format!("{management_url}/api/v1"), KEY)?,
            name: config.name.clone(),
            folder,
            public_url,
            management_url,
            running: None,
            participant: String::new(),
        };
        let home = connector.home();
        let mut arguments: Vec<&OsStr> = vec!["init".as_ref(), "--dir".as_ref(), home.as_os_str(), "--name".as_ref()];
        arguments.push(connector.name.as_ref());
        if config.web {
            arguments.extend(["--did", "web", "--public-url", &connector.public_url].map(OsStr::new));
        }
        connector.run(arguments).await?;
        if config.vault {
            connector.forget_keystore()?;
        }
        connector.restart().await?;
        connector.participant = text(&connector.management.get("info").await?, "participantId");
        Ok(connector)
    }

    /// Starts the process again on the same folder and ports, after [`Connector::kill`] or [`Connector::stop`] or instead of
    /// them: a process that still runs is killed first.
    ///
    /// # Errors
    /// As [`Connector::start`].
    pub async fn restart(&mut self) -> Result<(), Failure> {
        self.kill().await?;
        let configuration = self.home().join("symbolon.toml");
        let arguments = ["serve".as_ref(), "--config".as_ref(), configuration.as_os_str()];
        let running = process::serve(&self.name, &arguments, &self.environment, &self.log_file()).await?;
        self.running = Some(running);
        Ok(())
    }

    /// Ends the process with SIGKILL, as a power failure would. Does nothing if it does not run.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub async fn kill(&mut self) -> Result<(), Failure> {
        match self.running.take() {
            Some(running) => running.kill().await,
            None => Ok(()),
        }
    }

    /// Asks the process to end (SIGTERM) and waits until it has. `None` if it did not run.
    ///
    /// # Errors
    /// `TimedOut` when it does not end; it is killed then.
    pub async fn stop(&mut self) -> Result<Option<ExitStatus>, Failure> {
        match self.running.take() {
            Some(running) => running.stop().await.map(Some),
            None => Ok(None),
        }
    }

    /// Runs another command of the binary (`verify`, `reindex`, …) with this connector's environment, to its end.
    ///
    /// # Errors
    /// `Unexpected` with what it printed when it does not end with status 0.
    pub async fn run(&self, arguments: impl IntoIterator<Item = &std::ffi::OsStr>) -> Result<String, Failure> {
        process::run(arguments, &self.environment).await
    }

    /// Makes the other connector a partner of this one.
    ///
    /// # Errors
    /// As [`Management::put`].
    pub async fn meet(&self, other: &Self) -> Result<Value, Failure> {
        self.knows(other, json!({})).await
    }

    /// Enters the other one among the partners, with facts about it: operand → values.
    ///
    /// # Errors
    /// As [`Management::put`].
    pub async fn knows(&self, other: &Self, claims: Value) -> Result<Value, Failure> {
        let partner = json!({"name": other.name, "dspAddress": other.dsp_address(), "claims": claims});
        self.management.put(&format!("partners/{}", segment(&other.participant)), &partner).await
    }

    /// Waits until an event of this kind about this process or thing is in the event log, and returns it. What happened
    /// before the call counts.
    ///
    /// # Errors
    /// `TimedOut` when it does not happen within a minute, otherwise as [`Events::next`].
    pub async fn happened(&self, kind: &str, subject: &str) -> Result<Event, Failure> {
        self.happened_times(kind, subject, 1).await
    }

    /// As [`Connector::happened`], for the event that is the `times`-th of its kind about this subject.
    ///
    /// # Errors
    /// As [`Connector::happened`].
    pub async fn happened_times(&self, kind: &str, subject: &str, times: usize) -> Result<Event, Failure> {
        let mut events = self.management.events(0).await?;
        let mut seen = Vec::new();
        let search = async {
            let mut left = times;
            loop {
                let event = events.next().await?;
                if event.subject() != subject {
                    continue;
                }
                seen.push(event.kind.clone());
                left -= usize::from(event.kind == kind);
                if left == 0 {
                    return Ok(event);
                }
            }
        };
        match timeout(HAPPENS_WITHIN, search).await {
            Ok(found) => found,
            Err(_) => {
                let what = format!("{kind} ({times}) about {subject} at {}, where happened {seen:?},", self.name);
                Err(Failure::TimedOut { what, seconds: HAPPENS_WITHIN.as_secs() })
            }
        }
    }

    /// A client of the management API with the administrator's key.
    pub fn management(&self) -> &Management {
        &self.management
    }

    /// The participant id that partners know it by.
    pub fn participant(&self) -> &str {
        &self.participant
    }

    /// The root of the listener for partners, without trailing slash.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The root of the listener for operators, without trailing slash.
    pub fn management_url(&self) -> &str {
        &self.management_url
    }

    /// The base of its Dataspace Protocol 2025-1 endpoints, without trailing slash.
    pub fn dsp_address(&self) -> String {
        format!("{}/dsp/2025-1", self.public_url)
    }

    /// The folder with its configuration and data.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().and_then(Running::pid)
    }

    /// The last lines of what it logged since it was first started.
    pub fn log_tail(&self) -> String {
        process::tail(&self.log_file(), LOG_TAIL)
    }

    /// All that it logged since it was first started.
    pub fn log(&self) -> String {
        process::tail(&self.log_file(), usize::MAX)
    }

    /// Takes the keystore out of the configuration, as somebody does who moves to a vault.
    fn forget_keystore(&self) -> Result<(), Failure> {
        let file = self.home().join("symbolon.toml");
        let text = fs::read_to_string(&file).map_err(Failure::io("configuration"))?;
        let ours = |line: &&str| !line.starts_with("keystore =") && !line.starts_with("passphrase_file =");
        let kept: Vec<&str> = text.lines().filter(ours).collect();
        fs::write(&file, kept.join("\n")).map_err(Failure::io("configuration"))
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Connector {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.end();
        }
        if thread::panicking() {
            eprintln!("--- log of connector {}\n{}", self.name, self.log_tail());
        }
    }
}

/// The binary under test: `SYMBOLON_BIN`, otherwise the one in the target folder that the running executable is in.
///
/// # Errors
/// `Unexpected` saying how to build it.
pub fn binary() -> Result<PathBuf, Failure> {
    if let Some(path) = std::env::var_os("SYMBOLON_BIN") {
        return Ok(path.into());
    }
    let here = std::env::current_exe().map_err(Failure::io("path of the running executable"))?;
    let beside = here.ancestors().skip(1).take(3).map(|folder| folder.join("symbolon")).find(|path| path.is_file());
    beside.ok_or_else(|| {
        let folder = here.parent().unwrap_or(Path::new(".")).display();
        Failure::Unexpected(format!(
            "no binary `symbolon` in or above {folder}: build it with the same profile or set SYMBOLON_BIN"
        ))
    })
}

/// The configuration as environment variables, which win over the file that `symbolon init` wrote.
fn environment(config: &Config, public: &str, public_url: &str, management: &str) -> Vec<(OsString, OsString)> {
    let mut keys = vec![format!(r#"{{name="e2e",role="admin",sha256="{}"}}"#, hash(KEY))];
    keys.extend(
        config.keys.iter().map(|(role, key)| format!(r#"{{name="{role}",role="{role}",sha256="{}"}}"#, hash(key))),
    );
    let ours = [
        ("public.bind".to_owned(), public.to_owned()),
        ("public.url".to_owned(), public_url.to_owned()),
        ("management.bind".to_owned(), management.to_owned()),
        ("management.keys".to_owned(), format!("[{}]", keys.join(","))),
    ];
    let host = public_url.trim_start_matches("http://").replace(':', "%3A");
    let did = config.web.then(|| ("identity.did".to_owned(), format!("did:web:{host}")));
    let members = ours.into_iter().chain(did).chain(config.members.iter().cloned());
    members.map(|(member, value)| (variable(&member), value.into())).collect()
}

fn hash(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}

/// `limits.catalog_page` is `SYMBOLON__LIMITS__CATALOG_PAGE`.
fn variable(member: &str) -> OsString {
    format!("SYMBOLON__{}", member.replace('.', "__").to_uppercase()).into()
}

fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_becomes_variables() {
        let config = Config::new("x").mock("P").relaxed();
        let environment = environment(&config, "127.0.0.1:1", "http://127.0.0.1:1", "127.0.0.1:2");
        let value = |name: &str| environment.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.to_str());
        assert_eq!(value("SYMBOLON__PUBLIC__URL"), Some("http://127.0.0.1:1"));
        assert_eq!(value("SYMBOLON__MANAGEMENT__BIND"), Some("127.0.0.1:2"));
        assert_eq!(value("SYMBOLON__IDENTITY__MODE"), Some("mock"));
        assert_eq!(value("SYMBOLON__IDENTITY__PARTICIPANT"), Some("P"));
        assert_eq!(value("SYMBOLON__STORAGE__DURABILITY"), Some("relaxed"));
        assert_eq!(value("SYMBOLON__OUTGOING__ALLOW_HTTP"), Some("true"));
        assert_eq!(value("SYMBOLON__IDENTITY__DID"), None);
    }

    #[test]
    fn a_web_identity_names_the_port() {
        let config = Config::new("x").web();
        let environment = environment(&config, "127.0.0.1:1", "http://localhost:1", "127.0.0.1:2");
        assert!(environment.contains(&("SYMBOLON__IDENTITY__DID".into(), "did:web:localhost%3A1".into())));
        assert!(environment.contains(&("SYMBOLON__PUBLIC__URL".into(), "http://localhost:1".into())));
    }
}
