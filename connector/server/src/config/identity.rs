//! `[identity]`: who we are, where our keys are, and how strictly others are checked.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use symbolon_identity::{Compatibility, did, token};
use url::{Host, Url};

use super::ConfigError;

/// How long replaced keys stay published unless told otherwise, in seconds: a year, the life of most credentials.
pub const KEY_OVERLAP_SECONDS: u64 = 365 * 24 * 3600;

/// Who we are.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// How partners and we prove who we are.
    pub mode: Mode,
    /// With mock identity: the participant id that we claim to be.
    pub participant: Option<String>,
    /// The DID that the keys have to belong to, such as `did:web:connector.example`. Absent: the one that they belong to.
    pub did: Option<String>,
    /// The encrypted file with our keys; absent where a vault has them.
    pub keystore: Option<PathBuf>,
    /// File that holds the keystore's passphrase. Without it and `key_file`, `SYMBOLON_KEYSTORE_PASSPHRASE` is read.
    pub passphrase_file: Option<PathBuf>,
    /// File with 32 random bytes that open the keystore in place of a passphrase.
    pub key_file: Option<PathBuf>,
    /// A vault that has our keys.
    pub vault: Option<Vault>,
    /// Difference of clocks that is allowed for, in seconds; at most 30.
    #[serde(default = "clock_skew")]
    pub clock_skew_s: u64,
    /// How long a partner's presentation counts at most, in seconds; 0: each message needs a new one.
    #[serde(default = "presentation_cache")]
    pub presentation_cache_s: u64,
    /// How long a status list is believed, in seconds: a revocation counts after this time at the latest.
    #[serde(default = "status_cache")]
    pub status_cache_s: u64,
    /// Whether documents of `did:web` are fetched over plain HTTP. Absent: where `[outgoing]` allows both plain HTTP and
    /// private addresses.
    pub did_web_http: Option<bool>,
    /// Further names for the scope alias that asks for credentials by type.
    #[serde(default)]
    pub type_scopes: Vec<String>,
    /// Leniency that some partners' wallets need; each switch is off unless named.
    #[serde(default)]
    pub compatibility: Compatibility,
    /// Programs that may have our token service issue tokens.
    #[serde(default)]
    pub sts_clients: Vec<StsClient>,
}

fn clock_skew() -> u64 {
    token::DEFAULT_SKEW.as_secs()
}

fn presentation_cache() -> u64 {
    3600
}

fn status_cache() -> u64 {
    300
}

/// How partners and we prove who we are.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A DID of our own; requests carry self-issued signed tokens (DCP 1.0).
    Did,
    /// Raw JSON in the Authorization header, for conformance kits and EDC's mock identity. Proves nothing: allowed only
    /// while every listener is on loopback.
    Mock,
}

/// A client of the token service. Only the hash of its secret is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StsClient {
    /// Its name: OAuth 2's `client_id`.
    pub id: String,
    /// SHA-256 of its secret, in hex.
    pub secret_sha256: String,
}

/// A HashiCorp Vault, or what speaks its HTTP API.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// Its address: https, or http on this machine.
    pub address: Url,
    /// File that holds the token. It is read for each request, so that an agent may renew it.
    pub token_file: PathBuf,
    /// Certificates (PEM) that the vault's own is checked with, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Namespace, where the vault has several.
    pub namespace: Option<String>,
    /// Where the KV store (version 2) is mounted.
    #[serde(default = "kv_mount")]
    pub mount: String,
    /// Path of our secret in the KV store. Its member `keystore` has our keys.
    pub path: String,
    /// Make keys at the first start, when there is no such secret yet.
    #[serde(default)]
    pub create: bool,
    /// Keys that never leave the vault; absent: they are in the secret.
    pub transit: Option<Transit>,
    /// Time for an answer, in seconds.
    #[serde(default = "vault_timeout")]
    pub timeout_s: u64,
}

/// Keys in the vault's transit engine.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Transit {
    /// Where the engine is mounted.
    #[serde(default = "transit_mount")]
    pub mount: String,
    /// Name of the key of type `ecdsa-p256` that signs tokens, presentations and credentials.
    pub p256: String,
    /// Name of the key of type `ed25519` that signs credentials and agreements.
    pub ed25519: String,
    /// How long an older version of a key stays published after a rotation, in seconds.
    #[serde(default = "overlap")]
    pub overlap_s: u64,
}

fn kv_mount() -> String {
    "secret".to_owned()
}

fn transit_mount() -> String {
    "transit".to_owned()
}

fn vault_timeout() -> u64 {
    5
}

fn overlap() -> u64 {
    KEY_OVERLAP_SECONDS
}

impl Identity {
    /// Makes paths count from the configuration's folder.
    pub(super) fn anchor(&mut self, folder: &Path) {
        let vault = self.vault.iter_mut().flat_map(|vault| [Some(&mut vault.token_file), vault.ca_file.as_mut()]);
        let own = [self.keystore.as_mut(), self.passphrase_file.as_mut(), self.key_file.as_mut()];
        for path in own.into_iter().chain(vault).flatten() {
            *path = folder.join(&*path);
        }
    }

    /// The first rule that is broken, by its member.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let refused = |member, detail: &str| Err(ConfigError::Refused { member, detail: detail.to_owned() });
        match (self.mode, &self.participant) {
            (Mode::Mock, None) => return refused("identity.participant", "mock identity needs a participant id"),
            (Mode::Did, Some(_)) => return refused("identity.participant", "the participant id is the DID"),
            (Mode::Mock, Some(_)) | (Mode::Did, None) => {}
        }
        if let Some(did) = &self.did
            && did::Did::parse(did).is_err()
        {
            return refused("identity.did", "write did:key:… or did:web:…, with %3A before a port");
        }
        match (&self.keystore, &self.vault) {
            (None, None) => return refused("identity.keystore", "name a keystore, or a vault in [identity.vault]"),
            (Some(_), Some(_)) => return refused("identity.keystore", "keys are in a file or in a vault, not in both"),
            (Some(_), None) | (None, Some(_)) => {}
        }
        if self.passphrase_file.is_some() && self.key_file.is_some() {
            return refused("identity.key_file", "a keystore is opened by a passphrase or a key file, not by both");
        }
        if self.clock_skew_s > token::MAX_SKEW.as_secs() {
            return refused("identity.clock_skew_s", "at most 30 seconds: a wider allowance accepts expired tokens");
        }
        for client in &self.sts_clients {
            if client.id.is_empty() || client.secret_sha256.len() != 64 || hex::decode(&client.secret_sha256).is_err() {
                let detail = "a client has an id, and secret_sha256, the hex form of a SHA-256 hash: 64 characters";
                return refused("identity.sts_clients", detail);
            }
        }
        self.vault.as_ref().map_or(Ok(()), Vault::check)
    }
}

impl Vault {
    fn check(&self) -> Result<(), ConfigError> {
        let refused = |member, detail: &str| Err(ConfigError::Refused { member, detail: detail.to_owned() });
        let here = match self.address.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if self.address.scheme() != "https" && !(here && self.address.scheme() == "http") {
            return refused("identity.vault.address", "a vault is reached by https, by http only on this machine");
        }
        if !self.address.username().is_empty() || self.address.password().is_some() || self.address.query().is_some() {
            return refused("identity.vault.address", "the address has neither credentials nor a query");
        }
        let names = [("identity.vault.mount", &self.mount), ("identity.vault.path", &self.path)];
        let transit = self.transit.iter().flat_map(|transit| {
            let member = "identity.vault.transit";
            [(member, &transit.mount), (member, &transit.p256), (member, &transit.ed25519)]
        });
        for (member, name) in names.into_iter().chain(transit) {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
            let relative = name.split('/').any(|part| matches!(part, "" | "." | ".."));
            if relative || !name.bytes().all(plain) {
                return refused(member, "a name has letters, digits and -_. in parts divided by single slashes");
            }
        }
        if self.timeout_s == 0 {
            return refused("identity.vault.timeout_s", "give the vault a second at least");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    use super::*;

    const HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    fn of(members: &str) -> Result<Identity, String> {
        let read = Figment::from(Toml::string(members)).extract::<Identity>().map_err(|error| error.to_string())?;
        read.check().map(|()| read).map_err(|error| error.to_string())
    }

    #[test]
    fn little_has_to_be_said() -> Result<(), String> {
        let identity = of("mode = \"did\"\nkeystore = \"keys\"")?;
        assert_eq!((identity.clock_skew_s, identity.presentation_cache_s, identity.status_cache_s), (5, 3600, 300));
        assert!(identity.compatibility.active().is_empty());
        Ok(())
    }

    #[test]
    fn everything_can_be_said() -> Result<(), String> {
        let identity = of(&format!(
            r#"
            mode = "did"
            did = "did:web:connector.example%3A8443:plants"
            clock_skew_s = 30
            sts_clients = [{{ id = "wallet", secret_sha256 = "{HASH}" }}]
            [compatibility]
            subject_is_credential_id = true
            [vault]
            address = "https://vault.example:8200"
            token_file = "token"
            path = "connectors/plant-3"
            transit = {{ p256 = "tokens", ed25519 = "agreements" }}
            "#
        ))?;
        assert_eq!(identity.compatibility.active(), ["subject_is_credential_id"]);
        let vault = identity.vault.ok_or("a vault was expected")?;
        assert_eq!((vault.mount.as_str(), vault.timeout_s, vault.create), ("secret", 5, false));
        assert_eq!(vault.transit.map(|transit| transit.overlap_s), Some(KEY_OVERLAP_SECONDS));
        Ok(())
    }

    #[test]
    fn what_contradicts_itself_is_refused_by_its_member() {
        let vault = |members: &str| format!("mode = \"did\"\n[vault]\ntoken_file = \"t\"\n{members}");
        let cases = [
            ("mode = \"did\"", "identity.keystore"),
            ("mode = \"mock\"\nkeystore = \"k\"", "identity.participant"),
            ("mode = \"did\"\nkeystore = \"k\"\nparticipant = \"P\"", "identity.participant"),
            ("mode = \"did\"\nkeystore = \"k\"\ndid = \"connector.example\"", "identity.did"),
            ("mode = \"did\"\nkeystore = \"k\"\npassphrase_file = \"p\"\nkey_file = \"f\"", "identity.key_file"),
            ("mode = \"did\"\nkeystore = \"k\"\nclock_skew_s = 31", "identity.clock_skew_s"),
            (
                "mode = \"did\"\nkeystore = \"k\"\nsts_clients = [{id = \"a\", secret_sha256 = \"plain\"}]",
                "identity.sts_clients",
            ),
            (&vault("address = \"http://vault.example\"\npath = \"p\""), "identity.vault.address"),
            (&vault("address = \"https://me:secret@vault.example\"\npath = \"p\""), "identity.vault.address"),
            (&vault("address = \"https://vault.example\"\npath = \"../sys\""), "identity.vault.path"),
            (&vault("address = \"https://vault.example\"\npath = \"p?version=1\""), "identity.vault.path"),
        ];
        for (members, member) in cases {
            let refused = of(members).err().unwrap_or_default();
            assert!(refused.starts_with(&format!("configuration {member}: ")), "{members}: {refused}");
        }
        for unknown in ["keystores = \"k\"", "[compatibility]\neverything = true", "[vault]\npassword = \"p\""] {
            let refused = of(&format!("mode = \"did\"\nkeystore = \"k\"\n{unknown}")).err().unwrap_or_default();
            assert!(refused.contains("unknown field"), "{unknown}: {refused}");
        }
        assert!(of(&vault("address = \"http://127.0.0.1:8200\"\npath = \"p\"")).is_ok(), "a vault on this machine");
    }
}
