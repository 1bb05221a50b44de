//! The configuration: one TOML file, each member of which an environment variable `SYMBOLON__SECTION__MEMBER` may
//! replace. Unknown members are refused. Relative paths count from the folder of the file.

mod identity;
mod management;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use serde::{Deserialize, Serialize};
use symbolon_data_plane::guard::AddressGuard;
use url::Url;

pub use self::identity::{Identity, KEY_OVERLAP_SECONDS, Mode, StsClient, Transit, Vault};
pub use self::management::{ApiKey, Management, OidcProvider, Role};
use crate::storage::Durability;

/// Statistics are kept at most this long.
const MOST_DAYS: u32 = 366;
/// Log lines that may be kept in memory, and their bytes.
const MOST_LINES: usize = 100_000;
const MOST_LINE_BYTES: usize = 256 << 20;

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// For people: shown in the UI and in the catalogue.
    pub name: String,
    /// Where the database, the graph and received files are kept.
    pub data_dir: PathBuf,
    /// The listener for partners.
    pub public: Public,
    /// The listener for operators.
    pub management: Management,
    /// Who we are.
    pub identity: Identity,
    /// How commits are kept.
    #[serde(default)]
    pub storage: Storage,
    /// Where we may connect to.
    #[serde(default)]
    pub outgoing: Outgoing,
    /// Where the data of assets may come from.
    #[serde(default)]
    pub sources: Sources,
    /// Bounds on what comes in.
    #[serde(default)]
    pub limits: Limits,
    /// Delivery of messages to partners.
    #[serde(default)]
    pub delivery: Delivery,
    /// How long what is over is kept.
    #[serde(default)]
    pub history: History,
    /// Kept catalogues of partners.
    #[serde(default)]
    pub catalogs: Catalogs,
    /// What is logged, and how.
    #[serde(default)]
    pub log: Log,
    /// What is counted.
    #[serde(default)]
    pub statistics: Statistics,
}

/// The listener for partners: `/dsp`, `/.well-known`, `/data`, `/identity`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Public {
    /// Address to listen on.
    pub bind: SocketAddr,
    /// The URL partners reach it by, without a trailing slash.
    pub url: Url,
}

/// How commits are kept.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// `full` or `relaxed`.
    pub durability: Durability,
}

/// Where the data of assets may come from. Assets are named by our own operators, so machines on our own network are
/// allowed unless told otherwise.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sources {
    /// Plain HTTP.
    pub allow_http: bool,
    /// Loopback and private addresses.
    pub allow_private: bool,
    /// Hosts allowed even where their addresses are not public.
    pub allow_hosts: Vec<String>,
    /// Hosts that are never contacted.
    pub deny_hosts: Vec<String>,
    /// Folders from which files may be published; none: no files.
    pub folders: Vec<PathBuf>,
}

impl Default for Sources {
    fn default() -> Self {
        let (allow_hosts, deny_hosts, folders) = (Vec::new(), Vec::new(), Vec::new());
        Self { allow_http: true, allow_private: true, allow_hosts, deny_hosts, folders }
    }
}

impl Sources {
    /// As the guard of the data plane.
    pub fn guard(&self) -> AddressGuard {
        AddressGuard {
            allow_http: self.allow_http,
            allow_private: self.allow_private,
            allow_hosts: self.allow_hosts.clone(),
            deny_hosts: self.deny_hosts.clone(),
        }
    }
}

/// Where we may connect to when a partner names the address.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Outgoing {
    /// Plain HTTP, for machines on one's own network and for tests.
    pub allow_http: bool,
    /// Loopback, private and link-local addresses.
    pub allow_private: bool,
    /// Hosts allowed even where their addresses are not public: `partner.example`, `*.example`, `10.20.0.0/16`.
    pub allow_hosts: Vec<String>,
    /// Hosts that are never contacted.
    pub deny_hosts: Vec<String>,
    /// Time to connect, in seconds.
    pub connect_timeout_s: u64,
    /// Time for a whole message exchange with a partner, in seconds.
    pub request_timeout_s: u64,
}

impl Default for Outgoing {
    fn default() -> Self {
        let (allow_hosts, deny_hosts) = (Vec::new(), Vec::new());
        Self {
            allow_http: false,
            allow_private: false,
            allow_hosts,
            deny_hosts,
            connect_timeout_s: 5,
            request_timeout_s: 20,
        }
    }
}

impl Outgoing {
    /// As the guard of the client.
    pub fn guard(&self) -> AddressGuard {
        AddressGuard {
            allow_http: self.allow_http,
            allow_private: self.allow_private,
            allow_hosts: self.allow_hosts.clone(),
            deny_hosts: self.deny_hosts.clone(),
        }
    }
}

/// Bounds on what comes in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest protocol or management body, in bytes.
    pub body_bytes: usize,
    /// Datasets on a catalogue page.
    pub catalog_page: u32,
    /// Time for a request's head and body to arrive, in seconds.
    pub request_seconds: u64,
    /// Largest file a partner may push to us, in bytes.
    pub push_bytes: u64,
    /// Connections per listener.
    pub connections: usize,
    /// Life of a data access token, in seconds.
    pub token_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            catalog_page: 50,
            request_seconds: 30,
            push_bytes: 64 << 30,
            connections: 4096,
            token_seconds: 600,
        }
    }
}

/// Delivery of messages to partners.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// Messages under way to one partner at once.
    pub per_partner: usize,
    /// Wait after the first failure, in milliseconds; doubles up to `longest_wait_s`, with jitter.
    pub first_wait_ms: u64,
    /// Longest wait between two attempts, in seconds.
    pub longest_wait_s: u64,
    /// A message that could not be delivered for this long ends its process, in hours.
    pub give_up_after_h: u64,
}

impl Default for Delivery {
    fn default() -> Self {
        Self { per_partner: 32, first_wait_ms: 200, longest_wait_s: 60, give_up_after_h: 72 }
    }
}

/// How long what is over is kept, in days; 0: for ever. Agreements, and the messages that led to them, are kept for ever.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct History {
    /// Events, once every webhook has been told.
    pub events_days: u32,
    /// Recorded decisions on data requests.
    pub requests_days: u32,
    /// Transfers that are over, and negotiations that ended without an agreement, with their messages.
    pub processes_days: u32,
}

/// Kept catalogues of partners: what search looks through.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Catalogs {
    /// Each partner's catalogue is read anew after so many seconds; 0: only when an operator asks for it.
    pub every_s: u64,
    /// Datasets that are kept in all.
    pub most_datasets: usize,
    /// Datasets that are kept of one partner.
    pub most_per_partner: usize,
}

impl Default for Catalogs {
    fn default() -> Self {
        Self { every_s: 0, most_datasets: 250_000, most_per_partner: 100_000 }
    }
}

/// What is logged, and how.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// A filter such as `info` or `symbolon=debug,info`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
    /// How many of the newest lines are kept in memory for operators; 0: none.
    pub kept: usize,
    /// How much memory these lines may take, in bytes.
    pub kept_bytes: usize,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info,actix_server=warn".to_owned(), json: false, kept: 5_000, kept_bytes: 4 << 20 }
    }
}

/// What is counted.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Statistics {
    /// How long rolled-up statistics are kept, in days.
    pub kept_days: u32,
}

impl Default for Statistics {
    fn default() -> Self {
        Self { kept_days: 31 }
    }
}

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or an environment variable does not fit.
    #[error("configuration {path}: {detail}")]
    Unusable { path: String, detail: String },
    /// The members contradict each other or a rule.
    #[error("configuration {member}: {detail}")]
    Refused { member: &'static str, detail: String },
}

impl Config {
    /// Reads the file and the environment.
    ///
    /// # Errors
    /// When the file cannot be read, holds an unknown member or a wrong value, or breaks a rule.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let unusable = |detail: String| ConfigError::Unusable { path: path.display().to_string(), detail };
        if !path.is_file() {
            return Err(unusable("there is no such file; `symbolon init` makes one".to_owned()));
        }
        let figment = Figment::new().merge(Toml::file_exact(path)).merge(Env::prefixed("SYMBOLON__").split("__"));
        let mut config: Self = figment.extract().map_err(|e| unusable(e.to_string()))?;
        config.anchor(path.parent().unwrap_or(Path::new(".")));
        config.check()?;
        Ok(config)
    }

    fn anchor(&mut self, folder: &Path) {
        self.data_dir = folder.join(&self.data_dir);
        for allowed in &mut self.sources.folders {
            *allowed = folder.join(&*allowed);
        }
        self.management.anchor(folder);
        self.identity.anchor(folder);
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refused = |member, detail: &str| Err(ConfigError::Refused { member, detail: detail.to_owned() });
        if self.identity.mode == Mode::Mock
            && !(self.public.bind.ip().is_loopback() && self.management.bind.ip().is_loopback())
        {
            return refused(
                "identity.mode",
                "mock identity proves nothing; it starts only with both listeners on loopback",
            );
        }
        if self.public.bind == self.management.bind && self.public.bind.port() != 0 {
            return refused("management.bind", "partners and operators need two listeners");
        }
        if !matches!(self.public.url.scheme(), "http" | "https") || self.public.url.path().ends_with("//") {
            return refused("public.url", "give an http or https URL without a trailing slash");
        }
        if self.limits.catalog_page == 0 || self.limits.body_bytes < 1024 || self.delivery.per_partner == 0 {
            return refused("limits", "a limit is too small to work with");
        }
        if self.log.kept > MOST_LINES || self.log.kept_bytes > MOST_LINE_BYTES {
            return refused("log.kept", "at most 100,000 lines and 256 MiB of them are kept in memory");
        }
        if !(1..=MOST_DAYS).contains(&self.statistics.kept_days) {
            return refused("statistics.kept_days", "keep statistics for 1 to 366 days");
        }
        if self.catalogs.every_s > 0 && self.catalogs.every_s < 10 {
            return refused("catalogs.every_s", "partners are asked every 10 seconds at most; 0 is for never");
        }
        self.management.check()?;
        self.identity.check()
    }

    /// The URL partners reach us by, without a trailing slash.
    pub fn public_url(&self) -> &str {
        self.public.url.as_str().trim_end_matches('/')
    }

    /// The URL people reach the UI and the management API by, without a trailing slash.
    pub fn management_url(&self) -> String {
        self.management.url()
    }

    /// The base of our Dataspace Protocol 2025-1 endpoints.
    pub fn dsp_address(&self) -> String {
        format!("{}/dsp/2025-1", self.public_url())
    }

    /// The base of our credential service (DCP 1.0 §5).
    pub fn credential_service(&self) -> String {
        format!("{}/identity/credentials", self.public_url())
    }

    /// The base of our issuer (DCP 1.0 §6).
    pub fn issuer_service(&self) -> String {
        format!("{}/identity/issuer", self.public_url())
    }

    /// Whether documents of `did:web` are fetched over plain HTTP.
    pub fn did_web_http(&self) -> bool {
        let open = self.outgoing.allow_http && self.outgoing.allow_private;
        self.identity.did_web_http.unwrap_or(open)
    }
}
