//! `symbolon init`: everything a connector needs before it first starts.

mod configuration;
mod identity;

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use url::Url;

use super::failure::Failure;
use super::output::Output;
use super::private_file;
use crate::authentication::{hash_key, new_key};

/// The configuration.
pub(super) const CONFIGURATION: &str = "symbolon.toml";
/// The key of the first administrator.
pub(super) const API_KEY: &str = "api.key";
const KEYSTORE: &str = "keystore.json";
const PASSPHRASE: &str = "keystore.passphrase";
const KEY_FILE: &str = "keystore.key";
/// Database, graph and what partners push.
pub(super) const DATA: &str = "data";
/// The folder that files may be published from.
pub(super) const PUBLISHED: &str = "files";
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  symbolon init --dir /var/lib/symbolon --name Plant-3 --public-url https://connector.plant-3.example
  symbolon init --dir /var/lib/symbolon --did web --public-url https://connector.plant-3.example
  symbolon init --dir ./trial --loopback     partners on this machine, plain HTTP

Nothing is overwritten: a folder that holds any of these files already is refused.")]
pub(super) struct Init {
    /// The folder to make
    #[arg(long, value_name = "FOLDER")]
    pub(super) dir: PathBuf,
    /// What people call this connector; the folder's name if absent
    #[arg(long)]
    pub(super) name: Option<String>,
    /// The URL that partners reach this connector by. Without it, it listens on this machine's loopback address alone
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<Url>,
    /// The port for partners
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub(super) public_port: u16,
    /// The port for operators, on the loopback address
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub(super) management_port: u16,
    /// Allow partners on this machine or a private network, and plain HTTP to them
    #[arg(long)]
    pub(super) loopback: bool,
    /// What partners know this connector by: key needs no infrastructure and keeps its one key forever; web is found at the
    /// public URL, and its keys can be replaced
    #[arg(long, value_name = "METHOD", value_enum, default_value_t = Method::Key)]
    pub(super) did: Method,
    /// Open the keystore with a file of random bytes instead of a passphrase
    #[arg(long)]
    pub(super) key_file: bool,
}

/// A DID method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Method {
    /// did:key
    #[default]
    Key,
    /// did:web
    Web,
}

/// What [`create`] made.
#[derive(Debug)]
pub(super) struct Created {
    /// The configuration file.
    pub(super) configuration: PathBuf,
    /// The DID of the keystore.
    pub(super) participant: String,
    /// The administrator's API key.
    pub(super) api_key: String,
}

pub(super) fn run(init: &Init, output: &Output) -> Result<(), Failure> {
    let created = create(init)?;
    let at = |name: &str| init.dir.join(name).display().to_string();
    output.say(format!("Created {}", created.configuration.display()));
    output.say(format!("  participant id   {}", created.participant));
    let opener = if init.key_file { KEY_FILE } else { PASSPHRASE };
    output.say(format!("  keystore         {} (opened by {})", at(KEYSTORE), at(opener)));
    output.say(format!("  published files  {}", at(PUBLISHED)));
    output.say(format!("  API key (admin)  {}", created.api_key));
    output.say(format!(
        "The API key is shown this once; {} holds it for you. The configuration keeps its hash.",
        at(API_KEY)
    ));
    if init.did == Method::Web {
        output.say("Partners find its DID document at the public URL once it runs.");
    }
    if init.public_url.is_none() {
        output.say("It listens on loopback. For partners elsewhere set [public] bind and url.");
    }
    output.say(format!("Start it with: symbolon serve --config {}", created.configuration.display()));
    output.record(&json!({
        "configuration": created.configuration,
        "participantId": created.participant,
        "keystore": at(KEYSTORE),
        "passphraseFile": (!init.key_file).then(|| at(PASSPHRASE)),
        "keyFile": init.key_file.then(|| at(KEY_FILE)),
        "apiKey": created.api_key,
        "apiKeyFile": at(API_KEY),
    }));
    Ok(())
}

/// Makes the folder and its files. If it fails, the files that it made are gone again.
///
/// # Errors
/// When a file is there already, the name cannot be used, or the operating system refuses.
pub(super) fn create(init: &Init) -> Result<Created, Failure> {
    let name = name_of(init)?;
    private_file::folder(&init.dir).map_err(Failure::file("make the folder", &init.dir))?;
    let (public, public_url) = public_listener(init)?;
    for file in [CONFIGURATION, KEYSTORE, PASSPHRASE, KEY_FILE, API_KEY] {
        let path = init.dir.join(file);
        if path.symlink_metadata().is_ok() {
            let why = "it is there already, and nothing is overwritten";
            return Err(Failure::machine(format!("cannot create {}", path.display()), why));
        }
    }
    for folder in [DATA, PUBLISHED] {
        let folder = init.dir.join(folder);
        private_file::folder(&folder).map_err(Failure::file("make the folder", &folder))?;
    }
    let mut drafts = Drafts::default();

    let keyring = identity::make(init, &public_url, &mut drafts)?;
    let api_key = new_key()?;
    drafts.write(&init.dir.join(API_KEY), &format!("{api_key}\n"))?;

    // Last, because a folder with a configuration is a complete one.
    let configuration = init.dir.join(CONFIGURATION);
    let settings = configuration::Settings {
        name: &name,
        data: DATA,
        published: PUBLISHED,
        public,
        public_url: &public_url,
        management: SocketAddr::from((Ipv4Addr::LOCALHOST, init.management_port)),
        key_hash: &hash_key(&api_key),
        did: keyring.did(),
        keystore: KEYSTORE,
        opener: if init.key_file { ("key_file", KEY_FILE) } else { ("passphrase_file", PASSPHRASE) },
        loopback: init.loopback,
    };
    drafts.write(&configuration, &settings.text())?;
    drafts.files.clear();
    Ok(Created { configuration, participant: keyring.did().to_owned(), api_key })
}

fn name_of(init: &Init) -> Result<String, Failure> {
    let folder = || init.dir.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = init.name.clone().or_else(folder).unwrap_or_else(|| "connector".to_owned());
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let why = format!("it needs 1 to {LONGEST_NAME} characters, without control characters");
        return Err(Failure::machine(format!("the name {name:?} cannot be used"), why));
    }
    Ok(name)
}

fn public_listener(init: &Init) -> Result<(SocketAddr, String), Failure> {
    let listener = |address: Ipv4Addr| SocketAddr::new(IpAddr::V4(address), init.public_port);
    let Some(url) = &init.public_url else {
        let address = listener(Ipv4Addr::LOCALHOST);
        return match (init.did, init.loopback) {
            (Method::Key, _) => Ok((address, format!("http://{address}"))),
            (Method::Web, true) => Ok((address, format!("http://localhost:{}", init.public_port))),
            (Method::Web, false) => {
                let why = "partners look for its document there; give --public-url, or --loopback for a trial";
                Err(Failure::machine("a did:web needs a public URL", why))
            }
        };
    };
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        let why = "it must be an http or https URL without query and fragment";
        return Err(Failure::machine(format!("the public URL {url} cannot be used"), why));
    }
    Ok((listener(Ipv4Addr::UNSPECIFIED), url.as_str().trim_end_matches('/').to_owned()))
}

/// Files that are removed again unless all of them could be made.
#[derive(Debug, Default)]
struct Drafts {
    files: Vec<PathBuf>,
}

impl Drafts {
    fn write(&mut self, path: &Path, content: &str) -> Result<(), Failure> {
        private_file::create(path, content.as_bytes()).map_err(Failure::file("create", path))?;
        self.files.push(path.to_owned());
        Ok(())
    }
}

impl Drop for Drafts {
    fn drop(&mut self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use symbolon_identity::KeyKind;
    use symbolon_identity::keystore::{self, KeyFile, Passphrase};
    use tempfile::TempDir;

    use super::*;
    use crate::config::{Config, Role};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn init(dir: &Path) -> Init {
        Init {
            dir: dir.to_owned(),
            name: Some("Plant \"3\" \\ Süd".to_owned()),
            public_url: None,
            public_port: 8080,
            management_port: 8081,
            loopback: false,
            did: Method::Key,
            key_file: false,
        }
    }

    #[test]
    fn the_configuration_is_accepted_and_fits_the_key() -> Outcome {
        let folder = TempDir::new()?;
        let home = folder.path().join("a/b");
        let created = create(&init(&home))?;
        let config = Config::load(&created.configuration)?;
        assert_eq!(config.name, "Plant \"3\" \\ Süd");
        assert_eq!(config.data_dir, home.join(DATA));
        assert_eq!(config.sources.folders, [home.join(PUBLISHED)]);
        assert_eq!(config.dsp_address(), "http://127.0.0.1:8080/dsp/2025-1");
        assert!(!config.outgoing.allow_http && !config.outgoing.allow_private);
        let [key] = config.management.keys.as_slice() else { return Err("one key was expected".into()) };
        assert_eq!((key.role, key.sha256.as_str()), (Role::Admin, hash_key(&created.api_key).as_str()));
        let kept = fs::read_to_string(home.join(API_KEY))?;
        assert_eq!(kept.trim_end(), created.api_key);
        let identity = config.identity;
        let (Some(path), Some(passphrase)) = (identity.keystore, identity.passphrase_file) else {
            return Err("a keystore with a passphrase file was expected".into());
        };
        let opened = keystore::open(&path, &Passphrase::from_file(&passphrase)?.into())?;
        assert_eq!(opened.did(), created.participant);
        assert_eq!(identity.did.as_deref(), Some(created.participant.as_str()));
        Ok(())
    }

    #[test]
    fn a_did_web_has_two_keys_and_a_key_file_opens_them() -> Outcome {
        let folder = TempDir::new()?;
        let created = create(&Init { did: Method::Web, loopback: true, key_file: true, ..init(folder.path()) })?;
        assert_eq!(created.participant, "did:web:localhost%3A8080");
        let config = Config::load(&created.configuration)?;
        assert_eq!((config.public_url(), config.did_web_http()), ("http://localhost:8080", true));
        let (Some(path), Some(key_file)) = (config.identity.keystore, config.identity.key_file) else {
            return Err("a keystore with a key file was expected".into());
        };
        let opened = keystore::open(&path, &KeyFile::read(&key_file)?.into())?;
        let kinds: Vec<_> = opened.held().iter().map(|held| held.key.kind()).collect();
        assert_eq!(kinds, [KeyKind::P256, KeyKind::Ed25519]);
        assert!(!folder.path().join(PASSPHRASE).exists());
        Ok(())
    }

    #[test]
    fn a_did_web_without_a_public_url_is_refused() -> Outcome {
        let folder = TempDir::new()?;
        assert!(create(&Init { did: Method::Web, ..init(folder.path()) }).is_err());
        assert_eq!(fs::read_dir(folder.path())?.count(), 0);
        Ok(())
    }

    #[test]
    fn the_api_key_is_not_in_the_configuration() -> Outcome {
        let folder = TempDir::new()?;
        let created = create(&init(folder.path()))?;
        assert!(!fs::read_to_string(&created.configuration)?.contains(&created.api_key));
        Ok(())
    }

    #[test]
    fn files_belong_to_their_owner_alone() -> Outcome {
        let folder = TempDir::new()?;
        let home = folder.path().join("home");
        create(&init(&home))?;
        let mode = |path: PathBuf| fs::metadata(path).map(|found| found.permissions().mode() & 0o777);
        for file in [CONFIGURATION, KEYSTORE, PASSPHRASE, API_KEY] {
            assert_eq!(mode(home.join(file))?, 0o600, "{file}");
        }
        for folder in [home.clone(), home.join(DATA), home.join(PUBLISHED)] {
            assert_eq!(mode(folder)?, 0o700);
        }
        Ok(())
    }

    #[test]
    fn nothing_is_overwritten() -> Outcome {
        for file in [CONFIGURATION, KEYSTORE, PASSPHRASE, KEY_FILE, API_KEY] {
            let folder = TempDir::new()?;
            fs::write(folder.path().join(file), "mine")?;
            let Err(refusal) = create(&init(folder.path())) else { return Err("a refusal was expected".into()) };
            assert!(refusal.to_string().contains(file), "{refusal}");
            assert_eq!(fs::read_to_string(folder.path().join(file))?, "mine");
            assert_eq!(fs::read_dir(folder.path())?.count(), 1, "nothing else was made beside {file}");
        }
        Ok(())
    }

    #[test]
    fn a_public_url_opens_the_listener_to_other_machines() -> Outcome {
        let folder = TempDir::new()?;
        let url = Some(Url::parse("https://connector.example/")?);
        let created = create(&Init { public_url: url, loopback: true, public_port: 9000, ..init(folder.path()) })?;
        let config = Config::load(&created.configuration)?;
        assert_eq!(config.public.bind.to_string(), "0.0.0.0:9000");
        assert_eq!(config.dsp_address(), "https://connector.example/dsp/2025-1");
        assert!(config.management.bind.ip().is_loopback());
        assert!(config.outgoing.allow_http && config.outgoing.allow_private);
        Ok(())
    }

    #[test]
    fn a_name_with_a_line_break_is_refused() -> Outcome {
        let folder = TempDir::new()?;
        for name in ["", "  ", "a\nb"] {
            assert!(create(&Init { name: Some(name.to_owned()), ..init(folder.path()) }).is_err(), "{name:?}");
        }
        Ok(())
    }
}
